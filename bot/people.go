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
	groupsNew  = 3 * time.Second // what is asked for now may be so old: Slack takes about 20 such calls a minute
)

// People asks Slack who somebody is, and remembers it for some minutes. It implements approval.People.
type People struct {
	api      *slack.Client
	clock    approval.Clock
	teamID   string
	language Language // where a person's own is not known
	scopes   *scopes  // nil: what is missing is not logged

	mu    sync.Mutex
	known map[string]known

	asking   sync.Mutex // one usergroups.list at a time
	groups   approval.Groups
	groupsAt time.Time
}

type known struct {
	person   approval.Person
	language Language
	until    time.Time
}

// TeamID is the workspace of Slipway's own token.
func (p *People) TeamID() string { return p.teamID }

// Person calls users.info unless the answer is known. An error means that Slack did not say: treat nobody as known.
func (p *People) Person(ctx context.Context, userID string) (approval.Person, error) {
	k, err := p.ask(ctx, userID)
	return k.person, err
}

// languageWait is how long an answer waits for Slack to say in which language its reader has set Slack.
const languageWait = 500 * time.Millisecond

// Language is the one in which a person has set Slack, where Slipway speaks it; the channels' where that is not known.
func (p *People) Language(ctx context.Context, userID string) Language {
	ctx, done := context.WithTimeout(ctx, languageWait)
	defer done()
	k, err := p.ask(ctx, userID)
	if err != nil || k.language == "" {
		return p.language
	}
	return k.language
}

func (p *People) ask(ctx context.Context, userID string) (known, error) {
	now := p.clock.Now()
	p.mu.Lock()
	k, ok := p.known[userID]
	p.mu.Unlock()
	if ok && now.Before(k.until) {
		return k, nil
	}
	user, err := p.api.GetUserInfoContext(ctx, userID)
	if name := slackError(err); name == "user_not_found" || name == "user_not_visible" {
		return known{}, &approval.Error{Code: approval.NotMember, Words: approval.T("Slack does not know you as a member of this workspace, so nothing was started or decided."), Cause: err}
	}
	if scope := p.scopes.missing(err, "users:read"); scope != "" {
		return known{}, &approval.Error{Code: approval.Unavailable, Words: approval.T("Slipway's Slack app lacks the scope `%s`, so I can't tell who you are. Nothing was started or decided.", scope), Hint: addScope, Cause: err}
	}
	if err != nil {
		return known{}, fmt.Errorf("users.info: %w", err)
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
	k = known{person, "", now.Add(peopleKept)}
	if l, ok := ParseLanguage(user.Locale); ok {
		k.language = l
	}
	p.known[userID] = k
	return k, nil
}

// Groups calls usergroups.list, with members, unless the answer is known: for a minute, or some seconds where it must be
// fresh. One call brings all groups; who comes while another asks waits for that answer.
func (p *People) Groups(ctx context.Context, fresh bool) (approval.Groups, error) {
	kept := groupsKept
	if fresh {
		kept = groupsNew
	}
	p.asking.Lock()
	defer p.asking.Unlock()
	at := p.clock.Now()
	if !p.groupsAt.IsZero() && at.Sub(p.groupsAt) < kept {
		return p.groups, nil
	}
	list, err := p.api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
	if scope := p.scopes.missing(err, "usergroups:read"); scope != "" {
		return nil, &approval.Error{Code: approval.Unavailable, Words: approval.T("Slipway's Slack app lacks the scope `%s`, so I can't tell who belongs to the groups of the policy. Nothing was started or decided.", scope), Hint: addScope, Cause: err}
	}
	if err != nil {
		return nil, fmt.Errorf("usergroups.list: %w", err)
	}
	groups := make(approval.Groups, 0, len(list))
	for _, g := range list {
		if g.DateDelete == 0 && g.TeamID == p.teamID {
			groups = append(groups, approval.Group{ID: g.ID, Handle: g.Handle, Name: g.Name, Members: g.Users})
		}
	}
	p.groups, p.groupsAt = groups, at
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
