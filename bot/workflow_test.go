package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

func TestWhatAWorkflowHearsOfAnEnd(t *testing.T) {
	byStep := func(r *approval.Request) {
		r.Ask.By, r.Ask.Step, r.Ask.Command = approval.Actor{TeamID: "T1", UserID: "U_SLIPWAY", Name: aWorkflow}, "Fx1", "/lf"
	}
	refused := func(r *approval.Request) {
		byStep(r)
		r.Problem = approval.Problem{
			Words: approval.T("LakeFormation refused it."), HTTPStatus: 400, Code: "common.01000001", Message: "<!channel> bad request", Solution: "Try *again*.",
		}
	}
	for name, c := range map[string]struct {
		r    approval.Request
		want string
	}{
		"failed": {request(approval.Failed, func(r *approval.Request) { byStep(r); accepted(r); r.Run.Status = "FAILED" }),
			"R-1042: `nightly_sync` failed. To see why, read `/lf log nightly_sync`; it may be started again."},
		"refused": {request(approval.Refused, refused),
			"R-1042: `nightly_sync` was not started. LakeFormation refused it. LakeFormation said: common.01000001: &lt;!channel&gt; bad request LakeFormation says what to do: Try *again*."},
	} {
		require.Equal(t, c.want, stepError(c.r, English), name)
	}
	require.Contains(t, stepError(request(approval.Failed, byStep), Chinese), "失败")
	long := request(approval.Refused, refused)
	long.Problem.Message = strings.Repeat("no ", 5000)
	require.LessOrEqual(t, len([]rune(stepError(long, English))), maxStepError)

	r := request(approval.Succeeded, byStep)
	require.Equal(t, map[string]string{"request": "R-1042", "state": "succeeded"}, stepOutputs(r), "LakeFormation gave no times")
	r.Run.StartedAt, r.Run.EndedAt = noon, noon.Add(time.Minute)
	require.Equal(t, map[string]string{"request": "R-1042", "state": "succeeded", "started": "2026-11-24 12:00:00 UTC", "ended": "2026-11-24 12:01:00 UTC"}, stepOutputs(r))
	require.NotContains(t, RenderOutcome(r, English).Text, "<@")
}

func TestOnlyAWholeStepIsTaken(t *testing.T) {
	whole := `"type":"function_executed","function":{"callback_id":"start_lakeformation_job"},"function_execution_id":"Fx1","event_ts":"1700000000.000100","bot_access_token":"xwfp-1"`
	s, ok := eventOf([]byte(`{"team_id":"T1","event":{` + whole + `,"inputs":{"job":" a&amp;b ","mode":7,"reason":null}}}`)).(*workflowStep)
	require.True(t, ok)
	require.Equal(t, "T1", s.Team)
	require.Equal(t, "a&b", s.input("job"))
	require.Empty(t, s.input("mode"), "it is no text")
	require.Empty(t, s.input("reason"))
	require.Empty(t, s.input("channel"))
	for _, part := range []string{`"function":{"callback_id":"start_lakeformation_job"},`, `"function_execution_id":"Fx1",`, `"event_ts":"1700000000.000100",`} {
		require.Nil(t, eventOf([]byte(`{"team_id":"T1","event":{`+strings.Replace(whole, part, "", 1)+`}}`)), part)
	}
}
