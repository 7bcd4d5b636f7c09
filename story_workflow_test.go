package main

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// workflowManifest is what an admin adds to the manifest for the step.
type workflowManifest struct {
	Functions map[string]struct {
		Title       string               `yaml:"title"`
		Description string               `yaml:"description"`
		Inputs      map[string]parameter `yaml:"input_parameters"`
		Outputs     map[string]parameter `yaml:"output_parameters"`
	} `yaml:"functions"`
	Settings struct {
		Events struct {
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Runtime   string `yaml:"function_runtime"`
		OrgDeploy bool   `yaml:"org_deploy_enabled"`
	} `yaml:"settings"`
}

type parameter struct {
	Name     string `yaml:"name"`
	Type     string `yaml:"type"`
	Title    string `yaml:"title"`
	Required bool   `yaml:"is_required"`
}

func readWorkflowManifest(t testing.TB) workflowManifest {
	t.Helper()
	raw, err := os.ReadFile("deploy/manifest.workflow.yaml")
	require.NoError(t, err)
	var m workflowManifest
	require.NoError(t, yaml.UnmarshalWithOptions(raw, &m))
	return m
}

func TestTheWorkflowManifestAddsToTheManifest(t *testing.T) {
	m := readWorkflowManifest(t)
	require.ElementsMatch(t, append(readManifest(t).Settings.Events.Bot, "function_executed"), m.Settings.Events.Bot)
	require.Equal(t, "remote", m.Settings.Runtime)
	require.True(t, m.Settings.OrgDeploy)
	require.Len(t, m.Functions, 1)
	for _, f := range m.Functions {
		require.NotEmpty(t, f.Title)
		require.NotEmpty(t, f.Description)
		for _, all := range []map[string]parameter{f.Inputs, f.Outputs} {
			for name, p := range all {
				require.Equal(t, name, p.Name)
				require.NotEmpty(t, p.Title)
				require.Contains(t, []string{"string", "slack#/types/channel_id"}, p.Type)
			}
		}
	}
}

// withSteps is a world whose Slack app has the step, and in which these rules are in force.
func withSteps(t *testing.T, rules ...approval.Rule) *world {
	t.Helper()
	w := unstarted(t, func(c *localslack.Config, _ *locallake.Config) {
		m := readWorkflowManifest(t)
		c.Events = m.Settings.Events.Bot
		for id, f := range m.Functions {
			step := localslack.Function{CallbackID: id, Inputs: slices.Collect(maps.Keys(f.Inputs)), Outputs: slices.Collect(maps.Keys(f.Outputs))}
			for name, p := range f.Inputs {
				if p.Required {
					step.Required = append(step.Required, name)
				}
			}
			c.Functions = append(c.Functions, step)
		}
	})
	w.rules = rules
	w.start()
	return w
}

// workflows lets workflows ask under a rule, one approval being enough.
func workflows(r *approval.Rule) { r.Workflows, r.Approvals = true, 1 }

// atOnce lets workflows start without approval.
var atOnce = approval.Rule{Name: "at once", Workflows: true, ExpiresIn: time.Hour}

// runsStep is a workflow that comes to the step; it gives the step's execution.
func (w *world) runsStep(changes ...func(inputs map[string]string)) string {
	w.t.Helper()
	inputs := map[string]string{"job": "nightly_sync", "channel": channel, "reason": "the nightly load"}
	for _, change := range changes {
		change(inputs)
	}
	id, d := w.slack.RunStep("start_lakeformation_job", inputs)
	require.True(w.t, d.Acked, d.Problem)
	return id
}

// stepFails waits until the step has failed with all of these words.
func (w *world) stepFails(id string, words ...string) {
	w.t.Helper()
	w.until("the step is answered", func() bool { return w.slack.Execution(id).Done })
	got := w.slack.Execution(id)
	require.True(w.t, got.Failed)
	for _, word := range words {
		require.Contains(w.t, got.Error, word)
	}
}

// stepSucceeds waits until the step has succeeded, and gives its outputs.
func (w *world) stepSucceeds(id string) map[string]string {
	w.t.Helper()
	w.until("the step is answered", func() bool { return w.slack.Execution(id).Done })
	got := w.slack.Execution(id)
	require.False(w.t, got.Failed, got.Error)
	return got.Outputs
}

func TestAWorkflowStartsAJobOnceSomebodyApproved(t *testing.T) {
	t.Parallel()
	w := withSteps(t, twoLeads(workflows))
	step := w.runsStep()
	w.cardSays("Workflow Builder asks to start `nightly_sync` on default", "Reason: the nightly load", "waiting for one of")
	require.NotContains(t, w.card(), "may not approve their own request")
	w.as("ana").presses("Approve")
	w.as("ana").reads("You can't approve R-1001.")
	require.False(t, w.slack.Execution(step).Done)
	w.as("ben").presses("Approve")
	outputs := w.stepSucceeds(step)
	require.Equal(t, "R-1001", outputs["request"])
	require.Equal(t, "succeeded", outputs["state"])
	require.NotEmpty(t, outputs["started"])
	require.NotEmpty(t, outputs["ended"])
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	w.threadSays("`nightly_sync` succeeded after")
	for _, text := range w.thread() {
		require.NotContains(t, text, "<@"+localslack.UserBot, "Slipway does not mention itself")
	}
	require.Equal(t, 1, w.called("functions.completeSuccess"))
}

func TestARuleThatLetsWorkflowsStartAtOnce(t *testing.T) {
	t.Parallel()
	w := withSteps(t, atOnce)
	require.Equal(t, "succeeded", w.stepSucceeds(w.runsStep())["state"])
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestAWorkflowIsNobodyWhoCouldConfirm(t *testing.T) {
	t.Parallel()
	requester := approval.BuiltIn()
	requester.Workflows = true
	lately := atOnce
	lately.Name = "a looser one after it"
	for name, c := range map[string]struct {
		rules []approval.Rule
		words []string
	}{
		"the built-in rule":              {nil, []string{"The rule “the requester confirms” does not let workflows ask. Nothing was started."}},
		"approvals: 0, but not for them": {[]approval.Rule{{Name: "everybody", ExpiresIn: time.Hour}}, []string{"The rule “everybody” does not let workflows ask."}},
		"the first that matches decides": {[]approval.Rule{twoLeads(), lately}, []string{"The rule “two leads” does not let workflows ask."}},
		"the requester is asked":         {[]approval.Rule{requester}, []string{"a workflow is nobody who could answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withSteps(t, c.rules...)
			w.stepFails(w.runsStep(), append(c.words, "R-1001: `nightly_sync` was not started.", "Ask whoever writes the policy")...)
			require.Zero(t, w.lake.StartCalls("nightly_sync"))
			require.Empty(t, w.cards())
		})
	}
}

func TestHowAStepFails(t *testing.T) {
	t.Parallel()
	t.Run("denied", func(t *testing.T) {
		t.Parallel()
		w := withSteps(t, twoLeads(workflows))
		step := w.runsStep()
		w.as("ben").presses("Deny")
		w.stepFails(step, "The start of `nightly_sync` was denied; nothing was started.", "Ben said no")
	})
	t.Run("expired", func(t *testing.T) {
		t.Parallel()
		w := withSteps(t, twoLeads(workflows))
		step := w.runsStep()
		w.cardSays("waiting for one of")
		w.passes(61 * time.Minute)
		w.stepFails(step, "The time to start `nightly_sync` is over; nothing was started.")
	})
	t.Run("the job failed", func(t *testing.T) {
		t.Parallel()
		w := withSteps(t, atOnce)
		w.lake.HoldRuns(true)
		step := w.runsStep()
		w.cardSays("is running")
		require.NoError(t, w.lake.Finish("nightly_sync", locallake.Failed))
		w.stepFails(step, "`nightly_sync` failed", "To see why, read `@Slipway log nightly_sync`")
	})
	t.Run("refused by LakeFormation, with its solution", func(t *testing.T) {
		t.Parallel()
		w := withSteps(t, atOnce)
		w.breaks(locallake.OpStart, locallake.FaultSolution)
		w.stepFails(w.runsStep(), "`nightly_sync` was not started.", "LakeFormation said: ", "LakeFormation says what to do: ")
	})
	t.Run("the channel does not take the card", func(t *testing.T) {
		t.Parallel()
		w := withSteps(t, twoLeads(workflows))
		step := w.runsStep(func(inputs map[string]string) { inputs["channel"] = localslack.ChannelAnalytics })
		w.stepFails(step, "I can't post in this channel, so nothing was started.", "/invite @Slipway")
	})
	for name, c := range map[string]struct {
		change func(inputs map[string]string)
		words  string
	}{
		"no such job":      {func(in map[string]string) { in["job"] = "nightly_snyc" }, "Did you mean `nightly_sync`?"},
		"no such instance": {func(in map[string]string) { in["instance"] = "nowhere" }, "There is no instance `nowhere` here"},
		"no such mode":     {func(in map[string]string) { in["mode"] = "fast" }, "There is no mode `fast`; it is normal or comparison."},
		"a person's inbox": {func(in map[string]string) { in["channel"] = "D0ANA" }, "In which channel?"},
		"a job of quotes":  {func(in map[string]string) { in["job"] = `"` }, "Which job?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withSteps(t, atOnce)
			w.stepFails(w.runsStep(c.change), c.words)
			require.Zero(t, w.lake.StartCalls("nightly_sync"))
		})
	}
}

func TestAStepThatIsDeliveredAgainAsksOnce(t *testing.T) {
	t.Parallel()
	w := withSteps(t, twoLeads(workflows))
	id, d := w.slack.RunStep("start_lakeformation_job", map[string]string{"job": "nightly_sync", "channel": channel})
	require.True(t, d.Acked)
	w.cardSays("R-1001")
	require.True(t, w.slack.Resend(d.EnvelopeID).Acked)
	require.True(t, w.hears("another envelope", `{"type":"function_executed","function":{"callback_id":"start_lakeformation_job"},"inputs":{"job":"nightly_sync","channel":"`+channel+`"},"function_execution_id":"`+id+`","event_ts":"`+w.ts(time.Hour)+`"}`).Acked)
	require.False(t, w.slack.Execution(id).Done, "the first delivery is the one that counts")
	second := w.runsStep()
	w.stepFails(second, "R-1001 already asks for this")
	w.as("ben").presses("Approve")
	w.stepSucceeds(id)
	require.Len(t, w.cards(), 1)
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestAStepOfAnotherWorkspaceOrOfLongAgo(t *testing.T) {
	t.Parallel()
	w := withSteps(t, atOnce)
	for name, payload := range map[string]string{
		"another workspace": `"team_id":"T0OTHER","event":{"event_ts":"` + w.ts(0) + `",`,
		"no workspace":      `"event":{"event_ts":"` + w.ts(0) + `",`,
		"long ago":          `"team_id":"T0PLAYGRND","event":{"event_ts":"` + w.ts(time.Hour) + `",`,
		"no time":           `"team_id":"T0PLAYGRND","event":{`,
	} {
		require.True(t, w.slack.Send([]byte(`{"envelope_id":"`+name+`","type":"events_api","payload":{"type":"event_callback",`+payload+`"type":"function_executed","function":{"callback_id":"start_lakeformation_job"},"inputs":{"job":"nightly_sync","channel":"`+channel+`"},"function_execution_id":"Fx0"}}}`)).Acked, name)
	}
	require.True(t, w.hears("another step", `{"type":"function_executed","function":{"callback_id":"other"},"inputs":{"job":"nightly_sync","channel":"`+channel+`"},"function_execution_id":"Fx0","event_ts":"`+w.ts(0)+`"}`).Acked)
	w.as("ana").types("/lf status")
	w.as("ana").reads("Nothing is open in this channel.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestTheAnswerToAStepIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]localslack.Fault{
		"429":                {RetryAfter: 3 * time.Second, Times: 2},
		"5xx":                {Status: http.StatusServiceUnavailable, Times: 2},
		"its answer is lost": {DropAnswer: true, Times: 1},
		"an inner error":     {Error: "internal_error", Times: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := withSteps(t, atOnce)
			w.slack.Fail("functions.completeSuccess", fault)
			step := w.runsStep()
			require.Equal(t, "succeeded", w.stepSucceeds(step)["state"])
			w.until("it was called again", func() bool { return w.called("functions.completeSuccess") == fault.Times+1 })
			w.passes(time.Minute)
			require.Equal(t, fault.Times+1, w.called("functions.completeSuccess"), "and then left alone")
		})
	}
}

func TestAStepThatNoLongerWaitsIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := withSteps(t, twoLeads(workflows))
	step := w.runsStep()
	w.cardSays("waiting for one of")
	w.slack.CancelExecution(step)
	w.as("ben").presses("Approve")
	w.threadSays("`nightly_sync` succeeded after")
	w.until("Slack was told once", func() bool { return w.called("functions.completeSuccess") == 1 })
	w.passes(time.Minute)
	require.Equal(t, 1, w.called("functions.completeSuccess"))
}

func TestARestartBetweenTheEndAndTheAnswerToTheStep(t *testing.T) {
	t.Parallel()
	w := withSteps(t, twoLeads(workflows))
	w.slack.Fail("functions.completeSuccess", localslack.Fault{Status: http.StatusServiceUnavailable})
	step := w.runsStep()
	w.cardSays("waiting for one of")
	w.restart()
	w.as("ben").presses("Approve")
	w.until("the answer was tried", func() bool { return w.called("functions.completeSuccess") > 0 })
	w.end()
	w.slack.ClearFaults()
	w.start()
	require.Equal(t, "succeeded", w.stepSucceeds(step)["state"])
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestARefusalThatSlackDoesNotTakeAtOnceIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	w := withSteps(t, atOnce)
	w.slack.Fail("functions.completeError", localslack.Fault{Status: http.StatusServiceUnavailable, Times: 1})
	id, d := w.slack.RunStep("start_lakeformation_job", map[string]string{"job": "nightly_sync", "channel": channel, "mode": "fast"})
	require.False(t, d.Acked)
	w.stepFails(id, "There is no mode `fast`")
	require.Equal(t, 2, w.called("functions.completeError"))
}

func TestWhoPressesOnAWorkflowsCardAsksForThemselves(t *testing.T) {
	t.Parallel()
	w := withSteps(t, atOnce)
	step := w.runsStep()
	w.stepSucceeds(step)
	w.as("ana").types("/lf cancel R-1001")
	w.as("ana").reads("A workflow asks for R-1001, so nobody can cancel it.")
	w.as("ana").presses("Run again")
	w.cardSays("asked by Ana", "succeeded after")
	require.Equal(t, 2, w.lake.StartCalls("nightly_sync"))
	require.Equal(t, 1, w.called("functions.completeSuccess"), "no step waits for Ana's")
}

func TestWorkflowsHaveTheLimitsOfOnePerson(t *testing.T) {
	t.Parallel()
	w := withSteps(t, twoLeads(workflows))
	jobs := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	w.breaks(locallake.OpAny, locallake.FaultUnavailable) // none of them is described
	for _, job := range jobs {
		w.runsStep(func(inputs map[string]string) { inputs["job"] = job })
	}
	w.stepFails(w.runsStep(), "Workflows have 10 open requests, the most they may have together. Nothing was started.")
}

func TestWorkflowsMayAskForSoManyStartsWithinAnHour(t *testing.T) {
	t.Parallel()
	w := withSteps(t, twoLeads(workflows))
	for i := range approval.StartsPerPerson {
		w.stepFails(w.runsStep(func(inputs map[string]string) { inputs["job"] = fmt.Sprintf("no_such_job_%d", i) }), "There is no job")
	}
	w.stepFails(w.runsStep(), "Workflows asked for 30 starts within an hour, the most they may together. Nothing was started.")
}
