package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

func TestJobsInPagesAndByFilter(t *testing.T) {
	t.Parallel()
	w := stage(t)
	for i := range 45 {
		_, err := w.lake.AddJob(locallake.Job{Name: fmt.Sprintf("export_%02d", i), Type: locallake.MetadataDiscovery})
		require.NoError(t, err)
	}
	w.as("ana").types("/lf jobs export")
	w.as("ana").reads("45 jobs on default match `export`:", "export_00", "export_19", "Page 1 of 3; the next: /lf jobs export --page 2")
	w.as("ana").types("/lf jobs export --page 3")
	w.as("ana").reads("export_40", "export_44", "Page 3 of 3, the last.")
	w.as("ana").types("/lf jobs export --page 99")
	w.as("ana").reads("export_44")
	w.as("ana").types("/lf jobs frozen")
	w.as("ana").reads("matches `frozen`:", "archived_sync")
	w.as("ana").types("/lf jobs permission migration")
	w.as("ana").reads("matches `permission migration`:", "permissions_sync")
	w.as("ana").types("/lf jobs METADATA_DISCOVERY --page=2")
	w.as("ana").reads("46 jobs on default match `metadata_discovery`:", "Page 2 of 3")
}

func TestAStopTooLateToCancel(t *testing.T) {
	t.Parallel()
	w := running(t)
	w.as("ana").types("/lf cancel R-1001")
	w.as("ana").reads("Ana approved R-1001 at", "nothing more to do.")
	w.as("ben").types("/lf stop nightly_sync")
	w.as("ben").button("Stop job")
	w.as("ben").types("/lf cancel R-1002")
	w.as("ben").reads("R-1002 is cancelled")
	w.cardSays("Ben cancelled the stop of `nightly_sync`; nothing was stopped.")
	w.as("ben").types("/lf cancel R-1002")
	w.as("ben").reads("Ben cancelled R-1002; nothing was stopped.")
	w.as("ana").types("/lf pending")
	w.as("ana").reads("Nothing waits for a decision in this channel.")
}

func TestTheQuestionStandsToItsLastMoment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after time.Duration
		ends  string
	}{
		"just before": {30*time.Minute - time.Second, "succeeded after"},
		"just after":  {30 * time.Minute, "The time to start `nightly_sync` is over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := stage(t, func(_ *localslack.Config, l *locallake.Config) { l.RejectOldSignatures = false })
			w.as("ana").types("/lf start nightly_sync")
			ts, action := w.as("ana").button("Start job")
			var posted time.Time
			w.until("the card is booked", func() bool {
				r, err := w.app.store.Request(t.Context(), 1001)
				posted = r.ExpiresAt.Add(-30 * time.Minute)
				return err == nil && !r.ExpiresAt.IsZero()
			})
			w.clock.Advance(posted.Add(c.after).Sub(w.clock.Now()))
			w.slack.PressWith(people["ana"], channel, ts, action, "1001.1")
			w.cardSays(c.ends)
		})
	}
}

func TestAPressOnTheCardOfAnEndedRequest(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	ts, action := w.as("ana").button("Start job")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	for action, says := range map[string]string{
		action: "R-1001 has ended; its card says how.", "cancel": "R-1001 has ended; its card says how.", "look_again": "R-1001 has ended; its card says how.",
	} {
		require.True(t, w.slack.PressWith(people["ana"], channel, ts, action, "1001.1").Acked)
		w.as("ana").reads(says)
	}
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestAButtonOfOtherTermsIsOld(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	ts, action := w.as("ana").button("Start job")
	for _, value := range []string{"1001.2", "1001.7"} {
		require.True(t, w.slack.PressWith(people["ana"], channel, ts, action, value).Acked)
	}
	w.as("ana").reads("This card is old: R-1001 asks for something else now. Nothing changed.", "Please use the newest card.")
	w.as("ben").types("/lf start weekly_discovery")
	w.cardSays("R-1002")
	// The value of one card under the button of another: only what the value names counts, and its own rule.
	require.True(t, w.slack.PressWith(people["ana"], channel, ts, action, "1002.1").Acked)
	w.as("ana").reads("You can't approve R-1002.", "Only Ben can confirm.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
	require.Zero(t, w.lake.StartCalls("weekly_discovery"))
}

func TestLakeFormationResetsTheConnection(t *testing.T) {
	t.Parallel()
	for fault, c := range map[string]struct {
		runs bool
		ends string
	}{
		locallake.FaultReset:            {false, "I can't tell whether `nightly_sync` started."},
		locallake.FaultResetAfterAccept: {true, "A run of `nightly_sync` that began at"},
		locallake.FaultTruncatedJSON:    {false, ""},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := stage(t)
			require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: fault, Times: 1}))
			before := len(w.lake.Runs("nightly_sync"))
			w.as("ana").types("/lf start nightly_sync")
			w.as("ana").presses("Start job")
			if c.ends == "" {
				w.until("it is known or not", func() bool {
					return containsAll(w.card(), []string{"succeeded after"}) || containsAll(w.card(), []string{"I can't tell"}) || containsAll(w.card(), []string{"was not started"})
				})
			} else {
				w.cardSays(c.ends)
			}
			require.Equal(t, 1, w.calls(locallake.OpStart))
			if c.runs {
				require.Len(t, w.lake.Runs("nightly_sync"), before+1)
			}
		})
	}
}

func TestAScheduleBeginsARunWhileOursIsStarting(t *testing.T) {
	t.Parallel()
	w := stage(t)
	require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultInternal, Times: 1}))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.until("the start was called", func() bool { return w.lake.StartCalls("nightly_sync") == 1 })
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.cardSays("A run of `nightly_sync` that began at", "succeeded after", "this may also be a run that somebody else or a schedule began")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

// Somebody who is in two channels at once, and one channel that holds as much as it may.
func TestTheLimitsOfOpenRequests(t *testing.T) {
	t.Parallel()
	w := stage(t, crowd, jobs(70))
	for i := range 11 {
		require.True(t, w.slack.Type(crowdUser(0), crowdChannel(i), "/lf start "+crowdJob(i)).Acked)
	}
	person{w, crowdUser(0)}.reads("You have 10 open requests, the most one person may have. Nothing was started.", "Decide or cancel one of them first.")
	for i := range 51 {
		require.True(t, w.slack.Type(crowdUser(1+i), crowdChannel(30), "/lf start "+crowdJob(11+i)).Acked)
	}
	person{w, crowdUser(51)}.reads("This channel has 50 open requests, the most one channel may have. Nothing was started.")
}
