package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"slipway/approval"
	"slipway/lakeformation"
	"slipway/playground/locallake"
	"slipway/store"
	"slipway/worker"
)

// The engine against a model: the Service, the Store, Workers that die in the middle, and a LakeFormation that answers
// badly, driven at random by random people. The model knows only who said what and when, and what LakeFormation did.

// engine is everything but Slack.
type engine struct {
	t       *rapid.T
	clock   *handClock
	lake    *locallake.Server
	store   *store.Store
	service *approval.Service
	rules   *approval.Rulebook
	client  *lakeformation.Client
	target  approval.Target

	stop    context.CancelFunc
	working sync.WaitGroup
	n       int // receipts given out
	patient int // 1: wait until all that is due is done

	last  approval.Receipt
	ended map[approval.ID]approval.State
	yes   map[approval.ID]map[string]bool // the model: who said yes to what
	no    map[approval.ID]bool

	marked map[approval.ID]time.Time // while frozen: every start that was marked before; nil: not frozen
	calls  int                       // … and the calls that may be made at the most
}

// cast are the people of the model: Ana, Ben and Chen are members, Ben and Chen lead, Gita is a guest.
type cast struct{}

var castOfTheModel = map[string]approval.Person{
	"UANA":  {Actor: approval.Actor{TeamID: "T1", UserID: "UANA", Name: "Ana"}},
	"UBEN":  {Actor: approval.Actor{TeamID: "T1", UserID: "UBEN", Name: "Ben"}},
	"UCHEN": {Actor: approval.Actor{TeamID: "T1", UserID: "UCHEN", Name: "Chen"}},
	"UGITA": {Actor: approval.Actor{TeamID: "T1", UserID: "UGITA", Name: "Gita"}, Guest: true},
}

func (cast) TeamID() string { return "T1" }

func (cast) Person(_ context.Context, id string) (approval.Person, error) {
	return castOfTheModel[id], nil
}

func (cast) Groups(context.Context, bool) (approval.Groups, error) {
	return approval.Groups{{ID: "S1", Handle: "leads", Members: []string{"UBEN", "UCHEN", "UGITA"}}}, nil
}

// The jobs of the model, each under a rule of its own.
var modelRules = []approval.Rule{
	{Name: "confirmed", Match: approval.Match{Jobs: []string{"confirmed"}}, Approvals: 1, Approvers: []string{approval.TheRequester}, ExpiresIn: 30 * time.Minute},
	{Name: "by_leads", Match: approval.Match{Jobs: []string{"by_leads"}}, Approvals: 2, Approvers: []string{"@leads"}, ExpiresIn: 30 * time.Minute},
	{Name: "free", Match: approval.Match{Jobs: []string{"free"}}, ExpiresIn: 30 * time.Minute},
}

// enoughSaidYes is the model's own rule book.
func (e *engine) enoughSaidYes(r approval.Request) bool {
	yes := e.yes[r.ID]
	switch r.Ask.Job {
	case "confirmed":
		return yes[r.Ask.By.UserID]
	case "by_leads":
		n := 0
		for _, lead := range []string{"UBEN", "UCHEN"} {
			if yes[lead] && lead != r.Ask.By.UserID {
				n++
			}
		}
		return n >= 2
	}
	return true
}

func newEngine(t *rapid.T, dir string) *engine {
	clock := newHandClock()
	config := locallake.Playground(clock.Now())
	config.Clock, config.RejectOldSignatures, config.Jobs = clock, false, nil
	for _, r := range modelRules {
		config.Jobs = append(config.Jobs, locallake.Job{Name: r.Name, Type: locallake.MetadataMigration})
	}
	lake, err := locallake.Start(config)
	require.NoError(t, err)
	e := &engine{t: t, clock: clock, lake: lake, rules: approval.NewRulebook(approval.Policy{Rules: modelRules}),
		ended: map[approval.ID]approval.State{}, yes: map[approval.ID]map[string]bool{}, no: map[approval.ID]bool{}}
	e.store, err = store.Open(context.Background(), "sqlite:"+filepath.Join(dir, "model.db"), store.Options{Clock: clock})
	require.NoError(t, err)
	e.client, err = lakeformation.New(lakeformation.Config{
		Endpoint: lake.URL(), ProjectID: config.ProjectID, InstanceID: config.Instances[0].ID,
		Credentials: lakeformation.AKSK{AccessKey: config.AccessKey, SecretKey: config.SecretKey},
		Sleep:       func(context.Context, time.Duration) error { return nil },
	})
	require.NoError(t, err)
	e.target = approval.Target{Endpoint: lake.URL(), ProjectID: config.ProjectID, InstanceID: config.Instances[0].ID}
	e.service = approval.NewService(e.store, cast{})
	e.work()
	return e
}

func (e *engine) close() {
	e.stop()
	e.settle()
	e.client.Close()
	e.store.Close()
	e.lake.Close()
}

// work lets a worker run. The one before it, if any, may still be at something.
func (e *engine) work() {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	w := worker.New(worker.Config{Store: e.store, People: cast{}, Rules: e.rules, Clock: e.clock, Log: logrus.NewEntry(silent),
		Instances: map[string]worker.Instance{"default": {Target: e.target, Client: e.client}}})
	e.working.Go(func() { w.Run(ctx) })
}

// settle waits until workers that were told to end have ended.
func (e *engine) settle() {
	done := make(chan struct{})
	go func() { e.working.Wait(); close(done) }()
	for {
		select {
		case <-done:
			return
		case <-time.After(2 * time.Millisecond):
			e.clock.Advance(time.Second)
		}
	}
}

// passes lets time go by while workers do what is due.
func (e *engine) passes(d time.Duration) {
	step := max(d/60, 500*time.Millisecond)
	for end := e.clock.Now().Add(d); e.clock.Now().Before(end); {
		e.quiet()
		e.clock.Advance(step)
	}
	e.quiet()
}

// quiet waits until nothing is due: for a moment, where a fault may hang, else as long as it takes.
func (e *engine) quiet() {
	for i := range 40 + 4000*e.patient {
		if i%50 == 49 && e.patient > 0 { // a worker that was busy when time went by looks again a second later
			e.clock.Advance(time.Second)
		}
		due, err := e.store.ClaimDue(context.Background(), 0, time.Second)
		require.NoError(e.t, err)
		n, err := e.store.Backlog(context.Background())
		require.NoError(e.t, err)
		if len(due) == 0 && n <= e.cardsDue() {
			return
		}
		<-time.After(time.Millisecond)
	}
}

// cardsDue is how many cards wait to be drawn: nobody draws them here.
func (e *engine) cardsDue() int {
	n := 0
	for _, r := range e.requests() {
		if r.State != approval.Opened && r.Card.Shown < r.Version {
			n++
		}
	}
	return n
}

func (e *engine) requests() []approval.Request {
	found, err := e.store.Find(context.Background(), approval.Filter{Limit: 1000})
	require.NoError(e.t, err)
	return found
}

func (e *engine) receipt() approval.Receipt {
	e.n++
	e.last = approval.Receipt{EnvelopeID: fmt.Sprint("e", e.n), Key: fmt.Sprint("k", e.n)}
	return e.last
}

func (e *engine) somebody() approval.Actor {
	id := rapid.SampledFrom([]string{"UANA", "UBEN", "UCHEN", "UGITA"}).Draw(e.t, "who")
	return castOfTheModel[id].Actor
}

func (e *engine) someJob() string {
	return modelRules[rapid.IntRange(0, len(modelRules)-1).Draw(e.t, "job")].Name
}

func (e *engine) open() {
	ask := approval.Ask{Action: approval.Start, Instance: "default", Job: e.someJob(), By: e.somebody(), Channel: "C1", Command: "/lf"}
	e.service.Open(context.Background(), e.receipt(), ask, approval.Reply{})
}

// say lets somebody press a button of some request. The model books what the Service took.
func (e *engine) say() {
	requests := e.requests()
	if len(requests) == 0 {
		return
	}
	r := requests[rapid.IntRange(0, len(requests)-1).Draw(e.t, "request")]
	by := e.somebody()
	receipt := e.receipt()
	if rapid.IntRange(0, 9).Draw(e.t, "again") == 0 {
		receipt = e.last
	}
	v := approval.Verdict{Receipt: receipt, Request: r.ID, Terms: r.Terms, By: by}
	switch rapid.SampledFrom([]string{"yes", "yes", "yes", "no", "cancel", "look", "did", "did not"}).Draw(e.t, "says") {
	case "yes":
		if _, err := e.service.Approve(context.Background(), v); err == nil {
			if e.yes[r.ID] == nil {
				e.yes[r.ID] = map[string]bool{}
			}
			e.yes[r.ID][by.UserID] = true
		}
	case "no":
		if _, err := e.service.Deny(context.Background(), v); err == nil {
			e.no[r.ID] = true
		}
	case "cancel":
		if _, err := e.service.Cancel(context.Background(), v); err == nil {
			e.no[r.ID] = true
		}
	case "look":
		e.service.Resolve(context.Background(), v, approval.LookAgain)
	case "did":
		e.service.Resolve(context.Background(), v, approval.DidStart)
	case "did not":
		e.service.Resolve(context.Background(), v, approval.DidNot)
	}
}

// brake lets somebody freeze or thaw. Ben and Chen may.
func (e *engine) brake() {
	by := e.somebody()
	order := approval.Order{Receipt: e.receipt(), By: by, Why: "the model says so", Channel: "C1"}
	may := &approval.Brake{By: []string{"@leads"}}
	lead, frozen := by.UserID == "UBEN" || by.UserID == "UCHEN", e.marked != nil
	if frozen {
		_, _, err := e.service.Thaw(context.Background(), may, order)
		require.Equal(e.t, lead, err == nil, "%s thaws: %v", by.Name, err)
		if err == nil {
			e.marked = nil
		}
		return
	}
	_, underWay, err := e.service.Freeze(context.Background(), may, order)
	require.Equal(e.t, lead, err == nil, "%s freezes: %v", by.Name, err)
	if err != nil {
		return
	}
	e.calls = len(underWay)
	for _, rule := range modelRules {
		e.calls += e.lake.StartCalls(rule.Name)
	}
	e.marked = map[approval.ID]time.Time{}
	for _, r := range e.requests() {
		e.marked[r.ID] = r.MarkedAt
	}
}

// frozenHolds: while starts are frozen none is marked, and no call is made but for those that were marked before.
func (e *engine) frozenHolds() {
	if e.marked == nil {
		return
	}
	calls := 0
	for _, rule := range modelRules {
		calls += e.lake.StartCalls(rule.Name)
	}
	require.LessOrEqual(e.t, calls, e.calls, "a start left while all were frozen")
	for _, r := range e.requests() {
		require.True(e.t, r.MarkedAt.IsZero() || r.MarkedAt.Equal(e.marked[r.ID]), "%s was marked while all starts were frozen", r)
	}
}

func (e *engine) fault() {
	op := rapid.SampledFrom([]locallake.Op{locallake.OpStart, locallake.OpStart, locallake.OpShow, locallake.OpHistory, locallake.OpList}).Draw(e.t, "op")
	names := []string{locallake.FaultInternal, locallake.FaultReset, locallake.FaultThrottled, locallake.FaultUnavailable}
	if op == locallake.OpStart {
		names = append(names, locallake.FaultInternalButRuns, locallake.FaultResetAfterAccept, locallake.FaultTimeoutButRuns, locallake.FaultAcceptedButNoRun, locallake.FaultForbidden)
	}
	name := rapid.SampledFrom(names).Draw(e.t, "fault")
	require.NoError(e.t, e.lake.SetFault(op, locallake.Fault{Name: name, Times: rapid.IntRange(1, 3).Draw(e.t, "times")}))
}

// holds compares the engine with the model.
func (e *engine) holds() {
	e.frozenHolds()
	ran := map[string]int{} // read before the requests: a worker may start one meanwhile, and its marker comes first
	for _, rule := range modelRules {
		ours := slices.DeleteFunc(e.lake.Runs(rule.Name), func(run locallake.Run) bool { return run.Outside })
		ran[rule.Name] = len(ours)
	}
	mayHaveRun := map[string]int{}
	for _, r := range e.requests() {
		if was, over := e.ended[r.ID]; over {
			require.Equal(e.t, was, r.State, "%s ended, and moved on", r.ID)
		}
		if r.State.Ended() {
			e.ended[r.ID] = r.State
		}
		if r.State.MayHaveStarted() || r.State == approval.Refused && !r.MarkedAt.IsZero() {
			mayHaveRun[r.Ask.Job]++
			require.True(e.t, e.enoughSaidYes(r), "%s was started by %v", r, e.yes[r.ID])
			require.False(e.t, e.no[r.ID], "%s was started though somebody said no", r)
		}
		switch r.State {
		case approval.Denied, approval.Cancelled, approval.Expired:
			require.True(e.t, r.MarkedAt.IsZero(), "%s may have been started", r)
		}
	}
	for job, n := range ran {
		require.LessOrEqual(e.t, n, mayHaveRun[job], "%s ran more often than anybody asked for", job)
	}
}

func TestTheEngineAgainstAModel(t *testing.T) {
	t.Parallel()
	started := 0
	for name, value := range map[string]string{"rapid.checks": "20", "rapid.steps": "30"} {
		before := flag.Lookup(name).Value.String()
		require.NoError(t, flag.Set(name, value))
		defer flag.Set(name, before)
	}
	rapid.Check(t, func(rt *rapid.T) {
		e := newEngine(rt, t.TempDir())
		defer e.close()
		e.open()
		rt.Repeat(map[string]func(*rapid.T){
			"":         func(*rapid.T) { e.holds() },
			"open":     func(*rapid.T) { e.open() },
			"say":      func(*rapid.T) { e.say() },
			"say more": func(*rapid.T) { e.say() },
			"fault":    func(*rapid.T) { e.fault() },
			"brake":    func(*rapid.T) { e.brake() },
			"clear":    func(*rapid.T) { e.lake.ClearFaults() },
			"outside":  func(*rapid.T) { e.lake.StartOutside(e.someJob()) },
			"edit": func(*rapid.T) {
				require.NoError(e.t, e.lake.EditJob(e.someJob(), func(j *locallake.Job) { j.Description = "edited"; j.Parameter = []byte(fmt.Sprintf(`{"n":%d}`, e.n)) }))
			},
			"some seconds": func(*rapid.T) { e.passes(time.Duration(rapid.IntRange(1, 20).Draw(e.t, "seconds")) * time.Second) },
			"an hour":      func(*rapid.T) { e.passes(time.Hour) },
			"another worker": func(*rapid.T) { // the one before is told to end, and may be in the middle of a call
				e.stop()
				e.work()
			},
		})
		e.lake.ClearFaults()
		e.patient = 1 // nothing hangs any more, so nothing may be left behind
		e.passes(26 * time.Hour)
		e.holds()
		for _, r := range e.requests() {
			require.True(rt, r.State.Ended(), "%s has no end", r)
			if !r.MarkedAt.IsZero() {
				started++
			}
		}
	})
	require.Positive(t, started, "nothing was ever started: the model proves nothing")
}
