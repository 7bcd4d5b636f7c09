package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

func TestAnaReadsTheLogOfARunThatFailed(t *testing.T) {
	t.Parallel()
	w := stage(t)
	require.NoError(t, w.lake.NextRunEnds("nightly_sync", locallake.Failed))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("failed after")
	w.as("ana").types("/lf log nightly_sync")
	w.as("ana").reads("The log of the newest run of `nightly_sync` on default (failed):", "cannot connect to the source: connection timed out", "the run has ended: FAILED")
	for _, m := range w.slack.Visible(people["ben"], channel) {
		require.NotContains(t, localslack.PlainText(m), "cannot connect to the source", "only Ana asked for it")
	}
}

func TestALongLogIsCutAndSaysSo(t *testing.T) {
	t.Parallel()
	w := stage(t)
	var log strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&log, "line %d <!channel> `x` *bold* & more\n", i)
	}
	log.WriteString("jdbc:mysql://root:hunter2@db/hive <https://evil.example.com|click>\npassword=hunter2 ```\nthe very end\n")
	require.NoError(t, w.lake.SetLog("nightly_sync", log.String()))
	w.as("ben").types("/lf log nightly_sync")
	w.as("ben").reads("the very end", "Cut: these are the last 40 of 5003 lines. The whole log is in the LakeFormation console.", "[masked]", "line 4999")
	for _, m := range w.slack.Visible(people["ben"], channel) {
		require.NotContains(t, m.Text+string(m.Blocks), "hunter2")
		require.NotContains(t, m.Text, "<!channel>")
		require.NotContains(t, m.Text, "<https://evil")
		require.Empty(t, localslack.ValidateBlocks(m.Blocks))
	}
}

func TestALogThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := stage(t)
	for typed, words := range map[string][]string{
		"/lf log":                         {"The log of which job?", "/lf log nightly_sync"},
		"/lf log nightly_snyc":            {"There is no job `nightly_snyc`. Did you mean `nightly_sync`?"},
		"/lf log new_region_sync":         {"`new_region_sync` on default has never run, so there is no log."},
		"/lf log elsewhere/nightly_sync":  {"There is no instance `elsewhere` here"},
		"/lf logs nightly_sync":           {"I don't know `logs`, so nothing was done.", "Did you mean /lf log?"},
		"/lf log nightly_sync --mode foo": {"The log of the newest run of `nightly_sync`"},
	} {
		w.as("ana").types(typed)
		w.as("ana").reads(words...)
	}
	require.NoError(t, w.lake.SetLog("nightly_sync", " \n"))
	w.as("ana").types("/lf log nightly_sync")
	w.as("ana").reads("LakeFormation has no log of the newest run of `nightly_sync` on default (succeeded).")
	w.lake.HoldRuns(true)
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.until("it runs", func() bool { job, _ := w.lake.Job("nightly_sync"); return job.Status == locallake.Running })
	require.NoError(t, w.lake.SetLog("nightly_sync", "\n"))
	w.as("ana").types("/lf log nightly_sync")
	w.as("ana").reads("`nightly_sync` on default (running) has written no log yet.")
}
