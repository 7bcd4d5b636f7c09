package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// Slipway ends in each state of a Request, and goes on in the next process. What holds the state is a fault that is gone
// after the restart; what is on the card at the end is what would have been there anyway.
func TestARestartInEachStateOfAStart(t *testing.T) {
	t.Parallel()
	confirm := func(w *world) { w.as("ana").presses("Start job") }
	for state, c := range map[string]struct {
		before func(w *world) // holds the request in the state
		during func(w *world) // gets it there
		after  func(w *world) // lets it go on
		ends   string
	}{
		"opened": {
			before: func(w *world) { w.breaks(locallake.OpShow, locallake.FaultUnavailable) },
			during: func(w *world) { w.as("ana").reads("looking up") },
			after:  confirm, ends: "succeeded after",
		},
		"pending, and no card yet": {
			before: func(w *world) { w.slack.Fail("chat.postMessage", localslack.Fault{Error: "internal_error"}) },
			during: func(w *world) {
				w.until("a card was tried", func() bool { return w.called("chat.postMessage") > 0 })
			},
			after: confirm, ends: "succeeded after",
		},
		"pending": {during: func(w *world) { w.as("ana").button("Start job") }, after: confirm, ends: "succeeded after"},
		"approved": {
			during: func(w *world) {
				w.as("ana").button("Start job")
				w.breaks(locallake.OpShow, locallake.FaultUnavailable)
				confirm(w)
				w.cardSays("is about to be started")
			},
			ends: "succeeded after",
		},
		"starting, and it runs": {
			during: func(w *world) {
				w.breaks(locallake.OpStart, locallake.FaultInternalButRuns)
				confirm(w)
				w.until("the start was called", func() bool { return w.lake.StartCalls("nightly_sync") == 1 })
			},
			ends: "succeeded after",
		},
		"starting, and it does not": {
			during: func(w *world) {
				w.breaks(locallake.OpStart, locallake.FaultInternal)
				confirm(w)
				w.until("the start was called", func() bool { return w.lake.StartCalls("nightly_sync") == 1 })
			},
			after: func(w *world) {
				w.cardSays("I can't tell whether `nightly_sync` started.")
				w.as("ana").presses("It did not")
			},
			ends: "was not started",
		},
		"accepted": {
			before: func(w *world) { w.breaks(locallake.OpStart, locallake.FaultAcceptedButNoRun) },
			during: func(w *world) { confirm(w); w.cardSays("was accepted by LakeFormation") },
			after:  func(w *world) { require.NoError(w.t, w.lake.StartOutside("nightly_sync")) },
			ends:   "succeeded after",
		},
		"running": {
			before: func(w *world) { w.lake.HoldRuns(true) },
			during: func(w *world) { confirm(w); w.cardSays("is running") },
			after:  func(w *world) { w.lake.HoldRuns(false) },
			ends:   "succeeded after",
		},
		"running, and it ends meanwhile": {
			before: func(w *world) { w.lake.HoldRuns(true) },
			during: func(w *world) {
				confirm(w)
				w.cardSays("is running")
				w.meanwhile = func() { require.NoError(w.t, w.lake.Finish("nightly_sync", locallake.Failed)) }
			},
			ends: "failed after",
		},
		"unknown": {
			before: func(w *world) { w.breaks(locallake.OpStart, locallake.FaultAcceptedButNoRun) },
			during: func(w *world) {
				w.breaks(locallake.OpStart, locallake.FaultInternal)
				confirm(w)
				w.cardSays("I can't tell whether `nightly_sync` started.")
			},
			after: func(w *world) {
				require.NoError(w.t, w.lake.StartOutside("nightly_sync"))
				w.as("ana").presses("Look again")
			},
			ends: "succeeded after",
		},
		"cancelled, and the card does not say so yet": {
			during: func(w *world) {
				w.as("ana").button("Cancel")
				w.slack.Fail("chat.update", localslack.Fault{Error: "internal_error"})
				w.as("ana").presses("Cancel")
			},
			ends: "cancelled",
		},
		"expired meanwhile": {
			during: func(w *world) {
				w.as("ana").button("Start job")
				w.meanwhile = func() { w.clock.Advance(31 * time.Minute) }
			},
			ends: "The time to start `nightly_sync` is over",
		},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			w := stage(t)
			if c.before != nil {
				c.before(w)
			}
			w.as("ana").types("/lf start nightly_sync")
			c.during(w)
			w.end()
			w.slack.ClearFaults()
			w.lake.ClearFaults()
			if w.meanwhile != nil {
				w.meanwhile()
			}
			w.start()
			if c.after != nil {
				c.after(w)
			}
			w.cardSays(c.ends)
			require.Len(t, w.cards(), 1)
			require.LessOrEqual(t, w.lake.StartCalls("nightly_sync"), 1)
		})
	}
}

func TestARestartInEachStateOfAStop(t *testing.T) {
	t.Parallel()
	for state, c := range map[string]struct {
		during func(w *world)
		after  func(w *world)
	}{
		"pending": {
			func(w *world) { w.as("ben").button("Stop job") },
			func(w *world) { w.as("ben").presses("Stop job") },
		},
		"approved": {func(w *world) {
			w.as("ben").button("Stop job")
			w.breaks(locallake.OpShow, locallake.FaultUnavailable)
			w.as("ben").presses("Stop job")
			w.cardSays("is about to be stopped")
		}, nil},
		"starting": {func(w *world) {
			w.as("ben").button("Stop job")
			w.breaks(locallake.OpStop, locallake.FaultInternalButRuns)
			w.as("ben").presses("Stop job")
			w.until("the stop was called", func() bool { return w.calls(locallake.OpStop) > 0 })
		}, nil},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			w := running(t)
			w.as("ben").types("/lf stop nightly_sync")
			c.during(w)
			w.end()
			w.lake.ClearFaults()
			w.start()
			if c.after != nil {
				c.after(w)
			}
			w.cardSays("`nightly_sync` was stopped")
			require.Equal(t, 1, w.calls(locallake.OpStop))
		})
	}
}

// breaks makes LakeFormation answer with a fault until ClearFaults.
func (w *world) breaks(op locallake.Op, fault string) {
	w.t.Helper()
	require.NoError(w.t, w.lake.SetFault(op, locallake.Fault{Name: fault}))
}

// called counts the calls to one of Slack's methods.
func (w *world) called(method string) int {
	n := 0
	for _, c := range w.slack.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

// calls counts the requests for one operation that reached LakeFormation, whatever became of them.
func (w *world) calls(op locallake.Op) int {
	n := 0
	for _, r := range w.lake.Requests() {
		if r.Op == op {
			n++
		}
	}
	return n
}
