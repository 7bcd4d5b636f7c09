package store

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

func standing(t *testing.T, w *world) {
	stands := func(want Standing) {
		t.Helper()
		got, err := w.store.Standing(context.Background())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	stands(Standing{Open: map[approval.State]int{}})
	w.open(nightly())
	w.clock.move(10 * time.Second)
	w.happens(w.open(nightly()).ID, described("j1"))
	w.happens(w.open(nightly()).ID, approval.Event{Kind: approval.RequesterCancelled, By: ana})
	w.clock.move(20 * time.Second)
	open := map[approval.State]int{approval.Opened: 1, approval.Pending: 1}
	stands(Standing{Open: open, DueFor: 30 * time.Second, CardDueFor: 20 * time.Second})
	w.claimed()
	w.cards()
	stands(Standing{Open: open})
}
