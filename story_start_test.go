package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

func TestAnaStartsAJobAndReadsHowItEnds(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync source reloaded")
	w.as("ana").reads("R-1001", "looking up `nightly_sync`")
	w.cardSays("Start `nightly_sync` on default?", "metadata migration", "normal mode", "asked by Ana", "Reason: source reloaded",
		"Last run: succeeded", "took 12 min", "Only Ana can confirm", "R-1001")
	w.as("ana").presses("Start job")
	w.threadSays("<@"+people["ana"]+">", "accepted by LakeFormation", "usually 12 min")
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.cardSays("succeeded after", "Confirmed by Ana")
	w.threadSays("<@"+people["ana"]+">", "`nightly_sync` succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Len(t, w.cards(), 1)
	buttons := localslack.Buttons(w.cards()[0])
	require.Len(t, buttons, 1)
	require.Equal(t, "Run again", buttons[0].Text, "nothing else is left to press")
}

func TestARunMayEndInFourWays(t *testing.T) {
	t.Parallel()
	for status, words := range map[locallake.Status]string{
		locallake.PartialSuccess: "partly succeeded after", locallake.Failed: "failed after", locallake.Stopped: "was stopped after",
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			w := stage(t)
			w.lake.HoldRuns(true)
			w.as("ana").types("/lf start nightly_sync")
			w.as("ana").presses("Start job")
			w.cardSays("is running")
			require.NoError(t, w.lake.Finish("nightly_sync", status))
			w.cardSays(words)
			w.threadSays(words)
			if status == locallake.Stopped {
				w.cardSays("stopped outside Slipway")
			}
		})
	}
}

func TestAnaCancels(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Cancel")
	w.cardSays("Ana cancelled the start of `nightly_sync`; nothing was started.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestNobodyDecidesInTime(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	ts, action := w.as("ana").button("Start job")
	w.passes(31 * time.Minute)
	w.cardSays("The time to start `nightly_sync` is over; nothing was started.", "Nobody decided in time.")
	w.threadSays("<@" + people["ana"] + ">")
	w.slack.PressWith(people["ana"], channel, ts, action, "1001.1")
	w.as("ana").reads("R-1001 has expired; nothing was started.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestOnlyTheRequesterConfirms(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ben").presses("Start job")
	w.as("ben").reads("You can't approve R-1001.", "Only Ana can confirm.")
	w.as("ben").presses("Cancel")
	w.as("ben").reads("Only Ana can cancel R-1001.")
	w.cardSays("Start `nightly_sync` on default?")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestAGuestMayNotAsk(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("gita").types("/lf start nightly_sync")
	w.as("gita").reads("Only full members of this workspace")
	require.Empty(t, w.cards())
}

func TestSomebodyFromAnotherWorkspaceMayNotAsk(t *testing.T) {
	t.Parallel()
	w := stage(t, func(c *localslack.Config, _ *locallake.Config) {
		c.Users = append(c.Users, localslack.User{ID: "U0STRANGER", Name: "stranger", TeamID: "T0OTHER"})
		c.Channels[0].Members = append(c.Channels[0].Members, "U0STRANGER")
	})
	person{w, "U0STRANGER"}.types("/lf start nightly_sync")
	person{w, "U0STRANGER"}.reads("Only members of this workspace")
	require.Empty(t, w.cards())
}

func TestADoubleClickStartsOnce(t *testing.T) {
	t.Parallel()
	w := stage(t)
	before := len(w.lake.Runs("nightly_sync"))
	w.as("ana").types("/lf start nightly_sync")
	ts, action := w.as("ana").button("Start job")
	first, second := w.slack.PressAsync(people["ana"], channel, ts, action), w.slack.PressAsync(people["ana"], channel, ts, action)
	require.True(t, (<-first).Acked)
	require.True(t, (<-second).Acked)
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Len(t, w.lake.Runs("nightly_sync"), before+1)
}

func TestTheSameEnvelopeTwiceIsOneRequest(t *testing.T) {
	t.Parallel()
	w := stage(t)
	d := w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1001")
	again := w.slack.Resend(d.EnvelopeID)
	require.True(t, again.Acked)
	require.Contains(t, string(again.AckPayload), "R-1001")
	press := w.as("ana").presses("Start job")
	require.True(t, w.slack.Resend(press.EnvelopeID).Acked)
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Len(t, w.cards(), 1)
}

func TestTheSameAskTwiceIsOneRequest(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1001")
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").reads("This is R-1001", "still open")
	require.Len(t, w.cards(), 1)
}

func TestOneOpenRequestForAJob(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1001")
	w.as("ben").types("/lf start nightly_sync")
	w.as("ben").reads("R-1001 already asks for this.", "/lf status R-1001")
	require.Len(t, w.cards(), 1)
}

func TestATypoGetsASuggestion(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_snyc")
	w.as("ana").reads("There is no job `nightly_snyc`. Did you mean `nightly_sync`?", "Nothing was started")
	require.Empty(t, w.cards())
}

func TestAJobCanBeNamedByItsID(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start " + locallake.PlaygroundNightlySyncID)
	w.cardSays("Start `nightly_sync` on default?")
}

func TestARunningJobIsNotStartedAgain(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.lake.HoldRuns(true)
	require.NoError(t, w.lake.StartOutside("nightly_sync"))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").reads("`nightly_sync` is running already, so it was not started again.")
}

func TestAFrozenJobIsRefused(t *testing.T) {
	t.Parallel()
	w := stage(t)
	for _, job := range w.lake.Jobs() {
		if job.Status == locallake.FrozenUnreleasable {
			w.as("ana").types("/lf start " + job.Name)
			w.as("ana").reads("LakeFormation has frozen `" + job.Name + "`, so it can't be started.")
			return
		}
	}
	require.Fail(t, "the playground has no frozen job")
}

func TestAnEditedJobVoidsTheApproval(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1001")
	require.NoError(t, w.lake.EditJob("nightly_sync", func(j *locallake.Job) {
		j.Parameter = []byte(`{"metadata_migration_parameter":{"target_catalog":"another"}}`)
	}))
	w.as("ana").presses("Start job")
	w.cardSays("`nightly_sync` was not started.", "Since it was approved, this changed:", "parameter.metadata_migration_parameter")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestAJobDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1001")
	require.NoError(t, w.lake.DeleteJob("nightly_sync"))
	w.as("ana").presses("Start job")
	w.cardSays("`nightly_sync` was not started.", "LakeFormation no longer knows this job (404).", "Our suggestion: Look it up with `/lf jobs nightly_sync`")
}

func TestSlipwayIsNotInTheChannel(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").typesIn(localslack.ChannelAnalytics, "/lf start nightly_sync")
	w.as("ana").reads("I can't post in this channel, so nothing was started.", "/invite @Slipway")
	require.Empty(t, w.cards())
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("Start `nightly_sync`")
}

func TestANameWithAHookInIt(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync <!channel> & <https://evil.example.com|click> `*x*` @here")
	w.cardSays("Reason: ")
	for _, m := range w.slack.Messages(channel) {
		require.NotContains(t, m.Text, "<!channel>")
		require.NotContains(t, m.Text, "<https://evil")
	}
}
