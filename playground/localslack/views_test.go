package localslack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func modal(title string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"type":"modal","callback_id":"start","notify_on_close":true,"title":{"type":"plain_text","text":"%s"},
	 "submit":{"type":"plain_text","text":"Start"},"blocks":[
	 {"type":"input","block_id":"job","label":{"type":"plain_text","text":"Job"},"element":{"type":"plain_text_input","action_id":"name"}},%s]}`, title, approveActions))
}

// triggered is a trigger_id from Ana's command.
func triggered(t *testing.T, s *localslack.Server, a *app) string {
	t.Helper()
	seen := a.acking(nil)
	require.True(t, s.Type(ana, platform, "/lf").Acked)
	return (<-seen).Payload["trigger_id"].(string)
}

func view(t *testing.T, s *localslack.Server, method string, body map[string]any) (id, hash string, problem any) {
	t.Helper()
	out := call(t, s, method, botToken, body)
	if v, ok := out["view"].(map[string]any); ok {
		return v["id"].(string), v["hash"].(string), nil
	}
	return "", "", out["error"]
}

func TestATriggerOpensOneModalWithinThreeSeconds(t *testing.T) {
	clock := noon()
	s := start(t, with(clock))
	a := connect(t, s)
	trigger := triggered(t, s, a)
	_, _, problem := view(t, s, "views.open", map[string]any{"trigger_id": trigger, "view": modal("Start a job")})
	require.Nil(t, problem)
	require.Equal(t, "start", s.Modals(ana)[0].CallbackID)
	_, _, problem = view(t, s, "views.open", map[string]any{"trigger_id": trigger, "view": modal("Start a job")})
	require.Equal(t, "exchanged_trigger_id", problem)
	_, _, problem = view(t, s, "views.open", map[string]any{"trigger_id": "1.2.x", "view": modal("Start a job")})
	require.Equal(t, "invalid_trigger_id", problem)
	trigger = triggered(t, s, a)
	clock.pass(3*time.Second + time.Millisecond)
	_, _, problem = view(t, s, "views.open", map[string]any{"trigger_id": trigger, "view": modal("Start a job")})
	require.Equal(t, "expired_trigger_id", problem)
}

func TestModalsStackThreeDeep(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	method := "views.open"
	for range 3 {
		_, _, problem := view(t, s, method, map[string]any{"trigger_id": triggered(t, s, a), "view": modal("Start a job")})
		require.Nil(t, problem)
		method = "views.push"
	}
	_, _, problem := view(t, s, method, map[string]any{"trigger_id": triggered(t, s, a), "view": modal("Start a job")})
	require.Equal(t, "push_limit_reached", problem)
	require.Len(t, s.Modals(ana), 3)
}

func TestAnUpdateWithAnOldHashConflicts(t *testing.T) {
	s := start(t)
	id, hash, _ := view(t, s, "views.open", map[string]any{"trigger_id": triggered(t, s, connect(t, s)), "view": modal("Loading")})
	_, _, problem := view(t, s, "views.update", map[string]any{"view_id": id, "hash": hash, "view": modal("Start a job")})
	require.Nil(t, problem)
	_, _, problem = view(t, s, "views.update", map[string]any{"view_id": id, "hash": hash, "view": modal("Start a job")})
	require.Equal(t, "hash_conflict", problem)
	publish := map[string]any{"user_id": ana, "view": json.RawMessage(`{"type":"home","blocks":[{"type":"divider"}]}`)}
	_, hash, problem = view(t, s, "views.publish", publish)
	require.Nil(t, problem)
	publish["hash"] = hash
	_, _, problem = view(t, s, "views.publish", publish)
	require.Nil(t, problem)
	_, _, problem = view(t, s, "views.publish", publish)
	require.Equal(t, "hash_conflict", problem)
	_, _, problem = view(t, s, "views.update", map[string]any{"view_id": "V0NONE", "view": modal("Start a job")})
	require.Equal(t, "not_found", problem)
}

func TestAViewIsCheckedAgainstTheLimits(t *testing.T) {
	s := start(t)
	out := call(t, s, "views.publish", botToken, map[string]any{"user_id": ana, "view": map[string]any{"type": "home", "blocks": json.RawMessage(list(`{"type":"divider"}`, 101))}})
	require.Equal(t, "invalid_arguments", out["error"])
	require.Contains(t, fmt.Sprint(out["response_metadata"]), "/view/blocks")
	out = call(t, s, "views.open", botToken, map[string]any{"trigger_id": "x", "view": modal(strings.Repeat("x", 25))})
	require.Contains(t, fmt.Sprint(out["response_metadata"]), "must be less than 25 characters [json-pointer:/view/title/text]")
	for field, most := range map[string]int{"private_metadata": 3000, "callback_id": 255, "external_id": 255, "submit": 24, "close": 24} {
		var fields map[string]any
		require.NoError(t, json.Unmarshal(modal("Start a job"), &fields))
		fill := func(n int) any {
			fields[field] = xs(n)
			if most == 24 {
				fields[field] = json.RawMessage(plain(n))
			}
			return call(t, s, "views.open", botToken, map[string]any{"trigger_id": "x", "view": fields})["error"]
		}
		require.Equal(t, "invalid_trigger_id", fill(most), field)
		require.Equal(t, "invalid_arguments", fill(most+1), field)
	}
	out = call(t, s, "views.open", botToken, map[string]any{"trigger_id": "x", "view": modal(strings.Repeat("x", 250_001))})
	require.Equal(t, "view_too_large", out["error"])
}

func TestASubmissionClosesTheModalOrShowsErrors(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	_, _, problem := view(t, s, "views.open", map[string]any{"trigger_id": triggered(t, s, a), "view": modal("Start a job")})
	require.Nil(t, problem)
	values := map[string]map[string]any{"job": {"name": map[string]any{"type": "plain_text_input", "value": "nightly"}}}

	seen := a.acking(map[string]any{"response_action": "errors", "errors": map[string]string{"job": "There is no such job."}})
	require.True(t, s.Submit(ana, values).Acked)
	raw, err := json.Marshal((<-seen).Payload)
	require.NoError(t, err)
	var submission slack.InteractionCallback
	require.NoError(t, json.Unmarshal(raw, &submission), "slack-go reads it")
	require.Equal(t, slack.InteractionTypeViewSubmission, submission.Type)
	require.Equal(t, "nightly", submission.View.State.Values["job"]["name"].Value)
	require.Equal(t, "There is no such job.", s.Modals(ana)[0].Errors["job"])

	a.acking(map[string]any{"response_action": "push", "view": modal("Sure?")})
	s.Submit(ana, values)
	require.Len(t, s.Modals(ana), 2)
	a.acking(map[string]any{"response_action": "update", "view": modal("Really?")})
	s.Submit(ana, values)
	require.Contains(t, string(s.Modals(ana)[1].Raw), "Really?")

	seen = a.acking(nil)
	require.True(t, s.PressView(ana, "approve").Acked)
	require.Equal(t, "view", (<-seen).Payload["container"].(map[string]any)["type"])

	seen = a.acking(nil)
	require.True(t, s.Dismiss(ana).Acked)
	require.Equal(t, "view_closed", (<-seen).Payload["type"])
	a.acking(nil)
	s.Submit(ana, values)
	require.Empty(t, s.Modals(ana))
	require.Equal(t, "ana has no modal open", s.Submit(ana, values).Problem)
}

func TestTheHomeTabAsksForItsViewAndKeepsIt(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	seen := a.acking(nil)
	require.True(t, s.OpenHome(ana).Acked)
	event := (<-seen).Payload["event"].(map[string]any)
	require.Equal(t, "home", event["tab"])
	require.NotContains(t, event, "view")
	_, ok := s.Home(ana)
	require.False(t, ok)
	_, err := judge(s).PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: ana, View: slack.HomeTabViewRequest{
		Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewDividerBlock()}},
	}})
	require.NoError(t, err)
	home, ok := s.Home(ana)
	require.True(t, ok)
	require.Equal(t, "home", home.Type)
	seen = a.acking(nil)
	s.OpenHome(ana)
	require.Contains(t, (<-seen).Payload["event"].(map[string]any), "view")
}
