package approval

import (
	"slices"
	"time"
)

// Copy is the card of a Request in another place: with an approver directly, or where an emergency is told.
type Copy struct {
	To      string `json:"to"` // a user or channel id
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`    // "" until posted
	Shown   int64  `json:"shown,omitempty"` // the Version drawn last
	Gone    bool   `json:"gone,omitempty"`  // it cannot be posted or redrawn there
}

// mostCopies keeps one Request from filling a company's inboxes.
const mostCopies = 20

// CopiesFor names who gets the card besides the channel: the approvers, where the Rule wants that, and in an emergency
// whom the Rule tells. Groups stand for their members; who asks is left out. Whom the Rule names one by one comes first;
// then the groups take turns, so that a large one does not keep the others from being told.
func (r Rule) CopiesFor(ask Ask, groups Groups) []string {
	var refs []string
	switch {
	case ask.BreakGlass && r.BreakGlass != nil:
		refs = r.BreakGlass.Tells
	case r.DirectMessages:
		refs = r.Refs()
	}
	var to []string
	add := func(id string) {
		if id != ask.By.UserID && id != ask.Channel && !slices.Contains(to, id) && len(to) < mostCopies {
			to = append(to, id)
		}
	}
	var members [][]string
	for _, ref := range refs {
		if group, ok := groups.Find(ref); ok && isGroup(ref) {
			members = append(members, group.Members)
		} else if !isGroup(ref) && ref != TheRequester && ref != Anyone {
			add(ref)
		}
	}
	for turn := 0; len(members) > 0 && len(to) < mostCopies; turn++ {
		members = slices.DeleteFunc(members, func(of []string) bool { return turn >= len(of) })
		for _, of := range members {
			add(of[turn])
		}
	}
	return to
}

// NameApprovers says how people call whom a Rule names. name gives a user's display name; "" where it is not known.
func (r Rule) NameApprovers(ask Ask, groups Groups, name func(userID string) string) []Approver {
	var list []Approver
	for _, ref := range r.Refs() {
		a := Approver{Ref: ref, Name: ref}
		group, isKnown := groups.Find(ref)
		switch {
		case ref == TheRequester:
			a.Name = ask.By.Name
		case ref == Anyone:
		case isKnown:
			a.ID, a.Name = group.ID, "@"+group.Handle
		default:
			if called := name(ref); called != "" {
				a.ID, a.Name = ref, called
			}
		}
		list = append(list, a)
	}
	return list
}

// RemindAt is when those who are still missing are reminded; zero: never, or it was done.
func (r Request) RemindAt() time.Time {
	if r.State != Pending || r.Rule.RemindBefore <= 0 || r.ExpiresAt.IsZero() || r.Card.Reminded {
		return time.Time{}
	}
	return r.ExpiresAt.Add(-r.Rule.RemindBefore)
}

// NoteAt is when the thread is told something though nothing has happened; zero: never, or it was done.
func (r Request) NoteAt() time.Time {
	if r.State == Running {
		return r.LateAt()
	}
	return r.RemindAt()
}

// Noted is the Card once that was told.
func (r Request) Noted() Card {
	if r.State == Running {
		r.Card.SaidLate = true
	} else {
		r.Card.Reminded = true
	}
	return r.Card
}
