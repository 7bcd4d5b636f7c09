package localslack_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestAGlobalShortcutOpensAModal(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	seen := a.acking(nil)
	require.True(t, s.Shortcut(ana, "start_job").Acked)
	e := <-seen
	require.False(t, e.Accepts)
	require.Equal(t, "shortcut", e.Payload["type"])
	require.Equal(t, "start_job", e.Payload["callback_id"])
	require.NotEmpty(t, e.Payload["action_ts"])
	for _, field := range []string{"channel", "response_url", "message"} {
		require.NotContains(t, e.Payload, field)
	}
	body := map[string]any{"trigger_id": e.Payload["trigger_id"], "view": modal("Start a job")}
	_, _, problem := view(t, s, "views.open", body)
	require.Nil(t, problem)
	_, _, problem = view(t, s, "views.open", body)
	require.Equal(t, "exchanged_trigger_id", problem)
}

func TestAMessageShortcutCarriesItsMessage(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	s.Type(ben, analytics, "nightly_sync is late")
	said := s.Visible(ana, analytics)[0]
	seen := a.acking(nil)
	require.True(t, s.MessageShortcut(ana, analytics, said.TS, "start_this_job").Acked, "also where the bot is not a member")
	raw, err := json.Marshal((<-seen).Payload)
	require.NoError(t, err)
	var read slack.InteractionCallback
	require.NoError(t, json.Unmarshal(raw, &read))
	require.Equal(t, slack.InteractionTypeMessageAction, read.Type)
	require.Equal(t, "start_this_job", read.CallbackID)
	require.Equal(t, analytics, read.Channel.ID)
	require.Equal(t, said.TS, read.MessageTs)
	require.Equal(t, "nightly_sync is late", read.Message.Text)
	require.Equal(t, ben, read.Message.User)
	post(t, read.ResponseURL, "", map[string]any{"text": "only you"})
	require.Equal(t, []string{"nightly_sync is late", "only you"}, words(s, ana, analytics))
	require.Len(t, words(s, ben, analytics), 1)
}

func TestAShortcutThatIsNotThereGoesNowhere(t *testing.T) {
	s := start(t, hasty)
	ts := say(t, s, platform)
	require.Equal(t, "the app has no global shortcut start_this_job", s.Shortcut(ana, "start_this_job").Problem)
	require.Equal(t, "the app has no message shortcut start_job", s.MessageShortcut(ana, platform, ts, "start_job").Problem)
	require.Equal(t, "ana sees no message 1.1 with shortcuts", s.MessageShortcut(ana, platform, "1.1", "start_this_job").Problem)
	require.Equal(t, "there is no person U0NOBODY", s.Shortcut("U0NOBODY", "start_job").Problem)
	out := call(t, s, "chat.postEphemeral", botToken, map[string]any{"channel": platform, "user": ana, "text": "x"})
	require.Contains(t, s.MessageShortcut(ana, platform, out["message_ts"].(string), "start_this_job").Problem, "sees no message")
	connect(t, s)
	require.Equal(t, "Start LakeFormation job failed: operation_timeout", s.Shortcut(ana, "start_job").Problem)

	s = start2(t, func(c *localslack.Config) {
		c.Scopes = slices.DeleteFunc(c.Scopes, func(one string) bool { return one == "commands" })
	})
	require.Contains(t, s.Shortcut(ana, "start_job").Problem, "no global shortcut")
}

// start2 is a second workspace in one test.
func start2(t *testing.T, change func(*localslack.Config)) *localslack.Server {
	t.Helper()
	cfg := localslack.Playground()
	change(&cfg)
	s, err := localslack.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestShortcutsKeepToTheManifestsBounds(t *testing.T) {
	good := localslack.Shortcut{Name: "Start a job", Type: localslack.GlobalShortcut, CallbackID: "a", Description: "It starts"}
	change := func(do func(*localslack.Shortcut)) []localslack.Shortcut {
		one := good
		do(&one)
		return []localslack.Shortcut{one}
	}
	for problem, all := range map[string][]localslack.Shortcut{
		"at most 10":                    slices.Repeat([]localslack.Shortcut{good}, 11),
		"a callback_id of its own":      {good, good},
		"a name has 1 to 24 characters": change(func(s *localslack.Shortcut) { s.Name = strings.Repeat("x", 25) }),
		"a description has 1 to 150":    change(func(s *localslack.Shortcut) { s.Description = strings.Repeat("x", 151) }),
		"its type is global or message": change(func(s *localslack.Shortcut) { s.Type = "local" }),
	} {
		cfg := localslack.Playground()
		cfg.Shortcuts = all
		_, err := localslack.Start(cfg)
		require.ErrorContains(t, err, problem)
	}
}
