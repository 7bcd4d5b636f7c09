package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	slackgo "github.com/slack-go/slack"
	"github.com/stretchr/testify/require"
)

func TestARefreshHasNoGap(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested", "a reason of next year"} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slack := overPipes(t)
				r := slack.start(SocketConfig{})
				old := (<-slack.peers).hello(1)
				pass(time.Hour)
				old.disconnect(reason)
				old.command("after the announcement")
				require.Equal(t, bare("after the announcement"), old.ack())

				next := <-slack.peers
				old.command("before the new hello")
				require.Equal(t, bare("before the new hello"), old.ack())
				require.Equal(t, 1, r.Status().Connected)

				next.hello(2)
				old.command("during the overlap")
				next.command("on the new one")
				require.Equal(t, bare("during the overlap"), old.ack())
				require.Equal(t, bare("on the new one"), next.ack())
				synctest.Wait()
				require.Equal(t, 2, r.Status().Connected)
				require.Zero(t, r.Status().Others)

				require.Empty(t, old.rest(), "the old one is closed after the overlap")
				synctest.Wait()
				require.Equal(t, 1, r.Status().Connected)
				require.EqualValues(t, 2, slack.opens.Load())
				r.finish(t)
			})
		})
	}
}

func TestAReplacedConnectionStaysForItsAcks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{Handle: func(ctx context.Context, d *Delivery) {
			pass(5 * time.Second) // longer than the overlap
			_ = d.Ack(ctx, words("recorded"))
		}})
		old := (<-slack.peers).hello(1)
		old.disconnect("refresh_requested")
		next := (<-slack.peers).hello(2)
		old.command("at the last moment")
		require.Equal(t, "recorded", textOf(t, old.ack()))
		acked := time.Now()
		require.Empty(t, old.rest())
		require.Equal(t, acked, time.Now(), "and no longer")
		r.finish(t)
		require.Empty(t, next.rest())
	})
}

func TestAReplacedConnectionDoesNotStayForWhatNobodyWillAck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{Handle: func(context.Context, *Delivery) {}})
		old := (<-slack.peers).hello(1)
		old.command("left without an answer")
		old.disconnect("refresh_requested")
		(<-slack.peers).hello(2)
		replaced := time.Now()
		require.Empty(t, old.rest())
		require.Equal(t, lingerAfter, time.Since(replaced))
		r.finish(t)
	})
}

func TestWhatCanNoLongerBeAckedIsNotActedUpon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		slack.room = 1
		var handled atomic.Int64
		r := slack.start(SocketConfig{Handle: func(ctx context.Context, d *Delivery) { _ = d.Ack(ctx, nil); handled.Add(1) }})
		old := (<-slack.peers).hello(1)
		old.command("e1")
		old.command("e2") // its ack finds no room, so Slack does not see the close
		old.disconnect("refresh_requested")
		(<-slack.peers).hello(2)
		pass(lingerAfter + closeWait/2)
		old.command("after the close")
		old.send(`{"envelope_id":"unreadable after the close"}`)
		old.rest()
		r.finish(t)
		require.EqualValues(t, 2, handled.Load())
		require.Contains(t, r.log.String(), "an envelope came while the connection was closing")
		require.NotContains(t, r.log.String(), "could not be acked")
	})
}

func TestAnAgedConnectionIsReplacedBeforeSlackEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{})
		begin := time.Now()
		old := <-slack.peers
		old.send(`{"type":"hello","num_connections":1,"debug_info":{"approximate_connection_time":18060}}`)
		next := (<-slack.peers).hello(2)
		require.Less(t, time.Since(begin), 18060*time.Second)
		require.Greater(t, time.Since(begin), 5*time.Hour-5*time.Minute)

		pass(time.Minute) // Slack still uses the old one until it ends it
		old.command("still welcome")
		require.Equal(t, bare("still welcome"), old.ack())
		old.disconnect("warning")
		announced := time.Now()
		require.Empty(t, old.rest())
		require.Equal(t, lingerAfter, time.Since(announced))
		require.EqualValues(t, 2, slack.opens.Load())
		r.finish(t)
		require.Empty(t, next.rest())
	})
}

func TestALostConnectionIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{})
		first := (<-slack.peers).hello(1)
		synctest.Wait()
		require.NoError(t, first.ws.CloseNow())
		synctest.Wait()
		require.False(t, r.Ready())
		require.Error(t, r.Status().LastProblem)
		second := (<-slack.peers).hello(1)
		second.command("e1")
		require.Equal(t, bare("e1"), second.ack())
		synctest.Wait()
		require.NoError(t, r.Status().LastProblem)
		r.finish(t)
	})
}

func TestASilentConnectionIsTakenForDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{})
		first := (<-slack.peers).hello(1)
		pass(time.Hour + 5*time.Second) // pongs alone prove the connection
		require.EqualValues(t, 1, slack.opens.Load())

		slack.mute.Store(true)
		for range 10 {
			pass(20 * time.Second) // so do Slack's pings alone
			require.NoError(t, first.ws.Ping(context.Background()))
		}
		require.EqualValues(t, 1, slack.opens.Load())

		quiet := time.Now()
		second := <-slack.peers
		require.Equal(t, silenceLimit, time.Since(quiet))
		require.ErrorIs(t, r.Status().LastProblem, errSilent)
		require.Error(t, <-first.closed)
		slack.mute.Store(false)
		second.hello(1)
		synctest.Wait()
		require.True(t, r.Ready())
		r.finish(t)
	})
}

func TestSocketModeSwitchedOffEndsRunAfterOneOpen(t *testing.T) {
	for name, greet := range map[string]bool{"before hello": false, "after hello": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slack := overPipes(t)
				r := slack.start(SocketConfig{Connections: 1})
				p := <-slack.peers
				if greet {
					p.hello(1)
				}
				p.disconnect("link_disabled")
				var refused *SocketRefusedError
				require.ErrorAs(t, <-r.ended, &refused)
				require.Equal(t, "link_disabled", refused.Code)
				require.EqualError(t, refused, "Socket Mode is switched off for this Slack app, or the app was disabled (link_disabled). "+
					"No command or click reaches Slipway; what was started before runs on. "+
					"Switch it on at api.slack.com/apps, your app, Socket Mode, then start Slipway again.")
				require.EqualValues(t, 1, slack.opens.Load())
			})
		})
	}
}

func TestATokenSlackRefusesEndsRunWithWhatToDo(t *testing.T) {
	for code, sentence := range map[string]string{
		"invalid_auth":           "does not know the token in SLACK_APP_TOKEN",
		"not_authed":             "Set SLACK_APP_TOKEN",
		"account_inactive":       "was removed",
		"token_revoked":          "was revoked",
		"not_allowed_token_type": "must be the app-level token, which begins with xapp-; the one that begins with xoxb- belongs in SLACK_BOT_TOKEN",
		"missing_scope":          "lacks the scope connections:write",
	} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slack := overPipes(t)
				slack.onOpen = func(context.Context, int64) error {
					return fmt.Errorf("apps.connections.open: %w", slackgo.SlackErrorResponse{Err: code})
				}
				r := slack.start(SocketConfig{Connections: 2})
				err := <-r.ended
				require.ErrorContains(t, err, sentence)
				require.ErrorContains(t, err, "then start Slipway again.")
				require.LessOrEqual(t, slack.opens.Load(), int64(2))
			})
		})
	}
}

func TestEverythingElseIsTriedAgainForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		slack.onOpen = func(_ context.Context, nth int64) error {
			return []error{
				errors.New("connection refused"), slackgo.SlackErrorResponse{Err: "internal_error"},
				slackgo.StatusCodeError{Code: 503}, slackgo.SlackErrorResponse{Err: "forbidden_team"}, nil,
			}[min(nth-1, 4)]
		}
		r := slack.start(SocketConfig{})
		(<-slack.peers).hello(1)
		synctest.Wait()
		require.True(t, r.Ready())
		require.EqualValues(t, 5, slack.opens.Load())
		r.finish(t)
	})
}

func TestAnOpenThatHangsIsGivenUpAndARunThatWaitsCanBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		slack.onOpen = func(ctx context.Context, _ int64) error { <-ctx.Done(); return ctx.Err() }
		r := slack.start(SocketConfig{Connections: 3})
		pass(10 * time.Minute)
		require.Greater(t, slack.opens.Load(), int64(3))
		require.Error(t, r.Status().LastProblem)
		r.finish(t)
	})
}

func TestRunWaitsForAnOpenThatIsSlowToStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		var stopped atomic.Bool
		slack.onOpen = func(ctx context.Context, _ int64) error {
			<-ctx.Done()
			pass(time.Second)
			stopped.Store(true)
			return ctx.Err()
		}
		r := slack.start(SocketConfig{})
		synctest.Wait()
		r.finish(t)
		require.True(t, stopped.Load())
	})
}

func TestAConnectionThatHeldMakesTheNextFailureAFirstOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		var opens timeline
		slack.onOpen = func(_ context.Context, nth int64) error {
			opens.note()
			if nth == 6 || nth == 8 {
				return nil
			}
			return errors.New("connection refused")
		}
		r := slack.start(SocketConfig{})
		p := (<-slack.peers).hello(1)
		require.GreaterOrEqual(t, opens.gap(5), 30*time.Second, "the pauses have grown")
		pass(time.Minute)
		require.NoError(t, p.ws.CloseNow())
		(<-slack.peers).hello(1)
		require.Less(t, opens.gap(7), time.Second)
		r.finish(t)
	})
}

func TestRetryAfterIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		var opens timeline
		slack.onOpen = func(_ context.Context, nth int64) error {
			opens.note()
			return []error{&slackgo.RateLimitedError{RetryAfter: 5 * time.Minute}, slackgo.StatusCodeError{Code: 429}, nil}[min(nth-1, 2)]
		}
		r := slack.start(SocketConfig{Connections: 2})
		(<-slack.peers).hello(1)
		(<-slack.peers).hello(2)
		require.Equal(t, 5*time.Minute, opens.gap(1))
		require.Equal(t, time.Minute, opens.gap(2))
		r.finish(t)
	})
}

func TestTooManyConnectionsBackOffForMinutesAndSayWhy(t *testing.T) {
	for name, crowd := range map[string]func(*slackEnd){
		"told before hello": func(s *slackEnd) { (<-s.peers).disconnect("too_many_websockets") },
		"told after hello":  func(s *slackEnd) { (<-s.peers).hello(10).disconnect("too_many_websockets") },
		"refused by status": func(*slackEnd) {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slack := overPipes(t)
				var opens timeline
				slack.onOpen = func(context.Context, int64) error { opens.note(); return nil }
				if name == "refused by status" {
					slack.refuse.Store(http.StatusConflict)
				}
				r := slack.start(SocketConfig{})
				crowd(slack)
				synctest.Wait()
				require.ErrorContains(t, r.Status().LastProblem, "another process may hold them")
				slack.refuse.Store(0)
				(<-slack.peers).hello(1)
				require.GreaterOrEqual(t, opens.gap(1), crowdedPause)
				r.finish(t)
			})
		})
	}
}

func TestAConnectionThatNeverHoldsIsNotReplacedAtFullSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{})
		begin := time.Now()
		for range 20 {
			(<-slack.peers).hello(1).disconnect("refresh_requested")
		}
		require.Greater(t, time.Since(begin), 7*time.Minute)
		r.finish(t)
	})
}

func TestTheTicketInTheAddressIsNotLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		slack.refuse.Store(http.StatusNotFound)
		var broken atomic.Bool
		slack.client.Transport = brokenOr(slack.client.Transport, &broken)
		r := slack.start(SocketConfig{})
		pass(time.Minute)
		broken.Store(true)
		pass(3 * time.Minute)
		r.finish(t)
		require.Contains(t, r.log.String(), "got 404")
		require.Contains(t, r.log.String(), "no route to host")
		require.NotContains(t, r.log.String(), "s3cret")
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func brokenOr(whole http.RoundTripper, broken *atomic.Bool) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if broken.Load() {
			return nil, errors.New("no route to host")
		}
		return whole.RoundTrip(req)
	})
}
