package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnaStartsAJobAndReadsHowItEnds(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync source reloaded")
	w.as("ana").reads("R-1001", "looking up `nightly_sync`")
	w.cardSays("Start `nightly_sync` on default?", "metadata migration", "normal mode", "asked by Ana", "Reason: source reloaded",
		"Last run: succeeded", "took 12 min", "Only Ana", "R-1001")
	w.as("ana").presses("Start job")
	w.threadSays("<@"+people["ana"]+">", "accepted by LakeFormation")
	w.cardSays("succeeded", "Confirmed by Ana")
	w.threadSays("<@"+people["ana"]+">", "`nightly_sync` succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Len(t, w.cards(), 1)
}
