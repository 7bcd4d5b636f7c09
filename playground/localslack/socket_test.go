package localslack_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestAConnectionBeginsWithHelloAndCountsItself(t *testing.T) {
	s := start(t)
	require.Equal(t, 1, connect(t, s).hello.Count)
	second := connect(t, s)
	require.Equal(t, "hello", second.hello.Type)
	require.Equal(t, 2, second.hello.Count)
	require.Equal(t, 2, s.Connections())
}

func TestALinkWorksOnceAndNotForLong(t *testing.T) {
	time := noon()
	s := start(t, with(time))
	url := link(t, s)
	ws, _, err := websocket.Dial(t.Context(), url, nil)
	require.NoError(t, err, "no Origin at all is fine")
	defer func() { _ = ws.CloseNow() }()
	_, res, err := websocket.Dial(t.Context(), url, nil)
	require.Error(t, err)
	require.Equal(t, http.StatusNotFound, res.StatusCode)

	stale := link(t, s)
	time.pass(31e9)
	_, _, err = websocket.Dial(t.Context(), stale, nil)
	require.Error(t, err)
}

func TestAForeignOriginIsTurnedAway(t *testing.T) {
	s := start(t)
	_, res, err := websocket.Dial(t.Context(), link(t, s), &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://evil.example"}}})
	require.Error(t, err)
	require.Equal(t, http.StatusForbidden, res.StatusCode)
}

func TestTheEleventhConnectionIsToldThereAreTooMany(t *testing.T) {
	s := start(t)
	for range 10 {
		connect(t, s)
	}
	eleventh := connect(t, s)
	require.Equal(t, "disconnect", eleventh.hello.Type)
	require.Equal(t, "too_many_websockets", eleventh.hello.Reason)
	eleventh.ended()
	require.Equal(t, 10, s.Connections())
}

func TestTheServerPingsAndAnswersPings(t *testing.T) {
	s := start(t, func(c *localslack.Config) { c.PingEvery = 5 * time.Millisecond })
	a := connect(t, s)
	for range 3 {
		<-a.pings
	}
	require.NoError(t, a.ws.Ping(t.Context()))
}

func TestEachEnvelopeGoesToOneConnectionAndAllGetSome(t *testing.T) {
	s := start(t)
	first, second := connect(t, s), connect(t, s)
	for _, a := range []*app{first, second} {
		go func() {
			for e := range a.inbox {
				a.ack(e.ID, map[string]any{"text": "one"})
				if a == first {
					a.pings <- struct{}{}
				}
			}
		}()
	}
	for range 40 {
		require.True(t, s.Type(ana, platform, "/lf jobs").Acked)
	}
	require.Len(t, s.Visible(ana, platform), 40, "each was answered once")
	require.NotZero(t, len(first.pings))
	require.Less(t, len(first.pings), 40)
}

func TestAnAckOf20480BytesIsDropped(t *testing.T) {
	s := start(t, hasty)
	a := connect(t, s)
	overhead := len(`{"envelope_id":"","payload":{"text":""}}`) + 36
	a.acking(map[string]any{"text": strings.Repeat("x", 20480-overhead)})
	require.False(t, s.Type(ana, platform, "/lf jobs").Acked)
	a.acking(map[string]any{"text": strings.Repeat("x", 20479-overhead)})
	require.True(t, s.Type(ana, platform, "/lf jobs").Acked)
}

func TestARefreshIsGapless(t *testing.T) {
	s := start(t)
	old := connect(t, s)
	s.Disconnect("refresh_requested")
	require.Equal(t, "refresh_requested", old.next().Reason)

	old.acking(nil)
	require.True(t, s.Type(ana, platform, "/lf jobs").Acked, "while there is no newer one the old connection still serves")
	young := connect(t, s)
	for range 10 {
		young.acking(nil)
		require.True(t, s.Type(ana, platform, "/lf jobs").Acked)
	}
}

func TestLinkDisabledEndsTheConnectionAtOnce(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	s.Disconnect("link_disabled")
	frames := a.ended()
	require.Len(t, frames, 1)
	require.Equal(t, "link_disabled", frames[0].Reason)
}

func TestCutEndsWithoutAWord(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	s.Cut()
	require.Empty(t, a.ended())
	eventually(t, s, func() bool { return s.Connections() == 0 })
	d := s.Type(ana, platform, "/lf jobs")
	require.Equal(t, "/lf failed: dispatch_failed", d.Problem)
}

func TestAFrozenConnectionStaysAndIsSilent(t *testing.T) {
	s := start(t, hasty)
	a := connect(t, s)
	s.Freeze(true)
	require.False(t, s.Type(ana, platform, "/lf jobs").Acked)
	ctx, cancel := context.WithTimeout(t.Context(), impatient)
	defer cancel()
	require.Error(t, a.ws.Ping(ctx), "no pong comes back")
	require.Equal(t, 1, s.Connections())
	require.Empty(t, a.inbox)

	s.Freeze(false)
	a.acking(nil)
	require.True(t, s.Type(ana, platform, "/lf jobs").Acked)
}

func TestAConnectionOpenedDuringAFreezeWorks(t *testing.T) {
	s := start(t)
	old := connect(t, s)
	s.Freeze(true)
	young := connect(t, s)
	require.NoError(t, old.ws.CloseNow())
	eventually(t, s, func() bool { return s.Connections() == 1 })
	young.acking(nil)
	require.True(t, s.Type(ana, platform, "/lf jobs").Acked)
}

func TestSendDeliversAnythingAndResendRepeatsAnEnvelope(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	require.Contains(t, s.Send(json.RawMessage(`{"type":`)).Problem, "no envelope_id")
	require.Equal(t, `{"type":`, a.next().Type)

	seen := a.acking(nil)
	d := s.Send(json.RawMessage(`{"envelope_id":"e-1","type":"a_new_kind"}`))
	require.True(t, d.Acked)
	require.Equal(t, "a_new_kind", (<-seen).Type)

	seen = a.acking(map[string]any{"text": "again"})
	again := s.Resend("e-1")
	require.Equal(t, "e-1", (<-seen).ID)
	require.JSONEq(t, `{"text":"again"}`, string(again.AckPayload))
	require.Contains(t, s.Resend("e-2").Problem, "no envelope e-2")
}

func TestAnAckOfSomethingElseAcksNothing(t *testing.T) {
	s := start(t, hasty)
	a := connect(t, s)
	a.ack("", nil)
	a.ack("somebody-elses", nil)
	require.NoError(t, a.ws.Write(t.Context(), websocket.MessageText, []byte("not json")))
	require.False(t, s.Type(ana, platform, "/lf jobs").Acked)
	late := a.next()
	a.ack(late.ID, map[string]any{"text": "too late"})
	require.NoError(t, a.ws.Ping(t.Context()), "the late ack has been read")
	require.Equal(t, []string{"/lf failed: operation_timeout"}, words(s, ana, platform))
}

func TestSlackGosOwnSocketModeClientWorksHere(t *testing.T) {
	s := start(t)
	client := socketmode.New(judge(s))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	go func() {
		for e := range client.Events {
			if e.Type == socketmode.EventTypeSlashCommand {
				_ = client.Ack(*e.Request, map[string]any{"text": "from slack-go"})
			}
		}
	}()
	eventually(t, s, func() bool { return s.Connections() == 1 })
	d := s.Type(ana, platform, "/lf jobs")
	require.True(t, d.Acked)
	require.Equal(t, []string{"from slack-go"}, words(s, ana, platform))
	s.Disconnect("warning")
	eventually(t, s, func() bool { return len(s.Calls()) == 2 })
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestCloseEndsWhoeverWaits(t *testing.T) {
	s := start(t)
	a := connect(t, s)
	waiting := s.TypeAsync(ana, platform, "/lf jobs")
	a.next()
	s.Close()
	require.Equal(t, "the local Slack was closed", (<-waiting).Problem)
	require.Equal(t, "the local Slack was closed", s.Type(ana, platform, "/lf jobs").Problem)
	s.Close()
}
