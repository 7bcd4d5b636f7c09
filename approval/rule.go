package approval

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// BuiltIn is the one rule without a policy file: the requester confirms. A confirmation is an approval.
func BuiltIn() Rule {
	return Rule{Name: "the requester confirms", Approvals: 1, Approvers: []string{TheRequester}, ExpiresIn: 30 * time.Minute}
}

// ConfirmsOnly reports whether the Rule asks nobody but the requester.
func (r Rule) ConfirmsOnly() bool {
	return r.Approvals == 1 && len(r.Approvers) == 1 && r.Approvers[0] == TheRequester && len(r.ApprovalsFrom) == 0
}

// Refs are all whom the Rule names as approvers, as it writes them, each once.
func (r Rule) Refs() []string {
	refs := slices.Clone(r.Approvers)
	for _, ref := range slices.Sorted(maps.Keys(r.ApprovalsFrom)) {
		if !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// need is how many approvals it takes: Approvals, or what ApprovalsFrom adds up to where that is more.
func (r Rule) need() int {
	sum := 0
	for _, n := range r.ApprovalsFrom {
		sum += n
	}
	return max(r.Approvals, sum)
}

// Waives reports whether the Rule lets this Ask start without any approval.
func (r Rule) Waives(ask Ask) bool { return r.need() == 0 || ask.BreakGlass && r.BreakGlass != nil }

// StepWhy says in a sentence why a workflow's step may not ask under this Rule; zero where it may, and for people.
func (r Rule) StepWhy(ask Ask) Text {
	switch {
	case ask.Step == "":
		return Text{}
	case !r.Workflows:
		return T("The rule “%s” does not let workflows ask.", r.Name)
	case slices.Contains(r.Refs(), TheRequester):
		return T("The rule “%s” asks the requester, and a workflow is nobody who could answer.", r.Name)
	}
	return Text{}
}

// Reaches reports whether those who may decide get to see the question. What is asked in a direct message only the
// requester sees, and whoever the Rule sends a copy of the card.
func (r Rule) Reaches(ask Ask, who Person, teamID string, groups Groups) bool {
	if !ask.Direct() || r.Waives(ask) || len(r.CopiesFor(ask, groups)) > 0 {
		return true
	}
	as, _ := r.As(ask, who, teamID, groups)
	return r.need() == 1 && len(as) > 0
}

// Direct reports whether it was asked where nobody but the requester reads: Slack's direct messages begin with D.
func (a Ask) Direct() bool { return IsDirect(a.Channel) }

// IsDirect reports whether a channel id is that of a direct message.
func IsDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

// Same reports whether two rules say the same.
func (r Rule) Same(other Rule) bool {
	a, err := json.Marshal(r)
	b, err2 := json.Marshal(other)
	return err == nil && err2 == nil && bytes.Equal(a, b)
}

// NamesGroups reports whether the Rule says something about a user group, so that Slack must be asked for them.
func (r Rule) NamesGroups() bool {
	if slices.ContainsFunc(r.Refs(), isGroup) || slices.ContainsFunc(r.Match.Requesters, isGroup) {
		return true
	}
	return r.BreakGlass != nil && (slices.ContainsFunc(r.BreakGlass.By, isGroup) || slices.ContainsFunc(r.BreakGlass.Tells, isGroup))
}

// As says which of the Rule's approvers somebody is for this Ask; or none, and in a sentence why they may not decide.
// Groups, TheRequester and Anyone mean full members of the workspace only. A guest, an app or somebody of another
// workspace decides where the Rule names them by user id. Who is deactivated, or of unknown workspace, never does. Who is
// Unproven counts by user id, and as TheRequester: Slack was asked who that is when the Request was opened.
func (r Rule) As(ask Ask, who Person, teamID string, groups Groups) (as []string, why Text) {
	if who.UserID == "" || who.TeamID == "" || teamID == "" || who.Deleted {
		return nil, T("Only active members of this workspace may decide.")
	}
	full := who.FullMember(teamID) == nil
	requester := who.Actor.Is(ask.By)
	own := false // would be an approver, were it not their own request
	for _, ref := range r.Refs() {
		switch {
		case ref == who.UserID, ref == TheRequester && requester && (full || who.Unproven && ask.Step == ""):
			as = append(as, ref)
		case !full || ref == TheRequester:
		case ref == Anyone || groups.hold(ref, who.UserID):
			if !requester || r.RequesterMay {
				as = append(as, ref)
			} else {
				own = true
			}
		}
	}
	switch {
	case len(as) > 0:
		return as, Text{}
	case who.Unproven:
		return nil, T("Slack can't be asked now, so only those count whom the rule names by user id.")
	case !full:
		return nil, T("Only full members of this workspace may decide: no guests, no apps, nobody from other workspaces.")
	case own:
		return nil, T("Nobody may approve their own request under this rule.")
	}
	return nil, T("The rule does not name you.")
}

// BreakGlassBy says in a sentence why somebody may not start past this Rule in an emergency; zero where they may.
func (r Rule) BreakGlassBy(who Person, teamID string, groups Groups) Text {
	switch {
	case r.BreakGlass == nil:
		return T("The rule “%s” has no way past it, not even in an emergency.", r.Name)
	case who.FullMember(teamID) != nil || teamID == "":
		return T("Only full members of this workspace may break the glass.")
	}
	if groups.include(r.BreakGlass.By, who.UserID) {
		return Text{}
	}
	return T("The rule “%s” does not name you among those who may start past it in an emergency.", r.Name)
}
