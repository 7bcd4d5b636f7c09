package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

// world is one empty database with a Store on it, at a time that only the test moves.
type world struct {
	t     testing.TB
	url   string
	clock *clock
	store *Store
}

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) After(time.Duration) <-chan time.Time { return nil }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, address string) *world {
	w := &world{t: t, url: address, clock: &clock{now: noon}}
	w.store = w.replica()
	return w
}

func onSQLite(t testing.TB) *world {
	return newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "slip way%.db"))
}

var schemas atomic.Int64

// onPostgres makes a schema of its own in the test server's database, and drops it afterwards.
func onPostgres(t testing.TB, server string) *world {
	schema := fmt.Sprintf("slipway_test_%d_%d", os.Getpid(), schemas.Add(1))
	admin, err := sql.Open("pgx", server)
	require.NoError(t, err)
	_, err = admin.Exec("CREATE SCHEMA " + schema)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE")
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	address, err := url.Parse(server)
	require.NoError(t, err)
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return newWorld(t, address.String())
}

// postgresServer is the server to test with. On CI there must be one.
func postgresServer(t testing.TB) string {
	server := os.Getenv("TEST_POSTGRES_URL")
	if server == "" {
		require.Empty(t, os.Getenv("CI"), "TEST_POSTGRES_URL is not set, and CI tests PostgreSQL")
		t.Skip("TEST_POSTGRES_URL is not set; PostgreSQL is not tested")
	}
	return server
}

// replica is another Store on the same database.
func (w *world) replica() *Store {
	s, err := Open(context.Background(), w.url, Options{Clock: w.clock})
	require.NoError(w.t, err)
	w.t.Cleanup(func() { s.Close() })
	return s
}

// exec changes the database behind the Store's back.
func (w *world) exec(statements ...string) {
	for _, statement := range statements {
		_, err := w.store.db.Exec(statement)
		require.NoError(w.t, err, statement)
	}
}

func (w *world) count(query string) int {
	var n int
	require.NoError(w.t, w.store.db.QueryRow(query).Scan(&n))
	return n
}

func (w *world) request(id approval.ID) approval.Request {
	r, err := w.store.Request(context.Background(), id)
	require.NoError(w.t, err)
	return r
}

// The people of every test: Ana asks, Ben and Chen may approve.
var (
	ana  = approval.Actor{TeamID: "T1", UserID: "UANA", Name: "Ana"}
	ben  = approval.Actor{TeamID: "T1", UserID: "UBEN", Name: "Ben"}
	chen = approval.Actor{TeamID: "T1", UserID: "UCHEN", Name: "Chen"}
)

func nightly() approval.Ask {
	return approval.Ask{Action: approval.Start, Instance: "prod", Job: "nightly_sync", Mode: "normal", Cascade: true,
		Reason: "source reloaded", By: ana, Channel: "C1", Command: "/lf"}
}

var envelopes atomic.Int64

func receipt() approval.Receipt {
	n := envelopes.Add(1)
	return approval.Receipt{EnvelopeID: fmt.Sprintf("envelope-%d", n), Key: fmt.Sprintf("trigger-%d", n)}
}

func anyCrowd(approval.Crowd) error { return nil }

func (w *world) open(ask approval.Ask) approval.Request {
	reply := approval.Reply{URL: "https://hooks.slack.com/commands/1", Until: w.clock.Now().Add(approval.ReplyURLIsValid)}
	r, err := w.store.Open(context.Background(), receipt(), ask, reply, anyCrowd)
	require.NoError(w.t, err)
	return r
}

// happens makes Events happen on nobody's authority.
func (w *world) happens(id approval.ID, events ...approval.Event) approval.Request {
	r, err := w.store.Update(context.Background(), id, approval.By{}, saying(events...))
	require.NoError(w.t, err)
	return r
}

func saying(events ...approval.Event) func(approval.Request, time.Time) ([]approval.Event, error) {
	return func(approval.Request, time.Time) ([]approval.Event, error) { return events, nil }
}

// described is a job of that id under a rule of two approvals.
func described(jobID string) approval.Event {
	return approval.Event{Kind: approval.JobDescribed, Described: &approval.Described{
		Target: approval.Target{Endpoint: "https://lakeformation.test", ProjectID: "p1", InstanceID: "i1"},
		Job:    approval.Job{ID: jobID, Name: "nightly_sync", Type: "METADATA_MIGRATION"},
		Rule: approval.Rule{Name: "production needs two", Approvals: 2,
			Approvers: []string{"UBEN", "UCHEN"}, ExpiresIn: 30 * time.Minute},
		Bound: approval.Bound{Salt: []byte{1, 2, 3}, Sums: map[string]string{"job id": "abc"}},
		Name:  "Ana Lovelace",
	}}
}

func (w *world) pending(jobID string) approval.Request {
	return w.happens(w.open(nightly()).ID, described(jobID))
}

func (w *world) approved(jobID string) approval.Request {
	return w.happens(w.pending(jobID).ID,
		approval.Event{Kind: approval.VoteApproved, By: ben},
		approval.Event{Kind: approval.VoteApproved, By: chen},
		approval.Event{Kind: approval.QuorumReached, By: chen})
}

func marked() approval.Event {
	return approval.Event{Kind: approval.StartMarked, Before: &approval.Before{Status: "SUCCESS", StartedAt: noon.Add(-time.Hour), Runs: 7}}
}

func (w *world) starting(jobID string) approval.Request {
	return w.happens(w.approved(jobID).ID, marked())
}

func (w *world) unknown(jobID string) approval.Request {
	return w.happens(w.starting(jobID).ID, approval.Event{Kind: approval.NoSign})
}

// claimed is the claim of the one Request that is due.
func (w *world) claimed() approval.Claim {
	claims, err := w.store.ClaimDue(context.Background(), 10, 10*time.Second)
	require.NoError(w.t, err)
	require.Len(w.t, claims, 1)
	return claims[0]
}

func (w *world) claimedCard() approval.Claim {
	claims, err := w.store.ClaimCards(context.Background(), 10, 10*time.Second)
	require.NoError(w.t, err)
	require.Len(w.t, claims, 1)
	return claims[0]
}

// atOnce runs do so many times at the same time, and waits for all.
func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			do(i)
		})
	}
	close(begin)
	all.Wait()
}
