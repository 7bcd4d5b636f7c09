package approval

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFlawsOfARule(t *testing.T) {
	good := Rule{Name: "good", Approvals: 2, Approvers: []string{"@data-leads", "U024BE7LH"}, ExpiresIn: time.Hour}
	require.Empty(t, Policy{Rules: []Rule{good, BuiltIn(), {Name: "staging", ExpiresIn: time.Hour}}}.Flaws())
	for _, c := range []struct {
		change func(*Rule)
		field  string
		words  string
	}{
		{func(r *Rule) { r.Name = " " }, "name", "the rule has no name"},
		{func(r *Rule) { r.Approvers = nil }, "approvers", "2 approvals are needed, but nobody may give one"},
		{func(r *Rule) { r.Approvers = []string{"U024BE7LH"} }, "approvals", "2 approvals are needed, but only 1 people are named"},
		{func(r *Rule) { r.Approvals = -1 }, "approvals", "-1 approvals are no number of people"},
		{func(r *Rule) { r.Approvers[0] = "data-leads" }, "approvers[0]", `"data-leads" names nobody`},
		{func(r *Rule) { r.Approvers = append(r.Approvers, "U024BE7LH") }, "approvers[2]", `"U024BE7LH" is named twice`},
		{func(r *Rule) { r.ApprovalsFrom = map[string]int{"@a": 2, "@b": 1} }, "approvals", "approvals_from asks for 3, approvals for 2 only"},
		{func(r *Rule) { r.Approvals, r.ApprovalsFrom = 0, map[string]int{"U024BE7LH": 2} }, "approvals_from", "U024BE7LH is one person and can't give 2 approvals"},
		{func(r *Rule) { r.ExpiresIn = time.Second }, "expires_in", "1s is no time for people to decide in"},
		{func(r *Rule) { r.RemindBefore = time.Hour }, "remind_before", "a reminder 1h0m0s before the end would come before the question"},
		{func(r *Rule) { r.Match.Actions = []Action{"restart"} }, "match.actions[0]", `there is no action "restart"`},
		{func(r *Rule) { r.Match.Channels = []string{"#ops"} }, "match.channels[0]", `"#ops" is no channel id`},
		{func(r *Rule) { r.Match.Jobs = []string{""} }, "match.jobs[0]", "an empty pattern matches no job"},
		{func(r *Rule) { r.Match.Types = []string{"MIGRATION"} }, "match.types[0]", `there is no job type "MIGRATION"`},
		{func(r *Rule) { r.Match.Requesters = []string{"ana"} }, "match.requesters[0]", `"ana" names nobody`},
		{func(r *Rule) { r.Closed = []Window{{From: 0, To: allDay, Zone: "Shanghai"}} }, "closed[0].zone", `there is no time zone "Shanghai"`},
		{func(r *Rule) { r.Closed = []Window{{From: 60, To: 60, Zone: "UTC"}} }, "closed[0]", "the window begins when it ends"},
		{func(r *Rule) {
			r.Closed = []Window{{To: allDay, Zone: "UTC", Dates: []Dates{{"2026-12-24", "2026-02-30"}}}}
		}, "closed[0].dates[0]", "2026-12-24..2026-02-30 are no dates"},
		{func(r *Rule) { r.BreakGlass = &BreakGlass{} }, "break_glass.by", "nobody may break the glass"},
		{func(r *Rule) { r.BreakGlass = &BreakGlass{By: []string{"@oncall"}, Tells: []string{"#ops"}} }, "break_glass.tells[0]", `"#ops" is nobody to tell`},
		{func(r *Rule) { r.Approvers, r.RequesterMay = []string{"U1AB", "U2AB"}, true }, "requester_may_approve", "it changes nothing for approvers that are named one by one"},
		{func(r *Rule) { r.Approvers, r.Workflows = append(r.Approvers, TheRequester), true }, "workflows", "a workflow is nobody who could approve as requester"},
	} {
		r := good
		r.Approvers = append([]string{}, good.Approvers...)
		c.change(&r)
		flaws := Policy{Rules: []Rule{BuiltIn(), r}}.Flaws()
		require.Len(t, flaws, 1, "%s: %v", c.words, flaws)
		require.Equal(t, [3]any{1, c.field, c.words}, [3]any{flaws[0].Rule, flaws[0].Field, flaws[0].Words})
		require.NotEmpty(t, flaws[0].Hint)
	}
	twice := Policy{Rules: []Rule{good, BuiltIn(), good}}.Flaws()
	require.Equal(t, []Flaw{{2, "name", `the name "good" is the 1st rule's already`, "give each rule a name of its own"}}, twice)
}
