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

func TestTheCardTellsWhatHelpsToDecide(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("Last run: succeeded", "took 12 min")
	w.as("ana").presses("Cancel")
	w.cardSays("Ana cancelled the start of `nightly_sync`")
	w.as("ben").types("/lf start nightly_sync")
	w.cardSays("asked by Ben", "Also asked within a day: R-1001 by Ana (cancelled)")
	w.as("ben").presses("Start job")
	w.cardSays("`nightly_sync` succeeded after")
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("asked by Ana", "Last run: succeeded", "Before that: succeeded in 12 min", "Usually it takes", "R-1002 by Ben (succeeded)", "R-1001 by Ana (cancelled)")
}

// besides adds a job that writes to this place, and begins a run of it that goes on.
func (w *world) besides(name, catalog, database string) {
	w.t.Helper()
	_, err := w.lake.AddJob(locallake.Job{Name: name, Type: locallake.MetadataDiscovery, Parameter: writingTo(catalog, database)})
	require.NoError(w.t, err)
	w.lake.HoldRuns(true)
	require.NoError(w.t, w.lake.StartOutside(name))
	w.until(name+" is running", func() bool {
		job, _ := w.lake.Job(name)
		return job.Status == locallake.Running
	})
}

// anyTime lets a story go on for hours: its requests are signed by the machine's clock.
func anyTime(_ *localslack.Config, l *locallake.Config) { l.RejectOldSignatures = false }

// stillUntil waits for something in Slack while Slipway's clock stands still: calls that are given up after some seconds
// of the machine's time would take hours of a clock that runs.
func (w *world) stillUntil(what string, is func() bool) {
	w.t.Helper()
	for {
		changed := w.slack.Changed()
		if is() {
			return
		}
		select {
		case <-changed:
		case <-time.After(20 * time.Second):
			require.FailNow(w.t, "waited too long until "+what, w.everything())
		}
	}
}

func writingTo(catalog, database string) []byte {
	return fmt.Appendf(nil, `{"metadata_discovery_parameter":{"data_location":"obs://landing-example/x","target_catalog":%q,"target_database":%q}}`, catalog, database)
}

func TestWhoDecidesReadsTheFactsFirst(t *testing.T) {
	t.Parallel()
	w := unstarted(t, anyTime)
	w.rules = []approval.Rule{twoLeads()}
	w.start()
	w.besides("weekly_load", "lake", "")
	w.besides("other_load", "elsewhere", "")
	w.as("dev").types("/lf start nightly_sync")
	w.as("ben").presses("Deny")
	w.cardSays("The start of `nightly_sync` was denied")
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1002", "Last run: succeeded", "took 12 min", "Before that: failed in 3 min, succeeded in 11 min 48 s", "Usually it takes 12 min.",
		"Also asked within a day: R-1001 by Dev (denied)",
		"Careful: `weekly_load` is running on the same catalog `lake`, as seen at ")
	require.NotContains(t, w.card(), "other_load")
	for _, secret := range []string{locallake.PlaygroundSecret, "metastore.example.com", "obs://", "reader"} {
		require.NotContains(t, w.everything(), secret, "of a job's definition only names of catalogs and databases are read")
	}
	w.as("ben").presses("Deny")
	w.passes(25 * time.Hour)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1003", "Last run:")
	require.NotContains(t, w.card(), "Also asked", "that was yesterday")
}

func TestAnotherRunOnTheSameDatabase(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.besides("weekly_load", "LAKE", "Orders")
	require.NoError(t, w.lake.EditJob("weekly_discovery", func(j *locallake.Job) { j.Parameter = writingTo("lake", "orders") }))
	w.as("ana").types("/lf start weekly_discovery")
	w.cardSays("Careful: `weekly_load` is running on the same database `orders` of the catalog `lake`, as seen at ")
	require.NoError(t, w.lake.Finish("weekly_load", locallake.Success))
	w.as("ana").presses("Cancel")
	w.cardSays("cancelled")
	w.as("ana").types("/lf start weekly_discovery")
	w.cardSays("R-1002", "Last run:")
	require.NotContains(t, w.card(), "Careful", "it has ended, though the list that was just read may still name it")
}

func TestNoCardWaitsForWhatRunsBesideIt(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{locallake.FaultHang, locallake.FaultInternal, locallake.FaultTruncatedJSON} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := stage(t)
			w.besides("weekly_load", "lake", "")
			require.NoError(t, w.lake.SetFault(locallake.OpList, locallake.Fault{Name: fault}))
			w.as("ana").types("/lf start " + locallake.PlaygroundNightlySyncID) // found without a list
			w.stillUntil("there is a card", func() bool { return w.card() != "" })
			w.cardSays("Start `nightly_sync` on default?", "Last run: succeeded", "took 12 min")
			require.NotContains(t, w.card(), "Careful")
		})
	}
}

func TestWhatStartsAtOnceIsNotHeldUpByFacts(t *testing.T) {
	t.Parallel()
	w := under(t, approval.Rule{Name: "at once"})
	w.besides("weekly_load", "lake", "")
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("is running")
	r, err := w.app.store.Request(t.Context(), 1001)
	require.NoError(t, err)
	require.Empty(t, r.Job.Beside, "nobody decides, so nobody was looked for")
	require.NotEmpty(t, r.Job.Last)
}

func TestALateRunIsToldOnceAndEndsPartly(t *testing.T) {
	t.Parallel()
	w := stage(t, anyTime)
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("(usually 12 min; it began at ", ", so about ")
	late := []string{"<@" + people["ana"] + "> `nightly_sync` has been running since", "much longer than usual (12 min).", "`/lf stop nightly_sync`"}
	count := func() int {
		n := 0
		for _, text := range w.thread() {
			if containsAll(text, late) {
				n++
			}
		}
		return n
	}
	w.passes(20 * time.Minute)
	require.Zero(t, count(), "that is longer than usual, but not twice as long")
	w.passes(5 * time.Minute)
	w.threadSays(late...)
	w.passes(2 * time.Hour)
	require.Equal(t, 1, count())
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.PartialSuccess))
	w.cardSays("`nightly_sync` partly succeeded after 2 h", ", usually 12 min.", "Some objects were not migrated")
	w.threadSays("`nightly_sync` partly succeeded after 2 h", ", usually 12 min.", "Some objects were not migrated")
	for _, command := range []string{"/lf status R-1001", "/lf history R-1001", "/lf status nightly_sync", "/lf jobs nightly"} {
		before := strings.Count(w.everything(), "partly succeeded")
		w.as("ana").types(command)
		w.until(command+" says partly succeeded", func() bool { return strings.Count(w.everything(), "partly succeeded") > before })
	}
	w.as("ben").types("/lf start nightly_sync")
	w.cardSays("R-1002", "Last run: partly succeeded", "took 2 h", "Before that: succeeded in 12 min, ", "Also asked within a day: R-1001 by Ana (partly succeeded)")
}
