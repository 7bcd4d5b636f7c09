package worker

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/lakeformation"
)

const (
	lease = 10 * time.Second // renewed while working
	poll  = time.Second      // the guarantee; a poke by the store is the usual way
	slots = 8                // Requests worked on at once
	drain = 20 * time.Second // what was taken may take so long to finish at the end
)

// Instance is one LakeFormation instance.
type Instance struct {
	Target approval.Target
	Client *lakeformation.Client
}

// Config is what a Worker needs.
type Config struct {
	Store     approval.Store
	People    approval.People
	Rules     *approval.Rulebook
	Clock     approval.Clock
	Instances map[string]Instance // by their names in the settings
	Teller    Teller

	CallWithin time.Duration // from the marker to the one call; 0: approval.CallWithin
	Log        *logrus.Entry
}

// Worker claims due Requests and moves them on.
type Worker struct {
	Config
	free chan struct{}
	busy sync.WaitGroup

	rollsMu sync.Mutex
	rolls   map[rollKey]*roll

	// What watch alone uses: the starts of runs that go on and were looked at, and 404s in a row, by job.
	going  map[string]time.Time
	misses map[string]int
}

// New returns a Worker; Run makes it work.
func New(c Config) *Worker {
	w := &Worker{Config: c, free: make(chan struct{}, slots), rolls: map[rollKey]*roll{}, going: map[string]time.Time{}, misses: map[string]int{}}
	for range slots {
		w.free <- struct{}{}
	}
	return w
}

// Run works until ctx ends, then finishes what it has taken and returns.
func (w *Worker) Run(ctx context.Context) {
	due, _ := w.Store.Wake()
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	w.busy.Go(func() { w.watch(ctx, working) })
	for ctx.Err() == nil {
		more := w.claim(ctx, working)
		if more {
			continue
		}
		select {
		case <-ctx.Done():
		case <-due:
		case <-w.Clock.After(poll):
		}
	}
	done := make(chan struct{})
	go func() { w.busy.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(drain):
		stop()
		<-done
	}
}

// claim takes what is due and free hands can hold; true if there may be more.
func (w *Worker) claim(ctx, working context.Context) bool {
	n := w.hands(ctx)
	if n == 0 {
		return false
	}
	claims, err := w.Store.ClaimDue(ctx, n, lease)
	if err != nil && ctx.Err() == nil {
		w.Log.WithError(err).Error("could not claim due requests")
	}
	for range n - len(claims) {
		w.free <- struct{}{}
	}
	for _, c := range claims {
		w.busy.Go(func() {
			defer func() { w.free <- struct{}{} }()
			w.work(working, c)
		})
	}
	return len(claims) == n
}

// hands waits for one free hand and takes all that are free.
func (w *Worker) hands(ctx context.Context) int {
	select {
	case <-ctx.Done():
		return 0
	case <-w.free:
	}
	n := 1
	for {
		select {
		case <-w.free:
			n++
		default:
			return n
		}
	}
}

// work does what is due for one Request, and keeps its lease meanwhile.
func (w *Worker) work(ctx context.Context, c approval.Claim) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	log := w.Log.WithFields(logrus.Fields{"request": c.Request.ID, "job": c.Request.JobName(), "actor": c.Request.Ask.By.UserID})
	defer func() {
		// A panic leaves the row as it is: its lease ends, and it is due again.
		if p := recover(); p != nil {
			log.WithField("panic", p).Errorf("panic while working on a request\n%s", debug.Stack())
		}
	}()
	go w.renew(ctx, stop, c)
	var err error
	switch c.Request.State {
	case approval.Opened:
		err = w.describe(ctx, c, log)
	case approval.Pending:
		err = w.expire(ctx, c)
	case approval.Approved:
		err = w.start(ctx, c, log)
	case approval.Starting, approval.Accepted, approval.Running, approval.Unknown:
		err = w.look(ctx, c, log)
	default:
		log.Warnf("nothing is due for a request that is %s", c.Request.State)
	}
	if err != nil && !errors.Is(err, approval.ErrLeaseLost) && ctx.Err() == nil {
		log.WithError(err).Error("could not move a request on; it is tried again")
	}
}

// renew prolongs the lease until ctx ends; a lost lease stops the work.
func (w *Worker) renew(ctx context.Context, lost context.CancelFunc, c approval.Claim) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.Clock.After(lease / 3):
		}
		if err := w.Store.Renew(ctx, c, lease); errors.Is(err, approval.ErrLeaseLost) {
			lost()
			return
		}
	}
}

// happened records Events under the lease, and gives it back.
func (w *Worker) happened(ctx context.Context, c approval.Claim, events ...approval.Event) error {
	_, err := w.Store.Update(ctx, c.Request.ID, approval.By{Claim: &c}, func(approval.Request, time.Time) ([]approval.Event, error) {
		return events, nil
	})
	return err
}

// again records that a try to read failed, and when the next one comes: sooner while the Request is young.
func (w *Worker) again(ctx context.Context, c approval.Claim, since time.Time) error {
	pause := min(max(w.Clock.Now().Sub(since)/2, time.Second), time.Minute)
	return w.happened(ctx, c, approval.Event{Kind: approval.LookFailed, RetryIn: pause})
}
