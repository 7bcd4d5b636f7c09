package main

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

const (
	anaConfirms = "rules: [{name: Ana confirms, approvals: 1, approvers: [requester]}]\n"
	benApproves = "rules: [{name: Ben approves, approvals: 1, approvers: [" + localslack.UserBen + "]}]\n"
)

// withFile is a world whose rules come from a policy file, and the way to change that file.
func withFile(t *testing.T, text string, changes ...func(*localslack.Config, *locallake.Config)) (*world, func(text string)) {
	t.Helper()
	w := unstarted(t, changes...)
	env := file(t, text)
	w.env["SLIPWAY_CONFIG"] = env["SLIPWAY_CONFIG"]
	return w, func(text string) { require.NoError(t, os.WriteFile(w.env["SLIPWAY_CONFIG"], []byte(text), 0o600)) }
}

func TestAChangedPolicyFileIsInForceAtOnce(t *testing.T) {
	t.Parallel()
	w, write := withFile(t, anaConfirms)
	w.start()
	w.as("ana").types("/lf start weekly_discovery")
	w.cardSays("Only Ana can confirm.")
	write(benApproves)
	w.until("the new policy is in force", func() bool { return w.app.rules.Policy().Rules[0].Name == "Ben approves" })
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("waiting for <@U0BEN00002>; Ana may not approve their own request", "Ben approves")

	// What was asked for under the old rule keeps it, and is held against the new one at the start.
	require.True(t, w.slack.PressWith(people["ana"], channel, w.cards()[0].TS, "approve", "1001.1").Acked)
	w.until("the first is refused", func() bool {
		return containsAll(localslack.PlainText(w.cards()[0]), []string{"`weekly_discovery` was not started.", "Since it was approved, this changed: rule."})
	})
	require.Zero(t, w.lake.StartCalls("weekly_discovery"))
}

func TestAWrongPolicyFileLeavesTheOldRulesInForce(t *testing.T) {
	t.Parallel()
	w, write := withFile(t, anaConfirms, realTime)
	p := w.spawn()
	write("rules: [{name: nobody, approvals: 1}]\n")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
	w.until("the log says why", func() bool {
		return containsAll(w.childLog.String(), []string{"the new policy is not taken; the rules in force stay", "1 approvals are needed, but nobody may give one"})
	})
	w.as("ana").types("/lf start weekly_discovery")
	w.cardSays("Only Ana can confirm.")
	write(benApproves)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
	w.until("the log says so", func() bool { return containsAll(w.childLog.String(), []string{"a new policy is in force"}) })
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("Ben approves")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait())
}
