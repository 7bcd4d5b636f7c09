package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coder/websocket"
)

// dialer opens a websocket within ctx and calls touch at every ping and pong.
type dialer func(ctx context.Context, address string, touch func()) (*websocket.Conn, error)

// dialWith dials through client, which carries proxy and TLS settings; nil is http.DefaultClient.
func dialWith(client *http.Client) dialer {
	return func(ctx context.Context, address string, touch func()) (*websocket.Conn, error) {
		ws, resp, err := websocket.Dial(ctx, address, &websocket.DialOptions{
			HTTPClient:     client,
			OnPingReceived: func(context.Context, []byte) bool { touch(); return true },
			OnPongReceived: func(context.Context, []byte) { touch() },
		})
		switch {
		case err == nil:
			return ws, nil
		case resp != nil && (resp.StatusCode == http.StatusConflict || resp.StatusCode == http.StatusTooManyRequests):
			return nil, ErrCrowded
		default:
			return nil, fmt.Errorf("connect to the address Slack gave: %w", withoutAddress(err))
		}
	}
}

// withoutAddress drops the URL from err: its ticket lets anyone who reads the log take Slipway's place.
func withoutAddress(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
