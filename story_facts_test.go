package main

import "testing"

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
