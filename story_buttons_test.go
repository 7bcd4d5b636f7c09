package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

func TestRunAgainIsANewRequestUnderItsRule(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync source reloaded")
	w.as("ana").presses("Start job")
	w.cardSays("`nightly_sync` succeeded after")
	w.as("ben").presses("Run again")
	w.as("ben").reads("R-1002: looking up `nightly_sync`")
	w.cardSays("Start `nightly_sync` on default?", "asked by Ben", "source reloaded", "R-1002")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"), "a press asks, it does not start")
	w.as("ben").presses("Start job")
	w.cardSays("`nightly_sync` succeeded after", "R-1002")
	require.Equal(t, 2, w.lake.StartCalls("nightly_sync"))
}

func TestStopOnTheCardOfARunningJob(t *testing.T) {
	t.Parallel()
	w := under(t,
		approval.Rule{Name: "stops", Match: approval.Match{Actions: []approval.Action{approval.Stop}}, Approvals: 1, Approvers: []string{"@data-leads"}, ExpiresIn: 30 * time.Minute},
		approval.BuiltIn())
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("and is running")
	ts, action := w.as("dev").button("Stop")
	card, _ := w.slack.Message(channel, ts)
	for _, b := range localslack.Buttons(card) {
		require.Contains(t, b.Confirm, "Ask to stop nightly_sync on default?", "it asks before it counts")
	}
	require.True(t, w.slack.Press(w.as("dev").id, channel, ts, action).Acked)
	w.cardSays("Dev asks to stop `nightly_sync` on default", "waiting for one of", "R-1002")
	w.as("chen").presses("Approve")
	w.until("both cards say that it was stopped", func() bool {
		return containsAll(w.everything(), []string{"Approved by Chen", "Dev stopped it with R-1002."})
	})
	w.as("dev").reads("R-1002")
	require.True(t, w.slack.PressWith(w.as("dev").id, channel, ts, action, "1001.1").Acked)
	w.as("dev").reads("R-1001 has moved on; its card says what can be done now.")
}

func TestWhoAndWhere(t *testing.T) {
	t.Parallel()
	w := under(t, approval.Rule{Name: "leads", Match: approval.Match{Jobs: []string{"nightly_*"}}, Approvals: 1, Approvers: []string{"@data-leads"}, ExpiresIn: 30 * time.Minute, BreakGlass: &approval.BreakGlass{By: []string{people["dev"]}}}, approval.BuiltIn())
	w.as("ben").types("/lf whoami")
	w.as("ben").reads("You are Ben ("+localslack.UserBen+"), a full member", "leads* · you may approve what others ask · nightly_∗", "you confirm your own requests", "/lf policy")
	w.as("dev").types("/lf whoami")
	w.as("dev").reads("leads* · you may not approve; in an emergency you may start past it")
	w.as("gita").types("/lf whoami")
	w.as("gita").reads("Only full members of this workspace may ask or decide")
	w.as("ana").types("/lf instances")
	w.as("ana").reads("The instances that jobs are started on:", "default* · it answers · 127.0.0.1:", "start default/nightly_sync")
	require.NoError(t, w.lake.SetFault(locallake.OpList, locallake.Fault{Name: locallake.FaultDenied, Times: 1}))
	w.as("ana").types("/lf instances")
	w.as("ana").reads("default* · Huawei Cloud's API gateway refused it: a permission is missing.")
	w.as("ana").types("/lf help start")
	w.as("ana").reads("asks to start a job", "`/lf start` opens a form", "--mode comparison")
	w.as("ana").types("/lf help strat")
	w.as("ana").reads("I don't know `strat`, so nothing was done. Did you mean /lf start?")
}
