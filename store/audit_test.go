package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"slipway/approval"
)

func (w *world) verified() approval.AuditReport {
	report, err := approval.Verify(w.store.Audit(context.Background(), 0, ""), "")
	require.NoError(w.t, err)
	head, err := w.store.AuditHead(context.Background())
	require.NoError(w.t, err)
	require.NoError(w.t, report.Fits(head))
	return report
}

func auditAtOnce(t *testing.T, w *world) {
	stores := []*Store{w.store, w.replica()}
	var failed, deadlocks atomic.Int64
	for _, s := range stores {
		clashed := s.dialect.clashed
		s.dialect.clashed = func(err error) bool {
			if e := new(pgconn.PgError); errors.As(err, &e) && e.Code == "40P01" {
				deadlocks.Add(1)
			}
			return clashed(err)
		}
	}
	atOnce(16, func(i int) {
		ask := nightly()
		ask.By.UserID = "U" + string(rune('A'+i))
		r, err := stores[i%2].Open(context.Background(), receipt(), ask, approval.Reply{}, anyCrowd)
		if err == nil {
			err = stores[(i+1)%2].Note(context.Background(), r.ID, approval.Event{Kind: approval.DecisionRefused, By: ben})
		}
		if err == nil {
			_, err = stores[i%2].Update(context.Background(), r.ID, approval.By{}, saying(approval.Event{Kind: approval.RequesterCancelled, By: ask.By}))
		}
		if err != nil {
			failed.Add(1)
		}
	})
	require.Zero(t, failed.Load())
	require.Zero(t, deadlocks.Load())
	report := w.verified()
	require.EqualValues(t, 48, report.Count)
	require.EqualValues(t, 1, report.First)
	require.EqualValues(t, 48, report.Last)
}

func noting(t *testing.T, w *world) {
	r := w.pending("j1")
	problem := &approval.Problem{Words: approval.T("You can't approve it.")}
	require.NoError(t, w.store.Note(context.Background(), r.ID, approval.Event{Kind: approval.DecisionRefused, By: chen, Problem: problem}))
	require.NoError(t, w.store.Note(context.Background(), 0, approval.Event{Kind: approval.CommandRefused, By: chen, Problem: problem}))
	require.Equal(t, r, w.request(r.ID))
	events, err := w.store.Events(context.Background(), r.ID)
	require.NoError(t, err)
	last := events[len(events)-1]
	require.Equal(t, approval.Event{Kind: approval.DecisionRefused, By: chen, At: noon, Problem: problem}, last.Event)
	require.EqualValues(t, len(events)+1, w.verified().Count)
}

func appendOnly(t *testing.T, w *world) {
	w.pending("j1")
	statements := []string{"UPDATE events SET actor = 'UEVIL'", "DELETE FROM events"}
	if w.store.dialect.folder == "postgres" {
		statements = append(statements, "TRUNCATE events")
	}
	for _, statement := range statements {
		_, err := w.store.db.Exec(statement)
		require.ErrorContains(t, err, "the audit is append only")
	}
}

// unguarded drops what keeps the audit from being changed.
func (w *world) unguarded() {
	if w.store.dialect.folder == "sqlite" {
		w.exec("DROP TRIGGER events_stay", "DROP TRIGGER events_stay_as_they_are")
	} else {
		w.exec("DROP TRIGGER events_stay ON events")
	}
}

func tampered(t *testing.T, w *world) {
	r := w.pending("j1")
	w.happens(r.ID, approval.Event{Kind: approval.VoteApproved, By: ben, As: []string{"UBEN"}})
	w.happens(r.ID, approval.Event{Kind: approval.VoteApproved, By: chen, As: []string{"UCHEN"}}, approval.Event{Kind: approval.QuorumReached, By: chen})
	remembered := w.verified().Head
	w.unguarded()
	for change, back := range map[string]string{
		"UPDATE events SET actor = 'UEVIL' WHERE seq = 3":                        "UPDATE events SET actor = 'UBEN' WHERE seq = 3",
		"UPDATE events SET at = at + 1 WHERE seq = 2":                            "UPDATE events SET at = at - 1 WHERE seq = 2",
		"UPDATE events SET digest = 'x' || digest WHERE seq = 5":                 "UPDATE events SET digest = substr(digest, 2) WHERE seq = 5",
		"UPDATE events SET detail = replace(detail, 'Ben', 'Bob') WHERE seq = 3": "UPDATE events SET detail = replace(detail, 'Bob', 'Ben') WHERE seq = 3",
		"UPDATE events SET kind = 'vote_denied' WHERE seq = 4":                   "UPDATE events SET kind = 'vote_approved' WHERE seq = 4",
		"UPDATE events SET request = request + 1 WHERE seq = 1":                  "UPDATE events SET request = request - 1 WHERE seq = 1",
	} {
		w.exec(change)
		_, err := approval.Verify(w.store.Audit(context.Background(), 0, ""), "")
		var broken *approval.BrokenAuditError
		require.True(t, errors.As(err, &broken), change)
		w.exec(back)
		w.verified()
	}
	w.exec("DELETE FROM events WHERE seq = 5")
	_, err := approval.Verify(w.store.Audit(context.Background(), 0, ""), remembered)
	require.ErrorContains(t, err, "the end was cut off after event 4")
}

// check is what slipway audit verify does with a database.
func (w *world) check(remembered string) error {
	before, err := w.store.AuditHead(context.Background())
	if err != nil {
		return err
	}
	report, err := approval.Verify(w.store.Audit(context.Background(), 0, ""), remembered, before.Hash)
	if err != nil {
		return err
	}
	after, err := w.store.AuditHead(context.Background())
	if err != nil {
		return err
	}
	return report.Fits(after)
}

// tamperedAtRandom does what somebody with SQL and without the triggers could do, short of writing everything anew
// while nobody has kept a hash.
func tamperedAtRandom(t *testing.T, w *world) {
	w.starting("j1")
	w.starting("j2")
	remembered := w.verified()
	last := int(remembered.Last)
	w.unguarded()
	if w.store.dialect.folder == "sqlite" {
		w.exec("PRAGMA synchronous = OFF")
	}
	w.exec("CREATE TABLE kept AS SELECT * FROM events")
	r := rand.New(rand.NewPCG(2026, 11))
	some := func() int { return 1 + r.IntN(last) }
	column := func() string { return []string{"seq", "request", "at"}[r.IntN(3)] }
	word := func() string {
		return []string{"kind", "team", "actor", "from_state", "to_state", "digest", "detail", "prev", "hash"}[r.IntN(9)]
	}
	forge := func() string { // an event that fits, as somebody makes it who knows the format
		e := approval.Entry{Seq: remembered.Last + 1, At: noon, Kind: approval.VoteApproved, Actor: "UEVIL", Detail: json.RawMessage("{}"), Prev: remembered.Head}
		return fmt.Sprintf("INSERT INTO events SELECT %d, 0, %d, '%s', '', '%s', '', '', '', '{}', '%s', '%s'",
			e.Seq, noon.UnixMicro(), e.Kind, e.Actor, e.Prev, e.Sum())
	}
	tampers := []func() []string{
		func() []string {
			c := column()
			return []string{fmt.Sprintf("UPDATE events SET %s = %s + %d WHERE seq = %d", c, c, last+r.IntN(100), some())}
		},
		func() []string {
			c := word()
			return []string{fmt.Sprintf("UPDATE events SET %s = %s || '%c' WHERE seq = %d", c, c, ' '+rune(r.IntN(7)), some())}
		},
		func() []string { return []string{fmt.Sprintf("DELETE FROM events WHERE seq = %d", some())} },
		func() []string { return []string{fmt.Sprintf("DELETE FROM events WHERE seq < %d", 1+some())} },
		func() []string {
			n := some()
			return []string{fmt.Sprintf("DELETE FROM events WHERE seq >= %d", n),
				fmt.Sprintf("UPDATE audit_head SET seq = %d, hash = (SELECT coalesce(max(hash), '') FROM events WHERE seq = %d)", n-1, n-1)}
		},
		func() []string {
			a, b := some(), some()
			if a == b {
				b = a%last + 1
			}
			return []string{fmt.Sprintf("UPDATE events SET seq = -1 WHERE seq = %d", a), fmt.Sprintf("UPDATE events SET seq = %d WHERE seq = %d", a, b),
				fmt.Sprintf("UPDATE events SET seq = %d WHERE seq = -1", b)}
		},
		func() []string {
			return []string{fmt.Sprintf("INSERT INTO events SELECT %d, request, at, kind, team, actor, from_state, to_state, digest, detail, prev, hash FROM kept WHERE seq = %d", last+1, some())}
		},
		func() []string { return []string{forge()} },
		func() []string { return []string{"UPDATE audit_head SET hash = ''", "DELETE FROM events"} },
		func() []string { return []string{"UPDATE audit_head SET seq = seq + 1"} },
		func() []string { return []string{"DELETE FROM audit_head"} },
	}
	for i := range 20 * len(tampers) {
		statements := tampers[i%len(tampers)]()
		w.exec(statements...)
		var broken *approval.BrokenAuditError
		require.ErrorAs(t, w.check(remembered.Head), &broken, "%v", statements)
		require.NotEmpty(t, broken.Words)
		w.exec("DELETE FROM events", "INSERT INTO events SELECT * FROM kept", "DELETE FROM audit_head",
			fmt.Sprintf("INSERT INTO audit_head VALUES (%d, '%s')", last, remembered.Head))
		require.NoError(t, w.check(remembered.Head))
	}
}

func auditOfOneJob(t *testing.T, w *world) {
	ask := nightly()
	ask.Job = "other"
	other := w.open(ask)
	r := w.starting("j1")
	require.NoError(t, w.store.Note(context.Background(), other.ID, approval.Event{Kind: approval.DecisionRefused, By: ben, Channel: "C1"}))
	require.NoError(t, w.store.Note(context.Background(), r.ID, approval.Event{Kind: approval.DecisionRefused, By: ana, Channel: "C1"}))
	for _, job := range []string{"nightly_sync", "j1"} {
		var seqs []int64
		for e, err := range w.store.Audit(context.Background(), 0, job) {
			require.NoError(t, err)
			require.Equal(t, r.ID, e.Request)
			seqs = append(seqs, e.Seq)
		}
		require.Equal(t, []int64{2, 3, 4, 5, 6, 7, 9}, seqs)
		report, err := approval.VerifyEach(w.store.Audit(context.Background(), 0, job))
		require.NoError(t, err)
		require.EqualValues(t, 7, report.Count)
	}
	report, err := approval.VerifyEach(w.store.Audit(context.Background(), 0, "nothing_like_it"))
	require.NoError(t, err)
	require.Zero(t, report)
}

func reading(t *testing.T, w *world) {
	r := w.pending("j1")
	reader, err := Open(context.Background(), w.url, Options{ReadOnly: true})
	require.NoError(t, err)
	defer reader.Close()
	seen, err := reader.Request(context.Background(), r.ID)
	require.NoError(t, err)
	require.Equal(t, r.State, seen.State)
	report, err := approval.Verify(reader.Audit(context.Background(), 0, ""), "")
	require.NoError(t, err)
	require.Equal(t, w.verified(), report)
	require.Error(t, reader.Note(context.Background(), 0, approval.Event{Kind: approval.CommandRefused, By: ana}))
	w.open(nightly()) // the writer is not in the way, nor the reader
}
