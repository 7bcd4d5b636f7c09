package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// hears waits until the channel was told so many times with all of these words, and lets some time pass: not once more.
func (w *world) channelHears(times int, words ...string) {
	w.t.Helper()
	w.until(fmt.Sprintf("the channel hears %d times: %s", times, strings.Join(words, ", ")), func() bool { return w.heard(words...) >= times })
	w.passes(3 * time.Minute)
	require.Equal(w.t, times, w.heard(words...), "%s\n%s", words, w.everything())
}

// heard counts Slipway's messages in the channel that say all of this.
func (w *world) heard(words ...string) int {
	n := 0
	for _, m := range w.cards() {
		if containsAll(localslack.PlainText(m), words) {
			n++
		}
	}
	return n
}

// patient is a world in which much time may pass: LakeFormation takes the signatures of a clock that runs behind it.
func patient(_ *localslack.Config, l *locallake.Config) { l.RejectOldSignatures = false }

func (w *world) watches(name, job string) {
	w.t.Helper()
	w.as(name).types("/lf watch " + job)
	w.as(name).reads("This channel hears from now on when a run of `"+job+"` on default ends, whoever started it.", "/invite @Slipway")
}

func TestAChannelHearsHowARunEndedWhoeverStartedIt(t *testing.T) {
	t.Parallel()
	w := stage(t, patient)
	w.watches("ana", "nightly_sync")
	require.NoError(t, w.lake.NextRunEnds("nightly_sync", locallake.Failed))
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.channelHears(1, "`nightly_sync` on default failed after 2", "It was started outside Slipway.", "To see why, read `/lf log nightly_sync`", "Ana set this watch; `/lf unwatch nightly_sync` ends it.")

	w.as("ben").types("/lf start nightly_sync")
	w.as("ben").presses("Start job")
	w.channelHears(1, "`nightly_sync` on default succeeded after", "It was started with R-1001 by Ben.")

	w.as("chen").types("/lf watch")
	w.as("chen").reads("This channel hears when a run of these jobs ends:", "nightly_sync", "set by Ana")
	w.as("chen").types("/lf unwatch nightly_sync")
	w.as("chen").reads("This channel no longer watches `nightly_sync` on default.")
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.until("it has ended", func() bool {
		job, _ := w.lake.Job("nightly_sync")
		return job.Runs == 6 && job.Status == locallake.Success
	})
	w.channelHears(1, "`nightly_sync` on default succeeded after")
	w.as("chen").types("/lf watch")
	w.as("chen").reads("This channel watches no job.", "/lf watch nightly_sync")
}

func TestRunsThatBeganAndEndedUnseenAreTold(t *testing.T) {
	t.Parallel()
	w := stage(t, patient)
	w.watches("ana", "nightly_sync")
	w.watches("ana", "weekly_discovery")
	w.end()
	for n := range 2 {
		require.NoError(t, w.lake.StartOutside("nightly_sync"))
		w.until("it has ended", func() bool {
			job, _ := w.lake.Job("nightly_sync")
			return job.Runs == 4+n && job.Status == locallake.Success
		})
	}
	w.lake.HoldRuns(true)
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.until("it runs", func() bool { job, _ := w.lake.Job("nightly_sync"); return job.Status == locallake.Running })
	w.start()
	w.channelHears(2, "`nightly_sync` on default succeeded after", "outside Slipway")
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Stopped))
	w.channelHears(1, "`nightly_sync` on default was stopped after", "outside Slipway")
	w.restart()
	w.channelHears(2, "`nightly_sync` on default succeeded after")
}

func TestAWatchSetDuringARunHearsOfThatRun(t *testing.T) {
	t.Parallel()
	w := running(t)
	w.watches("ben", "nightly_sync")
	w.passes(2 * time.Minute)
	require.Zero(t, w.heard("on default", "It was started with"), "earlier runs are not told")
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.channelHears(1, "on default succeeded after", "It was started with R-1001 by Ana.")
}

func TestAWatchIsToldOnceSlackIsBack(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]localslack.Fault{
		"down":    {Status: 503, Times: 5},
		"limited": {RetryAfter: 90 * time.Second, Times: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := stage(t, patient)
			w.watches("ana", "nightly_sync")
			w.slack.Fail("chat.postMessage", fault)
			require.NoError(t, w.lake.StartOutside("nightly_sync"))
			w.channelHears(1, "`nightly_sync` on default succeeded after")
		})
	}
	w := stage(t, patient)
	w.watches("ana", "nightly_sync")
	require.NoError(t, w.lake.SetFault(locallake.OpHistory, locallake.Fault{Name: locallake.FaultInternal, Times: 4}))
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.channelHears(1, "`nightly_sync` on default succeeded after")
}

func TestAWatchEndsWithItsChannelOrItsJob(t *testing.T) {
	t.Parallel()
	w := stage(t, patient)
	w.as("ana").typesIn(localslack.ChannelAnalytics, "/lf watch nightly_sync") // Slipway is not in it
	w.as("ana").reads("This channel hears from now on")
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.as("ana").reads("The watch of `nightly_sync` in <#"+localslack.ChannelAnalytics+"> has ended", "I can't post there any more.", "type `/lf watch nightly_sync` there to set it again")
	w.watches("ben", "weekly_discovery")
	require.NoError(t, w.lake.DeleteJob("weekly_discovery"))
	w.as("ben").reads("The watch of `weekly_discovery` in <#"+channel+"> has ended", "LakeFormation no longer knows this job (404).")
	w.until("nothing is watched", func() bool {
		left, err := w.app.store.ListWatches(t.Context(), "")
		return err == nil && len(left) == 0
	})
}

func TestWhatAChannelMayWatch(t *testing.T) {
	t.Parallel()
	w := stage(t, patient)
	for i := range approval.WatchesPerChannel {
		_, err := w.lake.AddJob(locallake.Job{Name: crowdJob(i), Type: locallake.MetadataDiscovery})
		require.NoError(t, err)
	}
	w.as("gita").types("/lf watch nightly_sync")
	w.as("gita").reads("Only full members of this workspace may decide what a channel watches")
	w.as("gita").types("/lf unwatch nightly_sync")
	w.as("ana").types("/lf watch nightly_snyc")
	w.as("ana").reads("There is no job `nightly_snyc`. Did you mean `nightly_sync`?")
	w.watches("ana", "nightly_sync")
	w.as("ben").types("/lf watch nightly_sync")
	w.as("ben").reads("This channel watches `nightly_sync` on default already; Ana set it.")
	w.as("ben").types("/lf unwatch nightly_snyc")
	w.as("ben").reads("This channel does not watch `nightly_snyc`, so nothing changed. Did you mean `nightly_sync`?")
	w.as("ben").types("/lf unwatch")
	w.as("ben").reads("Which job shall this channel no longer watch?")
	for i := range approval.WatchesPerChannel - 1 {
		w.watches("ana", crowdJob(i))
	}
	w.as("ana").types("/lf watch " + crowdJob(49))
	w.as("ana").reads("This channel watches 50 jobs, the most one channel may watch. Nothing changed. End one of the watches first.")
	w.as("ana").types("/lf watch")
	w.as("ana").reads("nightly_sync", crowdJob(0), crowdJob(48))
}

// Two replicas look at the same time, and the channel hears once.
func TestTwoReplicasTellOnce(t *testing.T) {
	t.Parallel()
	s := crashScene(t, schema(t))
	s.keep()
	s.keep()
	s.untilReal("both are connected", func() bool { return s.slack.Connections() == 2 })
	require.True(t, s.slack.Type(people["ana"], channel, "/lf watch nightly_sync").Acked)
	s.untilReal("it is watched", func() bool { return strings.Contains(s.everything(), "This channel hears from now on") })
	for n := 1; n <= 3; n++ {
		require.NoError(t, s.lake.StartOutside("nightly_sync"))
		s.untilReal("the channel hears of it", func() bool { return s.heard("`nightly_sync` on default succeeded after", "outside Slipway") >= n })
	}
	require.Equal(t, 3, s.heard("`nightly_sync` on default succeeded after"))
}
