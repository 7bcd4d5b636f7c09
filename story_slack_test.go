package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

func TestSlackIsInTrouble(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]localslack.Fault{
		"429 with Retry-After": {RetryAfter: 30 * time.Second, Times: 2},
		"an internal error":    {Error: "internal_error", Times: 3},
		"a bad gateway":        {Status: 502, Times: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := stage(t)
			w.slack.Fail("chat.postMessage", fault)
			w.as("ana").types("/lf start nightly_sync")
			w.as("ana").presses("Start job")
			w.slack.Fail("chat.update", fault)
			w.cardSays("succeeded after")
			w.threadSays("succeeded after")
			require.Len(t, w.cards(), 1)
			require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
		})
	}
}

func TestSlackIsDownForAnHour(t *testing.T) {
	t.Parallel()
	w := stage(t, func(_ *localslack.Config, l *locallake.Config) { l.RejectOldSignatures = false })
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("is running")
	for _, method := range []string{"chat.postMessage", "chat.update", "chat.postEphemeral"} {
		w.slack.Fail(method, localslack.Fault{Status: 503})
	}
	w.as("ben").types("/lf start weekly_discovery")
	w.until("it only lacks its card", func() bool {
		r, err := w.app.store.Request(t.Context(), 1002)
		return err == nil && r.State == approval.Pending
	})
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Failed))
	w.passes(time.Hour)
	w.slack.ClearFaults()
	w.until("each card and thread tells what became of it, once", func() bool {
		cards := w.cards()
		if len(cards) != 2 || !containsAll(localslack.PlainText(cards[0]), []string{"`nightly_sync` failed after"}) {
			return false
		}
		told := 0
		for _, m := range w.slack.Thread(channel, cards[0].TS) {
			if m.TS != cards[0].TS && containsAll(localslack.PlainText(m), []string{"failed after"}) {
				told++
			}
		}
		return told == 1 && containsAll(localslack.PlainText(cards[1]), []string{"Start `weekly_discovery` on default?"})
	})
}

func TestALostAnswerPostsASecondCardAndTheFirstPointsToIt(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.slack.Fail("chat.postMessage", localslack.Fault{DropAnswer: true, Times: 1})
	w.as("ana").types("/lf start nightly_sync")
	w.until("there are two cards", func() bool { return len(w.cards()) == 2 })
	w.until("Slipway has booked the second", func() bool {
		r, err := w.app.store.Request(context.Background(), 1001)
		return err == nil && r.Card.TS == w.cards()[1].TS
	})
	d := w.slack.Press(people["ana"], channel, w.cards()[0].TS, "approve")
	require.True(t, d.Acked)
	w.until("the first points to the second", func() bool {
		return containsAll(localslack.PlainText(w.cards()[0]), []string{"R-1001 has another card"})
	})
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestAnExtraCardGoesAlsoWhenItIsPressedTooLate(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.slack.Fail("chat.postMessage", localslack.Fault{DropAnswer: true, Times: 1})
	w.as("ana").types("/lf start nightly_sync")
	w.until("there are two cards", func() bool { return len(w.cards()) == 2 })
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	require.True(t, w.slack.Press(people["ana"], channel, w.cards()[0].TS, "approve").Acked)
	w.until("the first points to the second", func() bool {
		return containsAll(localslack.PlainText(w.cards()[0]), []string{"R-1001 has another card"})
	})
}

func TestACardThatIsPressedBeforeItIsBookedIsTheCard(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.slack.Fail("chat.postMessage", localslack.Fault{DropAnswer: true, Times: 1})
	w.as("ana").types("/lf start nightly_sync")
	for len(w.cards()) == 0 { // no time goes by: Slipway has not tried again yet
		changed := w.slack.Changed()
		if len(w.cards()) == 0 {
			<-changed
		}
	}
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	w.threadSays("succeeded after")
	require.Len(t, w.cards(), 1)
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestACardThatWasPostedTwiceIsTakenBack(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.slack.Fail("chat.postMessage", localslack.Fault{Hang: true, Times: 1})
	w.as("ana").types("/lf start nightly_sync")
	w.until("the card is posted while the first try hangs", func() bool { return len(w.cards()) == 1 })
	w.slack.ClearFaults()
	w.until("the first try's card is taken back", func() bool {
		calls := w.slack.Calls()
		return slices.ContainsFunc(calls, func(c localslack.Call) bool { return c.Method == "chat.delete" && c.Done })
	})
	require.Len(t, w.cards(), 1)
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
}

func TestADeletedCardIsPostedAgain(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("is running")
	w.slack.DeleteMessage(channel, w.cards()[0].TS)
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.cardSays("succeeded after")
}

func TestAnArchivedChannelTellsTheRequesterAlone(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("is running")
	w.slack.Archive(channel, true)
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.as("ana").reads("R-1001: `nightly_sync` succeeded after")
}

func TestSeveralSocketsAreKept(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	w.env["SLACK_CONNECTIONS"] = "3"
	w.start()
	w.until("all are up", func() bool { return w.slack.Connections() == 3 })
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestASocketThatIsCutComesBack(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").button("Start job")
	w.slack.Cut()
	w.until("it is connected again", func() bool { return w.slack.Connections() > 0 })
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
}
