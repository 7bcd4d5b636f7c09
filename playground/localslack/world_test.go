package localslack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

const (
	ana, ben, chen, dev  = localslack.UserAna, localslack.UserBen, localslack.UserChen, localslack.UserDev
	platform, analytics  = localslack.ChannelPlatform, localslack.ChannelAnalytics
	appToken, botToken   = localslack.PlaygroundAppTok, localslack.PlaygroundBotTok
	impatient            = 300 * time.Millisecond // AckWithin of tests in which nobody acks
	patience             = 20 * time.Second       // only a hanging test waits this long
	approveBlocks        = `[{"type":"section","text":{"type":"mrkdwn","text":"*Start nightly_sync?*"}},` + approveActions + `]`
	approveActions       = `{"type":"actions","block_id":"decide","elements":[` + approveButton + `]}`
	approveButton        = `{"type":"button","action_id":"approve","style":"primary","value":"R-1042","text":{"type":"plain_text","text":"Approve"}}`
	ephemeral, inChannel = "ephemeral", "in_channel"
)

// start is the playground, with facts changed, until the test ends. Each test has
// its own, so they run beside each other.
func start(t *testing.T, change ...func(*localslack.Config)) *localslack.Server {
	t.Helper()
	t.Parallel()
	cfg := localslack.Playground()
	for _, c := range change {
		c(&cfg)
	}
	s, err := localslack.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// widely gives the app the scopes of all methods.
func widely(c *localslack.Config) {
	c.Scopes = append(c.Scopes, "channels:read", "groups:read", "im:read", "im:write", "reactions:write", "files:write", "users:read.email")
}

func escaping(c *localslack.Config) { c.ShouldEscape = true }

func hasty(c *localslack.Config) { c.AckWithin = impatient }

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

func with(c *clock) func(*localslack.Config) {
	return func(cfg *localslack.Config) { cfg.Now = c.Now }
}

func noon() *clock { return &clock{now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)} }

func judge(s *localslack.Server) *slack.Client {
	return slack.New(botToken, slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(appToken))
}

// call is a Web API call by hand: JSON with a Bearer token.
func call(t *testing.T, s *localslack.Server, method, token string, body any) map[string]any {
	t.Helper()
	_, answer := post(t, s.APIURL()+method, token, body)
	var out map[string]any
	require.NoError(t, json.Unmarshal(answer, &out), string(answer))
	return out
}

func post(t *testing.T, url, token string, body any) (*http.Response, []byte) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(text))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, answer
}

// say posts a message with the approve button and returns its ts.
func say(t *testing.T, s *localslack.Server, channel string) string {
	t.Helper()
	out := call(t, s, "chat.postMessage", botToken, map[string]any{"channel": channel, "text": "fallback", "blocks": json.RawMessage(approveBlocks)})
	require.Equal(t, true, out["ok"], out)
	return out["ts"].(string)
}

// envelope is what an app reads from the socket.
type envelope struct {
	ID      string         `json:"envelope_id"`
	Type    string         `json:"type"`
	Reason  string         `json:"reason"`
	Accepts bool           `json:"accepts_response_payload"`
	Attempt int            `json:"retry_attempt"`
	Why     string         `json:"retry_reason"`
	Payload map[string]any `json:"payload"`
	Count   int            `json:"num_connections"`
}

// app is a Socket Mode app made of a bare websocket.
type app struct {
	t     *testing.T
	ws    *websocket.Conn
	inbox chan envelope // closed when the connection ends
	pings chan struct{}
	hello envelope
}

func link(t *testing.T, s *localslack.Server) string {
	t.Helper()
	out := call(t, s, "apps.connections.open", appToken, map[string]any{})
	require.Equal(t, true, out["ok"], out)
	return out["url"].(string)
}

func connect(t *testing.T, s *localslack.Server) *app {
	t.Helper()
	a := &app{t: t, inbox: make(chan envelope, 100), pings: make(chan struct{}, 1000)}
	ws, _, err := websocket.Dial(t.Context(), link(t, s), &websocket.DialOptions{
		HTTPHeader:     http.Header{"Origin": {"https://api.slack.com"}},
		OnPingReceived: func(context.Context, []byte) bool { a.pings <- struct{}{}; return true },
	})
	require.NoError(t, err)
	a.ws = ws
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(a.inbox)
		for {
			_, frame, err := ws.Read(context.Background())
			if err != nil {
				return
			}
			var e envelope
			if json.Unmarshal(frame, &e) != nil {
				e.Type = string(frame)
			}
			a.inbox <- e
		}
	}()
	t.Cleanup(func() { _ = ws.CloseNow(); <-done })
	a.hello = a.next()
	return a
}

// next is the next frame; the test fails when the connection ends first.
func (a *app) next() envelope {
	a.t.Helper()
	select {
	case e, open := <-a.inbox:
		require.True(a.t, open, "the connection ended")
		return e
	case <-time.After(patience):
		require.Fail(a.t, "no frame came")
		return envelope{}
	}
}

// ended waits for the connection's end and returns the frames before it.
func (a *app) ended() (frames []envelope) {
	a.t.Helper()
	for {
		select {
		case e, open := <-a.inbox:
			if !open {
				return frames
			}
			frames = append(frames, e)
		case <-time.After(patience):
			require.Fail(a.t, "the connection did not end")
		}
	}
}

func (a *app) ack(id string, payload any) {
	a.t.Helper()
	fields := map[string]any{"envelope_id": id}
	if payload != nil {
		fields["payload"] = payload
	}
	frame, err := json.Marshal(fields)
	require.NoError(a.t, err)
	require.NoError(a.t, a.ws.Write(context.Background(), websocket.MessageText, frame))
}

// acking answers the next envelope in the background and hands it on.
func (a *app) acking(payload any) <-chan envelope {
	seen := make(chan envelope, 1)
	go func() {
		e, open := <-a.inbox
		if open {
			a.ack(e.ID, payload)
			seen <- e
		}
	}()
	return seen
}

// words are what a user reads in a channel now, message by message.
func words(s *localslack.Server, user, channel string) (out []string) {
	for _, m := range s.Visible(user, channel) {
		out = append(out, localslack.PlainText(m))
	}
	return out
}

func eventually(t *testing.T, s *localslack.Server, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, s.WaitFor(ctx, done))
}
