package commands

import (
	"context"
	"strings"
	"time"

	"slipway/approval"
)

// policy says what would happen if the person asked for a job now: by which rule, who must approve, what stands in the
// way. It changes nothing.
func (r *Router) policy(_ context.Context, in Invocation, line Line) Answer {
	if line.Job == "" {
		return Answer{Now: Reply{
			Text:     in.Voice.Say("For which job? The first rule that matches decides."),
			Examples: []Example{{in.called("policy nightly_sync"), in.Voice.Say("tells who would have to approve it")}},
		}}
	}
	instance, unknown := r.instance(line)
	if unknown != nil {
		return in.refuse(unknown)
	}
	return Answer{Later: func(ctx context.Context) Reply {
		found, err := r.instances[instance].FindJob(ctx, line.Job)
		if err != nil {
			return r.jobError(err, in, line.Job)
		}
		who, err := r.people.Person(ctx, in.By.UserID)
		if err != nil {
			return r.nobodyKnown(err, in)
		}
		rules, groups, err := r.inForce(ctx)
		if err != nil {
			return r.noGroups(err, in)
		}
		ask := approval.Ask{Action: approval.Start, Instance: instance, Job: line.Job, Reason: "a reason", By: who.Actor, Channel: in.Channel}
		return r.wouldHappen(ctx, in, rules, ask, approval.Job{ID: found.ID, Name: found.Name, Type: string(found.Type)}, who, groups)
	}}
}

func (r *Router) wouldHappen(ctx context.Context, in Invocation, rules approval.Policy, ask approval.Ask, job approval.Job, who approval.Person, groups approval.Groups) Reply {
	rule, ok := rules.For(approval.Question{Ask: ask, Job: job, Groups: groups})
	if !ok {
		return Reply{Text: in.Voice.Say("No rule of the policy is about %s, so nobody can start it. Ask whoever writes the policy to add one.", quote(job.Name))}
	}
	if err := who.FullMember(r.people.TeamID()); err != nil {
		return Reply{Text: in.Voice.Text(err.Text())}
	}
	req := approval.Request{Ask: ask, Job: job, Rule: rule, Approvers: rule.NameApprovers(ask, groups, func(userID string) string {
		person, err := r.people.Person(ctx, userID)
		if err != nil {
			return ""
		}
		return person.Name
	})}
	out := approval.Evaluate(req, r.clock.Now())
	v := in.Voice
	lines := []string{v.Say("If you start %s on %s now, the rule “%s” decides.", quote(job.Name), ask.Instance, rule.Name), out.In(v)}
	if out.Standing == approval.Closed {
		lines = append(lines, v.Say("Otherwise: %s", approval.Evaluate(req, time.Time{}).Text()))
	}
	if rule.NeedsReason {
		lines = append(lines, v.Say("It wants a reason, after the job's name."))
	}
	if rule.BreakGlass != nil && rule.BreakGlassBy(who, r.people.TeamID(), groups).IsZero() {
		lines = append(lines, v.Say("In an emergency you may go past it: %s start %s --break-glass and a reason.", in.Command, job.Name))
	}
	return Reply{Text: strings.Join(lines, "\n"), Foot: r.frozen(ctx, v)}
}

// inForce is the policy, with the user groups where it names any.
func (r *Router) inForce(ctx context.Context) (approval.Policy, approval.Groups, error) {
	rules := r.rules.Policy()
	if !rules.NamesGroups() {
		return rules, nil, nil
	}
	groups, err := r.people.Groups(ctx, false)
	return rules, groups, err
}

// noGroups answers where Slack did not say who belongs to a group.
func (r *Router) noGroups(err error, in Invocation) Reply {
	r.log.WithError(err).Warn("could not ask Slack for the user groups")
	if reply, known := in.words(err); known {
		return reply
	}
	return Reply{Text: in.Voice.Say("Slack did not say who belongs to the groups of the policy. Please try again in a moment.")}
}

// nobodyKnown answers where Slack did not say who somebody is.
func (r *Router) nobodyKnown(err error, in Invocation) Reply {
	r.log.WithError(err).WithField("actor", in.By.UserID).Warn("could not ask Slack who somebody is")
	if reply, known := in.words(err); known {
		return reply
	}
	return Reply{Text: in.Voice.Say("Slack did not say who you are. Please try again in a moment.")}
}
