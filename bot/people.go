package bot

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"slipway/approval"
)

const (
	peopleKept = 5 * time.Minute
	peopleMost = 10_000
	groupsKept = time.Minute
)

// People asks Slack who somebody is, and remembers it for some minutes. It implements approval.People.
type People struct {
	api    *slack.Client
	clock  approval.Clock
	teamID string

	mu    sync.Mutex
	known map[string]known

	asking      sync.Mutex // one usergroups.list at a time
	groups      approval.Groups
	groupsUntil time.Time
}

type known struct {
	person approval.Person
	until  time.Time
}

// TeamID is the workspace of Slipway's own token.
func (p *People) TeamID() string { return p.teamID }

// Person calls users.info unless the answer is known. An error means that Slack did not say: treat nobody as known.
func (p *People) Person(ctx context.Context, userID string) (approval.Person, error) {
	now := p.clock.Now()
	p.mu.Lock()
	k, ok := p.known[userID]
	p.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.person, nil
	}
	user, err := p.api.GetUserInfoContext(ctx, userID)
	if name := slackError(err); name == "user_not_found" || name == "user_not_visible" {
		return approval.Person{}, &approval.Error{Code: approval.NotMember, Words: "Slack does not know you as a member of this workspace, so nothing was started or decided.", Cause: err}
	}
	if err != nil {
		return approval.Person{}, fmt.Errorf("users.info: %w", err)
	}
	person := approval.Person{
		Actor: approval.Actor{TeamID: user.TeamID, UserID: user.ID, Name: displayName(user)},
		Guest: user.IsRestricted || user.IsUltraRestricted || user.IsStranger, Bot: user.IsBot || user.IsAppUser, Deleted: user.Deleted,
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= peopleMost {
		clear(p.known)
	}
	p.known[userID] = known{person, now.Add(peopleKept)}
	return person, nil
}

// Groups calls usergroups.list, with members, unless the answer is known and need not be fresh. One call brings all
// groups; who waits for it while another asks takes that answer.
func (p *People) Groups(ctx context.Context, fresh bool) (approval.Groups, error) {
	wanted := p.clock.Now()
	p.asking.Lock()
	defer p.asking.Unlock()
	asked := p.groupsUntil.Add(-groupsKept)
	if p.clock.Now().Before(p.groupsUntil) && (!fresh || asked.After(wanted)) {
		return p.groups, nil
	}
	at := p.clock.Now()
	list, err := p.api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
	if err != nil {
		return nil, fmt.Errorf("usergroups.list: %w", err)
	}
	groups := make(approval.Groups, 0, len(list))
	for _, g := range list {
		if g.DateDelete == 0 && g.TeamID == p.teamID {
			groups = append(groups, approval.Group{ID: g.ID, Handle: g.Handle, Name: g.Name, Members: g.Users})
		}
	}
	p.groups, p.groupsUntil = groups, at.Add(groupsKept)
	return groups, nil
}

func displayName(u *slack.User) string {
	for _, name := range []string{u.Profile.DisplayName, u.RealName, u.Profile.RealName, u.Name} {
		if name != "" {
			return name
		}
	}
	return u.ID
}
