package localslack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

const (
	oneOption   = `{"text":{"type":"plain_text","text":"Normal"},"value":"normal"}`
	otherOption = `{"text":{"type":"plain_text","text":"Comparison"},"value":"comparison"}`
	twoOptions  = `[` + oneOption + `,` + otherOption + `]`
)

func input(blockID, element, more string) string {
	return `{"type":"input","block_id":"` + blockID + `",` + more + `"label":{"type":"plain_text","text":"L"},"element":` + element + `}`
}

// form is a modal with every kind of input Slipway needs.
func form() json.RawMessage {
	blocks := []string{
		input("job", `{"type":"external_select","action_id":"job_select","min_query_length":0}`, ""),
		input("mode", `{"type":"static_select","action_id":"mode_select","initial_option":`+oneOption+`,"options":`+twoOptions+`}`, ""),
		input("kind", `{"type":"radio_buttons","action_id":"kind_radio","options":`+twoOptions+`}`, `"optional":true,"dispatch_action":true,`),
		input("flags", `{"type":"checkboxes","action_id":"flag_boxes","options":`+twoOptions+`}`, `"optional":true,`),
		input("reason", `{"type":"plain_text_input","action_id":"reason_text","multiline":true,"max_length":10}`, `"optional":true,`),
		input("channel", `{"type":"conversations_select","action_id":"where","default_to_current_conversation":true,"response_url_enabled":true}`, `"optional":true,`),
		`{"type":"section","block_id":"more","text":{"type":"mrkdwn","text":"More"},"accessory":{"type":"overflow","action_id":"menu","options":` + twoOptions + `}}`,
		`{"type":"actions","block_id":"acts","elements":[{"type":"static_select","action_id":"instance","options":` + twoOptions + `},` + approveButton + `]}`,
	}
	return json.RawMessage(`{"type":"modal","callback_id":"start","title":{"type":"plain_text","text":"Start a job"},"submit":{"type":"plain_text","text":"Start"},
	 "blocks":[` + strings.Join(blocks, ",") + `]}`)
}

// opened is Ana's modal with the form.
func opened(t *testing.T, change ...func(*localslack.Config)) (*localslack.Server, *app) {
	t.Helper()
	s := start(t, change...)
	a := connect(t, s)
	_, _, problem := view(t, s, "views.open", map[string]any{"trigger_id": triggered(t, s, a), "view": form()})
	require.Nil(t, problem)
	return s, a
}

func nightly() map[string]any {
	return map[string]any{"options": []any{map[string]any{"text": map[string]any{"type": "plain_text", "text": "nightly_sync"}, "value": "j-1"}}}
}

// stateIn is view.state.values of a payload as slack-go reads it.
func stateIn(t *testing.T, e envelope) map[string]map[string]slack.BlockAction {
	t.Helper()
	raw, err := json.Marshal(e.Payload)
	require.NoError(t, err)
	var read slack.InteractionCallback
	require.NoError(t, json.Unmarshal(raw, &read))
	return read.View.State.Values
}

func TestWhatWasEnteredIsSubmittedInSlacksShapes(t *testing.T) {
	s, a := opened(t)
	a.acking(nightly())
	options, d := s.Suggest(ana, "job_select", "night")
	require.Empty(t, d.Problem)
	require.Equal(t, localslack.Options{{Text: "nightly_sync", Value: "j-1"}}, options)
	for _, put := range [][2]string{{"job_select", "j-1"}, {"flag_boxes", "normal"}, {"flag_boxes", "comparison"}, {"flag_boxes", "normal"}, {"reason_text", "because"}} {
		require.Equal(t, localslack.Delivery{}, s.ChooseInView(ana, put[0], put[1]), "an input stays with the person until it is submitted")
	}
	seen := a.acking(nil)
	require.True(t, s.Submit(ana, nil).Acked)
	e := <-seen
	values := stateIn(t, e)
	require.Equal(t, "j-1", values["job"]["job_select"].SelectedOption.Value)
	require.Equal(t, "nightly_sync", values["job"]["job_select"].SelectedOption.Text.Text)
	require.Equal(t, "normal", values["mode"]["mode_select"].SelectedOption.Value, "it began so")
	require.Len(t, values["flags"]["flag_boxes"].SelectedOptions, 1)
	require.Equal(t, "comparison", values["flags"]["flag_boxes"].SelectedOptions[0].Value)
	require.Equal(t, "because", values["reason"]["reason_text"].Value)
	require.Equal(t, platform, values["channel"]["where"].SelectedConversation, "the command was typed there")
	require.Contains(t, values["acts"], "instance", "a select outside input blocks has state, too")
	raw := e.Payload["view"].(map[string]any)["state"].(map[string]any)["values"].(map[string]any)
	require.Equal(t, map[string]any{"type": "radio_buttons", "selected_option": nil}, raw["kind"].(map[string]any)["kind_radio"])
	url := e.Payload["response_urls"].([]any)[0].(map[string]any)
	require.Equal(t, platform, url["channel_id"])
	require.Empty(t, s.Modals(ana))
}

func TestWhatWasTypedSurvivesAnErrorAndAnUpdate(t *testing.T) {
	s, a := opened(t)
	values := map[string]map[string]any{"job": {"job_select": map[string]any{"selected_option": json.RawMessage(oneOption)}}}
	s.ChooseInView(ana, "reason_text", "because")
	a.acking(map[string]any{"response_action": "errors", "errors": map[string]string{"job": "It is gone."}})
	require.Empty(t, s.Submit(ana, values).Problem)
	require.Contains(t, localslack.ViewText(s.Modals(ana)[0]), "It is gone.")
	id := s.Modals(ana)[0].ID
	_, _, problem := view(t, s, "views.update", map[string]any{"view_id": id, "view": form()})
	require.Nil(t, problem)
	seen := a.acking(nil)
	s.Submit(ana, nil)
	got := stateIn(t, <-seen)
	require.Equal(t, "because", got["reason"]["reason_text"].Value)
	require.Equal(t, "normal", got["job"]["job_select"].SelectedOption.Value)
}

func TestSlackComplainsByItselfBeforeItAsksTheApp(t *testing.T) {
	s, a := opened(t)
	s.ChooseInView(ana, "reason_text", "eleven long")
	d := s.Submit(ana, nil)
	require.Equal(t, "not submitted: job: Please complete this required field.; reason: Must be no more than 10 characters.", d.Problem)
	require.Len(t, s.Modals(ana)[0].Errors, 2)
	require.Empty(t, d.EnvelopeID)
	require.Empty(t, a.inbox)
	require.Equal(t, "the view has no input job/nme", s.Submit(ana, map[string]map[string]any{"job": {"nme": map[string]any{}}}).Problem)
	require.Contains(t, s.Fill(ana, map[string]map[string]any{"job": {"job_select": "x"}}).Problem, "must be an object")
}

func TestTheAppHearsOfAChoiceWhereSlackTellsIt(t *testing.T) {
	s, a := opened(t)
	for _, c := range []struct{ action, value, kind, block string }{
		{"instance", "comparison", "static_select", "acts"},
		{"kind_radio", "normal", "radio_buttons", "kind"},
		{"menu", "comparison", "overflow", "more"},
	} {
		seen := a.acking(nil)
		require.True(t, s.ChooseInView(ana, c.action, c.value).Acked, c.action)
		e := <-seen
		act := e.Payload["actions"].([]any)[0].(map[string]any)
		require.Equal(t, c.kind, act["type"])
		require.Equal(t, c.block, act["block_id"])
		require.Equal(t, c.value, act["selected_option"].(map[string]any)["value"])
		require.Equal(t, "view", e.Payload["container"].(map[string]any)["type"])
		require.NotContains(t, e.Payload, "response_url")
		if c.kind != "overflow" {
			require.Equal(t, c.value, stateIn(t, e)[c.block][c.action].SelectedOption.Value)
		}
	}
}

func TestAChoiceThatIsNotThereGoesNowhere(t *testing.T) {
	s, _ := opened(t)
	for _, c := range [][3]string{
		{"nothing", "x", "the view has no element nothing"},
		{"instance", "x", "instance has no option x"},
		{"menu", "x", "menu has no option x"},
		{"job_select", "j-1", "j-1 was not offered by job_select; ask with Suggest first"},
		{"where", "C0NOWHERE", "C0NOWHERE is not there to be chosen"},
		{"approve", "x", "approve is a button and takes no value"},
	} {
		require.Equal(t, c[2], s.ChooseInView(ana, c[0], c[1]).Problem)
	}
	require.Equal(t, "ben has no view open", s.ChooseInView(ben, "instance", "normal").Problem)
}

func TestAMessageTakesChoicesToo(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	blocks := `[{"type":"actions","block_id":"acts","elements":[{"type":"static_select","action_id":"instance","options":` + twoOptions + `},
	 {"type":"overflow","action_id":"menu","options":` + twoOptions + `},{"type":"external_select","action_id":"job","min_query_length":1}]}]`
	out := call(t, s, "chat.postMessage", botToken, map[string]any{"channel": platform, "text": "x", "blocks": blocks})
	ts := out["ts"].(string)
	seen := a.acking(nil)
	require.True(t, s.Choose(ana, platform, ts, "instance", "comparison").Acked)
	e := <-seen
	require.Equal(t, ts, e.Payload["message"].(map[string]any)["ts"])
	seen = a.acking(nil)
	s.Choose(ana, platform, ts, "menu", "normal")
	e = <-seen
	state := e.Payload["state"].(map[string]any)["values"].(map[string]any)["acts"].(map[string]any)["instance"].(map[string]any)
	require.Equal(t, "comparison", state["selected_option"].(map[string]any)["value"], "the earlier choice is still there")
	require.NotEmpty(t, e.Payload["response_url"])

	seen = a.acking(nightly())
	options, d := s.SuggestIn(ana, platform, ts, "job", "n")
	require.Empty(t, d.Problem)
	require.Len(t, options, 1)
	e = <-seen
	require.Equal(t, platform, e.Payload["channel"].(map[string]any)["id"])
	require.NotContains(t, e.Payload, "response_url")
	a.acking(nil)
	require.True(t, s.Choose(ana, platform, ts, "job", "j-1").Acked)
}

func TestAViewSubmittedTwiceArrivesTwiceAndClosesOnce(t *testing.T) {
	s, a := opened(t)
	values := map[string]map[string]any{"job": {"job_select": map[string]any{"selected_option": json.RawMessage(oneOption)}}}
	first, second := s.SubmitAsync(ana, values), s.SubmitAsync(ana, nil)
	e, again := a.next(), a.next()
	require.NotEqual(t, e.ID, again.ID)
	of := func(e envelope) any { return e.Payload["view"].(map[string]any)["id"] }
	require.Equal(t, of(e), of(again), "one view")
	a.ack(e.ID, nil)
	eventually(t, s, func() bool { return len(s.Modals(ana)) == 0 })
	a.ack(again.ID, map[string]any{"response_action": "push", "view": modal("Sure?")})
	require.Empty(t, (<-first).Problem)
	require.Empty(t, (<-second).Problem)
	require.Empty(t, s.Modals(ana), "what is closed opens nothing")
}

func TestABadAnswerToASubmissionIsTrouble(t *testing.T) {
	s, a := opened(t)
	values := map[string]map[string]any{"job": {"job_select": map[string]any{"selected_option": json.RawMessage(oneOption)}}}
	for _, c := range []struct {
		answer  any
		problem string
	}{
		{map[string]any{"response_action": "errors", "errors": map[string]string{"more": "x"}}, "which is no input block"},
		{map[string]any{"response_action": "errors"}, "without errors"},
		{map[string]any{"response_action": "dance"}, "no response_action dance"},
		{map[string]any{"response_action": "update", "view": modal(strings.Repeat("x", 25))}, "must be less than 25 characters"},
		{"words", "trouble"},
	} {
		a.acking(c.answer)
		d := s.Submit(ana, values)
		require.Contains(t, d.Problem, c.problem)
		require.Contains(t, d.Problem, "there was trouble reaching the app")
		require.Len(t, s.Modals(ana), 1)
	}
	a.acking(map[string]any{"response_action": "clear"})
	s.Submit(ana, values)
	require.Empty(t, s.Modals(ana))
}

func TestClosingMayClearTheWholeStack(t *testing.T) {
	s, a := opened(t)
	top := strings.Replace(string(modal("Sure?")), `"type":"modal"`, `"type":"modal","clear_on_close":true`, 1)
	_, _, problem := view(t, s, "views.push", map[string]any{"trigger_id": triggered(t, s, a), "view": json.RawMessage(top)})
	require.Nil(t, problem)
	seen := a.acking(nil)
	require.True(t, s.Dismiss(ana).Acked)
	require.Equal(t, true, (<-seen).Payload["is_cleared"])
	require.Empty(t, s.Modals(ana))
}

func TestSuggestionsAreCheckedAsSlackChecksThem(t *testing.T) {
	option := func(text, value string) string {
		return `{"text":{"type":"plain_text","text":"` + text + `"},"value":"` + value + `"}`
	}
	fits, small := option(xs(75), xs(150)), option("x", "v") // a hundred of the first are an ack that Slack drops
	s, a := opened(t, hasty)
	for answer, problem := range map[string]string{
		`{"options":` + list(small, 100) + `}`: "",
		`{"options":[` + fits + `]}`:           "",
		`{"options":[]}`:                       "",
		`{"option_groups":[{"label":` + plain(75) + `,"options":[` + fits + `]}]}`: "",
		`{"options":` + list(small, 101) + `}`:                                     "no more than 100 items allowed [json-pointer:/options]",
		`{"options":[` + option(xs(76), "v") + `]}`:                                "must be less than 76 characters [json-pointer:/options/0/text/text]",
		`{"options":[` + option("x", xs(151)) + `]}`:                               "must be less than 151 characters",
		`{"options":[{"text":{"type":"mrkdwn","text":"x"},"value":"v"}]}`:          "unsupported type: mrkdwn",
		`{"options":[{"text":"x","value":"v"}]}`:                                   "must be an object",
		`{"option_groups":[{"options":[` + fits + `]}]}`:                           "missing required field: label",
		`{}`: "must be an array",
	} {
		a.acking(json.RawMessage(answer))
		_, d := s.Suggest(ana, "job_select", "")
		require.True(t, d.Acked)
		if problem == "" {
			require.Empty(t, d.Problem, answer)
			continue
		}
		require.Contains(t, d.Problem, problem)
		require.Contains(t, d.Problem, "the options could not be loaded: [ERROR] ")
	}
	_, d := s.Suggest(ana, "job_select", "nobody answers")
	require.Equal(t, "the options could not be loaded: operation_timeout", d.Problem)
	_, d = s.Suggest(ana, "reason_text", "x")
	require.Equal(t, "the view has no external select reason_text", d.Problem)
}

func TestASuggestionArrivesAsSlackSendsIt(t *testing.T) {
	s, a := opened(t)
	seen := a.acking(map[string]any{"options": []any{}})
	options, _ := s.Suggest(ana, "job_select", "nig")
	require.Empty(t, options)
	e := <-seen
	require.True(t, e.Accepts)
	raw, err := json.Marshal(e.Payload)
	require.NoError(t, err)
	var read slack.InteractionCallback
	require.NoError(t, json.Unmarshal(raw, &read))
	require.Equal(t, slack.InteractionTypeBlockSuggestion, read.Type)
	require.Equal(t, "nig", read.Value)
	require.Equal(t, "job", read.BlockID)
	require.Equal(t, "start", read.View.CallbackID)
	require.Equal(t, "view", fmt.Sprint(e.Payload["container"].(map[string]any)["type"]))
	require.NotContains(t, e.Payload, "trigger_id")
}
