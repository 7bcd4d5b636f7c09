package approval

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func under(rule Rule, decisions ...Decision) Request {
	r := opened()
	r.Rule, r.Decisions, r.State = rule, decisions, Pending
	r.Approvers = []Approver{{Ref: ben.UserID, ID: ben.UserID, Name: "Ben"}, {Ref: chen.UserID, ID: chen.UserID, Name: "Chen"}}
	return r
}

func yes(by Actor, as ...string) Decision { return Decision{By: by, Approve: true, As: as} }

// slipway is who asks where a workflow does.
var slipway = Actor{TeamID: "T1", UserID: "U_SLIPWAY", Name: "Workflow Builder"}

// asStep lets a workflow ask instead of Ana.
func asStep(r Request) Request {
	r.Ask.By, r.Ask.Step = slipway, "Fx1"
	return r
}

// byStep is a workflow that asks under a rule that lets it.
func byStep(rule Rule, decisions ...Decision) Request {
	return asStep(under(with(rule, func(r *Rule) { r.Workflows = true }), decisions...))
}

var (
	byName   = Rule{Name: "two", Approvals: 2, Approvers: []string{ben.UserID, chen.UserID}, ExpiresIn: time.Hour}
	byGroup  = Rule{Name: "leads", Approvals: 2, Approvers: []string{"@data-leads"}, ExpiresIn: time.Hour}
	byGroups = Rule{Name: "both", ApprovalsFrom: map[string]int{"@data-leads": 1, "@security": 1}, ExpiresIn: time.Hour}
	byAnyone = Rule{Name: "any", Approvals: 1, Approvers: []string{Anyone}, ExpiresIn: time.Hour}
)

func TestEvaluateSaysWhatIsMissing(t *testing.T) {
	leads, security := "@data-leads", "@security"
	for name, c := range map[string]struct {
		r        Request
		standing Standing
		sentence string
	}{
		"nobody confirmed":             {under(BuiltIn()), Waits, "Only Ana can confirm."},
		"the requester confirmed":      {under(BuiltIn(), yes(ana, TheRequester)), Allowed, "1 of 1 approval (Ana)."},
		"somebody else confirmed":      {under(BuiltIn(), yes(ben)), Waits, "Only Ana can confirm."},
		"none of two":                  {under(byName), Waits, "0 of 2 approvals; waiting for 2 of Ben or Chen; Ana may not approve their own request."},
		"one of two":                   {under(byName, yes(ben, ben.UserID)), Waits, "1 of 2 approvals (Ben); waiting for one more of Ben or Chen; Ana may not approve their own request."},
		"two of two":                   {under(byName, yes(ben, ben.UserID), yes(chen, chen.UserID)), Allowed, "2 of 2 approvals (Ben, Chen)."},
		"one person twice":             {under(byName, yes(ben, ben.UserID), yes(ben, ben.UserID)), Waits, "1 of 2 approvals (Ben); waiting for one more of Ben or Chen; Ana may not approve their own request."},
		"who is none of the approvers": {under(byName, yes(ben, ben.UserID), yes(ana, "U_ANA")), Waits, "1 of 2 approvals (Ben); waiting for one more of Ben or Chen; Ana may not approve their own request."},
		"one no ends it":               {under(byName, yes(ben, ben.UserID), Decision{By: chen, As: []string{chen.UserID}}), Rejected, "Chen said no."},
		"a group":                      {under(byGroup, yes(ben, leads)), Waits, "1 of 2 approvals (Ben); waiting for one more of @data-leads; Ana may not approve their own request."},
		"a group with the requester":   {under(with(byGroup, func(r *Rule) { r.RequesterMay = true }), yes(ben, leads)), Waits, "1 of 2 approvals (Ben); waiting for one more of @data-leads."},
		"both groups":                  {under(byGroups), Waits, "0 of 2 approvals; waiting for one of @data-leads and one of @security; Ana may not approve their own request."},
		"one of the groups":            {under(byGroups, yes(ben, leads)), Waits, "1 of 2 approvals (Ben); waiting for one more of @security; Ana may not approve their own request."},
		"one who is in both":           {under(byGroups, yes(ben, leads, security)), Waits, "1 of 2 approvals (Ben); waiting for one more of @security; Ana may not approve their own request."},
		"two who are in both":          {under(byGroups, yes(ben, leads, security), yes(chen, leads, security)), Allowed, "2 of 2 approvals (Ben, Chen)."},
		"one in both makes room":       {under(byGroups, yes(ben, leads, security), yes(chen, leads)), Allowed, "2 of 2 approvals (Ben, Chen)."},
		"two of the same group":        {under(byGroups, yes(ben, leads), yes(chen, leads)), Waits, "1 of 2 approvals (Ben, Chen); waiting for one more of @security; Ana may not approve their own request."},
		"anyone else":                  {under(byAnyone, yes(chen, Anyone)), Allowed, "1 of 1 approval (Chen)."},
		"not yet anyone":               {under(byAnyone), Waits, "0 of 1 approval; waiting for anyone; Ana may not approve their own request."},
		"no approval needed":           {under(Rule{Name: "staging"}), Allowed, "No approval is needed."},
		"a workflow, let in":           {byStep(byGroup, yes(ben, leads)), Waits, "1 of 2 approvals (Ben); waiting for one more of @data-leads."},
		"a workflow, approved":         {byStep(byGroup, yes(ben, leads), yes(chen, leads)), Allowed, "2 of 2 approvals (Ben, Chen)."},
		"a workflow, at once":          {byStep(Rule{Name: "staging"}), Allowed, "No approval is needed."},
		"a workflow, not let in":       {asStep(under(Rule{Name: "staging"})), Forbidden, "The rule “staging” does not let workflows ask."},
		"a workflow that would confirm": {byStep(BuiltIn(), Decision{By: slipway, Approve: true, As: []string{TheRequester}}), Forbidden,
			"The rule “the requester confirms” asks the requester, and a workflow is nobody who could answer."},
		"no rule at all": {under(Rule{}), Forbidden, "No rule allows this."},
	} {
		out := Evaluate(c.r, time.Time{})
		require.Equal(t, c.standing, out.Standing, name)
		require.Equal(t, c.sentence, out.Sentence(), name)
	}
}

func with(r Rule, change func(*Rule)) Rule {
	change(&r)
	return r
}

func TestEvaluateWantsAReasonAndAnOpenWindow(t *testing.T) {
	rule := with(byName, func(r *Rule) {
		r.NeedsReason = true
		r.Closed = []Window{{Days: []time.Weekday{time.Saturday, time.Sunday}, From: 0, To: allDay, Zone: "Asia/Shanghai", Why: "weekend freeze"}}
		r.BreakGlass = &BreakGlass{By: []string{ana.UserID}}
	})
	r := under(rule, yes(ben, ben.UserID), yes(chen, chen.UserID))
	friday := time.Date(2026, 11, 27, 15, 59, 0, 0, time.UTC)
	r.Ask.Reason = ""
	require.Equal(t, "The rule “two” wants a reason; write it after the job's name.", Evaluate(r, friday).Sentence())
	r.Ask.Reason = "reloaded"
	require.Equal(t, Allowed, Evaluate(r, friday).Standing)
	weekend := Evaluate(r, friday.Add(time.Minute))
	require.Equal(t, Closed, weekend.Standing)
	require.Equal(t, "Nothing may start under the rule “two” until Mon 30 Nov 00:00 (Asia/Shanghai): weekend freeze.", weekend.Sentence())

	r.Decisions, r.Ask.BreakGlass = nil, true
	broken := Evaluate(r, friday.Add(time.Minute))
	require.Equal(t, Allowed, broken.Standing)
	require.Equal(t, "Past the rule “two” in an emergency, without approvals.", broken.Sentence())
	r.Ask.Reason = " "
	require.Equal(t, "An emergency needs a reason; write it after the job's name.", Evaluate(r, friday).Sentence())
	r.Rule.BreakGlass, r.Ask.Reason = nil, "now"
	require.Equal(t, Forbidden, Evaluate(r, friday).Standing)
}

func TestAsWhom(t *testing.T) {
	groups := Groups{{ID: "S1", Handle: "data-leads", Members: []string{ben.UserID, ana.UserID, "U_GUEST", "U_GONE", "U_APP"}}}
	member := func(a Actor) Person { return Person{Actor: a} }
	guest := Person{Actor: Actor{TeamID: "T1", UserID: "U_GUEST"}, Guest: true}
	app := Person{Actor: Actor{TeamID: "T1", UserID: "U_APP"}, Bot: true}
	gone := Person{Actor: Actor{TeamID: "T1", UserID: "U_GONE"}, Deleted: true}
	partner := Person{Actor: Actor{TeamID: "T2", UserID: "U_PARTNER"}}
	lost := Person{Actor: Actor{UserID: ben.UserID}}
	named := Rule{Name: "n", Approvers: []string{"U_GUEST", "U_APP", "U_GONE", "U_PARTNER", ana.UserID}}
	leads := Rule{Name: "l", Approvers: []string{"@data-leads"}}
	byID := Rule{Name: "l", Approvers: []string{"S1"}}
	mayOwn := with(leads, func(r *Rule) { r.RequesterMay = true })
	const nobody = "Only active members of this workspace may decide."
	const notFull = "Only full members of this workspace may decide: no guests, no apps, nobody from other workspaces."
	for name, c := range map[string]struct {
		rule Rule
		who  Person
		as   []string
		why  string
	}{
		"of the group":                   {leads, member(ben), []string{"@data-leads"}, ""},
		"of the group by its id":         {byID, member(ben), []string{"S1"}, ""},
		"not of the group":               {leads, member(chen), nil, "The rule does not name you."},
		"the requester, of the group":    {leads, member(ana), nil, "Nobody may approve their own request under this rule."},
		"the requester may":              {mayOwn, member(ana), []string{"@data-leads"}, ""},
		"the requester, by id":           {named, member(ana), []string{ana.UserID}, ""},
		"the requester confirms":         {BuiltIn(), member(ana), []string{TheRequester}, ""},
		"nobody else confirms":           {BuiltIn(), member(ben), nil, "The rule does not name you."},
		"anyone":                         {byAnyone, member(ben), []string{Anyone}, ""},
		"anyone but the requester":       {byAnyone, member(ana), nil, "Nobody may approve their own request under this rule."},
		"a guest of the group":           {leads, guest, nil, notFull},
		"a guest is not anyone":          {byAnyone, guest, nil, notFull},
		"a guest, by id":                 {named, guest, []string{"U_GUEST"}, ""},
		"an app of the group":            {leads, app, nil, notFull},
		"an app, by id":                  {named, app, []string{"U_APP"}, ""},
		"deactivated, of the group":      {leads, gone, nil, nobody},
		"deactivated, by id":             {named, gone, nil, nobody},
		"another workspace's":            {byAnyone, partner, nil, notFull},
		"another workspace's, by id":     {named, partner, []string{"U_PARTNER"}, ""},
		"without a team":                 {leads, lost, nil, nobody},
		"a group that Slack has not":     {Rule{Name: "x", Approvers: []string{"@nobody"}}, member(ben), nil, "The rule does not name you."},
		"named twice":                    {Rule{Name: "x", Approvers: []string{ben.UserID, "@data-leads"}}, member(ben), []string{ben.UserID, "@data-leads"}, ""},
		"only approvals_from names them": {byGroups, member(ben), []string{"@data-leads"}, ""},
	} {
		as, why := c.rule.As(opened().Ask, c.who, "T1", groups)
		require.Equal(t, c.as, as, name)
		require.Equal(t, c.why, why.String(), name)
	}
	as, _ := leads.As(opened().Ask, member(ben), "", groups)
	require.Empty(t, as, "the own workspace is not known")
}

func TestTheFirstRuleThatMatchesDecides(t *testing.T) {
	policy := Policy{Rules: []Rule{
		{Name: "prod orders", Match: Match{Instances: []string{"prod"}, Jobs: []string{"orders_*"}, Actions: []Action{Start}}},
		{Name: "by id", Match: Match{Jobs: []string{"0314"}}},
		{Name: "leads ask", Match: Match{Requesters: []string{"@data-leads"}}},
		{Name: "in a channel", Match: Match{Channels: []string{"C1"}, Types: []string{"METADATA_MIGRATION"}}},
	}}
	groups := Groups{{ID: "S1", Handle: "data-leads", Members: []string{ben.UserID}}}
	ask := func(by Actor, instance, channel string, action Action) Ask {
		return Ask{By: by, Instance: instance, Channel: channel, Action: action}
	}
	for name, c := range map[string]struct {
		ask  Ask
		job  Job
		rule string
	}{
		"all lists match":     {ask(ana, "prod", "C2", Start), Job{Name: "orders_daily"}, "prod orders"},
		"one does not":        {ask(ana, "prod", "C2", Stop), Job{Name: "orders_daily"}, ""},
		"the job's id":        {ask(ana, "prod", "C2", Start), Job{ID: "0314", Name: "x"}, "by id"},
		"the requester":       {ask(ben, "prod", "C2", Start), Job{Name: "x"}, "leads ask"},
		"the channel":         {ask(ana, "prod", "C1", Start), Job{Name: "x", Type: "METADATA_MIGRATION"}, "in a channel"},
		"none":                {ask(ana, "prod", "C1", Start), Job{Name: "x", Type: "LOCATION_ACCESS"}, ""},
		"case counts":         {ask(ana, "prod", "C2", Start), Job{Name: "Orders_daily"}, ""},
		"the whole name only": {ask(ana, "prod", "C2", Start), Job{Name: "my_orders_daily"}, ""},
	} {
		rule, ok := policy.For(Question{Ask: c.ask, Job: c.job, Groups: groups})
		require.Equal(t, c.rule, rule.Name, name)
		require.Equal(t, c.rule != "", ok, name)
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true}, {"*", "a", true}, {"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "abc", true}, {"a*c", "ab", false},
		{"?", "a", true}, {"?", "", false}, {"a?c", "abc", true}, {"**", "x", true}, {"", "", true}, {"", "x", false},
		{"*a*b", "xaxxb", true}, {"*a*b", "xaxxbc", false}, {"日*", "日本", true}, {"a*b*c*", "aXbYc", true},
	} {
		require.Equal(t, c.want, glob(c.pattern, c.name), "%q %q", c.pattern, c.name)
	}
}
