package approval

import (
	"context"
	"time"
)

// Clock is the time and the waiting for it. Real uses the machine's; tests inject their own.
type Clock interface {
	Now() time.Time
	// After delivers once when d has passed.
	After(d time.Duration) <-chan time.Time
}

// Real is the machine's Clock.
type Real struct{}

func (Real) Now() time.Time                         { return time.Now() }
func (Real) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Person is what Slack says about a user.
type Person struct {
	Actor
	Guest   bool
	Bot     bool
	Deleted bool
	// Unproven: Slack cannot be asked now. Such a person counts where a rule names them by user id, or as who asked.
	Unproven bool
}

// People answers who somebody is. Its answers may be some minutes old.
type People interface {
	// TeamID is the workspace of Slipway's own token.
	TeamID() string
	Person(ctx context.Context, userID string) (Person, error)
	// Groups lists the user groups with their members. fresh: asked of Slack now, not remembered.
	Groups(ctx context.Context, fresh bool) (Groups, error)
}

// Receipt names a Slack delivery, so that the same one is recorded once.
type Receipt struct {
	EnvelopeID string
	Key        string // what stays the same if Slack delivers it under another envelope: trigger_id or action_ts
}

// By says on whose authority a stored Request changes. The zero By is a definite answer to a call: it is stored
// whoever holds the row now.
type By struct {
	Receipt Receipt // a person's delivery, recorded in the same transaction; ErrSeen if it was recorded before
	Pressed Card    // the message that was pressed: it becomes the card of a Request that has none booked yet
	Claim   *Claim  // the worker's lease, checked in the same transaction; ErrLeaseLost if somebody else has it
	Keep    bool    // keep the lease: more follows
}

// Claim is a lease on one Request: for a while nobody else works on it.
type Claim struct {
	Request Request
	Fence   int64     // counts claims of this row: an older one can no longer write
	At      time.Time // when it was claimed, by the store's time
}

// Crowd is what surrounds a new Request, read in its own transaction.
type Crowd struct {
	Mine    int           // open Requests of the same person
	Channel int           // open Requests of the same channel
	Wait    time.Duration // until the same person may ask for a start again, see StartsPerPerson; 0: they may now
	Twin    Request       // the same person's open Request for the same job and action within TwinWithin; zero ID: none
}

// Shown is what the Announcer did for a card.
type Shown struct {
	Card
	ExpiresAt time.Time // what the first card said; zero if it was posted before
	Again     bool      // more is to be said: the card is due again at once
}

// Filter selects Requests. Zero fields select everything.
type Filter struct {
	Job      string // as typed, or the job's name or id
	Instance string
	By       string // user id
	Channel  string
	Open     bool
	Limit    int // newest first; 0: 50
}

// Store keeps Requests. Every change is one transaction together with its Events, and a change that returns nil is on
// disk. Two stores pass one suite.
type Store interface {
	// Open records an Ask as a new Request. check sees its surroundings in the same transaction and may refuse it.
	// ErrSeen: the Receipt was recorded before, and the Request that came of it is returned.
	Open(ctx context.Context, receipt Receipt, ask Ask, reply Reply, check func(Crowd) error) (Request, error)
	// Update is the one way a Request changes: decide is given the row under a lock and the store's time, and returns
	// what happened. It must not do I/O. No Events: only the lease is given back. An *Error with Code Busy: another
	// open Request holds the job.
	Update(ctx context.Context, id ID, by By, decide func(r Request, now time.Time) ([]Event, error)) (Request, error)
	// Seen gives the Request that came of a delivery; 0 where that delivery was not recorded.
	Seen(ctx context.Context, receipt Receipt) (ID, error)
	// Request reads one. An *Error with Code NotFound where there is none.
	Request(ctx context.Context, id ID) (Request, error)
	Find(ctx context.Context, f Filter) ([]Request, error)
	// Note records an Event that moves no Request: a refusal. The Request may be 0.
	Note(ctx context.Context, id ID, e Event) error
	// Events lists what happened to a Request, in order.
	Events(ctx context.Context, id ID) ([]Recorded, error)

	// ClaimDue leases up to n Requests whose DueAt has come, longest due first.
	ClaimDue(ctx context.Context, n int, lease time.Duration) ([]Claim, error)
	// Renew prolongs a lease; ErrLeaseLost if it is no longer ours.
	Renew(ctx context.Context, c Claim, lease time.Duration) error
	// ClaimCards leases up to n Requests whose card does not show their newest Version.
	ClaimCards(ctx context.Context, n int, lease time.Duration) ([]Claim, error)
	// CardShown books what the Announcer did and gives the lease back. A row that changed meanwhile is due again. A
	// first card is not booked where a person pressed another copy before: that one stays.
	CardShown(ctx context.Context, c Claim, shown Shown) error
	// CardLater gives the lease back and tries again after that time.
	CardLater(ctx context.Context, c Claim, after time.Duration) error
	// Wake delivers after commits that made something due: Requests on the first channel, cards on the second.
	Wake() (due, cards <-chan struct{})

	Watches
	Freezes
}
