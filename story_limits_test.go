package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// One account cannot flood those who approve: the 31st start within an hour is not taken, also by another process. Others
// may ask, what runs may be stopped, and an hour later all is as before.
func TestOnePersonMayAskForSoManyStartsWithinAnHour(t *testing.T) {
	t.Parallel()
	w := stage(t, func(_ *localslack.Config, l *locallake.Config) { l.RejectOldSignatures = false }) // an hour goes by
	w.lake.HoldRuns(true)
	ana, ben := w.as("ana"), w.as("ben")
	ana.types("/lf start nightly_sync")
	ana.presses("Start job")
	w.cardSays("is running")
	for i := 1; i < approval.StartsPerPerson; i++ {
		ana.types(fmt.Sprintf("/lf start no_such_job_%d", i))
		w.ends(approval.ID(1001 + i))
	}
	w.restart()
	ana.types("/lf start weekly_discovery")
	ana.reads("You asked for 30 starts within an hour, the most one person may. Nothing was started. You may ask again in ", " min; you may stop what runs at any time.")
	require.Equal(t, 1.0, w.metric(`slipway_limited_total{what="start"}`))
	require.Zero(t, w.lake.StartCalls("weekly_discovery"))

	ben.types("/lf start weekly_discovery")
	ben.button("Start job")
	ana.types("/lf stop nightly_sync")
	ana.presses("Stop job")
	w.until("it has been stopped", func() bool {
		return w.lake.Runs("nightly_sync")[len(w.lake.Runs("nightly_sync"))-1].Status == "STOPPED"
	})

	w.passes(time.Hour)
	ana.types("/lf start permissions_sync")
	w.cardSays("Start `permissions_sync`")
}

// ends waits until a request has ended.
func (w *world) ends(id approval.ID) {
	w.t.Helper()
	w.until(id.String()+" has ended", func() bool {
		r, err := w.app.store.Request(context.Background(), id)
		return err == nil && r.State.Ended()
	})
}

// Whoever presses what is not theirs again and again fills neither the audit nor the disk, is told so, and is still heard
// where they may decide.
func TestPressesThatCountForNothingAreRecordedUpToALimit(t *testing.T) {
	t.Parallel()
	w := stage(t)
	ana, ben := w.as("ana"), w.as("ben")
	ana.types("/lf start nightly_sync")
	ts, action := ben.button("Start job")
	const presses = approval.RefusalsAtOnce + 20
	for range presses {
		require.True(t, w.slack.Press(ben.id, channel, ts, action).Acked)
	}
	ben.reads("You can't approve R-1001.", "You were told no very often just now, so this is not recorded any more. Please try again in ", "what is yours to decide always counts.")
	events, err := w.app.store.Events(context.Background(), 1001)
	require.NoError(t, err)
	refused := 0
	said := ""
	for _, e := range events {
		if e.Kind == approval.DecisionRefused {
			refused++
			said += e.Problem.Next.String()
		}
	}
	unrecorded := w.metric(`slipway_limited_total{what="refusal"}`)
	require.Less(t, refused, presses)
	require.Equal(t, float64(presses), float64(refused)+unrecorded, "each was recorded or counted")
	require.Contains(t, said, "They were told no 30 times within a short time: more of it may not be recorded.")

	ben.types("/lf start weekly_discovery")
	w.cardSays("weekly_discovery")
	ben.presses("Start job")
	w.cardSays("`weekly_discovery`", "Confirmed by Ben")
	require.True(t, w.slack.Press(ana.id, channel, ts, action).Acked)
	w.until("what Ana pressed counted", func() bool { return w.lake.StartCalls("nightly_sync") == 1 })
}
