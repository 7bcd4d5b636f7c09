package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

func BenchmarkOpen(b *testing.B) {
	w := onSQLite(b)
	for b.Loop() {
		ask, delivery := nightly(), receipt()
		ask.By.UserID, ask.Channel = delivery.EnvelopeID, delivery.Key // nobody has open requests yet
		_, err := w.store.Open(context.Background(), delivery, ask, approval.Reply{}, anyCrowd)
		require.NoError(b, err)
	}
}

func BenchmarkUpdate(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { updating(b, onSQLite(b)) })
	b.Run("PostgreSQL", func(b *testing.B) { updating(b, onPostgres(b, postgresServer(b))) })
}

// BenchmarkUpdateAtOnce changes eight Requests at the same time, which on PostgreSQL wait for each other only to have
// their place in the audit.
func BenchmarkUpdateAtOnce(b *testing.B) {
	w := onPostgres(b, postgresServer(b))
	var ids []approval.ID
	for i := range 8 {
		ids = append(ids, w.unknown(fmt.Sprint("j", i)).ID)
	}
	var n atomic.Int64
	b.ResetTimer()
	atOnce(8, func(i int) {
		for n.Add(1) <= int64(b.N) {
			_, err := w.store.Update(context.Background(), ids[i], approval.By{Receipt: receipt()}, saying(approval.Event{Kind: approval.LookAsked, By: ben}))
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func updating(b *testing.B, w *world) {
	id := w.unknown("j1").ID
	for b.Loop() {
		_, err := w.store.Update(context.Background(), id, approval.By{Receipt: receipt()}, saying(approval.Event{Kind: approval.LookAsked, By: ben}))
		require.NoError(b, err)
	}
}

// BenchmarkClaimDue claims one Request among 10,000 that wait for decisions, and gives it back.
func BenchmarkClaimDue(b *testing.B) {
	w := onSQLite(b)
	w.exec(`PRAGMA synchronous = OFF`)
	w.waiting(10_000)
	w.exec(`PRAGMA synchronous = FULL`)
	id := w.open(nightly()).ID
	for b.Loop() {
		claim := w.claimed()
		_, err := w.store.Update(context.Background(), id, approval.By{Claim: &claim}, saying())
		require.NoError(b, err)
	}
}

// BenchmarkClaimDueIdle is the poll once a second that finds nothing.
func BenchmarkClaimDueIdle(b *testing.B) {
	w := onSQLite(b)
	w.exec(`PRAGMA synchronous = OFF`)
	w.waiting(10_000)
	w.exec(`PRAGMA synchronous = FULL`)
	for b.Loop() {
		require.Empty(b, w.left())
	}
}

// waiting copies one pending Request many times.
func (w *world) waiting(n int) {
	w.pending("j1")
	_, err := w.store.db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO requests (version, terms, state, action, team, requester, channel, instance, asked_job, created_at, due_at, body)
		SELECT version, terms, state, action, team, requester || (i % 1000), channel, instance, asked_job || i, created_at, due_at, body
		FROM requests, n`, n)
	require.NoError(w.t, err)
}
