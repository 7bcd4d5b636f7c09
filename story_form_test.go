package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

func TestAFormStartsAJobWhoseNameOneDoesNotKnow(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start")
	f := w.as("ana").form()
	require.Equal(t, "nightly_sync", f.offers("nightly")[0].Text)
	require.Equal(t, "weekly_discovery", f.offers("discovery")[0].Text, "a part of the name is enough")
	require.Empty(t, f.offers("no such job"))
	require.Empty(t, f.picks("night").reason("source reloaded").submits())
	w.cardSays("Start `nightly_sync` on default?", "Reason: source reloaded", "normal mode")
	w.as("ana").presses("Start job")
	w.cardSays("`nightly_sync` succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestTheFormSaysWhatIsWrongBesideTheField(t *testing.T) {
	t.Parallel()
	w := under(t, approval.Rule{Name: "with a reason", Approvals: 1, Approvers: []string{approval.TheRequester}, NeedsReason: true, ExpiresIn: approval.BuiltIn().ExpiresIn})
	w.as("ana").types("/lf start")
	f := w.as("ana").form().picks("nightly_sync")
	require.Equal(t, map[string]string{"reason": "The rule “with a reason” wants a reason."}, f.submits())
	require.Len(t, w.slack.Modals(w.as("ana").id), 1, "what was filled in is still there")
	require.Empty(t, f.reason("source reloaded").submits())
	w.cardSays("Start `nightly_sync` on default?", "source reloaded")

	w.as("ben").types("/lf start")
	f = w.as("ben").form()
	require.Contains(t, f.submits()["job.default"], "Choose a job from the list.")
	require.Contains(t, f.picks("nightly").reason(strings.Repeat("long ", 900)).submits()["reason"], "A reason has at most 1000 characters")
}

func TestTheFormComesFromShortcutsToo(t *testing.T) {
	t.Parallel()
	w := stage(t)
	require.Empty(t, w.slack.Shortcut(w.as("ben").id, "start_job").Problem)
	require.Empty(t, w.as("ben").form().picks("weekly").submits())
	w.cardSays("Start `weekly_discovery` on default?", "asked by Ben")

	w.slack.Type(w.as("chen").id, channel, "can somebody run nightly_sync again, please?")
	messages := w.slack.Visible(w.as("ana").id, channel)
	said := messages[len(messages)-1]
	require.Empty(t, w.slack.MessageShortcut(w.as("ana").id, channel, said.TS, "start_this_job").Problem)
	require.Empty(t, w.as("ana").form().submits(), "the job that the message names is chosen already")
	w.cardSays("Start `nightly_sync` on default?", "asked by Ana")

	w.slack.Type(w.as("chen").id, channel, "good morning")
	messages = w.slack.Visible(w.as("dev").id, channel)
	require.Empty(t, w.slack.MessageShortcut(w.as("dev").id, channel, messages[len(messages)-1].TS, "start_this_job").Problem)
	require.Contains(t, w.as("dev").form().submits()["job.default"], "Choose a job from the list.")
}

func TestAFormThatIsSubmittedTwiceAsksOnce(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start")
	f := w.as("ana").form().picks("nightly_sync")
	require.Empty(t, f.submits())
	w.cardSays("Start `nightly_sync` on default?")
	require.True(t, w.slack.Resend(f.sent).Acked)
	w.as("ana").types("/lf pending")
	w.as("ana").reads("Waiting for a decision in this channel:", "R-1001")
	require.Len(t, w.cards(), 1)
}

func TestAFormFromBeforeARestart(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start")
	f := w.as("ana").form().picks("nightly_sync")
	w.restart()
	require.Empty(t, f.submits())
	w.cardSays("Start `nightly_sync` on default?", "asked by Ana")
}

func TestTheFormTakesTheJobsOfTheInstanceThatIsChosen(t *testing.T) {
	t.Parallel()
	w := twoInstances(t)
	w.as("ana").types("/lf start")
	f := w.as("ana").form()
	require.Empty(t, f.offers("staging_sync"))
	require.Empty(t, w.slack.ChooseInView(f.id, "form_instance", "staging").Problem)
	w.until("the other instance's jobs are offered", func() bool {
		blocks := f.blocks()
		return blocks[1].BlockID == "job.staging"
	})
	f.sets("form_instance", map[string]any{"type": "static_select", "selected_option": map[string]any{"value": "staging"}})
	require.Empty(t, f.picks("staging_sync").submits())
	w.cardSays("`staging_sync`", "on staging")
}

func TestTheFormWithTenThousandJobsAndLongNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("very_long_name_", 16) + "end"
	w := stage(t, func(_ *localslack.Config, lake *locallake.Config) {
		like := lake.Jobs[0]
		add := func(name string, i int) {
			job := like
			job.ID, job.Name = fmt.Sprintf("00000000-0000-4000-8000-%012d", i), name
			lake.Jobs = append(lake.Jobs, job)
		}
		add(long, 0)
		for i := 1; i < 10_000; i++ {
			add(fmt.Sprintf("load_%05d", i), i)
		}
	})
	w.as("ana").types("/lf start")
	f := w.as("ana").form()
	offered := f.offers("load_")
	require.Greater(t, len(offered), 80)
	require.Equal(t, fmt.Sprintf("The first %d: type more of the name", len(offered)), offered[0].Group)
	require.Equal(t, "load_01234", f.offers("01234")[0].Text)
	require.Equal(t, "load_09876", f.offers("09876")[0].Text, "paging does not reach it, a pattern does")
	require.Empty(t, f.picks("very_long").submits())
	w.cardSays("Start `" + long + "` on default?")
}
