package approval

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCopiesGoToWhomTheRuleNames(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = fmt.Sprintf("U%02d", i)
	}
	groups := Groups{
		{ID: "S0LEADS", Handle: "data-leads", Members: []string{ben.UserID, ana.UserID, chen.UserID}},
		{ID: "S0SECURITY", Handle: "security", Members: []string{chen.UserID, "U_DEV"}},
		{ID: "S0ALL", Handle: "all", Members: many},
	}
	direct := func(refs ...string) Rule { return Rule{DirectMessages: true, Approvals: 1, Approvers: refs} }
	tells := func(refs ...string) Rule {
		return Rule{BreakGlass: &BreakGlass{Tells: refs}, Approvers: []string{"@all"}}
	}
	for name, c := range map[string]struct {
		rule      Rule
		emergency bool
		want      []string
	}{
		"nobody, where the rule does not want it":     {rule: Rule{Approvers: []string{ben.UserID, "@data-leads"}}},
		"those who are named, but who asks":           {rule: direct(ben.UserID, ana.UserID), want: []string{ben.UserID}},
		"a group's members, but who asks":             {rule: direct("@data-leads"), want: []string{ben.UserID, chen.UserID}},
		"a group by its id":                           {rule: direct("S0LEADS"), want: []string{ben.UserID, chen.UserID}},
		"everybody once, those named first":           {rule: direct("@data-leads", "@security", chen.UserID), want: []string{chen.UserID, ben.UserID, "U_DEV"}},
		"nobody for anyone, the requester, no group":  {rule: direct(Anyone, TheRequester, "@nobody")},
		"whom approvals_from names":                   {rule: Rule{DirectMessages: true, ApprovalsFrom: map[string]int{"@security": 1}}, want: []string{chen.UserID, "U_DEV"}},
		"at most twenty, each group in turn":          {rule: direct("@all", "@security"), want: append([]string{"U00", chen.UserID, "U01", "U_DEV"}, many[2:18]...)},
		"in an emergency whom it tells, not who asks": {rule: tells("C0INCIDENTS", ana.UserID, "@security", "C1"), emergency: true, want: []string{"C0INCIDENTS", chen.UserID, "U_DEV"}},
		"nobody of those without an emergency":        {rule: tells("C0INCIDENTS")},
	} {
		ask := Ask{By: ana, Channel: "C1", BreakGlass: c.emergency}
		require.Equal(t, c.want, c.rule.CopiesFor(ask, groups), name)
		require.Equal(t, c.rule.CopiesFor(ask, groups), c.rule.CopiesFor(ask, groups), name)
	}
}

func TestAReminderIsDueOnce(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(*Request)
		want   time.Time
	}{
		"before the question closes": {func(*Request) {}, at.Add(-5 * time.Minute)},
		"not without the rule":       {func(r *Request) { r.Rule.RemindBefore = 0 }, time.Time{}},
		"not before the card stands": {func(r *Request) { r.ExpiresAt = time.Time{} }, time.Time{}},
		"not again":                  {func(r *Request) { r.Card.Reminded = true }, time.Time{}},
		"not once it is decided":     {func(r *Request) { r.State = Approved }, time.Time{}},
	} {
		r := Request{State: Pending, ExpiresAt: at, Rule: Rule{RemindBefore: 5 * time.Minute}}
		c.change(&r)
		require.Equal(t, c.want, r.RemindAt(), name)
	}
}

func TestALateRunIsSaidOnce(t *testing.T) {
	began := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	usually := func(d time.Duration) []Run {
		return []Run{{Status: "FAILED", Took: time.Hour}, {Status: "SUCCESS", Took: d}}
	}
	for name, c := range map[string]struct {
		change func(*Request)
		want   time.Time
	}{
		"after twice its usual time":                {func(*Request) {}, began.Add(24 * time.Minute)},
		"a short one after five minutes more":       {func(r *Request) { r.Job.Last = usually(20 * time.Second) }, began.Add(5*time.Minute + 20*time.Second)},
		"not where the usual time is not known":     {func(r *Request) { r.Job.Last = r.Job.Last[:1] }, time.Time{}},
		"not where its beginning is not known":      {func(r *Request) { r.Run.StartedAt = time.Time{} }, time.Time{}},
		"not again":                                 {func(r *Request) { r.Card.SaidLate = true }, time.Time{}},
		"not for a stop":                            {func(r *Request) { r.Ask.Action = Stop }, time.Time{}},
		"not once it has ended":                     {func(r *Request) { r.State = Succeeded }, time.Time{}},
		"though approvers were reminded before":     {func(r *Request) { r.Card.Reminded = true }, began.Add(24 * time.Minute)},
		"whatever is still to be asked of the rule": {func(r *Request) { r.ExpiresAt, r.Rule.RemindBefore = began, time.Minute }, began.Add(24 * time.Minute)},
	} {
		r := Request{State: Running, Ask: Ask{Action: Start}, Job: Job{Last: usually(12 * time.Minute)}, Run: Run{StartedAt: began}}
		c.change(&r)
		require.Equal(t, c.want, r.NoteAt(), name)
	}
	r := Request{State: Running}
	require.Equal(t, Card{SaidLate: true}, r.Noted())
	r.State = Pending
	require.Equal(t, Card{Reminded: true}, r.Noted())
}

func TestApproversAreCalledAsPeopleKnowThem(t *testing.T) {
	groups := Groups{{ID: "S0LEADS", Handle: "data-leads"}}
	names := func(id string) string { return map[string]string{ben.UserID: "Ben"}[id] }
	rule := Rule{Approvers: []string{TheRequester, Anyone, "S0LEADS", ben.UserID, "U_GONE", "@gone"}}
	require.Equal(t, []Approver{
		{Ref: TheRequester, Name: "Ana"}, {Ref: Anyone, Name: "anyone"}, {Ref: "S0LEADS", ID: "S0LEADS", Name: "@data-leads"},
		{Ref: ben.UserID, ID: ben.UserID, Name: "Ben"}, {Ref: "U_GONE", Name: "U_GONE"}, {Ref: "@gone", Name: "@gone"},
	}, rule.NameApprovers(Ask{By: ana}, groups, names))
}
