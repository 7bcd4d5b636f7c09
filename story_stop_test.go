package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
)

// running is a world in which Ana's start runs.
func running(t *testing.T) *world {
	t.Helper()
	w := stage(t)
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("is running")
	return w
}

func TestBenStopsARun(t *testing.T) {
	t.Parallel()
	w := running(t)
	w.as("ben").types("/lf stop nightly_sync wrong source")
	w.cardSays("Stop `nightly_sync` on default?", "asked by Ben", "Reason: wrong source", "R-1002")
	w.as("ben").presses("Stop job")
	w.cardSays("`nightly_sync` was stopped after")
	w.until("the start's card says who stopped it", func() bool {
		return containsAll(w.everything(), []string{"Ben stopped it with R-1002."})
	})
	require.Len(t, w.cards(), 2)
}

func TestARunThatEndsBeforeItIsStopped(t *testing.T) {
	t.Parallel()
	w := running(t)
	w.as("ben").types("/lf stop nightly_sync")
	w.as("ben").button("Stop job")
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.as("ben").presses("Stop job")
	w.cardSays("`nightly_sync` was not stopped.", "had ended before it could be stopped")
}

func TestAnotherRunVoidsAStop(t *testing.T) {
	t.Parallel()
	w := running(t)
	w.as("ben").types("/lf stop nightly_sync")
	w.as("ben").button("Stop job")
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.passes(time.Minute)
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.as("ben").presses("Stop job")
	w.cardSays("`nightly_sync` was not stopped.", "Since it was approved, this changed: run.")
}

func TestThereIsNothingToStop(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ben").types("/lf stop nightly_sync")
	w.as("ben").reads("`nightly_sync` is not running, so there is nothing to stop.")
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1002")
	w.as("ben").types("/lf stop nightly_sync again")
	w.as("ben").reads("R-1002 has not started yet, so there is nothing to stop.", "/lf cancel R-1002")
}
