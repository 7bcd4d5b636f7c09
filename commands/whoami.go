package commands

import (
	"context"
	"slices"
	"strings"

	"slipway/approval"
)

// whoami says what Slack and the policy say about the person.
func (r *Router) whoami(_ context.Context, in Invocation, _ Line) Answer {
	return Answer{Later: func(ctx context.Context) Reply {
		v := in.Voice
		who, err := r.people.Person(ctx, in.By.UserID)
		if err != nil {
			r.log.WithError(err).WithField("actor", in.By.UserID).Warn("could not ask Slack who somebody is")
			return Reply{Text: v.Say("Slack did not say who you are. Please try again in a moment.")}
		}
		lines := []string{v.Say("You are %s (%s), a full member of this workspace: you may ask.", who.Name, who.UserID)}
		if no := who.FullMember(r.people.TeamID()); no != nil {
			lines[0] = v.Text(no.Text())
		}
		rules, groups := r.rules.Policy(), approval.Groups(nil)
		if rules.NamesGroups() {
			if groups, err = r.people.Groups(ctx, false); err != nil {
				r.log.WithError(err).Warn("could not ask Slack for the user groups")
				return Reply{Text: v.Say("Slack did not say who belongs to the groups of the policy. Please try again in a moment.")}
			}
		}
		reply := Reply{Text: strings.Join(lines, "\n")}
		for _, rule := range rules.Rules {
			reply.Rows = append(reply.Rows, Row{Title: rule.Name, State: v.Text(r.standing(rule, who, groups)), Detail: strings.Join(slices.Concat(rule.Match.Instances, rule.Match.Jobs), ", ")})
		}
		reply.Foot = v.Say("The first rule that matches a job decides; %s tells it for a job.", in.called("policy <job>"))
		return reply
	}}
}

// standing is what a person is to a Rule when somebody else asks, and when they ask themselves.
func (r *Router) standing(rule approval.Rule, who approval.Person, groups approval.Groups) approval.Text {
	others, _ := rule.As(approval.Ask{By: approval.Actor{TeamID: who.TeamID, UserID: "somebody else"}}, who, r.people.TeamID(), groups)
	own, _ := rule.As(approval.Ask{By: who.Actor}, who, r.people.TeamID(), groups)
	switch {
	case rule.Waives(approval.Ask{}):
		return approval.T("no approval is needed")
	case len(others) > 0 && len(own) > 0:
		return approval.T("you may approve, your own requests, too")
	case len(others) > 0:
		return approval.T("you may approve what others ask")
	case len(own) > 0:
		return approval.T("you confirm your own requests")
	}
	return approval.T("you may not approve")
}
