package bot

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAProbeTurnsAwayWhatSlackDeliversToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		address, err := slack.open(t.Context())
		require.NoError(t, err)
		type answer struct {
			SocketHello
			error
		}
		done := make(chan answer)
		go func() {
			hello, err := NewProbe(Config{}).greet(t.Context(), dialWith(slack.client), address)
			done <- answer{hello, err}
		}()
		p := <-slack.peers
		p.command("e1")
		require.Contains(t, textOf(t, p.ack()), "this was not recorded: nothing was started")
		p.send(`{"type":"hello","num_connections":3,"connection_info":{"app_id":"A1"}}`)
		require.Equal(t, answer{SocketHello{Others: 2, AppID: "A1"}, nil}, <-done)
	})
}

func TestAProbeOfASilentSlackEndsWithItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		address, err := slack.open(t.Context())
		require.NoError(t, err)
		limit, done := context.WithTimeout(t.Context(), 10*time.Second)
		defer done()
		_, err = NewProbe(Config{}).greet(limit, dialWith(slack.client), address)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		(<-slack.peers).rest()
	})
}

func TestAProbeHearsThatSocketModeIsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		address, err := slack.open(t.Context())
		require.NoError(t, err)
		go func() { (<-slack.peers).disconnect("link_disabled") }()
		_, err = NewProbe(Config{}).greet(t.Context(), dialWith(slack.client), address)
		var refused *SocketRefusedError
		require.ErrorAs(t, err, &refused)
		what, next := refused.Words()
		require.Equal(t, "Socket Mode is switched off for this Slack app, or the app was disabled (link_disabled).", what)
		require.Equal(t, "Switch it on at api.slack.com/apps, your app, Socket Mode.", next)
	})
}
