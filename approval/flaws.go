package approval

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits of a Rule.
const (
	LongestName  = 100                 // runes
	LongestWait  = 30 * 24 * time.Hour // ExpiresIn
	ShortestWait = time.Minute
)

// Flaw is one thing that is wrong with a Policy, for whoever writes it.
type Flaw struct {
	Rule  int    // its place in the list, from 0; NoRule: it is in none
	Field string // where in the rule, as the file writes it: approvers[1], closed[0].zone; "": the rule itself
	Words string // what is wrong
	Hint  string // what to do
}

// NoRule is the Rule of a Flaw outside of the rules.
const NoRule = -1

// Flaws lists everything that is wrong with a Policy; a Policy with flaws must not be put in force.
func (p Policy) Flaws() []Flaw {
	var flaws []Flaw
	names := map[string]int{}
	for i, r := range p.Rules {
		c := checker{rule: i}
		c.check(r)
		if first, twice := names[r.Name]; twice {
			c.flaw("name", "give each rule a name of its own", "the name %q is the %s rule's already", r.Name, ordinal(first+1))
		}
		names[r.Name] = i
		flaws = append(flaws, c.flaws...)
	}
	c := checker{rule: NoRule}
	c.house(p)
	return append(flaws, c.flaws...)
}

// house checks what is said of no rule.
func (c *checker) house(p Policy) {
	if p.Brake != nil {
		if len(p.Brake.By) == 0 {
			c.flaw("freeze.by", "name users or groups, or leave freeze out", "nobody may freeze starts")
		}
		for i, ref := range p.Brake.By {
			if !named(ref) {
				c.flaw(at("freeze.by", i), "a user id such as U024BE7LH, a group id or an @handle", "%q names nobody", ref)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Operators)) {
		if !login.MatchString(name) {
			c.flaw("operators."+name, "a login name as id -un prints it, or a number as id -u prints it", "%q is no OS user", name)
		}
		if !userID.MatchString(p.Operators[name]) {
			c.flaw("operators."+name, "their user id in Slack, such as U024BE7LH", "%q is no user id", p.Operators[name])
		}
	}
}

func ordinal(n int) string {
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			return fmt.Sprint(n, "st")
		case 2:
			return fmt.Sprint(n, "nd")
		case 3:
			return fmt.Sprint(n, "rd")
		}
	}
	return fmt.Sprint(n, "th")
}

type checker struct {
	rule  int
	flaws []Flaw
}

func (c *checker) flaw(field, hint, format string, args ...any) {
	c.flaws = append(c.flaws, Flaw{c.rule, field, fmt.Sprintf(format, args...), hint})
}

var (
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)
	groupID   = regexp.MustCompile(`^S[A-Z0-9]{2,}$`)
	handle    = regexp.MustCompile(`^@[a-z0-9._-]{1,}$`)
	login     = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_.-]*|[0-9]+)$`)
	channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{2,}$`)
)

func (c *checker) check(r Rule) {
	switch n := utf8.RuneCountInString(r.Name); {
	case strings.TrimSpace(r.Name) == "":
		c.flaw("name", "say in a few words what it is for; people read it on the card", "the rule has no name")
	case n > LongestName:
		c.flaw("name", fmt.Sprintf("at most %d characters", LongestName), "the name has %d characters", n)
	}
	c.match(r.Match)
	c.quorum(r)
	if r.ExpiresIn < ShortestWait || r.ExpiresIn > LongestWait {
		c.flaw("expires_in", "from 1m to 720h; without it a question stands for 30 minutes", "%s is no time for people to decide in", r.ExpiresIn)
	}
	if r.RemindBefore < 0 || r.RemindBefore > 0 && r.RemindBefore >= r.ExpiresIn {
		c.flaw("remind_before", "shorter than expires_in", "a reminder %s before the end would come before the question", r.RemindBefore)
	}
	for i, w := range r.Closed {
		c.window(fmt.Sprintf("closed[%d]", i), w)
	}
	if r.BreakGlass != nil {
		c.breakGlass(*r.BreakGlass)
	}
	if r.Workflows && slices.Contains(r.Refs(), TheRequester) {
		c.flaw("workflows", "name who approves, or give workflows a rule of their own before this one", "a workflow is nobody who could approve as requester")
	}
}

func (c *checker) match(m Match) {
	for i, action := range m.Actions {
		if action != Start && action != Stop {
			c.flaw(at("match.actions", i), "start or stop", "there is no action %q", action)
		}
	}
	for i, id := range m.Channels {
		if !channelID.MatchString(id) {
			c.flaw(at("match.channels", i), "use the id, such as C0123456789: names change; it is in the channel's details", "%q is no channel id", id)
		}
	}
	for i, ref := range m.Requesters {
		if !named(ref) {
			c.flaw(at("match.requesters", i), "a user id such as U024BE7LH, a group id or an @handle", "%q names nobody", ref)
		}
	}
	for i, glob := range m.Jobs {
		if strings.TrimSpace(glob) == "" {
			c.flaw(at("match.jobs", i), `a name, an id, or a pattern such as "orders_*"`, "an empty pattern matches no job")
		}
	}
	known := []string{"METADATA_MIGRATION", "METADATA_DISCOVERY", "PERMISSION_MIGRATION"}
	for i, kind := range m.Types {
		if !slices.Contains(known, kind) {
			c.flaw(at("match.types", i), strings.Join(known, ", "), "there is no job type %q", kind)
		}
	}
}

// quorum finds a Rule that nobody can satisfy, as far as the Rule alone tells; Prove knows more.
func (c *checker) quorum(r Rule) {
	if r.Approvals < 0 {
		c.flaw("approvals", "0 or more", "%d approvals are no number of people", r.Approvals)
	}
	for i, ref := range r.Approvers {
		if ref != TheRequester && ref != Anyone && !named(ref) {
			c.flaw(at("approvers", i), "a user id such as U024BE7LH, a group id, an @handle, requester or anyone", "%q names nobody", ref)
		}
		if slices.Index(r.Approvers, ref) != i {
			c.flaw(at("approvers", i), "leave it out here", "%q is named twice", ref)
		}
	}
	sum := 0
	for _, ref := range slices.Sorted(maps.Keys(r.ApprovalsFrom)) {
		if !named(ref) {
			c.flaw("approvals_from", "a user id, a group id or an @handle", "%q names nobody", ref)
		}
		if r.ApprovalsFrom[ref] < 1 {
			c.flaw("approvals_from", "1 or more, or leave it out", "%d approvals from %s are no number of people", r.ApprovalsFrom[ref], ref)
		}
		if !isGroup(ref) && r.ApprovalsFrom[ref] > 1 {
			c.flaw("approvals_from", "1", "%s is one person and can't give %d approvals", ref, r.ApprovalsFrom[ref])
		}
		sum += r.ApprovalsFrom[ref]
	}
	if sum > 0 && r.Approvals > 0 && r.Approvals < sum {
		c.flaw("approvals", "leave approvals out, or make it at least that many", "approvals_from asks for %d, approvals for %d only", sum, r.Approvals)
	}
	refs := r.Refs()
	if r.need() > 0 && len(refs) == 0 {
		c.flaw("approvers", "name approvers, or set approvals: 0 to start without any", "%d approvals are needed, but nobody may give one", r.need())
		return
	}
	single := func(ref string) bool { return ref != Anyone && !isGroup(ref) }
	if r.need() > len(refs) && len(refs) > 0 && !slices.ContainsFunc(refs, func(ref string) bool { return !single(ref) }) {
		c.flaw("approvals", "name more approvers, or ask for fewer", "%d approvals are needed, but only %d people are named", r.need(), len(refs))
	}
	if r.RequesterMay && !slices.ContainsFunc(refs, func(ref string) bool { return ref == Anyone || isGroup(ref) }) {
		c.flaw("requester_may_approve", "leave it out: it is about groups and anyone", "it changes nothing for approvers that are named one by one")
	}
}

func (c *checker) window(field string, w Window) {
	if _, err := time.LoadLocation(w.Zone); err != nil || w.Zone == "" || w.Zone == "Local" {
		c.flaw(field+".zone", "a name of the time zone database, such as Asia/Shanghai or UTC", "there is no time zone %q", w.Zone)
	}
	if w.From < 0 || w.From >= allDay || w.To < 0 || w.To > allDay {
		c.flaw(field, "from 00:00 to 24:00", "the times are not within a day")
	}
	if w.From == w.To {
		c.flaw(field, `from: "00:00", to: "24:00" is the whole day`, "the window begins when it ends")
	}
	for i, dates := range w.Dates {
		first, err := time.Parse(dateOnly, dates.First)
		last, err2 := time.Parse(dateOnly, dates.Last)
		switch {
		case err != nil || err2 != nil:
			c.flaw(at(field+".dates", i), "such as 2026-12-24 or 2026-12-24..2027-01-02", "%s..%s are no dates", dates.First, dates.Last)
		case last.Before(first):
			c.flaw(at(field+".dates", i), "the earlier one first", "%s comes after %s", dates.First, dates.Last)
		}
	}
}

func (c *checker) breakGlass(b BreakGlass) {
	if len(b.By) == 0 {
		c.flaw("break_glass.by", "name users or groups, or leave break_glass out", "nobody may break the glass")
	}
	for i, ref := range b.By {
		if !named(ref) {
			c.flaw(at("break_glass.by", i), "a user id such as U024BE7LH, a group id or an @handle", "%q names nobody", ref)
		}
	}
	for i, ref := range b.Tells {
		if !named(ref) && !channelID.MatchString(ref) {
			c.flaw(at("break_glass.tells", i), "a channel id, a user id, a group id or an @handle", "%q is nobody to tell", ref)
		}
	}
}

func at(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

// named reports whether a word of a rule can name users: an id, or a group's @handle.
func named(ref string) bool {
	return userID.MatchString(ref) || groupID.MatchString(ref) || handle.MatchString(ref)
}
