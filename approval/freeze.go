package approval

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// LongestWhy is how many runes the reason of a freeze may have: every card repeats it.
const LongestWhy = 200

// Freeze keeps every start in the house, of all jobs on all instances, until it is thawed. Stops go on. There is at most
// one; the zero Freeze is none.
type Freeze struct {
	By      Actor     `json:"by"`
	Since   time.Time `json:"since"`
	Why     string    `json:"why,omitempty"`
	Channel string    `json:"channel"` // where it was typed
}

// On reports whether it is one.
func (f Freeze) On() bool { return !f.Since.IsZero() }

// ErrFrozen: the start was not marked, and so must not be made: all starts are frozen.
var ErrFrozen = errors.New("all starts are frozen")

// Freezes is the part of a Store that keeps the one Freeze.
type Freezes interface {
	// Frozen gives the Freeze in force.
	Frozen(ctx context.Context) (Freeze, error)
	// ChangeFreeze freezes or thaws, as the Kind of the Event says that decide returns. decide is given the Freeze in force,
	// and must not do I/O. From the commit on no start is marked, or some may be again; the cards of starts that wait are
	// due to be drawn. It returns the Freeze that is in force then and, of a new one, the Requests whose start was marked
	// before and not answered yet: they may still reach LakeFormation. ErrSeen: the Receipt was recorded before.
	ChangeFreeze(ctx context.Context, receipt Receipt, decide func(inForce Freeze, now time.Time) (Event, error)) (now Freeze, underWay []ID, err error)
}

// Brake says who may freeze all starts, and thaw them.
type Brake struct {
	By []string `json:"by"` // user ids, group ids or @handles
}

// NamesGroups reports whether Slack must be asked for the user groups.
func (b *Brake) NamesGroups() bool { return b != nil && slices.ContainsFunc(b.By, isGroup) }

// refuses says in a sentence why somebody may not freeze or thaw; zero where they may.
func (b *Brake) refuses(who Person, teamID string, groups Groups) Text {
	switch {
	case b == nil:
		return T("The policy names nobody who may freeze and thaw starts.")
	case who.FullMember(teamID) != nil || teamID == "":
		return T("Only full members of this workspace may freeze and thaw starts.")
	case groups.include(b.By, who.UserID):
		return Text{}
	}
	return T("The policy does not name you among those who may freeze and thaw starts.")
}

// Order is what somebody typed to freeze or to thaw.
type Order struct {
	Receipt Receipt
	By      Actor
	Why     string
	Channel string
}

// Freeze keeps all starts in the house. under is who may do that.
func (s *Service) Freeze(ctx context.Context, under *Brake, o Order) (Freeze, []ID, error) {
	return s.brake(ctx, under, o, HouseFrozen, func(now Freeze) error {
		if now.On() {
			return refuse(TwiceSaid, "", "%s", Sentences(now.Text(), T("Nothing changed.")))
		}
		return nil
	})
}

// Thaw lets starts go again. The Freeze it returns is none, but its By is who thawed.
func (s *Service) Thaw(ctx context.Context, under *Brake, o Order) (Freeze, []ID, error) {
	return s.brake(ctx, under, o, HouseThawed, func(now Freeze) error {
		if !now.On() {
			return refuse(TwiceSaid, "", "Starts are not frozen. Nothing changed.")
		}
		return nil
	})
}

func (s *Service) brake(ctx context.Context, under *Brake, o Order, kind Kind, check func(Freeze) error) (Freeze, []ID, error) {
	now, underWay, err := s.braked(ctx, under, o, kind, check)
	return now, underWay, s.refused(ctx, 0, Event{Kind: CommandRefused, By: o.By, Channel: o.Channel, Why: cut(o.Why, LongestWhy)}, err)
}

func (s *Service) braked(ctx context.Context, under *Brake, o Order, kind Kind, check func(Freeze) error) (Freeze, []ID, error) {
	if err := s.ownTeam(o.By); err != nil {
		return Freeze{}, nil, err
	}
	if n := utf8.RuneCountInString(o.Why); n > LongestWhy {
		return Freeze{}, nil, refuse(Invalid, "Please shorten it.", "The reason may have %d characters here; this one has %d. Nothing changed.", LongestWhy, n)
	}
	who, err := s.person(ctx, o.By)
	if err != nil {
		return Freeze{}, nil, err
	}
	var groups Groups
	if under.NamesGroups() {
		if groups, err = s.people.Groups(ctx, false); err != nil {
			return Freeze{}, nil, unsaid(err, T("Slack did not say who may freeze and thaw starts, so nothing changed."), T("Please try again in a moment."))
		}
	}
	if why := under.refuses(who, s.people.TeamID(), groups); !why.IsZero() {
		return Freeze{}, nil, &Error{Code: NotApprover, Words: Sentences(why, T("Nothing changed.")), Hint: T("Whoever runs Slipway can allow it with freeze: in slipway.yaml.")}
	}
	now, underWay, err := s.store.ChangeFreeze(ctx, o.Receipt, func(now Freeze, _ time.Time) (Event, error) {
		if err := check(now); err != nil {
			return Event{}, err
		}
		return Event{Kind: kind, By: who.Actor, Why: o.Why, Channel: o.Channel}, nil
	})
	if !now.On() {
		now.By = who.Actor
	}
	return now, underWay, err
}

// Text says who froze all starts, since when and why.
func (f Freeze) Text() Text { return f.text(Plain) }

// In is the same in a Voice.
func (f Freeze) In(v Voice) string { return v.Text(f.text(v)) }

func (f Freeze) text(v Voice) Text {
	if f.Why == "" {
		return T("All starts are frozen: %s froze them on %s.", v.Person(f.By), v.Date(f.Since))
	}
	return T("All starts are frozen: %s froze them on %s, because %s.", v.Person(f.By), v.Date(f.Since), v.Code(f.Why))
}

// Frozen reports whether a Freeze keeps this Request from being started.
func (r Request) Frozen() bool { return r.Freeze.On() && r.Ask.Action == Start }

// untilThawed says what a Freeze means for a Request that waits.
func (r Request) untilThawed(v Voice) []string {
	if !r.Frozen() {
		return nil
	}
	thaw := v.Code(strings.TrimSpace(r.Ask.Command + " thaw"))
	if r.State == Approved {
		return []string{r.Freeze.In(v), v.Say("It starts if somebody types %s before %s. After that it expires, and nothing is started.", thaw, r.ApprovedAt.Add(StartWithin))}
	}
	return []string{r.Freeze.In(v), v.Say("It may be decided now. It starts only if somebody types %s within ten minutes after the last approval.", thaw)}
}
