package localslack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func FuzzEveryBodyGetsAnAnswerInJSON(f *testing.F) {
	for _, seed := range []string{
		"", "null", "{}", "[]", `{"channel":"C0PLATFORM","text":"hi","blocks":[{"type":"section","text":null}]}`,
		`{"channel":"C0PLATFORM","attachments":[1]}`, "channel=C0PLATFORM&blocks=%5B1%5D", "%zz", `{"view":{"type":"home","blocks":7},"user_id":"U0ANA00001"}`,
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	cfg := localslack.Playground()
	cfg.RatePerChannel = false
	s, err := localslack.Start(cfg)
	require.NoError(f, err)
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, body string, asJSON bool) {
		for _, method := range []string{"chat.postMessage", "chat.update", "views.publish"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.APIURL()+method, bytes.NewBufferString(body))
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+botToken)
			req.Header.Set("Content-Type", map[bool]string{true: "application/json", false: "application/x-www-form-urlencoded"}[asJSON])
			res, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			answer, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, http.StatusOK, res.StatusCode)
			var out struct {
				OK    bool   `json:"ok"`
				Error string `json:"error"`
			}
			require.NoError(t, json.Unmarshal(answer, &out))
			require.Equal(t, out.OK, out.Error == "")
		}
	})
}

func FuzzNoFrameFromAnAppBreaksTheConnection(f *testing.F) {
	for _, seed := range []string{"", "null", "[]", `{"envelope_id":7}`, `{"envelope_id":"","payload":{}}`, `{"payload":`} {
		f.Add(seed)
	}
	s, err := localslack.Start(localslack.Playground())
	require.NoError(f, err)
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, frame string) {
		ws, _, err := websocket.Dial(t.Context(), link(t, s), nil)
		require.NoError(t, err)
		defer func() { _ = ws.CloseNow() }()
		_, _, err = ws.Read(t.Context())
		require.NoError(t, err)
		require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(frame)))
		require.NoError(t, ws.Ping(reading(t.Context(), ws)), "the connection still answers")
	})
}

// reading keeps reading so that pongs are seen.
func reading(ctx context.Context, ws *websocket.Conn) context.Context { return ws.CloseRead(ctx) }
