package store

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

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
	var failed atomic.Int64
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
	report := w.verified()
	require.EqualValues(t, 48, report.Count)
	require.EqualValues(t, 1, report.First)
	require.EqualValues(t, 48, report.Last)
}

func noting(t *testing.T, w *world) {
	r := w.pending("j1")
	problem := &approval.Problem{Words: "You can't approve it."}
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
	for _, statement := range []string{"UPDATE events SET actor = 'UEVIL'", "DELETE FROM events"} {
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
