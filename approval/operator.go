package approval

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// hostMark begins the word in a Decision's As that says who gave it on Slipway's host.
const hostMark = "host:"

// Operator is the OS user, as the policy names them, who gave this Decision on Slipway's host; "": it was given in Slack.
func (d Decision) Operator() string {
	for _, as := range d.As {
		if operator, ok := strings.CutPrefix(as, hostMark); ok {
			return operator
		}
	}
	return ""
}

// onHost adds to what somebody is to a rule that they say it on Slipway's host.
func (v Verdict) onHost(as []string) []string {
	if v.Operator == "" {
		return as
	}
	return append(slices.Clone(as), hostMark+v.Operator)
}

// OnHost reports whether one of the Decisions was given on Slipway's host, as is done when Slack is down. Then the start
// does not wait for Slack: of people, only what needs no proof by Slack counts.
func (r Request) OnHost() bool {
	return slices.ContainsFunc(r.Decisions, func(d Decision) bool { return d.Operator() != "" })
}

// MatchesGroups reports whether a rule goes by the groups of who asks: without Slack nobody knows then which rule it is.
func (p Policy) MatchesGroups() bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { return slices.ContainsFunc(r.Match.Requesters, isGroup) })
}

// HostPeople is the People of the command line. It asks Slack as long as Slack answers; whom it cannot ask for is Unproven.
type HostPeople struct {
	Slack People            // nil: Slack cannot be asked
	Team  string            // the workspace, where Slack cannot be asked
	Names map[string]string // by user id, for words
}

// TeamID is the workspace.
func (h HostPeople) TeamID() string {
	if h.Slack != nil {
		return h.Slack.TeamID()
	}
	return h.Team
}

// Person is somebody as Slack knows them, or else Unproven.
func (h HostPeople) Person(ctx context.Context, userID string) (Person, error) {
	if h.Slack != nil {
		if who, err := h.Slack.Person(ctx, userID); err == nil || CodeOf(err) != "" {
			return who, err
		}
	}
	name := h.Names[userID]
	if name == "" {
		name = userID
	}
	return Person{Actor: Actor{TeamID: h.TeamID(), UserID: userID, Name: name}, Unproven: true}, nil
}

// Groups are those of Slack, or an error.
func (h HostPeople) Groups(ctx context.Context, fresh bool) (Groups, error) {
	if h.Slack == nil {
		return nil, errors.New("user groups: Slack cannot be asked now")
	}
	return h.Slack.Groups(ctx, fresh)
}
