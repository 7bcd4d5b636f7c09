package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// A second deployment in the same workspace has a command of another name. Whatever it says names that one, and never
// sends anybody to the first.
func TestASecondDeploymentHasItsOwnCommand(t *testing.T) {
	t.Parallel()
	w := exports(t, 25, stage(t, patient, func(s *localslack.Config, _ *locallake.Config) { s.Commands = []string{"/lf-staging"} }))
	w.slack.OpenHome(people["ana"])
	require.Empty(t, w.slack.Shortcut(people["ben"], "start_job").Problem)
	require.Empty(t, w.as("ben").form().picks("weekly").submits())
	w.cardSays("Start `weekly_discovery` on default?")
	w.as("ben").presses("Cancel")

	for _, typed := range []string{
		"", "help", "help start", "help nothing", "strat", "start a --force", "start elsewhere", "stop", "stop weekly_discovery", "status", "status nightly_snyc", "status R-7",
		"log", "log nightly_snyc", "log legacy_import", "jobs", "jobs nothing", "pending", "policy", "policy nightly_sync", "policy elsewhere/x", "history", "history nightly_sync",
		"cancel", "cancel R-7", "instances", "whoami", "watch", "watch nightly_sync", "watch nightly_sync", "watch nightly_snyc", "unwatch", "unwatch weekly_discovery",
	} {
		before := len(w.privately("ana"))
		w.as("ana").types("/lf-staging " + typed)
		w.until("there is an answer to "+typed, func() bool { return len(w.privately("ana")) > before })
	}
	w.as("ana").types("/lf-staging jobs export")
	ts, next := w.as("ana").button("Next page")
	w.slack.Press(people["ana"], channel, ts, next)
	w.as("ana").reads("Page 2 of 2")

	require.NoError(t, w.lake.NextRunEnds("nightly_sync", locallake.Failed))
	w.as("ana").types("/lf-staging start nightly_sync")
	w.as("ana").presses("Start job")
	w.until("the channel hears that it failed", func() bool {
		return containsAll(w.everything(), []string{"failed after", "read `/lf-staging log nightly_sync`"})
	})
	w.until("the channel hears of it", func() bool {
		return w.heard("It was started with R-", "read `/lf-staging log nightly_sync`", "`/lf-staging unwatch nightly_sync` ends it.") == 1
	})
	w.lake.HoldRuns(true)
	w.as("chen").types("/lf-staging start nightly_sync")
	w.as("chen").presses("Start job")
	w.cardSays("is running")
	w.as("ana").types("/lf-staging start nightly_sync")
	w.as("ana").reads("is running already")

	require.NotContains(t, w.everything(), "/lf ")
	require.Greater(t, strings.Count(w.everything(), "/lf-staging "), 50)
	for _, user := range []string{"ana", "ben"} {
		w.slack.OpenHome(people[user])
		home, _ := w.slack.Home(people[user])
		require.NotContains(t, string(home.Raw), "/lf ")
	}
}
