package localslack_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestASlashCommandArrivesAsSlackSendsIt(t *testing.T) {
	s := start(t, escaping)
	a := connect(t, s)
	seen := a.acking(nil)
	d := s.Type(ana, platform, "/lf  start nightly_sync <&> @ben @data-leads #analytics @nobody")
	e := <-seen
	require.Equal(t, d.EnvelopeID, e.ID)
	require.Equal(t, "slash_commands", e.Type)
	require.True(t, e.Accepts)
	require.Equal(t, "/lf", e.Payload["command"])
	require.Equal(t,
		"start nightly_sync &lt;&amp;&gt; <@U0BEN00002|ben> <!subteam^S0DATALEAD|@data-leads> <#C0ANALYTIC|analytics> @nobody",
		e.Payload["text"])
	require.Equal(t, ana, e.Payload["user_id"])
	require.Equal(t, "data-platform", e.Payload["channel_name"])
	require.Equal(t, "false", e.Payload["is_enterprise_install"])
	require.Contains(t, e.Payload["response_url"], s.URL()+"/commands/")
	require.NotEmpty(t, e.Payload["trigger_id"])
	require.Empty(t, s.Messages(platform), "a command is not a message, and an empty ack says nothing")
}

func TestChannelNamesAreThoseOfTheKindOfConversation(t *testing.T) {
	s := start(t, func(c *localslack.Config) {
		c.Channels = append(c.Channels, localslack.Channel{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{ana}})
	})
	a := connect(t, s)
	for channel, name := range map[string]string{s.DM(ana): "directmessage", "C0SECRET": "privategroup"} {
		seen := a.acking(nil)
		s.Type(ana, channel, "/lf start x @ben")
		e := <-seen
		require.Equal(t, name, e.Payload["channel_name"])
		require.Equal(t, "start x @ben", e.Payload["text"], "without should_escape handles stay as typed")
	}
}

func TestAnAckPayloadIsShownToWhoTyped(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	a.acking(map[string]any{"text": "only you"})
	d := s.Type(ana, analytics, "/lf jobs")
	require.JSONEq(t, `{"text":"only you"}`, string(d.AckPayload))
	require.Equal(t, []string{"only you"}, words(s, ana, analytics), "also where the bot is not a member")
	require.Empty(t, words(s, ben, analytics))

	a.acking(map[string]any{"text": "all of you", "response_type": inChannel})
	s.Type(ana, analytics, "/lf jobs")
	require.Equal(t, []string{"all of you"}, words(s, ben, analytics))

	a.acking(map[string]any{})
	require.Empty(t, s.Type(ana, analytics, "/lf jobs").Problem, "Bolt acks with an empty object")
}

func TestAnAckPayloadThatSlackWouldRefuseFailsTheCommand(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	a.acking(map[string]any{"blocks": []any{map[string]any{"type": "nonsense"}}})
	require.Equal(t, "/lf failed: invalid_blocks", s.Type(ana, platform, "/lf jobs").Problem)
	a.acking("just words")
	require.Equal(t, "/lf failed: invalid_command_response", s.Type(ana, platform, "/lf jobs").Problem)
}

func TestACommandWithoutAnAckFailsInWordsAndIsNotDeliveredAgain(t *testing.T) {
	s := start(t, hasty)
	a := connect(t, s)
	d := s.Type(ana, platform, "/lf jobs")
	require.False(t, d.Acked)
	require.Equal(t, "/lf failed: operation_timeout", d.Problem)
	require.Equal(t, []string{d.Problem}, words(s, ana, platform))
	require.Empty(t, words(s, ben, platform))
	require.Equal(t, d.EnvelopeID, a.next().ID)
	require.Empty(t, a.inbox)
}

func TestWhoCannotTypeIsToldWhy(t *testing.T) {
	s := start(t)
	connect(t, s)
	type try struct{ user, channel, text, problem string }
	s.Archive(analytics, true)
	s.SetUser(localslack.User{ID: dev, Name: "dev", Deleted: true})
	for _, c := range []try{
		{ana, platform, "/deploy x", "/deploy is not a command here"},
		{ana, analytics, "/lf jobs", analytics + " is archived"},
		{ana, "C0NOWHERE", "/lf jobs", "ana sees no conversation C0NOWHERE"},
		{ana, s.DM(ben), "/lf jobs", "ana sees no conversation " + s.DM(ben)},
		{dev, platform, "/lf jobs", "dev is deactivated"},
		{"U0NOBODY", platform, "/lf jobs", "there is no person U0NOBODY"},
		{localslack.UserGuest, analytics, "hi", analytics + " is archived"},
	} {
		d := s.Type(c.user, c.channel, c.text)
		require.Equal(t, c.problem, d.Problem)
		require.Empty(t, d.EnvelopeID)
	}
	s.Archive(analytics, false)
	require.Contains(t, s.Type(localslack.UserGuest, analytics, "hi").Problem, "is not in")
	ts := say(t, s, platform)
	require.Equal(t, "/lf does not work in threads", s.TypeInThread(ana, platform, ts, "/lf jobs").Problem)
}

func TestWordsReachTheAppOnlyAsEventsItSubscribedTo(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	require.Equal(t, localslack.Delivery{}, s.Type(ana, platform, "good morning"), "nobody was mentioned")

	seen := a.acking(nil)
	ts := say(t, s, platform)
	require.True(t, s.TypeInThread(ana, platform, ts, "@slipway help").Acked)
	e := <-seen
	require.Equal(t, "events_api", e.Type)
	require.False(t, e.Accepts)
	event := e.Payload["event"].(map[string]any)
	require.Equal(t, "app_mention", event["type"])
	require.Equal(t, "<@"+localslack.UserBot+"> help", event["text"])
	require.Equal(t, ts, event["thread_ts"])
	require.Len(t, s.Thread(platform, ts), 2)

	for _, mention := range []string{"@Slipway jobs", "<@" + localslack.UserBot + "> jobs"} {
		seen = a.acking(nil)
		require.True(t, s.Type(ana, platform, mention).Acked, mention)
		event = (<-seen).Payload["event"].(map[string]any)
		require.Equal(t, "<@"+localslack.UserBot+"> jobs", event["text"])
		require.NotContains(t, event, "thread_ts")
	}

	seen = a.acking(nil)
	require.True(t, s.Type(ana, s.DM(ana), "help").Acked)
	event = (<-seen).Payload["event"].(map[string]any)
	require.Equal(t, "im", event["channel_type"])
	require.Equal(t, localslack.Delivery{}, s.Type(ana, analytics, "@slipway help"), "the bot is not there")
}

func TestAnEventWithoutAnAckIsDeliveredAgainWithTheSameEventID(t *testing.T) {
	s := start(t, hasty, func(c *localslack.Config) { c.RetryEvents = append(c.RetryEvents, 0, 0) })
	a := connect(t, s)
	require.False(t, s.Type(ana, platform, "@slipway help").Acked)
	first, second := a.next(), a.next()
	require.Zero(t, first.Attempt)
	require.Equal(t, 1, second.Attempt)
	require.Equal(t, "timeout", second.Why)
	require.NotEqual(t, first.ID, second.ID)
	require.Equal(t, first.Payload["event_id"], second.Payload["event_id"])
	third := a.next()
	require.Equal(t, 2, third.Attempt)
}

func TestABurstIsAnsweredOneByOne(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	go func() {
		for e := range a.inbox {
			a.ack(e.ID, map[string]any{"text": e.Payload["text"]})
		}
	}()
	var waiting []<-chan localslack.Delivery
	for i := range 50 {
		waiting = append(waiting, s.TypeAsync(ana, platform, fmt.Sprintf("/lf start job%d", i)))
	}
	for i, w := range waiting {
		d := <-w
		require.True(t, d.Acked)
		require.JSONEq(t, fmt.Sprintf(`{"text":"start job%d"}`, i), string(d.AckPayload))
	}
}

func TestAnAppHearsItsOwnWordsInADirectMessage(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	posted := call(t, s, "chat.postMessage", botToken, map[string]any{"channel": ana, "text": "psst"})
	echo := a.next()
	a.ack(echo.ID, nil)
	event := echo.Payload["event"].(map[string]any)
	require.Equal(t, "message", event["type"])
	require.Equal(t, "im", event["channel_type"])
	require.Equal(t, "psst", event["text"])
	require.NotEmpty(t, event["bot_id"], "by this an app knows itself")

	call(t, s, "chat.update", botToken, map[string]any{"channel": posted["channel"], "ts": posted["ts"], "text": "psst!"})
	changed := a.next()
	a.ack(changed.ID, nil)
	event = changed.Payload["event"].(map[string]any)
	require.Equal(t, "message_changed", event["subtype"])
	require.Equal(t, "psst!", event["message"].(map[string]any)["text"])

	say(t, s, platform)
	call(t, s, "chat.postEphemeral", botToken, map[string]any{"channel": posted["channel"], "user": ana, "text": "only now"})
	seen := a.acking(nil)
	s.Type(ana, platform, "/lf jobs")
	require.Equal(t, "slash_commands", (<-seen).Type, "of a channel, and of what one alone sees, it hears nothing")
}
