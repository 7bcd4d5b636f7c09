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
			return r.nobodyKnown(err, in)
		}
		reply := Reply{Text: v.Say("You are %s (%s), a full member of this workspace: you may ask.", who.Name, who.UserID)}
		if no := who.FullMember(r.people.TeamID()); no != nil {
			reply.Text = v.Text(no.Text())
		}
		rules, groups, err := r.inForce(ctx)
		if err != nil {
			return r.noGroups(err, in)
		}
		for _, rule := range rules.Rules {
			standing := r.standing(rule, who, groups)
			if rule.BreakGlassBy(who, r.people.TeamID(), groups).IsZero() {
				standing = approval.T("%s; in an emergency you may start past it", standing)
			}
			reply.Rows = append(reply.Rows, Row{Title: rule.Name, State: v.Text(standing), Detail: strings.Join(slices.Concat(rule.Match.Instances, rule.Match.Jobs), ", ")})
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
