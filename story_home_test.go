package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

func TestTheHomeShowsWhatWaitsForMe(t *testing.T) {
	t.Parallel()
	w := under(t, approval.Rule{Name: "leads", Approvals: 1, Approvers: []string{"@data-leads"}, ExpiresIn: 30 * time.Minute})
	w.as("ben").opensHome().homeSays("Start a job", "Waiting for my decision", "Nothing waits for you.", "Nothing is open. Ask with the button above", "Running now", "Ended lately")
	w.as("ana").opensHome()
	w.as("ana").types("/lf start nightly_sync source reloaded")
	w.as("ben").homeSays("Ana asks to start `nightly_sync` on default", "Reason: source reloaded", "waiting for one of", "Approve", "Deny")
	w.as("ana").homeSays("What I asked for", "Ana asks to start `nightly_sync` on default")
	home, _ := w.slack.Home(w.as("ana").id)
	require.NotContains(t, localslack.ViewText(home), "Approve", "it is not hers to decide")
	require.True(t, w.slack.PressView(w.as("ben").id, "approve").Acked)
	w.cardSays("`nightly_sync` succeeded after", "Approved by Ben")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	w.as("ben").homeSays("Nothing waits for you.")
	w.as("ana").homeSays("Ended lately", "`nightly_sync` succeeded after", "Run again")
	require.True(t, w.slack.PressView(w.as("ana").id, "run_again").Acked)
	w.cardSays("Ana asks to start `nightly_sync` on default", "R-1002")
	w.as("dev").opensHome().homeSays("Nothing waits for you.")
}

func TestTheHomeOpensTheForm(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").opensHome().homeSays("Start a job")
	require.True(t, w.slack.PressView(w.as("ana").id, "open_start").Acked)
	require.Empty(t, w.as("ana").form().picks("nightly_sync").submits())
	w.cardSays("Start `nightly_sync` on default?", "asked by Ana")
	w.as("ana").homeSays("Start `nightly_sync` on default?", "Only Ana can confirm.", "Start job")
}

func TestTheHomeOfAGuestAndInChinese(t *testing.T) {
	t.Parallel()
	w := stage(t, inChinese(localslack.UserChen))
	w.as("gita").opensHome().homeSays("Only full members of this workspace may ask or decide")
	home, _ := w.slack.Home(w.as("gita").id)
	require.NotContains(t, localslack.ViewText(home), "Start a job")
	w.as("chen").opensHome().homeSays("启动作业", "等待我决定", "没有等待您的请求。")
}

func TestApproversDecideInTheirHome(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads())
	w.group("ben", "dev")
	w.lake.HoldRuns(true)
	ana, ben, dev := w.as("ana"), w.as("ben"), w.as("dev")
	for _, p := range []person{ana, ben, dev, w.as("chen")} {
		p.opensHome()
	}
	ben.homeSection(waitingSection, "Nothing waits for you.")
	ana.types("/lf start nightly_sync source *reloaded*")
	ben.homeSection(waitingSection, "Ana asks to start `nightly_sync`", "0 of 2 approvals; waiting for 2 of", "Rule: “two leads”",
		"asked by Ana", "R-1001", "<#"+channel+">", "Reason: source *reloaded*")
	require.Equal(t, []string{"Start a job", "Approve", "Deny"}, ben.homeLabels())
	ana.homeSection(askedSection, "Ana asks to start `nightly_sync`", "R-1001", "0 of 2 approvals")
	require.Equal(t, []string{"Start a job"}, ana.homeLabels())

	ben.pressesInHome("Approve")
	ben.homeSection(waitingSection, "Nothing waits for you.")
	w.cardSays("1 of 2 approvals (Ben)")
	dev.homeSection(waitingSection, "1 of 2 approvals (Ben); waiting for one more of")
	dev.pressesInHome("Approve")
	w.cardSays("is running", "Approved by Ben and Dev")
	for _, p := range []person{ana, ben, dev} {
		p.homeSection(runningSection, "`nightly_sync` was accepted by LakeFormation", "is running", "asked by Ana", "R-1001", "Stop")
	}
	ana.homeSection(askedSection, "Nothing is open.")
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	for _, p := range []person{ana, ben, dev} {
		p.homeSection(endedSection, "`nightly_sync` succeeded after", "R-1001", "Run again")
		p.homeSection(runningSection, "No job runs that you asked for or approved.")
	}
	require.NotContains(t, localslack.PlainText(w.as("chen").home()), "R-1001", "it does not concern Chen")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Len(t, w.cards(), 1)
}

func TestWhoAsksConfirmsOrCancelsInTheirHome(t *testing.T) {
	t.Parallel()
	w := stage(t)
	ana := w.as("ana")
	ana.opensHome()
	ana.types("/lf start nightly_sync")
	ana.homeSection(waitingSection, "Start `nightly_sync` on default?", "Only Ana can confirm.")
	require.Equal(t, []string{"Start a job", "Start job", "Cancel"}, ana.homeLabels())
	ana.pressesInHome("Cancel")
	w.cardSays("Ana cancelled the start of `nightly_sync`")
	ana.homeSection(endedSection, "R-1001", "Ana cancelled the start of `nightly_sync`")
	ana.types("/lf start weekly_discovery")
	ana.pressesInHome("Start job")
	w.cardSays("`weekly_discovery` succeeded after")
	ana.homeSection(endedSection, "R-1002", "`weekly_discovery` succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("weekly_discovery"))
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestAPressThatComesTooLateIsAnsweredDirectly(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) { r.Approvals = 1 }))
	ben := w.as("ben")
	ben.opensHome()
	w.as("ana").types("/lf start nightly_sync")
	ben.homeSection(waitingSection, "Ana asks to start `nightly_sync`")
	w.slack.Fail("views.publish", localslack.Fault{Error: "internal_error", Times: 2}) // his Home stays as it was
	w.as("ana").types("/lf cancel R-1001")
	w.cardSays("Ana cancelled the start")
	require.True(t, w.slack.PressViewWith(ben.id, "deny", "1001.1").Acked)
	w.until("it is said to him directly", func() bool {
		got := ben.direct()
		return len(got) == 1 && containsAll(localslack.PlainText(got[0]), []string{"Ana cancelled R-1001; nothing was started."})
	})
	ben.homeSection(waitingSection, "Nothing waits for you.")
}

func TestAStrangerHasAHomeThatSaysWhyItIsEmpty(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.slack.SetUser(localslack.User{ID: "U0STRANGE7", Name: "sol", RealName: "Sol", TeamID: "T0ELSEWHER"})
	p := person{w, "U0STRANGE7"}
	p.opensHome().homeSays("Only full members of this workspace may ask or decide")
	require.Empty(t, p.homeLabels())
}

func TestAHomeOfBeforeARestartStillDecides(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) { r.Approvals = 1 }))
	ben := w.as("ben")
	ben.opensHome()
	w.as("ana").types("/lf start nightly_sync")
	ben.homeSection(waitingSection, "Ana asks to start `nightly_sync`")
	w.restart()
	ben.pressesInHome("Approve")
	w.cardSays("succeeded after", "Approved by Ben")
	ben.homeSection(endedSection, "R-1001", "succeeded")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestAPersonAnswersForAnUnknownStartInTheirHome(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) { r.Approvals = 1 }))
	ben := w.as("ben")
	ben.opensHome()
	w.breaks(locallake.OpStart, locallake.FaultInternal)
	w.as("ana").types("/lf start nightly_sync")
	ben.pressesInHome("Approve")
	ben.homeSection(waitingSection, "I can't tell whether `nightly_sync` started.", "Look in the LakeFormation console")
	ben.pressesInHome("It did not")
	w.cardSays("`nightly_sync` was not started.", "Ben looked and says that it did not start.")
	ben.homeSection(endedSection, "`nightly_sync` was not started.", "R-1001", "Ask again")
}
