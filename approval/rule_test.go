package approval

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func under(rule Rule, decisions ...Decision) Request {
	r := opened()
	r.Rule, r.Decisions, r.State = rule, decisions, Pending
	return r
}

func yes(by Actor) Decision { return Decision{By: by, Approve: true} }

func TestEvaluateSaysWhatIsMissing(t *testing.T) {
	two := Rule{Name: "two", Approvals: 2, Approvers: []string{ben.UserID, chen.UserID}, ExpiresIn: time.Hour}
	stranger := Actor{TeamID: "T2", UserID: ben.UserID, Name: "Ben's double"}
	for name, c := range map[string]struct {
		r        Request
		approved bool
		sentence string
	}{
		"nobody confirmed":             {under(BuiltIn()), false, "Only Ana can confirm."},
		"the requester confirmed":      {under(BuiltIn(), yes(ana)), true, "1 of 1 approvals."},
		"somebody else confirmed":      {under(BuiltIn(), yes(ben)), false, "Only Ana can confirm."},
		"one of two":                   {under(two, yes(ben)), false, "1 of 2 approvals; waiting for U_BEN, U_CHEN."},
		"two of two":                   {under(two, yes(ben), yes(chen)), true, "2 of 2 approvals."},
		"one person twice":             {under(two, yes(ben), yes(ben)), false, "1 of 2 approvals; waiting for U_BEN, U_CHEN."},
		"the requester is no approver": {under(two, yes(ben), yes(ana)), false, "1 of 2 approvals; waiting for U_BEN, U_CHEN."},
		"another workspace's user":     {under(two, yes(chen), yes(stranger)), false, "1 of 2 approvals; waiting for U_BEN, U_CHEN."},
		"one no ends it":               {under(two, yes(ben), Decision{By: chen}), false, "Chen said no."},
		"anyone, but not oneself":      {under(Rule{Name: "any", Approvals: 1, Approvers: []string{Anyone}}, yes(ana)), false, "0 of 1 approvals; waiting for anyone but Ana."},
		"anyone else":                  {under(Rule{Name: "any", Approvals: 1, Approvers: []string{Anyone}}, yes(chen)), true, "1 of 1 approvals."},
		"no approval needed":           {under(Rule{Name: "staging"}), true, "No approval is needed."},
		"no rule at all":               {under(Rule{}), false, "0 of 0 approvals; waiting for ."},
	} {
		out := Evaluate(c.r)
		require.Equal(t, c.approved, out.Approved, name)
		require.Equal(t, c.sentence, out.Sentence, name)
	}
}

// Nobody whom the rule does not name can ever be what approves a Request.
func TestOnlyNamedPeopleCount(t *testing.T) {
	people := []Actor{ana, ben, chen, {TeamID: "T1", UserID: "U_DEV", Name: "Dev"}, {TeamID: "T2", UserID: "U_BEN", Name: "Ben"}}
	rapid.Check(t, func(t *rapid.T) {
		rule := Rule{Name: "r", Approvals: rapid.IntRange(1, 3).Draw(t, "approvals"),
			Approvers: rapid.SliceOfDistinct(rapid.SampledFrom([]string{ben.UserID, chen.UserID, TheRequester}), rapid.ID[string]).Draw(t, "approvers")}
		decisions := rapid.SliceOf(rapid.Map(rapid.SampledFrom(people), yes)).Draw(t, "decisions")
		named := map[string]bool{}
		for _, d := range decisions {
			for _, a := range rule.Approvers {
				if d.By.TeamID == "T1" && (a == d.By.UserID || a == TheRequester && d.By.UserID == ana.UserID) {
					named[d.By.UserID] = true
				}
			}
		}
		require.Equal(t, len(named) >= rule.Approvals, Evaluate(under(rule, decisions...)).Approved)
	})
}
