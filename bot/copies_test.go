package bot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

// What Slack has to be told next follows from the row alone.
func TestTheNextStepFollowsFromTheRow(t *testing.T) {
	shown := approval.Card{Channel: "C1", TS: "1", Shown: 3}
	to := func(copies ...approval.Copy) func(*approval.Request) {
		return func(r *approval.Request) { r.Card.Copies = copies }
	}
	current := approval.Copy{To: "U_BEN", Channel: "D1", TS: "2", Shown: 3}
	unposted, behind := approval.Copy{To: "U_CHEN"}, approval.Copy{To: "U_CHEN", Channel: "D2", TS: "3", Shown: 2}
	gone := approval.Copy{To: "U_DEV", Gone: true}
	byStep := func(r *approval.Request) { r.Ask.Step, r.Card.Told = "Fx1", r.State }
	for name, c := range map[string]struct {
		state  approval.State
		change func(*approval.Request)
		want   step
	}{
		"the card comes before its copies":              {approval.Pending, func(r *approval.Request) { r.Card = approval.Card{Copies: []approval.Copy{unposted}} }, postCard},
		"a redraw comes before the copies":              {approval.Pending, func(r *approval.Request) { to(unposted)(r); r.Version++ }, updateCard},
		"a copy that is not posted yet":                 {approval.Pending, to(current, gone, unposted), postCopy},
		"a copy that shows less":                        {approval.Pending, to(current, behind), updateCopy},
		"copies that show it all":                       {approval.Pending, to(current, gone), nothing},
		"none is posted once it is decided":             {approval.Approved, to(current, unposted), nothing},
		"but those that are posted close":               {approval.Cancelled, to(current, behind, unposted), updateCopy},
		"an emergency is told though it has started":    {approval.Starting, func(r *approval.Request) { to(unposted)(r); r.Ask.BreakGlass = true }, postCopy},
		"an emergency of which nothing came is not":     {approval.Cancelled, func(r *approval.Request) { to(unposted)(r); r.Ask.BreakGlass = true }, nothing},
		"an emergency is told without a card, too":      {approval.Starting, func(r *approval.Request) { to(unposted)(r); r.Ask.BreakGlass = true; r.Card.TS = "" }, postCopy},
		"where no card can stand, it is tried again":    {approval.Running, func(r *approval.Request) { to(current)(r); r.Card.TS, r.Version = "", 4 }, postCard},
		"copies close where the requester was told":     {approval.Refused, func(r *approval.Request) { to(behind)(r); r.Problem.Private, r.Card.Told = true, approval.Refused }, updateCopy},
		"a reminder, when its time has come":            {approval.Pending, func(r *approval.Request) { to(unposted)(r); r.Rule.RemindBefore = 30 * time.Minute }, remind},
		"no reminder before":                            {approval.Pending, func(r *approval.Request) { r.Rule.RemindBefore = 29 * time.Minute }, nothing},
		"no second reminder":                            {approval.Pending, func(r *approval.Request) { r.Rule.RemindBefore, r.Card.Reminded = 30*time.Minute, true }, nothing},
		"a workflow's step waits for the end":           {approval.Running, byStep, nothing},
		"a workflow's step hears the end":               {approval.Succeeded, byStep, answerStep},
		"after the thread":                              {approval.Succeeded, func(r *approval.Request) { byStep(r); r.Card.Told = "" }, tellThread},
		"also where there is no card":                   {approval.Refused, func(r *approval.Request) { byStep(r); r.Card.TS, r.Problem.Private = "", true }, answerStep},
		"before the copies":                             {approval.Denied, func(r *approval.Request) { to(behind)(r); byStep(r) }, answerStep},
		"and once":                                      {approval.Succeeded, func(r *approval.Request) { byStep(r); r.Card.Answered = true }, nothing},
		"no reminder of what was decided in the moment": {approval.Approved, func(r *approval.Request) { r.Rule.RemindBefore = 30 * time.Minute }, nothing},
	} {
		r := request(c.state, func(r *approval.Request) { r.Card = shown })
		c.change(&r)
		require.Equal(t, c.want, nextStep(r, noon), name)
	}
}

// A copy that cannot be shown is left out, and the others go on.
func TestACopyIsGivenUpAlone(t *testing.T) {
	r := request(approval.Pending, func(r *approval.Request) {
		r.Card = approval.Card{Channel: "C1", TS: "1", Shown: 3, Copies: []approval.Copy{{To: "U_BEN"}, {To: "U_CHEN"}}}
	})
	shown := withoutCopy(r)
	require.Equal(t, []approval.Copy{{To: "U_BEN", Gone: true}, {To: "U_CHEN"}}, shown.Copies)
	require.Equal(t, []approval.Copy{{To: "U_BEN"}, {To: "U_CHEN"}}, r.Card.Copies, "the claim is as it was")
	r.Card = shown.Card
	s, i := nextCopy(r)
	require.Equal(t, postCopy, s)
	require.Equal(t, 1, i)
	require.Equal(t, "U_CHEN", laneOf(s, r), "it keeps to the pace of where it goes")
}
