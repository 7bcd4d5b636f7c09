package localslack_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestAClickArrivesAsSlackSendsIt(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	ts := say(t, s, platform)
	seen := a.acking(nil)
	require.True(t, s.Press(ben, platform, ts, "approve").Acked)
	e := <-seen
	require.Equal(t, "interactive", e.Type)
	require.False(t, e.Accepts)
	raw, err := json.Marshal(e.Payload)
	require.NoError(t, err)
	var click slack.InteractionCallback
	require.NoError(t, json.Unmarshal(raw, &click), "slack-go reads it")
	require.Equal(t, slack.InteractionTypeBlockActions, click.Type)
	require.Equal(t, ben, click.User.ID)
	require.Equal(t, localslack.PlaygroundTeam, click.User.TeamID)
	require.Equal(t, ts, click.Container.MessageTs)
	require.Equal(t, ts, click.Message.Timestamp)
	require.Equal(t, platform, click.Channel.ID)
	require.NotEmpty(t, click.TriggerID)
	action := click.ActionCallback.BlockActions[0]
	require.Equal(t, "approve", action.ActionID)
	require.Equal(t, "R-1042", action.Value)
	require.Equal(t, "decide", action.BlockID)
	require.NotEmpty(t, action.ActionTs)
}

func TestAForgedClickCarriesWhateverItWants(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	ts := say(t, s, platform)
	for _, actionID := range []string{"approve", "never_there"} {
		seen := a.acking(nil)
		require.True(t, s.PressWith(dev, platform, ts, actionID, "R-9999").Acked)
		action := (<-seen).Payload["actions"].([]any)[0].(map[string]any)
		require.Equal(t, "R-9999", action["value"])
		require.Equal(t, actionID, action["action_id"])
	}
}

func TestAClickOnWhatIsNotThereGoesNowhere(t *testing.T) {
	s := start(t)
	ts := say(t, s, platform)
	require.Equal(t, "the message has no button deny", s.Press(ben, platform, ts, "deny").Problem)
	require.Equal(t, "ben sees no message 1.1", s.Press(ben, platform, "1.1", "approve").Problem)
	s.DeleteMessage(platform, ts)
	require.Equal(t, "ben sees no message "+ts, s.Press(ben, platform, ts, "approve").Problem)
}

func TestAnUnansweredClickLeavesAWarningForWhoPressed(t *testing.T) {
	s := start(t, hasty)
	a := connect(t, s)
	ts := say(t, s, platform)
	d := s.Press(ben, platform, ts, "approve")
	require.False(t, d.Acked)
	m, _ := s.Message(platform, ts)
	require.Equal(t, map[string]string{ben: d.Problem}, m.Warnings)
	require.Equal(t, d.EnvelopeID, a.next().ID)
	require.Empty(t, a.inbox, "clicks are not delivered again")
	a.acking(nil)
	require.True(t, (<-s.PressAsync(ben, platform, ts, "approve")).Acked)
	m, _ = s.Message(platform, ts)
	require.Empty(t, m.Warnings)
}

// pressed is a message with a button, and the response_url of Ben's click on it.
func pressed(t *testing.T, s *localslack.Server, post func() string) (ts, responseURL string) {
	t.Helper()
	a := connect(t, s)
	ts = post()
	seen := a.acking(nil)
	require.True(t, s.Press(ben, platform, ts, "approve").Acked)
	return ts, (<-seen).Payload["response_url"].(string)
}

func TestAResponseURLWorksFiveTimes(t *testing.T) {
	s := start(t)
	_, url := pressed(t, s, func() string { return say(t, s, platform) })
	for range 5 {
		res, body := post(t, url, "", map[string]any{"text": "thanks"})
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.JSONEq(t, `{"ok":true}`, string(body))
	}
	res, body := post(t, url, "", map[string]any{"text": "thanks"})
	require.Equal(t, http.StatusNotFound, res.StatusCode)
	require.JSONEq(t, `{"ok":false,"error":"used_url"}`, string(body))
	require.Len(t, words(s, ben, platform), 6, "the card and five answers only Ben sees")
	require.Len(t, words(s, ana, platform), 1)
	require.Equal(t, "used_url", s.Calls()[len(s.Calls())-1].Error)
}

func TestAResponseURLWorksForHalfAnHour(t *testing.T) {
	clock := noon()
	s := start(t, with(clock))
	_, url := pressed(t, s, func() string { return say(t, s, platform) })
	clock.pass(30 * time.Minute)
	res, _ := post(t, url, "", map[string]any{"text": "just in time"})
	require.Equal(t, http.StatusOK, res.StatusCode)
	clock.pass(time.Second)
	res, body := post(t, url, "", map[string]any{"text": "too late"})
	require.Equal(t, http.StatusNotFound, res.StatusCode)
	require.Contains(t, string(body), "expired_url")
}

func TestAResponseReplacesOrDeletesTheOriginalEvenAnEphemeralOne(t *testing.T) {
	s := start(t)
	ts, url := pressed(t, s, func() string {
		out := call(t, s, "chat.postEphemeral", botToken, map[string]any{"channel": platform, "user": ben, "text": "x", "blocks": approveBlocks})
		return out["message_ts"].(string)
	})
	// slack-go always sends the two empty fields.
	res, _ := post(t, url, "", json.RawMessage(`{"replace_original":true,"text":"approved","blocks":null,"metadata":{"event_type":"","event_payload":null}}`))
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, []string{"approved"}, words(s, ben, platform))
	require.Empty(t, words(s, ana, platform))
	m, _ := s.Message(platform, ts)
	require.Equal(t, 2, m.Versions)
	post(t, url, "", map[string]any{"delete_original": "true"})
	require.Empty(t, words(s, ben, platform))
}

func TestAResponseMayGoToTheChannelOrAThread(t *testing.T) {
	s := start(t)
	ts, url := pressed(t, s, func() string { return say(t, s, platform) })
	post(t, url, "", map[string]any{"text": "for all", "response_type": inChannel})
	post(t, url, "", map[string]any{"text": "in the thread", "response_type": ephemeral, "thread_ts": ts})
	require.Equal(t, "for all", words(s, ana, platform)[1])
	require.Equal(t, ts, s.Visible(ben, platform)[2].ThreadTS)
}

func TestABadResponseIsRefused(t *testing.T) {
	s := start(t)
	_, url := pressed(t, s, func() string { return say(t, s, platform) })
	for body, problem := range map[string]string{`[]`: "invalid_payload", `{}`: "no_text", `{"blocks":[{"type":"x"}]}`: "invalid_blocks"} {
		res, answer := post(t, url, "", json.RawMessage(body))
		require.Equal(t, http.StatusBadRequest, res.StatusCode)
		require.Contains(t, string(answer), problem)
	}
	s.Fail("response_url", localslack.Fault{Status: http.StatusInternalServerError})
	res, _ := post(t, url, "", map[string]any{"text": "x"})
	require.Equal(t, http.StatusInternalServerError, res.StatusCode)
}

func TestACommandsResponseURLNeedsNoMembershipAndReplacesNothing(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	seen := a.acking(map[string]any{"text": "looking"})
	s.Type(ana, analytics, "/lf jobs")
	url := (<-seen).Payload["response_url"].(string)
	post(t, url, "", map[string]any{"text": "found", "replace_original": true})
	require.Equal(t, []string{"looking", "found"}, words(s, ana, analytics))
	require.Empty(t, words(s, ben, analytics))
}

func TestButtonsAndPlainTextAreWhatAPersonReads(t *testing.T) {
	s := start(t)
	blocks := `[{"type":"header","text":{"type":"plain_text","text":"Start?"}},
	 {"type":"section","fields":[{"type":"mrkdwn","text":"*Job* nightly_sync"}],"accessory":` + approveButton + `},
	 {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"asked by "},{"type":"user","user_id":"U0ANA00001"},
	  {"type":"link","url":"https://x.example"},{"type":"emoji","name":"wave"},{"type":"channel","channel_id":"C0PLATFORM"}]}]},
	 {"type":"context","elements":[{"type":"plain_text","text":"R-1042"},{"type":"image","image_url":"https://x.example/i.png","alt_text":"a cat"}]},
	 {"type":"actions","elements":[{"type":"button","action_id":"deny","style":"danger","text":{"type":"plain_text","text":"Deny"},
	  "confirm":{"title":{"type":"plain_text","text":"Sure?"},"text":{"type":"plain_text","text":"It stops here."},"confirm":{"type":"plain_text","text":"Deny"},"deny":{"type":"plain_text","text":"Back"}}}]}]`
	out := call(t, s, "chat.postMessage", botToken, map[string]any{"channel": platform, "text": "fallback", "blocks": blocks,
		"attachments": `[{"text":"attached"}]`})
	require.Equal(t, true, out["ok"], out)
	m, _ := s.Message(platform, out["ts"].(string))
	require.Equal(t, "Start?\n*Job* nightly_sync\nApprove\nasked by <@U0ANA00001>https://x.example:wave:<#C0PLATFORM>\nR-1042\na cat\nDeny\nattached", localslack.PlainText(m))
	buttons := localslack.Buttons(m)
	require.Len(t, buttons, 2)
	require.Equal(t, "R-1042", buttons[0].Value)
	require.Equal(t, "Sure?\nIt stops here.\nDeny\nBack", buttons[1].Confirm)
	require.NotEmpty(t, buttons[1].BlockID, "Slack gives a block_id where there is none")
	require.Equal(t, "fallback", localslack.PlainText(localslack.Message{Text: "fallback"}))
}
