package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
)

// watching is a world in which so many runs go on and are watched.
func watching(t testing.TB, n int) *world {
	t.Helper()
	w := unstarted(t, crowd, jobs(n))
	w.rules = []approval.Rule{{Name: "at once", ExpiresIn: time.Hour}}
	w.lake.HoldRuns(true)
	w.start()
	for i := range n {
		d := w.slack.Type(crowdUser(i), crowdChannel(i), "/lf start "+crowdJob(i))
		require.True(t, d.Acked, d.Problem)
	}
	w.until(fmt.Sprintf("%d runs are watched", n), func() bool {
		running, err := w.app.store.Find(t.Context(), approval.Filter{Open: true, Limit: n})
		require.NoError(t, err)
		watched := 0
		for _, r := range running {
			if r.State == approval.Running && !r.Run.StartedAt.IsZero() {
				watched++
			}
		}
		return watched == n
	})
	w.passes(time.Minute) // the first looks are over, and the cards are drawn
	return w
}

// callsWithin counts what LakeFormation is asked while time goes by, by operation.
func (w *world) callsWithin(d time.Duration) map[locallake.Op]int {
	before := map[string]bool{}
	for _, r := range w.lake.Requests() {
		before[r.RequestID] = true
	}
	w.passes(d)
	calls := map[locallake.Op]int{}
	for _, r := range w.lake.Requests() {
		if !before[r.RequestID] {
			calls[r.Op]++
		}
	}
	return calls
}

func TestWatchingGrowsWithPagesAndNotWithJobs(t *testing.T) {
	t.Parallel()
	for _, n := range []int{5, 60} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			w := watching(t, n)
			calls := w.callsWithin(10 * time.Minute)
			require.Zero(t, calls[locallake.OpShow], "no run is looked at by itself while the list says that it goes on")
			require.Positive(t, calls[locallake.OpList])
			require.Less(t, calls[locallake.OpList], 150, "at most one list for each step of the clock, whatever the number of runs")

			require.NoError(t, w.lake.Finish(crowdJob(0), locallake.Failed))
			w.until("the end of one is seen all the same", func() bool {
				r, err := w.app.store.Request(t.Context(), 1001)
				return err == nil && r.State == approval.Failed
			})
		})
	}
}

// BenchmarkWatching counts what LakeFormation is asked in ten minutes while so many runs go on.
func BenchmarkWatching(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("runs=%d", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				w := watching(b, n)
				b.StartTimer()
				calls := w.callsWithin(10 * time.Minute)
				b.ReportMetric(float64(calls[locallake.OpList]), "lists")
				b.ReportMetric(float64(calls[locallake.OpShow]+calls[locallake.OpHistory]), "single-looks")
				b.StopTimer()
				w.end()
				b.StartTimer()
			}
		})
	}
}
