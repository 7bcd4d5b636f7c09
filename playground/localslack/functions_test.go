package localslack_test

import (
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestAStepWaitsForOneRightAnswer(t *testing.T) {
	s := start(t, func(c *localslack.Config) {
		c.Events = append(c.Events, "function_executed")
		c.Functions = []localslack.Function{{CallbackID: "launch", Inputs: []string{"job", "why"}, Required: []string{"job"}, Outputs: []string{"state"}}}
	})
	for problem, inputs := range map[string]map[string]string{
		"the step needs the input job": {"why": "x"}, "the step has no input who": {"job": "a", "who": "U1"},
	} {
		_, d := s.RunStep("launch", inputs)
		require.Equal(t, problem, d.Problem)
	}
	_, d := s.RunStep("land", nil)
	require.Equal(t, "the app has no step land", d.Problem)

	id, d := s.RunStep("launch", map[string]string{"job": "a"})
	require.Equal(t, "dispatch_failed", d.Problem, "nobody is connected; the workflow waits")
	api := slack.New(localslack.PlaygroundBotTok, slack.OptionAPIURL(s.APIURL()))
	with := func(name string) slack.FunctionCompleteSuccessRequestOption {
		return slack.FunctionCompleteSuccessRequestOptionOutput(map[string]string{name: "well"})
	}
	require.ErrorContains(t, api.FunctionCompleteSuccess("Fx0", with("state")), "function_execution_not_found")
	require.ErrorContains(t, api.FunctionCompleteSuccess(id, with("mood")), "parameter_validation_failed")
	require.ErrorContains(t, api.FunctionCompleteError(id, ""), "invalid_arguments")
	require.False(t, s.Execution(id).Done)
	require.NoError(t, api.FunctionCompleteSuccess(id, with("state")))
	require.ErrorContains(t, api.FunctionCompleteError(id, "too late"), "execution_not_in_running_state")
	require.Equal(t, localslack.Execution{ID: id, Done: true, Outputs: map[string]string{"state": "well"}}, s.Execution(id))

	failed, _ := s.RunStep("launch", map[string]string{"job": "a"})
	require.NoError(t, api.FunctionCompleteError(failed, "it broke"))
	require.Equal(t, localslack.Execution{ID: failed, Done: true, Failed: true, Error: "it broke"}, s.Execution(failed))
}
