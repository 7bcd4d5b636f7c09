package approval

import (
	"slices"
	"strings"
)

// Question is what a Policy is asked about: an Ask, the job it means, and the user groups, in case a rule names
// requesters by group.
type Question struct {
	Ask    Ask
	Job    Job
	Groups Groups
}

// For gives the first Rule that matches; false where none does, and then nothing may start.
func (p Policy) For(q Question) (Rule, bool) {
	for _, r := range p.Rules {
		if r.Match.matches(q) {
			return r, true
		}
	}
	return Rule{}, false
}

// NamesGroups reports whether any rule says something about a user group, so that Slack must be asked for them.
func (p Policy) NamesGroups() bool { return slices.ContainsFunc(p.Rules, Rule.NamesGroups) }

func (m Match) matches(q Question) bool {
	return anyOf(m.Instances, q.Ask.Instance) && anyOf(m.Types, q.Job.Type) && anyOf(m.Actions, q.Ask.Action) &&
		anyOf(m.Channels, q.Ask.Channel) && m.job(q.Job) && m.requester(q)
}

// anyOf reports whether a list is empty or holds the value.
func anyOf[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

func (m Match) job(j Job) bool {
	return len(m.Jobs) == 0 || slices.ContainsFunc(m.Jobs, func(pattern string) bool {
		return pattern == j.ID || glob(pattern, j.Name)
	})
}

func (m Match) requester(q Question) bool {
	return len(m.Requesters) == 0 || q.Groups.include(m.Requesters, q.Ask.By.UserID)
}

// glob matches a whole name: * is any run of characters, ? is one. Case counts, as it does in LakeFormation's names.
func glob(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	star, mark := -1, 0 // the last *, and how much of the name it has taken
	i, j := 0, 0
	for j < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}

// include reports whether a list of user ids, group ids and @handles names somebody.
func (g Groups) include(refs []string, userID string) bool {
	return slices.ContainsFunc(refs, func(ref string) bool { return ref == userID || g.hold(ref, userID) })
}

// hold reports whether the group that ref names has this member.
func (g Groups) hold(ref, userID string) bool {
	if !isGroup(ref) || userID == "" {
		return false
	}
	group, ok := g.Find(ref)
	return ok && slices.Contains(group.Members, userID)
}

// isGroup reports whether a rule's word names a user group: @handle, or an id that begins with S.
func isGroup(ref string) bool { return strings.HasPrefix(ref, "@") || strings.HasPrefix(ref, "S") }
