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

// opensHome opens the Home tab.
func (p person) opensHome() person {
	p.t.Helper()
	require.Empty(p.t, p.slack.OpenHome(p.id).Problem)
	return p
}

// homeSays waits until the Home shows all of this.
func (p person) homeSays(words ...string) {
	p.t.Helper()
	p.until("the Home of "+p.id+" says "+strings.Join(words, ", "), func() bool {
		home, ok := p.slack.Home(p.id)
		return ok && containsAll(localslack.ViewText(home), words)
	})
}

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

func TestTheHomeWithFiftyPendingRequests(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("very_long_name_", 16)
	w := stage(t, func(slack *localslack.Config, lake *locallake.Config) {
		like := lake.Jobs[0]
		for i := range 12 {
			job := like
			job.ID, job.Name = fmt.Sprintf("00000000-0000-4000-8000-%012d", i), fmt.Sprintf("%s%d", long, i)
			lake.Jobs = append(lake.Jobs, job)
		}
	})
	w.rules = nil
	for i := range 10 {
		w.as("ana").types(fmt.Sprintf("/lf start %s%d %s", long, i, strings.Repeat("why ", 240)))
	}
	w.as("ana").opensHome().homeSays("Start `"+long+"9` on default?", "Start `"+long+"0` on default?")
}
