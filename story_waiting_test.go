package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/localslack"
)

// direct is what stands in the conversation between Slipway and somebody, the newest last.
func (p person) direct() []localslack.Message { return p.slack.Visible(p.id, p.slack.DM(p.id)) }

func TestApproversGetTheCardDirectlyAndEveryCopyCloses(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) { r.Approvals, r.DirectMessages = 1, true }))
	w.as("ana").types("/lf start nightly_sync")
	w.until("Ben and Chen have it", func() bool {
		return len(w.as("ben").direct()) == 1 && len(w.as("chen").direct()) == 1
	})
	require.Empty(t, w.as("ana").direct())
	ben := w.as("ben").direct()[0]
	require.Contains(t, localslack.PlainText(ben), "Ana asks to start `nightly_sync`")
	d := w.slack.Press(people["ben"], w.slack.DM(people["ben"]), ben.TS, "approve")
	require.True(t, d.Acked, d.Problem)
	w.cardSays("succeeded after", "Approved by Ben")
	for _, name := range []string{"ben", "chen"} {
		w.until(name+"'s copy says so too, and has nothing to decide", func() bool {
			m := w.as(name).direct()[0]
			return containsAll(localslack.PlainText(m), []string{"succeeded after", "Approved by Ben"}) &&
				!slices.ContainsFunc(localslack.Buttons(m), func(b localslack.Button) bool { return b.ActionID == "approve" || b.ActionID == "deny" })
		})
	}
	require.Len(t, w.cards(), 1)
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestACopyThatCannotBeDeliveredIsLeftOut(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) {
		r.BreakGlass = &approval.BreakGlass{By: []string{people["ana"]}, Tells: []string{localslack.ChannelAnalytics, people["dev"]}}
	}))
	w.as("ana").types("/lf start nightly_sync --break-glass the lake is on fire")
	w.until("Dev is told, though #analytics does not take it", func() bool {
		got := w.as("dev").direct()
		return len(got) == 1 && containsAll(localslack.PlainText(got[0]), []string{"*Emergency:* Ana went past the rule “two leads”"})
	})
	w.cardSays("succeeded after", "Reason: the lake is on fire")
	w.until("to the end", func() bool {
		return containsAll(localslack.PlainText(w.as("dev").direct()[0]), []string{"succeeded after"})
	})
}

func TestThoseWhoAreMissingAreRemindedOnce(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) { r.ExpiresIn, r.RemindBefore = 10*time.Minute, 6*time.Minute }))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ben").presses("Approve")
	w.cardSays("1 of 2 approvals (Ben)")
	require.Empty(t, w.thread())
	w.passes(4 * time.Minute)
	w.threadSays("Still waiting, R-1001: Ana asks to start `nightly_sync`", "1 of 2 approvals (Ben); waiting for one more of <!subteam^S0DATALEAD>", "The question stands until")
	w.restart()
	w.passes(time.Minute)
	require.Len(t, w.thread(), 1)
	w.as("chen").presses("Approve")
	w.cardSays("succeeded after")
}

func TestWhatWasVoidedIsAskedForAgainWithOnePress(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads())
	w.as("ana").types("/lf start nightly_sync source reloaded")
	w.as("ben").presses("Approve")
	w.cardSays("1 of 2 approvals")
	w.group("ben", "chen", "dev")
	w.app.rules.Replace(approval.Policy{Rules: []approval.Rule{twoLeads(func(r *approval.Rule) { r.ExpiresIn = 2 * time.Hour })}})
	w.as("chen").presses("Approve")
	w.cardSays("`nightly_sync` was not started.", "Since it was approved, this changed: rule.")
	w.as("dev").presses("Ask again")
	w.cardSays("Dev asks to start `nightly_sync`", "Reason: source reloaded", "R-1002", "0 of 2 approvals")
	w.as("ben").presses("Approve")
	w.as("chen").presses("Approve")
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.True(t, w.slack.PressWith(people["dev"], channel, w.cards()[1].TS, "ask_again", "1002.1").Acked)
	w.as("dev").reads("R-1002 has moved on; its card says what can be done now.")
}

func TestThePolicyIsExplainedToWhoAsks(t *testing.T) {
	t.Parallel()
	w := under(t,
		twoLeads(func(r *approval.Rule) {
			r.Match.Jobs, r.NeedsReason = []string{"nightly_*"}, true
			r.Closed = []approval.Window{always("year-end freeze")}
			r.BreakGlass = &approval.BreakGlass{By: []string{people["ana"]}}
		}),
		approval.Rule{Name: "discoveries", Match: approval.Match{Types: []string{"METADATA_DISCOVERY"}}, ExpiresIn: time.Hour})
	w.as("ana").types("/lf policy nightly_sync")
	w.as("ana").reads("If you start `nightly_sync` on default now, the rule “two leads” decides.", "until", "year-end freeze",
		"Otherwise: 0 of 2 approvals; waiting for 2 of @data-leads; Ana may not approve their own request.", "It wants a reason",
		"In an emergency you may go past it: /lf start nightly_sync --break-glass")
	w.as("ben").types("/lf policy weekly_discovery")
	w.as("ben").reads("the rule “discoveries” decides.", "No approval is needed.")
	w.as("ben").types("/lf policy orders_backfill")
	w.as("ben").reads("No rule of the policy is about `orders_backfill`, so nobody can start it.")
	w.as("gita").types("/lf policy nightly_sync")
	w.as("gita").reads("Only full members of this workspace")
	w.as("ben").types("/lf policy")
	w.as("ben").reads("For which job?")
	w.as("ben").types("/lf help")
	w.as("ben").reads("The rules of this deployment decide who must approve; /lf policy")
	require.Empty(t, w.cards())
}

// pressesCopy presses a button of the card that stands in the conversation between Slipway and this person.
func (p person) pressesCopy(action string) {
	p.t.Helper()
	p.until("a copy with a button "+action, func() bool {
		got := p.direct()
		return len(got) > 0 && len(localslack.Buttons(got[0])) > 0
	})
	d := p.slack.Press(p.id, p.slack.DM(p.id), p.direct()[0].TS, action)
	require.True(p.t, d.Acked, d.Problem)
}

// copySays waits until this person's copy says all of this.
func (p person) copySays(words ...string) {
	p.t.Helper()
	p.until("the copy says so", func() bool {
		got := p.direct()
		return len(got) > 0 && containsAll(localslack.PlainText(got[0]), words)
	})
}

func direct(r *approval.Rule) { r.DirectMessages = true }

func TestOneNoOnACopyClosesAllOfThem(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(direct))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ben").pressesCopy("approve")
	w.cardSays("1 of 2 approvals (Ben)")
	w.as("chen").copySays("1 of 2 approvals (Ben)")
	w.as("chen").pressesCopy("deny")
	w.cardSays("was denied; nothing was started", "Chen said no")
	for _, name := range []string{"ben", "chen"} {
		w.as(name).copySays("was denied; nothing was started")
		require.Empty(t, localslack.Buttons(w.as(name).direct()[0]))
	}
	require.Len(t, w.cards(), 1)
}

func TestWhatExpiredIsAskedForAgainFromACopy(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(direct, func(r *approval.Rule) { r.ExpiresIn = 5 * time.Minute }))
	w.as("ana").types("/lf start nightly_sync source reloaded")
	w.as("ben").copySays("0 of 2 approvals")
	w.passes(5 * time.Minute)
	w.as("ben").copySays("The time to start `nightly_sync` is over", "Nobody decided in time.")
	w.as("ben").pressesCopy("ask_again")
	w.cardSays("Ben asks to start `nightly_sync`", "R-1002", "Reason: source reloaded", "Ben may not approve their own request")
	require.Len(t, w.cards(), 2)
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestCopiesCloseThoughTheChannelIsArchived(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(direct))
	w.as("ana").types("/lf start nightly_sync")
	w.as("chen").copySays("0 of 2 approvals")
	w.as("ben").copySays("0 of 2 approvals")
	w.slack.Archive(channel, true)
	w.as("ben").pressesCopy("approve")
	w.as("ana").reads("R-1001: This channel is archived, so nothing was started.")
	w.as("ben").copySays("`nightly_sync` was not started.", "This channel is archived")
	w.as("chen").copySays("`nightly_sync` was not started.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestAReminderThatSlackDoesNotTakeChangesNothing(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) { r.ExpiresIn, r.RemindBefore = 10*time.Minute, 8*time.Minute }))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ben").presses("Approve")
	w.cardSays("1 of 2 approvals (Ben)")
	w.slack.Fail("chat.postMessage", localslack.Fault{Error: "restricted_action_thread_locked"})
	w.until("the reminder was tried", func() bool {
		r, err := w.app.store.Request(context.Background(), 1001)
		return err == nil && r.Card.Reminded
	})
	w.slack.ClearFaults()
	w.as("chen").presses("Approve")
	w.cardSays("succeeded after", "Approved by Ben and Chen")
	for _, text := range w.thread() {
		require.NotContains(t, text, "Still waiting")
	}
}

func TestAnEmergencyIsToldThoughItsChannelTakesNoCard(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) {
		r.BreakGlass = &approval.BreakGlass{By: []string{people["ana"]}, Tells: []string{"@data-leads"}}
	}))
	w.slack.Fail("chat.postMessage", localslack.Fault{Error: "internal_error", Times: 1}) // it starts meanwhile
	w.as("ana").typesIn(localslack.ChannelAnalytics, "/lf start nightly_sync --break-glass the lake is on fire")
	for _, name := range []string{"ben", "chen"} {
		w.as(name).copySays("succeeded after", "*Emergency:* Ana went past the rule “two leads”", "Reason: the lake is on fire")
	}
	w.as("ana").reads("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}
