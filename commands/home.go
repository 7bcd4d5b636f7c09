package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"slipway/approval"
)

// How much of the records a Home is made of, the newest first.
const (
	homeOpen  = 300 // open requests of everybody
	homeEnded = 100 // requests of everybody, for those that ended
	homeMine  = 20  // requests of the person, for those that ended
)

// Home is what concerns one person, as plain data.
type Home struct {
	Refused string // why this person sees nothing; "" for a full member
	Command string // what the person types otherwise, such as /lf; "" where nobody has typed it yet
	Frozen  string // that all starts are frozen; "" where they are not

	Waiting []approval.Request // for this person's decision or word, the first to expire first
	Asked   []approval.Request // by this person, open and neither Waiting nor Running
	Running []approval.Request // asked or decided by this person
	Ended   []approval.Request // asked or decided by this person, the newest end first
}

// Home reads what concerns somebody. What others asked shows only to whom its rule lets decide, and to who decided it.
// An error means that it cannot be told now: what was shown before still stands.
func (r *Router) Home(ctx context.Context, userID string, v approval.Voice) (Home, error) {
	who, err := r.people.Person(ctx, userID)
	var refused *approval.Error
	if err != nil && !errors.As(err, &refused) {
		return Home{}, err
	}
	if err == nil {
		refused = who.FullMember(r.people.TeamID())
	}
	if refused != nil {
		return Home{Refused: v.Text(refused.Text())}, nil
	}
	open, err := r.store.Find(ctx, approval.Filter{Open: true, Limit: homeOpen})
	if err != nil {
		return Home{}, err
	}
	recent, err := r.store.Find(ctx, approval.Filter{Limit: homeEnded})
	if err != nil {
		return Home{}, err
	}
	mine, err := r.store.Find(ctx, approval.Filter{By: userID, Limit: homeMine})
	if err != nil {
		return Home{}, err
	}
	groups, err := r.groupsOf(ctx, open)
	if err != nil {
		return Home{}, err
	}
	reader := reader{who: who, teamID: r.people.TeamID(), groups: groups}
	home := Home{Command: commandOf(mine, recent), Frozen: r.frozen(ctx, v)}
	home.sortOpen(reader, open)
	home.sortEnded(reader, append(mine, recent...))
	return home, nil
}

func (h *Home) sortOpen(reader reader, open []approval.Request) {
	for _, req := range open {
		switch {
		case reader.mustSay(req):
			h.Waiting = append(h.Waiting, req)
		case runs(req) && (reader.asked(req) || reader.spoke(req)):
			h.Running = append(h.Running, req)
		case reader.asked(req) && !runs(req):
			h.Asked = append(h.Asked, req)
		}
	}
	slices.SortStableFunc(h.Waiting, func(a, b approval.Request) int {
		if a.ExpiresAt.IsZero() != b.ExpiresAt.IsZero() { // what does not expire comes last
			return b.ExpiresAt.Compare(a.ExpiresAt)
		}
		return cmp.Or(a.ExpiresAt.Compare(b.ExpiresAt), cmp.Compare(a.ID, b.ID))
	})
}

func (h *Home) sortEnded(reader reader, found []approval.Request) {
	ended := slices.DeleteFunc(found, func(req approval.Request) bool {
		return !req.State.Ended() || !reader.asked(req) && !reader.spoke(req)
	})
	slices.SortFunc(ended, func(a, b approval.Request) int {
		return cmp.Or(b.EndedAt.Compare(a.EndedAt), cmp.Compare(b.ID, a.ID))
	})
	h.Ended = slices.CompactFunc(ended, func(a, b approval.Request) bool { return a.ID == b.ID })
}

// Concerns reports whether a change of a Request may change somebody's Home; also where Slack does not say who they are.
func (r *Router) Concerns(ctx context.Context, req approval.Request, userID string) bool {
	who, err := r.people.Person(ctx, userID)
	if err != nil {
		return true
	}
	groups, err := r.groupsOf(ctx, []approval.Request{req})
	return err != nil || reader{who: who, teamID: r.people.TeamID(), groups: groups}.concerned(req)
}

// groupsOf asks Slack for the user groups where a rule of these names any.
func (r *Router) groupsOf(ctx context.Context, requests []approval.Request) (approval.Groups, error) {
	if !slices.ContainsFunc(requests, func(req approval.Request) bool { return req.Rule.NamesGroups() }) {
		return nil, nil
	}
	return r.people.Groups(ctx, false)
}

// reader is the person whose Home it is.
type reader struct {
	who    approval.Person
	teamID string
	groups approval.Groups
}

// concerned: the person asked for it, decided about it, or is one of those who may.
func (p reader) concerned(req approval.Request) bool {
	return p.asked(req) || p.spoke(req) || p.may(req)
}

func (p reader) asked(req approval.Request) bool { return req.Ask.By.Is(p.who.Actor) }

func (p reader) may(req approval.Request) bool {
	as, _ := req.Rule.As(req.Ask, p.who, p.teamID, p.groups)
	return len(as) > 0
}

func (p reader) spoke(req approval.Request) bool {
	return slices.ContainsFunc(req.Decisions, func(d approval.Decision) bool { return d.By.Is(p.who.Actor) })
}

// mustSay: the Request waits for a decision that this person may still make, or for what they saw.
func (p reader) mustSay(req approval.Request) bool {
	switch req.State {
	case approval.Pending:
		return p.may(req) && !p.spoke(req)
	case approval.Unknown:
		return p.may(req) || req.Rule.Waives(req.Ask) && p.asked(req)
	}
	return false
}

// runs: LakeFormation has taken the start, and the run has not ended.
func runs(req approval.Request) bool {
	return req.Ask.Action == approval.Start && (req.State == approval.Accepted || req.State == approval.Running)
}

// commandOf is the command's own name as it was typed last.
func commandOf(lists ...[]approval.Request) string {
	for _, list := range lists {
		for _, req := range list {
			if req.Ask.Command != "" {
				return req.Ask.Command
			}
		}
	}
	return ""
}
