package approval

import (
	"context"
	"errors"
	"time"
)

// WatchesPerChannel is how many jobs one channel may watch.
const WatchesPerChannel = 50

// Watch is a channel's wish to hear when a run of a job ends, whoever started it.
type Watch struct {
	ID       int64
	Channel  string
	Instance string // the name in Slipway's settings
	Target   Target
	JobID    string
	JobName  string
	JobType  string
	Typed    string    // how people type the job: its name, behind its instance where there are several
	By       Actor     // who set it
	Command  string    // the slash command's own name, such as /lf
	Since    time.Time // runs that began later are still to be told; zero: all are
	At       time.Time // when it was set

	Fence int64 // counts claims, see Watches.ClaimWatch
}

// Key names the watched job everywhere.
func (w Watch) Key() string { return w.Target.Key(w.JobID) }

// Watches keeps the watches of channels. It is part of the Store.
type Watches interface {
	// AddWatch records a Watch; ID and At are the store's. Where the channel watches the job already, that Watch stays and
	// is returned, with false. An *Error with Code TooMany where the channel watches as many as it may.
	AddWatch(ctx context.Context, w Watch) (Watch, bool, error)
	// EndWatch forgets a Watch; none is no error.
	EndWatch(ctx context.Context, id int64) error
	// ListWatches gives the watches of a channel, or all for "", the oldest first.
	ListWatches(ctx context.Context, channel string) ([]Watch, error)
	// ClaimWatch leases a Watch to tell its channel of one run. ErrLeaseLost where another tells of one now, or Since is no
	// longer what it was.
	ClaimWatch(ctx context.Context, w Watch, lease time.Duration) (Watch, error)
	// WatchTold moves Since on to the start of the run that was told, and gives the lease back; ErrLeaseLost where another
	// has claimed the Watch since.
	WatchTold(ctx context.Context, w Watch, started time.Time) error
}

// ErrUnpostable says that Slack does not let Slipway post in a channel.
var ErrUnpostable = errors.New("no posting in this channel: Slack does not allow it")
