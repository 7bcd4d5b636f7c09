package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// twoLeads is the rule of most stories here: two of @data-leads, and not who asks.
func twoLeads(changes ...func(*approval.Rule)) approval.Rule {
	r := approval.Rule{Name: "two leads", Approvals: 2, Approvers: []string{"@data-leads"}, ExpiresIn: time.Hour}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func (w *world) group(members ...string) {
	ids := make([]string, len(members))
	for i, name := range members {
		ids[i] = people[name]
	}
	w.slack.SetGroup(localslack.UserGroup{ID: localslack.GroupDataLeads, Handle: "data-leads", Members: ids})
}

func TestThePlaygroundsOwnPolicy(t *testing.T) {
	t.Parallel()
	w, _ := withFile(t, playground.Policy)
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("Only Ana can confirm.")
	w.as("ana").types("/lf start orders_backfill")
	w.cardSays("Ana asks to start `orders_backfill`", "0 of 2 approvals", "Rule: “orders need two”")
	w.as("ben").presses("Approve")
	w.as("chen").presses("Approve")
	w.cardSays("Approved by Ben and Chen")
}

func TestTwoApproveAndItStarts(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads())
	w.as("ana").types("/lf start nightly_sync source reloaded")
	w.cardSays("Ana asks to start `nightly_sync`", "0 of 2 approvals", "waiting for 2 of <!subteam^S0DATALEAD>", "Ana may not approve their own request")
	w.as("ben").presses("Approve")
	w.cardSays("1 of 2 approvals (Ben)", "waiting for one more of")
	w.as("ben").presses("Approve")
	w.as("ben").reads("You approved R-1001 already.")
	w.as("chen").presses("Approve")
	w.cardSays("succeeded after", "Approved by Ben and Chen, under the rule “two leads”")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestWhoTheRuleDoesNotNameMayNotApprove(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads())
	w.group("ana", "ben", "chen", "gita")
	w.as("ana").types("/lf start nightly_sync")
	for name, why := range map[string]string{
		"dev":  "You can't approve R-1001. The rule does not name you.",
		"ana":  "You can't approve R-1001. Nobody may approve their own request under this rule.",
		"gita": "You can't approve R-1001. Only full members of this workspace may decide",
	} {
		w.as(name).presses("Approve")
		w.as(name).reads(why, "0 of 2 approvals")
	}
	w.cardSays("0 of 2 approvals")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestOneNoEndsIt(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads())
	w.as("ana").types("/lf start nightly_sync")
	w.as("ben").presses("Approve")
	w.as("chen").presses("Deny")
	w.cardSays("was denied; nothing was started", "Chen said no")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestNoRuleNoStart(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) { r.Match.Jobs = []string{"orders_*"} }))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").reads("R-1001: No rule of the policy is about this, so nothing was started.")
	require.Empty(t, w.cards())
}

func TestWithoutApprovalItStartsAtOnce(t *testing.T) {
	t.Parallel()
	w := under(t, approval.Rule{Name: "staging", ExpiresIn: time.Hour})
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("succeeded after", "No approval was needed, under the rule “staging”.")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestWhereNobodyApprovedTheRequesterAnswersForAnUnknownStart(t *testing.T) {
	t.Parallel()
	w := under(t, approval.Rule{Name: "staging", ExpiresIn: time.Hour})
	w.breaks(locallake.OpStart, locallake.FaultInternal)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("I can't tell whether `nightly_sync` started.")
	w.as("ben").presses("It did not")
	w.as("ben").reads("You can't answer for R-1001")
	w.as("ana").presses("It did not")
	w.cardSays("`nightly_sync` was not started.", "Ana looked and says that it did not start.")
}

func TestOneOfEachGroup(t *testing.T) {
	t.Parallel()
	w := under(t, approval.Rule{Name: "bank", ApprovalsFrom: map[string]int{"@data-leads": 1, "@security": 1}, ExpiresIn: time.Hour})
	w.slack.SetGroup(localslack.UserGroup{ID: "S0SECURITY", Handle: "security", Members: []string{people["ben"], people["dev"]}})
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("0 of 2 approvals; waiting for one of <!subteam^S0DATALEAD> and one of <!subteam^S0SECURITY>")
	w.as("chen").presses("Approve")
	w.cardSays("1 of 2 approvals (Chen); waiting for one more of <!subteam^S0SECURITY>")
	w.as("ben").presses("Approve")
	w.cardSays("succeeded after")
}

func TestAReasonIsWanted(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) { r.NeedsReason = true }))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").reads("The rule “two leads” wants a reason; write it after the job's name. Nothing was started.")
	w.as("ana").types("/lf start nightly_sync source reloaded")
	w.cardSays("Reason: source reloaded", "0 of 2 approvals")
}

// always is closed at whatever time the story takes place.
func always(why string) approval.Window {
	return approval.Window{From: 0, To: 24 * 60, Zone: "UTC", Why: why, Dates: []approval.Dates{{First: "2000-01-01", Last: "2999-12-31"}}}
}

func TestAFreezeStopsWhatIsAskedForAndTheGlassCanBeBroken(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(func(r *approval.Rule) {
		r.Closed = []approval.Window{always("year-end freeze")}
		r.BreakGlass = &approval.BreakGlass{By: []string{people["ben"]}}
	}))
	w.as("ben").types("/lf start nightly_sync")
	w.as("ben").reads("Nothing may start under the rule “two leads” until", "year-end freeze", "--break-glass")
	w.as("ana").types("/lf start nightly_sync --break-glass the lake is on fire")
	w.as("ana").reads("does not name you among those who may start past it in an emergency", "Nothing was started.")
	w.as("ben").types("/lf start --break-glass nightly_sync")
	w.as("ben").reads("An emergency needs a reason")
	w.as("ben").types("/lf start nightly_sync --break-glass the lake is on fire")
	w.cardSays("succeeded after", "Reason: the lake is on fire", "*Emergency:* Ben went past the rule “two leads”, without approvals.")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestAWindowThatClosesBeforeTheLastApproval(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	closes := w.clock.Now().UTC().Add(20 * time.Minute)
	day := closes.Format("2006-01-02")
	w.rules = []approval.Rule{twoLeads(func(r *approval.Rule) {
		r.Closed = []approval.Window{{From: closes.Hour()*60 + closes.Minute(), To: (closes.Hour()*60 + closes.Minute() + 60) % (24 * 60), Zone: "UTC", Dates: []approval.Dates{{First: day, Last: day}}}}
	})}
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	w.as("ben").presses("Approve")
	w.cardSays("1 of 2 approvals (Ben)")
	w.passes(21 * time.Minute)
	w.as("chen").presses("Approve")
	w.as("chen").reads("Nothing may start under the rule “two leads” until", "Your approval of R-1001 was not counted.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

// Between the last approval and the start there is hardly a moment. These stories hold it open: LakeFormation does not
// say how the job is until something has changed.
func TestWhatChangesBetweenApprovalAndStartVoidsIt(t *testing.T) {
	t.Parallel()
	for name, c := range changesThatVoid() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := under(t, twoLeads())
			w.lake.HoldRuns(true)
			w.as("ana").types("/lf start nightly_sync")
			w.as("ben").presses("Approve")
			w.cardSays("1 of 2 approvals")
			require.NoError(t, w.lake.SetFault(locallake.OpShow, locallake.Fault{Name: locallake.FaultUnavailable}))
			w.as("chen").presses("Approve")
			w.cardSays("is about to be started")
			c.change(t, w)
			w.lake.ClearFaults()
			w.cardSays(append(c.says, "`nightly_sync` was not started.")...)
			require.Zero(t, w.lake.StartCalls("nightly_sync"))
		})
	}
}

// What changes after the card was shown, or after the first approval, voids it just the same. Who may decide is looked at
// when they press, too, and told there.
func TestWhatChangesBeforeTheLastApprovalVoidsIt(t *testing.T) {
	t.Parallel()
	for name, c := range changesThatVoid() {
		if c.people {
			continue
		}
		for _, when := range []string{"shown", "approved once"} {
			t.Run(name+", "+when, func(t *testing.T) {
				t.Parallel()
				w := under(t, twoLeads())
				w.lake.HoldRuns(true)
				w.as("ana").types("/lf start nightly_sync")
				w.as("ben").button("Approve")
				if when == "shown" {
					c.change(t, w)
				}
				w.as("ben").presses("Approve")
				w.cardSays("1 of 2 approvals")
				if when != "shown" {
					c.change(t, w)
				}
				w.as("chen").presses("Approve")
				w.cardSays(append(c.says, "`nightly_sync` was not started.")...)
				require.Zero(t, w.lake.StartCalls("nightly_sync"))
			})
		}
	}
}

// voids is something that happens while a request is open, and what the card says then.
type voids struct {
	change func(t *testing.T, w *world)
	says   []string
	people bool // it is about who may decide
}

func changesThatVoid() map[string]voids {
	return map[string]voids{
		"the job's definition": {func(t *testing.T, w *world) {
			require.NoError(t, w.lake.EditJob("nightly_sync", func(j *locallake.Job) { j.Parameter = json.RawMessage(`{"metadata_migration_parameter":{}}`) }))
		}, []string{"Since it was approved, this changed: parameter"}, false},
		"the job's name": {func(t *testing.T, w *world) {
			require.NoError(t, w.lake.EditJob("nightly_sync", func(j *locallake.Job) { j.Name = "nightly_sync_2" }))
		}, []string{"Since it was approved, this changed: job name."}, false},
		"the job itself": {func(t *testing.T, w *world) { require.NoError(t, w.lake.DeleteJob("nightly_sync")) },
			[]string{"LakeFormation no longer knows this job (404)."}, false},
		"the rule": {func(_ *testing.T, w *world) {
			w.app.rules.Replace(approval.Policy{Rules: []approval.Rule{twoLeads(func(r *approval.Rule) { r.Approvals = 3 })}})
		}, []string{"Since it was approved, this changed: rule."}, false},
		"another rule before it": {func(_ *testing.T, w *world) {
			w.app.rules.Replace(approval.Policy{Rules: []approval.Rule{{Name: "new", Approvals: 1, Approvers: []string{approval.Anyone}}, twoLeads()}})
		}, []string{"Since it was approved, this changed: rule."}, false},
		"no rule any more": {func(_ *testing.T, w *world) { w.app.rules.Replace(approval.Policy{}) },
			[]string{"No rule of the policy is about this"}, false},
		"who is in the group": {func(_ *testing.T, w *world) {
			w.group("ben", "dev")
			w.passes(4 * time.Second) // who belongs to a group is asked again after three seconds
		},
			[]string{"Since it was approved, Chen may no longer approve. 1 of 2 approvals (Ben)"}, true},
		"who is a member": {func(_ *testing.T, w *world) {
			w.slack.SetUser(localslack.User{ID: people["ben"], Name: "ben", RealName: "Ben", TeamID: localslack.PlaygroundTeam, Deleted: true})
			w.passes(6 * time.Minute) // who somebody is, is remembered for five minutes
		}, []string{"Since it was approved, Ben may no longer approve."}, true},
		"a run that somebody else began": {func(t *testing.T, w *world) { require.NoError(t, w.lake.StartOutside("nightly_sync")) },
			[]string{"`nightly_sync` is running already"}, false},
	}
}
