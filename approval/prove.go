package approval

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// World is what Prove looks at: everybody who may matter, and every kind of Ask that may come.
type World struct {
	TeamID string
	People []Person // the members of the groups, the users that rules name, and whoever else may ask or approve
	Groups Groups
	Asks   []Question // each job with the action, the instance and the channel it would be asked for in; By and Groups are filled in
	From   time.Time  // the first hour that is looked at
	Hours  int        // how many hours; 0: a week
}

// Gap is an Ask that nobody could get started at some time, or not by everybody who may ask.
type Gap struct {
	Rule     string // "": no rule matches
	Instance string
	Job      string
	Action   Action
	Who      []string // requesters that it concerns; empty: all
	Words    string   // why, in a sentence
	From     time.Time
	Hours    int // for how many hours it holds, from then on; 0: at all times
}

// Prove looks for gaps: for every Ask, by every person who may ask, there must be a set of people who can approve it under
// the rule that would be picked, and an hour in the time looked at during which it may start. What it finds no gap in can
// be started; what it calls a gap cannot.
func Prove(p Policy, w World) []Gap {
	if w.Hours == 0 {
		w.Hours = 7 * 24
	}
	var gaps []Gap
	for _, q := range w.Asks {
		gaps = append(gaps, w.prove(p, q)...)
	}
	return gaps
}

func (w World) prove(p Policy, q Question) []Gap {
	q.Groups = w.Groups
	base := Gap{Instance: q.Ask.Instance, Job: q.Job.Name, Action: q.Ask.Action}
	found := map[string]*Gap{} // by rule and reason: the people it concerns
	var order []string
	askers := 0
	closed := map[string]Gap{}
	for _, who := range w.People {
		if who.FullMember(w.TeamID) != nil {
			continue
		}
		askers++
		q.Ask.By = who.Actor
		rule, ok := p.For(q)
		gap := base
		switch {
		case !ok:
			gap.Words = "no rule matches, so it never starts"
		default:
			gap.Rule = rule.Name
			gap.Words = w.short(rule, q.Ask)
			if shut, is := w.shut(rule); is {
				shut.Rule, shut.Instance, shut.Job, shut.Action = gap.Rule, gap.Instance, gap.Job, gap.Action
				closed[rule.Name] = shut
			}
		}
		if gap.Words == "" {
			continue
		}
		key := gap.Rule + "|" + gap.Words
		if found[key] == nil {
			found[key] = &gap
			order = append(order, key)
		}
		found[key].Who = append(found[key].Who, who.Name)
	}
	var gaps []Gap
	for _, key := range order {
		gap := *found[key]
		if len(gap.Who) == askers {
			gap.Who = nil
		}
		gaps = append(gaps, gap)
	}
	for _, rule := range p.Rules {
		if gap, is := closed[rule.Name]; is {
			gaps = append(gaps, gap)
		}
	}
	return gaps
}

// short says why the people there are do not suffice for a rule; "" where they do.
func (w World) short(rule Rule, ask Ask) string {
	if rule.need() == 0 {
		return ""
	}
	r := Request{Ask: ask, Rule: rule}
	r.Ask.Reason, r.Ask.BreakGlass = "a reason", false
	for _, who := range w.People {
		if as, _ := rule.As(ask, who, w.TeamID, w.Groups); len(as) > 0 {
			r.Decisions = append(r.Decisions, Decision{By: who.Actor, Approve: true, As: as})
		}
	}
	out := Evaluate(r, time.Time{})
	if out.Standing == Allowed {
		return ""
	}
	var missing []string
	for _, m := range out.Missing {
		missing = append(missing, m.text(Plain, true).String())
	}
	words := fmt.Sprintf("if everybody who may approve does, there are %d of %d approvals; still missing: %s", out.Have, out.Need, strings.Join(missing, " and "))
	for _, ref := range rule.Refs() {
		if _, ok := w.Groups.Find(ref); isGroup(ref) && !ok {
			words += "; Slack has no group " + ref
		}
	}
	if inactive := w.inactive(rule); inactive != "" {
		words += "; deactivated: " + inactive
	}
	return words
}

// inactive names the users of a rule that have left.
func (w World) inactive(rule Rule) string {
	var names []string
	for _, who := range w.People {
		if who.Deleted && slices.Contains(rule.Refs(), who.UserID) {
			names = append(names, who.Name)
		}
	}
	return strings.Join(names, ", ")
}

// shut reports a rule that is closed at every hour looked at.
func (w World) shut(rule Rule) (Gap, bool) {
	for hour := range w.Hours {
		if _, _, closed := rule.ClosedAt(w.From.Add(time.Duration(hour) * time.Hour)); !closed {
			return Gap{}, false
		}
	}
	window, until, _ := rule.ClosedAt(w.From)
	return Gap{Words: "closed at every hour looked at, until " + window.clock(until), From: w.From, Hours: w.Hours}, true
}
