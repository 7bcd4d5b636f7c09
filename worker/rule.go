package worker

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"slipway/approval"
)

// rule picks the rule that is in force now for an Ask. groups are read only where the policy says something about them;
// fresh asks Slack for them now; alone does without where Slack does not answer.
func (w *Worker) rule(ctx context.Context, ask approval.Ask, job approval.Job, fresh, alone bool) (approval.Rule, approval.Groups, error) {
	policy := w.Rules.Policy()
	var groups approval.Groups
	if policy.NamesGroups() {
		var err error
		if groups, err = w.People.Groups(ctx, fresh); err != nil && !(alone && approval.CodeOf(err) == "" && !policy.MatchesGroups()) {
			return approval.Rule{}, nil, said(fmt.Errorf("who belongs to the groups of the policy: %w", err))
		}
	}
	rule, ok := policy.For(approval.Question{Ask: ask, Job: job, Groups: groups})
	if !ok {
		return approval.Rule{}, nil, no(approval.T("Ask whoever writes the policy to add one."), either(approval.Request{Ask: ask},
			approval.T("No rule of the policy is about this, so nothing was started."), approval.T("No rule of the policy is about this, so nothing was stopped.")))
	}
	return rule, groups, nil
}

// admitted refuses what the rule does not even let be asked now: without a reason, in a closed window, past the rule by
// somebody who may not, or where nobody who may decide sees it.
func (w *Worker) admitted(r approval.Request, rule approval.Rule, who approval.Person, groups approval.Groups) error {
	r.Rule, r.Decisions = rule, nil
	if why := rule.StepWhy(r.Ask); !why.IsZero() {
		return no(approval.T("Ask whoever writes the policy for a rule that lets workflows ask."), approval.Sentences(why, nothing(r)))
	}
	if r.Ask.BreakGlass {
		if why := rule.BreakGlassBy(who, w.People.TeamID(), groups); !why.IsZero() {
			return no(approval.T("Ask without --break-glass."), approval.Sentences(why, nothing(r)))
		}
	}
	out := approval.Evaluate(r, w.Clock.Now())
	switch {
	case out.Standing == approval.Closed && rule.BreakGlass != nil:
		return no(approval.T("Ask again then; in an emergency, those whom the rule names may add --break-glass and a reason."), out.Text())
	case out.Standing == approval.Closed:
		return no(approval.T("Ask again then."), out.Text())
	case out.Standing == approval.Forbidden:
		return no(approval.T("Then ask again."), approval.Sentences(out.Text(), nothing(r)))
	case !rule.Reaches(r.Ask, who, w.People.TeamID(), groups):
		return outOfSight(r)
	}
	return nil
}

// outOfSight says where to ask instead of in a direct message.
func outOfSight(r approval.Request) error {
	var names []string
	for _, a := range r.Approvers {
		if a.Ref != approval.TheRequester && a.Ref != approval.Anyone {
			names = append(names, a.Name)
		}
	}
	next := approval.T("Ask in a channel that %s can see.", strings.Join(names, ", "))
	if len(names) == 0 {
		next = approval.T("Ask in a channel that those who approve can see.")
	}
	return no(next, approval.Sentences(approval.T("Nobody else sees this conversation, so nobody could approve it here."), nothing(r)))
}

// stillAllowed evaluates an approved Request once more, by the rule in force now and by what Slack says now about
// everybody whose word counts. What the rule says must be what it said when people decided.
func (w *Worker) stillAllowed(ctx context.Context, r approval.Request) error {
	next := approval.T("Ask again; that needs a new approval.")
	alone := r.OnHost()
	rule, groups, err := w.rule(ctx, r.Ask, r.Job, true, alone)
	if err != nil {
		return err
	}
	if !rule.Same(r.Rule) {
		return no(next, approval.T("Since it was approved, this changed: rule."))
	}
	requester, err := w.member(ctx, r.Ask.By, alone)
	if err != nil {
		return err
	}
	if r.Ask.Step == "" && !requester.Unproven && requester.FullMember(w.People.TeamID()) != nil {
		return no(next, approval.T("%s is no longer a full member of this workspace, so the request does not count.", r.Ask.By.Name))
	}
	if r.Ask.BreakGlass {
		if why := rule.BreakGlassBy(requester, w.People.TeamID(), groups); !why.IsZero() {
			return no(next, why)
		}
	}
	var lost []string
	unproven := alone && groups == nil && rule.NamesGroups()
	r.Decisions = slices.Clone(r.Decisions)
	for i, d := range r.Decisions {
		person, err := w.member(ctx, d.By, alone)
		if err != nil {
			return err
		}
		if operator := d.Operator(); operator != "" && w.Rules.Policy().Operators[operator] != d.By.UserID {
			person = approval.Person{Actor: d.By, Deleted: true} // the policy does not say that this is who they are
		}
		if r.Decisions[i].As, _ = rule.As(r.Ask, person, w.People.TeamID(), groups); len(r.Decisions[i].As) == 0 {
			lost, unproven = append(lost, d.By.Name), unproven || person.Unproven
		}
	}
	if out := approval.Evaluate(r, w.Clock.Now()); out.Standing != approval.Allowed {
		if unproven && len(lost) > 0 {
			return fmt.Errorf("whether %s may still approve is not known without Slack", strings.Join(lost, ", "))
		}
		if len(lost) > 0 {
			return no(next, approval.T("Since it was approved, %s may no longer approve. %s", strings.Join(lost, ", "), out.Text()))
		}
		return no(next, out.Text())
	}
	return nil
}

// requester is who asks, if they may: a full member; or a workflow, of which the rule says whether it may.
func (w *Worker) requester(ctx context.Context, ask approval.Ask) (approval.Person, error) {
	if ask.Step != "" {
		return approval.Person{Actor: ask.By, Bot: true}, nil
	}
	person, err := w.People.Person(ctx, ask.By.UserID)
	if err != nil {
		return approval.Person{}, said(fmt.Errorf("who asks: %w", err))
	}
	if err := person.FullMember(ask.By.TeamID); err != nil {
		return approval.Person{}, no(err.Hint, err.Words)
	}
	return person, nil
}

// member asks Slack who somebody is. A user whom Slack does not know is nobody, and not an error. alone: neither is it one
// where Slack does not answer.
func (w *Worker) member(ctx context.Context, who approval.Actor, alone bool) (approval.Person, error) {
	person, err := w.People.Person(ctx, who.UserID)
	if approval.CodeOf(err) == approval.NotMember {
		return approval.Person{Actor: who, Deleted: true}, nil
	}
	if err != nil && alone && approval.CodeOf(err) == "" {
		return approval.Person{Actor: who, Unproven: true}, nil
	}
	if err != nil {
		return approval.Person{}, said(fmt.Errorf("who is %s: %w", who.UserID, err))
	}
	return person, nil
}

// called gives people's names, for words: who cannot be asked for has none.
func (w *Worker) called(ctx context.Context) func(userID string) string {
	return func(userID string) string {
		person, err := w.People.Person(ctx, userID)
		if err != nil {
			return ""
		}
		return person.Name
	}
}
