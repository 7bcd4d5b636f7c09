package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestHelpAlsoForNoWordAndAWrongOne(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf")
	w.as("ana").reads("I start LakeFormation jobs once", "/lf start &lt;job&gt; [reason]", "/lf status [job or R-id]", "/lf jobs [filter]")
	w.as("ana").types("/lf strat nightly_sync")
	w.as("ana").reads("I don't know `strat`, so nothing was done.", "Did you mean /lf start?")
	w.as("ana").types("/lf stop")
	w.as("ana").reads("Which job? Nothing was done.", "/lf jobs")
	w.as("ana").types("/lf start nightly_sync --force")
	w.as("ana").reads("I don't know the flag `--force`, so nothing was done.")
	require.Empty(t, w.cards())
}

func TestStatusAndJobs(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.lake.HoldRuns(true)
	w.as("ben").types("/lf status")
	w.as("ben").reads("Nothing is open in this channel.")
	w.as("ben").types("/lf jobs")
	w.as("ben").reads("jobs on default:", "nightly_sync", "succeeded", "metadata migration", "frozen", "new, never run")
	w.as("ben").types("/lf jobs weekly")
	w.as("ben").reads("1 job on default matches `weekly`", "weekly_discovery")
	w.as("ben").types("/lf jobs nothing_like_it")
	w.as("ben").reads("No job on default matches `nothing_like_it`.")
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1001")
	w.as("ben").types("/lf pending")
	w.as("ben").reads("Waiting for a decision in this channel:", "R-1001", "asked by Ana")
	w.as("ana").presses("Start job")
	w.cardSays("is running")
	w.as("ben").types("/lf status")
	w.as("ben").reads("Open in this channel:", "R-1001", "running")
	w.as("ben").types("/lf status nightly_sync")
	w.as("ben").reads("`nightly_sync` on default is running.", "R-1001")
	w.as("ben").types("/lf status r-1001")
	w.as("ben").reads("R-1001: `nightly_sync` was accepted by LakeFormation", "is running")
	w.as("ben").types("/lf status R-77")
	w.as("ben").reads("R-77")
	w.as("ben").types("/lf status nightly_snyc")
	w.as("ben").reads("There is no job `nightly_snyc`. Did you mean `nightly_sync`?")
}

func TestAnaTakesItBackByTyping(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("R-1001")
	w.as("ben").types("/lf cancel R-1001")
	w.as("ben").reads("Only Ana can cancel R-1001.")
	w.as("ana").types("/lf cancel R-1001")
	w.as("ana").reads("R-1001 is cancelled; nothing was started.")
	w.cardSays("Ana cancelled the start of `nightly_sync`; nothing was started.")
	w.as("ana").types("/lf cancel R-1001")
	w.as("ana").reads("Ana cancelled R-1001; nothing was started.")
	w.as("ana").types("/lf cancel everything")
	w.as("ana").reads("Which request?")
}

func TestAComparisonWithCascade(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync —mode comparison --cascade just to see")
	w.cardSays("comparison mode, with cascade", "Reason: just to see")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	runs := w.lake.Runs("nightly_sync")
	require.Equal(t, "COMPARISON", runs[len(runs)-1].Mode)
	require.True(t, runs[len(runs)-1].Cascade)
	w.as("ana").types("/lf start nightly_sync --mode quickly")
	w.as("ana").reads("There is no mode `QUICKLY`", "Nothing was started.")
}

// Whatever somebody types gets an answer in words, mentions nobody, and calls nothing but the paths there are.
func TestStrangeTextGetsAnAnswer(t *testing.T) {
	t.Parallel()
	w := stage(t)
	for name, text := range map[string]string{
		"a very long name":     "start " + strings.Repeat("x", 8000),
		"a very long reason":   "start nightly_sync " + strings.Repeat("why ", 2000),
		"right to left":        "start \u202enightly_sync\u202c مرحبا",
		"control characters":   "start \x01\x02\x03",
		"NUL":                  "start a\x00b",
		"only quotes":          "start “”",
		"only back-ticks":      "start ```",
		"a mention as a job":   "start <!channel>",
		"a link as a job":      "start <https://evil.example.com|click>",
		"a path as a job":      "start ../../v1/other/instances",
		"an escaped path":      "start %2e%2e%2Fother",
		"a query as a job":     "start nightly?mode=COMPARISON",
		"a status of a path":   "status ../x",
		"a filter with markup": "jobs *_~`<!here>",
		"a cancel of nonsense": "cancel R-99999999999999999999",
	} {
		t.Run(name, func(t *testing.T) {
			before := len(w.slack.Visible(people["ana"], channel))
			w.as("ana").types("/lf " + text)
			w.until("an answer", func() bool {
				return len(w.slack.Visible(people["ana"], channel)) > before || len(w.slack.Modals(people["ana"])) > 0
			})
			for len(w.slack.Modals(people["ana"])) > 0 {
				w.slack.Dismiss(people["ana"])
			}
		})
	}
	w.as("ana").reads("A job's name has at most 255 characters; this one has")
	w.as("ana").reads("A reason has at most 1000 characters")
	w.passes(0)
	for _, m := range w.slack.Messages(channel) {
		for _, live := range []string{"<!channel>", "<!here>", "<https://evil"} {
			require.NotContains(t, m.Text+string(m.Blocks), live)
		}
		require.Empty(t, localslack.ValidateBlocks(m.Blocks))
	}
	for _, seen := range w.lake.Requests() {
		require.NotEmpty(t, seen.Op, "%s %s is no path of LakeFormation's", seen.Method, seen.Path)
		require.Equal(t, "GET", seen.Method)
	}
}

func TestForgedButtonsChangeNothing(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	ts, action := w.as("ana").button("Start job")
	for _, value := range []string{"", "x", "1001", "1001.", "1001.x", ".1", "-1.1", "1001.99", "1002.1", "1001.1.1", "99999999999999999999.1", strings.Repeat("9", 2000), "1001.1 OR 1=1"} {
		d := w.slack.PressWith(people["ana"], channel, ts, action, value)
		require.True(t, d.Acked, value)
	}
	w.as("ana").reads("I can't read this button, so nothing changed.")
	w.as("ana").reads("This card is old")
	w.slack.PressWith(people["ana"], channel, ts, "launch_everything", "1001.1")
	w.as("ana").reads("I don't know this button, so nothing changed.")
	w.cardSays("Start `nightly_sync` on default?")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestStrangeEnvelopesAreAckedAndSurvived(t *testing.T) {
	t.Parallel()
	w := stage(t)
	for _, envelope := range []string{
		`{"envelope_id":"e1","type":"slash_commands","payload":[]}`,
		`{"envelope_id":"e2","type":"slash_commands","payload":{"team_id":7}}`,
		`{"envelope_id":"e3","type":"slash_commands","payload":{"command":"/lf","text":"start nightly_sync"}}`,
		`{"envelope_id":"e4","type":"interactive","payload":{"type":"block_actions","actions":[]}}`,
		`{"envelope_id":"e5","type":"interactive","payload":{"type":"view_submission"}}`,
		`{"envelope_id":"e6","type":"interactive","payload":{"type":"block_actions","actions":[{"action_id":"approve","value":"1001.1"}]}}`,
		`{"envelope_id":"e7","type":"events_api","payload":{"event":{"type":"app_mention"}}}`,
		`{"envelope_id":"e8","type":"something_new","payload":{"a":{"b":[1,2,3]}}}`,
		`{"envelope_id":"e9","type":"slash_commands"}`,
	} {
		require.True(t, w.slack.Send(json.RawMessage(envelope)).Acked, envelope)
	}
	for _, garbage := range []string{`{`, `[]`, `null`, `"x"`, `{"type":"hello"}`, `{"envelope_id":7}`} {
		w.slack.Send(json.RawMessage(garbage))
	}
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("Start `nightly_sync` on default?", "R-1001")
}
