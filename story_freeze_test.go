package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/localslack"
)

// benFreezes lets Ben freeze and the requester confirm.
const benFreezes = "freeze: {by: [" + localslack.UserBen + "]}\n" + anaConfirms

// everybodyReads waits until Slipway says all of this to the whole channel.
func (w *world) everybodyReads(words ...string) {
	w.t.Helper()
	w.until("everybody reads "+strings.Join(words, ", "), func() bool {
		for _, m := range w.slack.Messages(channel) {
			if m.BotID != "" && m.EphemeralFor == "" && !m.Deleted && containsAll(localslack.PlainText(m), words) {
				return true
			}
		}
		return false
	})
}

// theCardSays is cardSays for one Request: a freeze is said in messages of its own.
func (w *world) cardOf(id approval.ID, words ...string) {
	w.t.Helper()
	w.until(id.String()+"'s card says "+strings.Join(words, ", "), func() bool {
		for _, m := range w.cards() {
			if text := localslack.PlainText(m); strings.Contains(text, id.String()) && containsAll(text, words) {
				return true
			}
		}
		return false
	})
}

func (w *world) state(id approval.ID) approval.State {
	w.t.Helper()
	r, err := w.app.store.Request(w.t.Context(), id)
	require.NoError(w.t, err)
	return r.State
}

func TestAFreezeHoldsAnApprovedStartAndTheThawLetsItGo(t *testing.T) {
	t.Parallel()
	w, _ := withFile(t, benFreezes)
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	w.cardOf(1001, "Only Ana can confirm.")
	w.as("ben").types("/lf freeze the source, it is `broken`")
	w.everybodyReads("All starts are frozen: Ben froze them on", "because `the source, it is 'broken'`", "until somebody types `/lf thaw`", "stops still work")
	w.cardOf(1001, "All starts are frozen: Ben froze them on", "It may be decided now. It starts only if somebody types `/lf thaw` within ten minutes")
	w.as("ana").presses("Start job")
	w.cardOf(1001, "`nightly_sync` is approved, and waits: all starts are frozen.", "It starts if somebody types `/lf thaw` before")
	w.passes(5 * time.Minute)
	require.Equal(t, approval.Approved, w.state(1001))
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
	w.counts("slipway_frozen", 1)
	database := newCheckup(func(name string) string { return w.env[name] }).database(t.Context(), "")
	require.Equal(t, statusWarning, database.Status)
	require.Contains(t, database.Words, "All starts are frozen: Ben froze them on")

	w.as("dev").types("/lf status")
	w.as("dev").reads("Open in this channel:", "All starts are frozen")
	w.as("dev").types("/lf policy nightly_sync")
	w.as("dev").reads("If you start `nightly_sync` on default now", "All starts are frozen")
	w.as("ana").opensHome().homeSays("All starts are frozen: Ben froze them on", "`nightly_sync` is approved, and waits")
	w.as("ben").types("/lf freeze again")
	w.as("ben").reads("All starts are frozen: Ben froze them on", "because `the source, it is 'broken'`. Nothing changed.")

	w.as("ben").types("/lf thaw")
	w.everybodyReads("Ben thawed all starts.")
	w.cardOf(1001, "succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	w.counts("slipway_frozen", 0)
	w.as("ben").types("/lf thaw")
	w.as("ben").reads("Starts are not frozen. Nothing changed.")

	out, err := tool(t, w.env, "audit", "export")
	require.NoError(t, err)
	for _, kind := range []approval.Kind{approval.HouseFrozen, approval.StartHeld, approval.HouseThawed, approval.CommandRefused} {
		require.Contains(t, out, `"kind":"`+string(kind)+`"`)
	}
	require.Contains(t, out, `"why":"the source, it is `+"`broken`"+`"`)
	out, err = tool(t, w.env, "audit", "verify")
	require.NoError(t, err, out)
}

func TestOnlyThoseWhomThePolicyNamesFreezeAndThaw(t *testing.T) {
	t.Parallel()
	w, write := withFile(t, anaConfirms)
	w.start()
	w.as("ben").types("/lf freeze")
	w.as("ben").reads("The policy names nobody who may freeze and thaw starts. Nothing changed. Whoever runs Slipway can allow it with freeze: in slipway.yaml.")
	write("freeze: {by: [\"@data-leads\"]}\n" + anaConfirms)
	w.group("ben", "chen", "gita")
	w.until("the new policy is in force", func() bool { return w.app.rules.Policy().Brake != nil })
	w.as("dev").types("/lf freeze")
	w.as("dev").reads("The policy does not name you among those who may freeze and thaw starts. Nothing changed.")
	w.as("gita").types("/lf freeze")
	w.as("gita").reads("Only full members of this workspace may freeze and thaw starts.")
	w.as("chen").types("/lf freeze " + strings.Repeat("x", 300))
	w.as("chen").reads("The reason may have 200 characters here; this one has 300. Nothing changed.")
	f, err := w.app.store.Frozen(t.Context())
	require.NoError(t, err)
	require.False(t, f.On())

	w.slack.Fail("usergroups.list", localslack.Fault{Status: 503})
	w.passes(2 * time.Minute)
	w.as("chen").types("/lf freeze")
	w.as("chen").reads("Slack did not say who may freeze and thaw starts, so nothing changed.")
	w.slack.ClearFaults()
	w.as("chen").types("/lf freeze")
	w.everybodyReads("All starts are frozen: Chen froze them on")
	w.as("dev").types("/lf thaw")
	w.as("dev").reads("The policy does not name you")
	f, err = w.app.store.Frozen(t.Context())
	require.NoError(t, err)
	require.True(t, f.On())
}

func TestWhatIsNotThawedInTimeExpires(t *testing.T) {
	t.Parallel()
	w, _ := withFile(t, benFreezes)
	w.start()
	w.as("ben").types("/lf freeze")
	w.everybodyReads("All starts are frozen")
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardOf(1001, "is approved, and waits")
	w.restart()
	w.passes(11 * time.Minute)
	w.cardOf(1001, "The time to start `nightly_sync` is over; nothing was started.", "Ben froze them on", "They were not thawed within ten minutes after the approval", "Ask again once starts are thawed.")
	w.as("ben").types("@Slipway thaw")
	w.everybodyReads("Ben thawed all starts.")
	w.passes(time.Minute)
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestAStopIsNotFrozenAndBreakingTheGlassIs(t *testing.T) {
	t.Parallel()
	w, _ := withFile(t, "freeze: {by: ["+localslack.UserBen+"]}\nrules: [{name: one, approvals: 1, approvers: [requester], break_glass: {by: ["+localslack.UserAna+"]}}]\n")
	w.start()
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardOf(1001, "is running")
	w.as("ben").types("/lf freeze")
	w.everybodyReads("All starts are frozen")
	w.as("ana").types("/lf start weekly_discovery --break-glass at once")
	w.cardOf(1002, "is approved, and waits: all starts are frozen.")
	w.as("ana").types("/lf stop nightly_sync")
	w.as("ana").presses("Stop job")
	w.cardOf(1001, "was stopped")
	require.Zero(t, w.lake.StartCalls("weekly_discovery"))
}

// gap freezes all starts at one moment of the worker's: just before the marker is committed, or just after.
type gap struct {
	approval.Store
	before, after func()
}

func (g *gap) Update(ctx context.Context, id approval.ID, by approval.By, decide func(approval.Request, time.Time) ([]approval.Event, error)) (approval.Request, error) {
	marks := by.Keep // only the marker is more of a beginning than an end
	if marks && g.before != nil {
		g.before()
	}
	r, err := g.Store.Update(ctx, id, by, decide)
	if marks && err == nil && g.after != nil {
		g.after()
	}
	return r, err
}

func TestFrozenInTheGapBeforeOrAfterTheMarkerNothingLeaves(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			w, _ := withFile(t, benFreezes)
			var underWay []approval.ID
			w.around = func(s approval.Store) approval.Store {
				g, frozen := &gap{Store: s}, false
				freeze := func() {
					if frozen {
						return
					}
					frozen = true
					_, ids, err := s.ChangeFreeze(t.Context(), approval.Receipt{EnvelopeID: "gap"}, func(approval.Freeze, time.Time) (approval.Event, error) {
						return approval.Event{Kind: approval.HouseFrozen, By: approval.Actor{UserID: people["ben"], Name: "Ben"}}, nil
					})
					require.NoError(t, err)
					underWay = ids
				}
				if when == "before" {
					g.before = freeze
				} else {
					g.after = freeze
				}
				return g
			}
			w.start()
			w.as("ana").types("/lf start nightly_sync")
			w.as("ana").presses("Start job")
			w.cardOf(1001, "is approved, and waits: all starts are frozen.")
			w.passes(3 * time.Minute)
			require.Zero(t, w.lake.StartCalls("nightly_sync"))
			if when == "after" {
				require.Equal(t, []approval.ID{1001}, underWay)
			} else {
				require.Empty(t, underWay)
			}
			w.as("ben").types("/lf thaw")
			w.cardOf(1001, "succeeded after")
			require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
		})
	}
}

// A replica that took the freeze, and another that would start: nothing leaves either of them.
func TestAFreezeHoldsOnEveryReplica(t *testing.T) {
	t.Parallel()
	s := crashScene(t, schema(t))
	path := filepath.Join(t.TempDir(), "slipway.yaml")
	require.NoError(t, os.WriteFile(path, []byte(benFreezes), 0o600))
	s.env = append(s.env, "SLIPWAY_CONFIG="+path)
	s.keep()
	s.keep()
	s.untilReal("both are connected", func() bool { return s.slack.Connections() == 2 })
	require.True(t, s.slack.Type(people["ben"], channel, "/lf freeze").Acked)
	jobs := []string{"nightly_sync", "weekly_discovery", "orders_backfill"}
	says := func(words string) int {
		n := 0
		for _, m := range s.cards() {
			if strings.Contains(localslack.PlainText(m), words) {
				n++
			}
		}
		return n
	}
	for _, job := range jobs {
		require.True(t, s.slack.Type(people["ana"], channel, "/lf start "+job).Acked)
	}
	s.untilReal("all ask", func() bool { return says("Only Ana can confirm.") == len(jobs) })
	for _, m := range s.cards() {
		if buttons := localslack.Buttons(m); len(buttons) > 0 {
			require.True(t, s.slack.Press(people["ana"], channel, m.TS, buttons[0].ActionID).Acked)
		}
	}
	s.untilReal("all wait", func() bool { return says("is approved, and waits: all starts are frozen.") == len(jobs) })
	for _, job := range jobs {
		require.Zero(t, s.lake.StartCalls(job))
	}
	require.True(t, s.slack.Type(people["ben"], channel, "/lf thaw").Acked)
	s.untilReal("all are started", func() bool { return says("succeeded after") == len(jobs) })
	for _, job := range jobs {
		require.Equal(t, 1, s.lake.StartCalls(job))
	}
}
