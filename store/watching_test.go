package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

func watchOf(channel, job string) approval.Watch {
	return approval.Watch{
		Channel: channel, Instance: "prod", Target: approval.Target{Endpoint: "https://lakeformation.test", ProjectID: "p1", InstanceID: "i1"},
		JobID: job, JobName: "nightly_sync", JobType: "METADATA_MIGRATION", Typed: "prod/nightly_sync", By: ana, Command: "/lf-staging", Since: noon.Add(-time.Hour),
	}
}

func (w *world) watches(channel, job string) approval.Watch {
	added, isNew, err := w.store.AddWatch(context.Background(), watchOf(channel, job))
	require.NoError(w.t, err)
	require.True(w.t, isNew)
	return added
}

func watchKept(t *testing.T, w *world) {
	added := w.watches("C1", "j1")
	want := watchOf("C1", "j1")
	want.ID, want.At = added.ID, noon
	require.Equal(t, want, added)

	w.clock.move(time.Hour)
	second := watchOf("C1", "j1")
	second.By, second.Since = ben, noon
	again, isNew, err := w.store.AddWatch(context.Background(), second)
	require.NoError(t, err)
	require.False(t, isNew, "the channel watches it already")
	require.Equal(t, want, again)

	other := w.watches("C2", "j1")
	mine, err := w.replica().ListWatches(context.Background(), "C1")
	require.NoError(t, err)
	require.Equal(t, []approval.Watch{want}, mine)
	all, err := w.store.ListWatches(context.Background(), "")
	require.NoError(t, err)
	require.Equal(t, []approval.Watch{want, other}, all)

	require.NoError(t, w.store.EndWatch(context.Background(), added.ID))
	require.NoError(t, w.store.EndWatch(context.Background(), added.ID))
	all, err = w.store.ListWatches(context.Background(), "")
	require.NoError(t, err)
	require.Equal(t, []approval.Watch{other}, all)
}

func watchesAreFew(t *testing.T, w *world) {
	var added, refused atomic.Int64
	stores := []*Store{w.store, w.replica()}
	atOnce(approval.WatchesPerChannel+6, func(i int) {
		_, _, err := stores[i%2].AddWatch(context.Background(), watchOf("C1", fmt.Sprintf("j%d", i)))
		switch {
		case err == nil:
			added.Add(1)
		case approval.CodeOf(err) == approval.TooMany:
			refused.Add(1)
		}
	})
	require.EqualValues(t, approval.WatchesPerChannel, added.Load())
	require.EqualValues(t, 6, refused.Load())
	w.watches("C2", "j1")
}

func watchTold(t *testing.T, w *world) {
	ctx, began := context.Background(), noon.Add(time.Minute)
	seen := w.watches("C1", "j1")
	stores := []*Store{w.store, w.replica(), w.replica(), w.replica()}
	var won atomic.Int64
	claims := make(chan approval.Watch, 1)
	atOnce(len(stores), func(i int) {
		if claim, err := stores[i].ClaimWatch(ctx, seen, time.Minute); err == nil {
			won.Add(1)
			claims <- claim
		} else if err != approval.ErrLeaseLost {
			t.Error(err)
		}
	})
	require.EqualValues(t, 1, won.Load())
	claim := <-claims
	require.NoError(t, w.store.WatchTold(ctx, claim, began))
	require.ErrorIs(t, w.store.WatchTold(ctx, claim, began), approval.ErrLeaseLost, "it was given back")
	_, err := w.store.ClaimWatch(ctx, seen, time.Minute)
	require.ErrorIs(t, err, approval.ErrLeaseLost, "that run was told")

	now, err := w.store.ListWatches(ctx, "C1")
	require.NoError(t, err)
	require.Equal(t, began, now[0].Since)
	lost, err := w.store.ClaimWatch(ctx, now[0], time.Minute)
	require.NoError(t, err)
	w.clock.move(time.Minute)
	claim, err = w.store.ClaimWatch(ctx, now[0], time.Minute)
	require.NoError(t, err, "whoever held it is gone")
	require.ErrorIs(t, w.store.WatchTold(ctx, lost, began.Add(time.Hour)), approval.ErrLeaseLost)
	require.NoError(t, w.store.WatchTold(ctx, claim, began.Add(2*time.Hour)))

	never := watchOf("C3", "j1")
	never.Since = time.Time{}
	never, _, err = w.store.AddWatch(ctx, never)
	require.NoError(t, err)
	_, err = w.store.ClaimWatch(ctx, never, time.Minute)
	require.NoError(t, err, "a job that never ran")
	require.NoError(t, w.store.ForgetLeases(ctx))
	_, err = w.store.ClaimWatch(ctx, never, time.Minute)
	require.NoError(t, err)
}
