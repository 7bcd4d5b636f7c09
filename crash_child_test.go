package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"slipway/approval"
)

// Slipway as a process of its own, for the proofs of crash safety. Its clock runs ahead, so that leases and deadlines
// take seconds, and it can be told to die at a commit.
const (
	asProcess = "AS_SLIPWAY_ITSELF"  // the test binary is Slipway, also as the playground's child
	clockFrom = "SLIPWAY_CLOCK_FROM" // unix nanoseconds at which its clock agrees with the machine's …
	clockRate = "SLIPWAY_CLOCK_RATE" // … and how many times faster it runs from then on
	diesAt    = "SLIPWAY_DIES_AT"    // before:N or after:N, counting commits
	callsIn   = "SLIPWAY_CALLS_IN"   // from the marker to the call, as 3s
	pausesAt  = "SLIPWAY_PAUSES_AT"  // a Kind of Event: it stops, as by SIGSTOP, right after the commit that records one
)

// TestMain makes the test binary Slipway itself when a test starts it again as a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv(asProcess) == "" {
		flag.Parse()
		// Stories and processes wait more than they compute: more of them go side by side than there are processors.
		if n := flag.Lookup("test.parallel").Value; n.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
			n.Set("4")
		}
		os.Exit(m.Run())
	}
	if err := child(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if os.Getenv(clockRate) == "" {
		return run(ctx, args, os.Getenv, os.Stdout, os.Stderr)
	}
	config, err := LoadConfig(os.Getenv)
	if err != nil {
		return err
	}
	log, err := newLog(os.Stderr, config)
	if err != nil {
		return err
	}
	clock, err := readClock(os.Getenv(clockFrom), os.Getenv(clockRate))
	if err != nil {
		return err
	}
	within, _ := time.ParseDuration(os.Getenv(callsIn))
	app, err := New(ctx, config, Options{Log: log, LockWait: 30 * time.Second, Clock: clock, Store: mortal, CallWithin: within})
	if err != nil {
		return err
	}
	defer app.Close()
	return app.Run(ctx)
}

// quickClock runs faster than the machine's from a moment on. Processes that are told the same agree about the time.
type quickClock struct {
	from time.Time
	rate int
}

func readClock(from, rate string) (quickClock, error) {
	ns, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		return quickClock{}, err
	}
	n, err := strconv.Atoi(rate)
	return quickClock{time.Unix(0, ns), n}, err
}

func (c quickClock) Now() time.Time {
	return c.from.Add(time.Since(c.from) * time.Duration(c.rate)).Round(0)
}

func (c quickClock) After(d time.Duration) <-chan time.Time {
	return time.After(d / time.Duration(c.rate))
}

// mortalStore ends the process, as a power cut does, before or after its n-th commit. What it died at goes to the log.
type mortalStore struct {
	approval.Store
	before bool
	n      int64
	pauses approval.Kind
	seen   atomic.Int64
}

func mortal(s approval.Store) approval.Store {
	side, n, _ := strings.Cut(os.Getenv(diesAt), ":")
	at, _ := strconv.ParseInt(n, 10, 64)
	return &mortalStore{Store: s, before: side == "before", n: at, pauses: approval.Kind(os.Getenv(pausesAt))}
}

// commit runs one change, and perhaps dies beside it.
func (m *mortalStore) commit(what string, change func() error) error {
	fatal := m.seen.Add(1) == m.n
	if fatal && m.before {
		die("before " + what)
	}
	err := change()
	if fatal {
		die("after " + what)
	}
	return err
}

func die(where string) {
	fmt.Fprintln(os.Stderr, "dies", where)
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func (m *mortalStore) Open(ctx context.Context, receipt approval.Receipt, ask approval.Ask, reply approval.Reply, check func(approval.Crowd) error) (r approval.Request, err error) {
	err = m.commit("open", func() error {
		r, err = m.Store.Open(ctx, receipt, ask, reply, check)
		return err
	})
	return r, err
}

func (m *mortalStore) Update(ctx context.Context, id approval.ID, by approval.By, decide func(approval.Request, time.Time) ([]approval.Event, error)) (r approval.Request, err error) {
	err = m.commit("update", func() error {
		pauses := false
		r, err = m.Store.Update(ctx, id, by, func(r approval.Request, now time.Time) ([]approval.Event, error) {
			events, err := decide(r, now)
			pauses = slices.ContainsFunc(events, func(e approval.Event) bool { return e.Kind == m.pauses })
			return events, err
		})
		if pauses && err == nil {
			fmt.Fprintln(os.Stderr, "pauses after", m.pauses)
			syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			<-time.After(100 * time.Millisecond) // the other threads of this process may stop a moment before this one
		}
		return err
	})
	return r, err
}

func (m *mortalStore) ClaimDue(ctx context.Context, n int, lease time.Duration) ([]approval.Claim, error) {
	claims, err := m.Store.ClaimDue(ctx, n, lease)
	if len(claims) == 0 {
		return claims, err
	}
	return claims, m.commit("claim", func() error { return err })
}

func (m *mortalStore) ClaimCards(ctx context.Context, n int, lease time.Duration) ([]approval.Claim, error) {
	claims, err := m.Store.ClaimCards(ctx, n, lease)
	if len(claims) == 0 {
		return claims, err
	}
	return claims, m.commit("card claim", func() error { return err })
}

func (m *mortalStore) CardShown(ctx context.Context, c approval.Claim, shown approval.Shown) error {
	return m.commit("card shown", func() error { return m.Store.CardShown(ctx, c, shown) })
}
