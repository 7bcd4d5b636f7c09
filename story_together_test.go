package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/localslack"
)

// Two people, or one person twice, do something at the same moment. Whatever comes first: one start at the most, and
// everybody reads what became of what they did.

func TestSeveralPeopleAskForTheSameJobAtOnce(t *testing.T) {
	t.Parallel()
	w := stage(t)
	var typed []<-chan localslack.Delivery
	names := []string{"ana", "ben", "chen", "dev"}
	for _, name := range names {
		typed = append(typed, w.slack.TypeAsync(people[name], channel, "/lf start nightly_sync"))
	}
	for _, d := range typed {
		require.True(t, (<-d).Acked)
	}
	w.until("one asks, and the others read that", func() bool {
		told := 0
		for _, name := range names {
			for _, m := range w.slack.Visible(people[name], channel) {
				if m.EphemeralFor == people[name] && containsAll(localslack.PlainText(m), []string{"already asks for this."}) {
					told++
				}
			}
		}
		return told == 3 && len(w.cards()) == 1
	})
	ts, action := w.as("ana").button("Start job")
	var pressed []<-chan localslack.Delivery
	for _, name := range names {
		pressed = append(pressed, w.slack.PressAsync(people[name], channel, ts, action))
	}
	for _, d := range pressed {
		require.True(t, (<-d).Acked)
	}
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestStartAndCancelPressedAtOnce(t *testing.T) {
	t.Parallel()
	for round := range 4 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			w := stage(t)
			w.as("ana").types("/lf start nightly_sync")
			ts, action := w.as("ana").button("Start job")
			first, second := action, "cancel"
			if round%2 == 1 {
				first, second = second, first
			}
			a, b := w.slack.PressAsync(people["ana"], channel, ts, first), w.slack.PressAsync(people["ana"], channel, ts, second)
			require.True(t, (<-a).Acked)
			require.True(t, (<-b).Acked)
			w.until("the card tells the end", func() bool {
				return containsAll(w.card(), []string{"succeeded after"}) || containsAll(w.card(), []string{"cancelled"})
			})
			started := containsAll(w.card(), []string{"succeeded after"})
			require.Equal(t, started, w.lake.StartCalls("nightly_sync") == 1)
			require.Equal(t, !started, w.lake.StartCalls("nightly_sync") == 0)
		})
	}
}

func TestBothApproversPressAtOnce(t *testing.T) {
	t.Parallel()
	for round := range 4 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			w := under(t, twoLeads())
			w.as("ana").types("/lf start nightly_sync")
			ts, action := w.as("ben").button("Approve")
			a, b := w.slack.PressAsync(people["ben"], channel, ts, action), w.slack.PressAsync(people["chen"], channel, ts, action)
			require.True(t, (<-a).Acked)
			require.True(t, (<-b).Acked)
			w.cardSays("succeeded after", "Approved by", "Ben", "Chen")
			require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
		})
	}
}

func TestOneApprovesWhileTheOtherDenies(t *testing.T) {
	t.Parallel()
	for round := range 4 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			w := under(t, twoLeads(func(r *approval.Rule) { r.Approvals = 1 }))
			w.as("ana").types("/lf start nightly_sync")
			ts, approve := w.as("ben").button("Approve")
			_, deny := w.as("ben").button("Deny")
			a, b := w.slack.PressAsync(people["ben"], channel, ts, approve), w.slack.PressAsync(people["chen"], channel, ts, deny)
			require.True(t, (<-a).Acked)
			require.True(t, (<-b).Acked)
			w.until("the card tells the end", func() bool {
				return containsAll(w.card(), []string{"succeeded after"}) || containsAll(w.card(), []string{"denied"})
			})
			started := containsAll(w.card(), []string{"succeeded after"})
			require.Equal(t, started, w.lake.StartCalls("nightly_sync") == 1)
		})
	}
}

func TestAStartAndAStopOfTheSameJobAtOnce(t *testing.T) {
	t.Parallel()
	w := running(t)
	a, b := w.slack.TypeAsync(people["ben"], channel, "/lf stop nightly_sync"), w.slack.TypeAsync(people["chen"], channel, "/lf start nightly_sync")
	require.True(t, (<-a).Acked)
	require.True(t, (<-b).Acked)
	w.as("chen").reads("`nightly_sync` is running already, so it was not started again.")
	w.as("ben").presses("Stop job")
	w.cardSays("was stopped after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}
