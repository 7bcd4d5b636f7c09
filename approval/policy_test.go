package approval

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The cast of generated worlds: two workspaces, a guest, an app, somebody who left.
var cast = []Person{
	{Actor: Actor{TeamID: "T1", UserID: "U0A", Name: "Ana"}},
	{Actor: Actor{TeamID: "T1", UserID: "U0B", Name: "Ben"}},
	{Actor: Actor{TeamID: "T1", UserID: "U0C", Name: "Chen"}},
	{Actor: Actor{TeamID: "T1", UserID: "U0G", Name: "Gita"}, Guest: true},
	{Actor: Actor{TeamID: "T1", UserID: "U0P", Name: "app"}, Bot: true},
	{Actor: Actor{TeamID: "T1", UserID: "U0L", Name: "Lee"}, Deleted: true},
	{Actor: Actor{TeamID: "T2", UserID: "U0X", Name: "Xu"}},
}

func userIDs() []string {
	ids := make([]string, len(cast))
	for i, p := range cast {
		ids[i] = p.UserID
	}
	return ids
}

func aGroup(t *rapid.T, handle string) Group {
	return Group{ID: "S0" + handle, Handle: handle, Members: rapid.SliceOfDistinct(rapid.SampledFrom(userIDs()), rapid.ID[string]).Draw(t, handle)}
}

func aRule(t *rapid.T, name string) Rule {
	refs := append(userIDs(), "@leads", "@security", "@gone", TheRequester, Anyone)
	r := Rule{
		Name: name, Approvals: rapid.IntRange(0, 3).Draw(t, "approvals"), ExpiresIn: time.Hour,
		Approvers:    rapid.SliceOfNDistinct(rapid.SampledFrom(refs), 0, 4, rapid.ID[string]).Draw(t, "approvers"),
		RequesterMay: rapid.Bool().Draw(t, "requester may"),
		NeedsReason:  rapid.Bool().Draw(t, "reason"),
	}
	if rapid.Bool().Draw(t, "from") {
		r.ApprovalsFrom = rapid.MapOfN(rapid.SampledFrom([]string{"@leads", "@security", "U0B"}), rapid.IntRange(1, 2), 0, 2).Draw(t, "approvals from")
	}
	if rapid.Bool().Draw(t, "matches some") {
		r.Match.Jobs = []string{rapid.SampledFrom([]string{"orders_*", "nightly", "*"}).Draw(t, "jobs")}
		r.Match.Requesters = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"U0A", "@leads"}), 0, 1, rapid.ID[string]).Draw(t, "requesters")
	}
	if rapid.IntRange(0, 3).Draw(t, "closed") == 0 {
		r.Closed = []Window{{To: allDay, Zone: "UTC"}}
	}
	return r
}

func aWorld(t *rapid.T) (Policy, World) {
	var p Policy
	for i := range rapid.IntRange(0, 3).Draw(t, "rules") {
		p.Rules = append(p.Rules, aRule(t, fmt.Sprint("rule ", i)))
	}
	w := World{TeamID: "T1", People: cast, Groups: Groups{aGroup(t, "leads"), aGroup(t, "security")}, From: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}
	for _, job := range []string{"orders_daily", "nightly"} {
		w.Asks = append(w.Asks, Question{Ask: Ask{Action: Start, Instance: "prod", Reason: "because"}, Job: Job{ID: job, Name: job}})
	}
	return p, w
}

// mayDecide is the reference, written down from the words of docs/policy.md: for which of the rule's names somebody counts.
func mayDecide(r Rule, ask Ask, who Person, groups Groups) []string {
	full := who.TeamID == "T1" && !who.Guest && !who.Bot && !who.Deleted
	own := who.UserID == ask.By.UserID
	var as []string
	count := func(ref string) {
		member := false
		for _, g := range groups {
			member = member || "@"+g.Handle == ref && slices.Contains(g.Members, who.UserID)
		}
		byName := ref == who.UserID && !who.Deleted
		byPlace := full && (ref == TheRequester && own || (ref == Anyone || member) && (!own || r.RequesterMay))
		if (byName || byPlace) && !slices.Contains(as, ref) {
			as = append(as, ref)
		}
	}
	for _, ref := range r.Approvers {
		count(ref)
	}
	for ref := range r.ApprovalsFrom {
		count(ref)
	}
	return as
}

// enough tries every way in which people can fill the seats that a rule has.
func enough(r Rule, voices [][]string) bool {
	sum := 0
	var seats []string
	for ref, n := range r.ApprovalsFrom {
		sum += n
		for range n {
			seats = append(seats, ref)
		}
	}
	if len(voices) < max(sum, r.Approvals) {
		return false
	}
	var fill func(seat int, used map[int]bool) bool
	fill = func(seat int, used map[int]bool) bool {
		if seat == len(seats) {
			return true
		}
		for v, as := range voices {
			if !used[v] && slices.Contains(as, seats[seat]) {
				used[v] = true
				if fill(seat+1, used) {
					return true
				}
				used[v] = false
			}
		}
		return false
	}
	return fill(0, map[int]bool{})
}

// Whatever the policy, the people and the votes: it is allowed exactly when the reference says so. So nothing starts
// that should not, and nothing is held back that may.
func TestEvaluateAgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, w := aWorld(t)
		rule := aRule(t, "rule")
		by := rapid.SampledFrom(cast[:3]).Draw(t, "requester")
		reason := rapid.SampledFrom([]string{"", "because"}).Draw(t, "why")
		r := Request{Rule: rule, Ask: Ask{Action: Start, By: by.Actor, Reason: reason}}
		votes := rapid.SliceOfN(rapid.SampledFrom(cast), 0, 6).Draw(t, "votes")
		no := rapid.IntRange(0, 9).Draw(t, "somebody says no") == 0 && len(votes) > 0
		var voices [][]string
		denied := false
		counted := map[string]bool{}
		for i, who := range votes {
			as, why := rule.As(r.Ask, who, "T1", w.Groups)
			want := mayDecide(rule, r.Ask, who, w.Groups)
			require.ElementsMatch(t, want, as)
			require.Equal(t, len(as) == 0, !why.IsZero())
			if len(as) == 0 {
				continue // the Service records nothing of theirs
			}
			yes := !(no && i == 0)
			denied = denied || !yes
			r.Decisions = append(r.Decisions, Decision{By: who.Actor, Approve: yes, As: as})
			if yes && !counted[who.UserID] {
				counted[who.UserID] = true
				voices = append(voices, want)
			}
		}
		allowed := !denied && (reason != "" || !rule.NeedsReason) && len(rule.Closed) == 0 && enough(rule, voices)
		out := Evaluate(r, w.From)
		require.Equal(t, allowed, out.Standing == Allowed, "%s", out.Sentence())
		require.NotEmpty(t, out.Sentence())
		require.LessOrEqual(t, out.Have, out.Need)
		if out.Standing == Waits {
			require.NotEmpty(t, out.Missing)
			require.Less(t, out.Have, out.Need)
		}
	})
}

// Prove finds a gap for somebody's ask exactly where no set of people can get it approved, or no hour is open.
func TestProveIsNeverWrong(t *testing.T) {
	policies := 0
	for policies < 500 {
		rapid.Check(t, proveOnce(&policies))
	}
}

func proveOnce(policies *int) func(*rapid.T) {
	return func(t *rapid.T) {
		p, w := aWorld(t)
		*policies++
		gaps := Prove(p, w)
		for _, q := range w.Asks {
			shut := false
			for _, who := range cast {
				if who.Guest || who.Bot || who.Deleted || who.TeamID != "T1" {
					continue
				}
				q.Ask.By, q.Groups = who.Actor, w.Groups
				rule, ok := p.For(q)
				stuck := !ok
				if ok {
					var voices [][]string
					for _, voice := range cast {
						if as := mayDecide(rule, q.Ask, voice, w.Groups); len(as) > 0 {
							voices = append(voices, as)
						}
					}
					stuck = !enough(rule, voices) // more people never hurt
					shut = shut || len(rule.Closed) > 0
				}
				told := slices.ContainsFunc(gaps, func(g Gap) bool {
					return g.Job == q.Job.Name && g.Hours == 0 && (g.Who == nil || slices.Contains(g.Who, who.Name))
				})
				require.Equal(t, stuck, told, "%s asks for %s: %v", who.Name, q.Job.Name, gaps)
			}
			told := slices.ContainsFunc(gaps, func(g Gap) bool { return g.Job == q.Job.Name && g.Hours > 0 })
			require.Equal(t, shut, told, "closed hours: %v", gaps)
		}
	}
}

func TestProveNamesTheGap(t *testing.T) {
	leads := Group{ID: "S1", Handle: "leads", Members: []string{"U0A", "U0B", "U0L"}}
	world := World{TeamID: "T1", People: cast, Groups: Groups{leads}, From: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC),
		Asks: []Question{{Ask: Ask{Action: Start, Instance: "prod"}, Job: Job{Name: "nightly"}}}}
	for name, c := range map[string]struct {
		rule Rule
		who  []string
		says string
	}{
		"self-approval":      {Rule{Approvals: 2, Approvers: []string{"@leads"}}, []string{"Ana", "Ben"}, "there are 1 of 2 approvals; still missing: one more of @leads"},
		"quorum too large":   {Rule{Approvals: 3, Approvers: []string{"@leads"}}, []string{"Ana", "Ben", "Chen"}, "of 3 approvals"},
		"a group that is no": {Rule{Approvals: 1, Approvers: []string{"@nobody"}}, nil, "Slack has no group @nobody"},
		"who has left":       {Rule{Approvals: 1, Approvers: []string{"U0L"}}, nil, "deactivated: Lee"},
		"a freeze":           {Rule{Closed: []Window{{To: allDay, Zone: "UTC"}}}, nil, "closed at every hour looked at"},
		"no rule":            {Rule{Match: Match{Jobs: []string{"orders"}}}, nil, "no rule matches, so it never starts"},
	} {
		c.rule.Name = "rule"
		gaps := Prove(Policy{Rules: []Rule{c.rule}}, world)
		var said []string
		var who []string
		for _, g := range gaps {
			said, who = append(said, g.Words), append(who, g.Who...)
		}
		require.Contains(t, fmt.Sprint(said), c.says, name)
		require.Equal(t, c.who, who, name)
	}
	fine := Policy{Rules: []Rule{{Name: "fine", Approvals: 1, Approvers: []string{"@leads"}}}}
	require.Empty(t, Prove(fine, world))
}

// BenchmarkEvaluate picks the last of a thousand rules and evaluates it, beside a policy of that one rule.
func BenchmarkEvaluate(b *testing.B) {
	last := Rule{Name: "last", Match: Match{Jobs: []string{"nightly_*"}}, Approvals: 2, Approvers: []string{"@leads"},
		Closed: []Window{{Days: []time.Weekday{time.Saturday}, To: allDay, Zone: "Asia/Shanghai"}}}
	var many []Rule
	for i := range 999 {
		many = append(many, Rule{Name: fmt.Sprint("rule ", i), Match: Match{Jobs: []string{fmt.Sprintf("team_%d_*", i)}}})
	}
	groups := Groups{{ID: "S1", Handle: "leads", Members: []string{"U0B", "U0C"}}}
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for name, rules := range map[string][]Rule{"rules=1": {last}, "rules=1000": append(many, last)} {
		b.Run(name, func(b *testing.B) {
			p := Policy{Rules: rules}
			r := Request{Ask: Ask{By: cast[0].Actor, Instance: "prod"}, Job: Job{Name: "nightly_sync"}, Decisions: []Decision{{By: cast[1].Actor, Approve: true}}}
			for b.Loop() {
				r.Rule, _ = p.For(Question{Ask: r.Ask, Job: r.Job, Groups: groups})
				r.Decisions[0].As, _ = r.Rule.As(r.Ask, cast[1], "T1", groups)
				if Evaluate(r, at).Have != 1 {
					b.Fatal("it does not count")
				}
			}
		})
	}
}
