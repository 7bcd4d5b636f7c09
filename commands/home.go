package commands

import (
	"context"
	"slices"

	"slipway/approval"
)

// Home is what concerns one person, as plain data.
type Home struct {
	Refused string // why this person sees nothing; "" for a full member
	Command string // what the person types otherwise

	Waiting []approval.Request // for this person's decision
	Asked   []approval.Request // by this person, and open
	Running []approval.Request // asked or decided by this person
	Ended   []approval.Request // lately; asked or decided by this person
}

// homeReads is how many Requests a Home is made of.
const homeReads = 200

// Home reads what concerns a person. What others asked shows only to whom its rule lets decide.
func (r *Router) Home(ctx context.Context, by approval.Actor, v approval.Voice) (Home, error) {
	who, err := r.people.Person(ctx, by.UserID)
	if err != nil {
		return Home{}, err
	}
	if no := who.FullMember(r.people.TeamID()); no != nil {
		return Home{Refused: v.Text(no.Text())}, nil
	}
	open, err := r.store.Find(ctx, approval.Filter{Open: true, Limit: homeReads})
	if err != nil {
		return Home{}, err
	}
	own, err := r.store.Find(ctx, approval.Filter{By: by.UserID, Limit: homeReads / 4})
	if err != nil {
		return Home{}, err
	}
	var groups approval.Groups
	if slices.ContainsFunc(open, func(req approval.Request) bool { return req.Rule.NamesGroups() }) {
		if groups, err = r.people.Groups(ctx, false); err != nil {
			return Home{}, err
		}
	}
	var h Home
	for _, req := range open {
		mine, decided := req.Ask.By.Is(who.Actor), slices.ContainsFunc(req.Decisions, func(d approval.Decision) bool { return d.By.Is(who.Actor) })
		as, _ := req.Rule.As(req.Ask, who, r.people.TeamID(), groups)
		switch {
		case req.State == approval.Pending && len(as) > 0 && !decided:
			h.Waiting = append(h.Waiting, req)
		case (mine || decided) && (req.State == approval.Accepted || req.State == approval.Running):
			h.Running = append(h.Running, req)
		case mine:
			h.Asked = append(h.Asked, req)
		}
	}
	h.Ended = slices.DeleteFunc(own, func(req approval.Request) bool { return !req.State.Ended() })
	return h, nil
}
