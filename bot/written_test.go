package bot

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/commands"
)

func TestWhatIsWrittenToSlipway(t *testing.T) {
	for name, is := range map[string]struct {
		event  string
		wanted bool
	}{
		"a mention":                         {`{"type":"app_mention","user":"U1","channel":"C1","ts":"1700000000.1","text":"<@UBOT> help"}`, true},
		"a mention in a thread":             {`{"type":"app_mention","user":"U1","channel":"C1","ts":"1700000000.1","thread_ts":"1600000000.1"}`, true},
		"a direct message":                  {`{"type":"message","channel_type":"im","user":"U1","channel":"D1","ts":"1700000000.1","text":"help"}`, true},
		"never edited":                      {`{"type":"message","user":"U1","channel":"D1","ts":"1700000000.1","edited":null}`, true},
		"a mention in a direct message":     {`{"type":"app_mention","user":"U1","channel":"D1","ts":"1700000000.1"}`, false},
		"a message in a channel":            {`{"type":"message","channel_type":"channel","user":"U1","channel":"C1","ts":"1700000000.1"}`, false},
		"a message of several people":       {`{"type":"message","channel_type":"mpim","user":"U1","channel":"G1","ts":"1700000000.1"}`, false},
		"a bot's message":                   {`{"type":"message","user":"U1","bot_id":"B1","channel":"D1","ts":"1700000000.1"}`, false},
		"an app's message for a person":     {`{"type":"message","user":"U1","app_id":"A1","channel":"D1","ts":"1700000000.1"}`, false},
		"a message that was changed":        {`{"type":"message","subtype":"message_changed","channel":"D1","ts":"1700000000.1"}`, false},
		"a file":                            {`{"type":"message","subtype":"file_share","user":"U1","channel":"D1","ts":"1700000000.1"}`, false},
		"a mention that was edited in":      {`{"type":"app_mention","user":"U1","channel":"C1","ts":"1700000000.1","edited":{"user":"U1","ts":"1700000009.0"}}`, false},
		"hidden":                            {`{"type":"message","user":"U1","channel":"D1","ts":"1700000000.1","hidden":true}`, false},
		"nobody's":                          {`{"type":"app_mention","channel":"C1","ts":"1700000000.1"}`, false},
		"nowhere":                           {`{"type":"app_mention","user":"U1","ts":"1700000000.1"}`, false},
		"never":                             {`{"type":"app_mention","user":"U1","channel":"C1"}`, false},
		"at no time":                        {`{"type":"app_mention","user":"U1","channel":"C1","ts":"yesterday"}`, false},
		"of another type":                   {`{"type":"app_mention","user":7,"channel":"C1","ts":"1700000000.1"}`, false},
		"an event that nobody asked for":    {`{"type":"reaction_added","user":"U1"}`, false},
		"nothing":                           {`null`, false},
		"a Home tab that is a messages tab": {`{"type":"app_home_opened","user":"U1","tab":"messages"}`, false},
	} {
		got := eventOf([]byte(`{"type":"event_callback","event":` + is.event + `}`))
		if !is.wanted {
			require.Nil(t, got, name)
			continue
		}
		require.IsType(t, &written{}, got, name)
	}
	require.Equal(t, &openedHome{User: "U1", Tab: "home"}, eventOf([]byte(`{"event":{"type":"app_home_opened","user":"U1","tab":"home"}}`)))
	for _, broken := range []string{``, `null`, `[]`, `{}`, `{"event":7}`, `{"event":{"type":7}}`} {
		require.Nil(t, eventOf([]byte(broken)), broken)
	}
}

func TestWhereAnAuthorBelongs(t *testing.T) {
	for name, is := range map[string]struct {
		written
		team string
	}{
		"ours":                           {written{Team: "T1"}, "T1"},
		"ours, three times":              {written{Team: "T1", UserTeam: "T1", SourceTeam: "T1"}, "T1"},
		"named once is enough":           {written{SourceTeam: "T1"}, "T1"},
		"another company's":              {written{Team: "T2"}, "T2"},
		"a stranger in a shared channel": {written{Team: "T1", UserTeam: "T2"}, "T2"},
		"written elsewhere":              {written{Team: "T1", UserTeam: "T1", SourceTeam: "T3"}, "T3"},
		"not said":                       {written{}, ""},
	} {
		require.Equal(t, is.team, is.written.team("T1"), name)
	}
}

func TestAThreadIsUnderAnotherMessage(t *testing.T) {
	require.Equal(t, "1.0", written{TS: "2.0", ThreadTS: "1.0"}.thread())
	require.Empty(t, written{TS: "2.0", ThreadTS: "2.0"}.thread(), "the first message of a thread stands in the channel")
	require.Empty(t, written{TS: "2.0"}.thread())
}

func TestTheCommandInAMessage(t *testing.T) {
	for text, command := range map[string]string{
		"<@UBOT> start nightly_sync source reloaded": "start nightly_sync source reloaded",
		"<@UBOT|slipway>  status":                    "status",
		"start nightly_sync, <@UBOT>, please":        "start nightly_sync, , please",
		"<@UBOT>":                                    "",
		"start nightly_sync":                         "start nightly_sync",
		" /lf start nightly_sync":                    "start nightly_sync",
		"<@UBOT> /lf-staging start nightly_sync":     "start nightly_sync",
		"/start nightly_sync":                        "start nightly_sync",
		"/lf":                                        "",
		"start nightly_sync for <@UBEN>":             "start nightly_sync for @UBEN",
		"start a &amp; b &lt;c&gt;":                  "start a & b <c>",
		"<@UBOTHER> start nightly_sync":              "@UBOTHER start nightly_sync",
		"start\n nightly_sync":                       "start nightly_sync",
	} {
		require.Equal(t, command, commands.FromMessage(unescape(withoutMention(text, "UBOT"))), "%q", text)
	}
}

// Whatever is delivered as an event, what is acted on was written by a person to Slipway, at a place and a time.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{
		`{"event":{"type":"app_mention","user":"U1","channel":"C1","ts":"1700000000.1","text":"<@UBOT> start a","team":"T1"}}`,
		`{"event":{"type":"message","channel_type":"im","user":"U1","channel":"D1","ts":"1700000000.1","thread_ts":"1.0","text":"/lf help"}}`,
		`{"event":{"type":"message","subtype":"message_changed","message":{"text":"<@UBOT>"},"ts":"99999999999999999999"}}`,
		`{"event":{"type":"app_home_opened","user":"U1","tab":"home","view":{}}}`,
		`{"event":{"type":"app_mention","edited":{}}}`, `{"event":[]}`, `null`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		switch is := eventOf(payload).(type) {
		case *written:
			require.NotEmpty(t, is.User)
			require.NotEmpty(t, is.Channel)
			require.False(t, is.at().IsZero())
			require.Empty(t, is.Subtype+is.BotID+is.AppID)
			require.NotEqual(t, is.TS, is.thread())
			if team := is.team("T1"); team != "T1" {
				require.True(t, team == "" || team == is.Team || team == is.UserTeam || team == is.SourceTeam)
			}
			text := withoutMention(is.Text, "UBOT")
			require.NotContains(t, text, "<@UBOT>")
			require.NotContains(t, commands.FromMessage(unescape(text)), "\n")
		case *openedHome:
			require.NotEmpty(t, is.User)
		default:
			require.Nil(t, is)
		}
		require.True(t, json.Valid(payload) || eventOf(payload) == nil)
	})
}
