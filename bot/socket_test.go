package bot

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

func TestASocketIsReadyOnlyAfterHello(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{})
		p := <-slack.peers
		synctest.Wait()
		require.False(t, r.Ready())

		p.hello(1)
		synctest.Wait()
		require.True(t, r.Ready())
		require.Equal(t, SocketStatus{Connected: 1, Counted: 1, LastTraffic: time.Now()}, r.Status())
		r.finish(t)
		require.False(t, r.Ready())
	})
}

func TestAConnectionWithoutHelloIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{})
		<-slack.peers
		(<-slack.peers).hello(1)
		synctest.Wait()
		require.True(t, r.Ready())
		require.Contains(t, r.log.String(), "no hello came from Slack")
		r.finish(t)
	})
}

func TestSeveralConnectionsAreKeptUpSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{Connections: 3})
		for n := range 3 {
			p := <-slack.peers
			synctest.Wait()
			require.EqualValues(t, n+1, slack.opens.Load(), "one is opened after the other")
			p.hello(n + 1)
		}
		synctest.Wait()
		require.Equal(t, 3, r.Status().Connected)
		require.Zero(t, r.Status().Others)
		r.finish(t)
		require.EqualValues(t, 3, slack.opens.Load())
	})
}

func TestConnectionsOfAnotherProcessAreSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{})
		(<-slack.peers).hello(3)
		synctest.Wait()
		require.Equal(t, 3, r.Status().Counted)
		require.Equal(t, 2, r.Status().Others)
		require.Contains(t, r.log.String(), "another process takes a share of the commands and clicks")
		r.finish(t)
	})
}

// The same over real TCP, because a close with unread bytes would reset the connection and lose acks on their way.
func TestNoAckIsLostWhenStoppedRightAfterTheHandlers(t *testing.T) {
	const commands = 200
	for name, stopWhen := range map[string]int64{"after the last ack": commands, "in the middle": commands / 2} {
		t.Run(name, func(t *testing.T) {
			slack := overLoopback(t)
			var acked atomic.Int64
			stop := make(chan struct{})
			r := slack.start(SocketConfig{Queue: commands, Wait: time.Minute, Workers: 8, Handle: func(ctx context.Context, d *Delivery) {
				if d.Ack(ctx, words("recorded")) == nil && acked.Add(1) == stopWhen {
					close(stop)
				}
			}})
			p := (<-slack.peers).hello(1)
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				for n := range commands {
					frame := bare(fmt.Sprint("e", n))
					frame = frame[:len(frame)-1] + `,"type":"slash_commands"}`
					if p.ws.Write(context.Background(), websocket.MessageText, []byte(frame)) != nil {
						return // closing
					}
				}
			}()
			<-stop
			r.finish(t)
			<-sent
			require.Len(t, p.rest(), int(acked.Load()))
			require.Equal(t, websocket.StatusNormalClosure, websocket.CloseStatus(<-p.closed))
		})
	}
}

func TestADrainWaitsForHandlersAndWritesTheirAcks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		goOn := make(chan struct{})
		r := slack.start(SocketConfig{Workers: 1, Handle: func(ctx context.Context, d *Delivery) {
			<-goOn
			if ctx.Err() == nil {
				_ = d.Ack(ctx, words("recorded"))
			}
		}})
		p := (<-slack.peers).hello(1)
		p.command("running")
		p.command("queued")
		synctest.Wait()

		r.stop()
		synctest.Wait()
		p.command("too late")
		synctest.Wait()
		require.Contains(t, r.log.String(), "an envelope came while Slipway was stopping")
		close(goOn)
		require.NoError(t, <-r.ended)

		acks := p.rest()
		require.Len(t, acks, 2)
		require.Contains(t, acks[0], `"running"`)
		require.Contains(t, acks[1], `"queued"`)
	})
}

func TestADrainEndsTheContextOfHandlersThatTakeTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		r := slack.start(SocketConfig{DrainTimeout: 5 * time.Second, Handle: func(ctx context.Context, d *Delivery) {
			<-ctx.Done()
			_ = d.Ack(ctx, words("I cannot tell whether this was recorded"))
		}})
		p := (<-slack.peers).hello(1)
		p.command("slow")
		synctest.Wait()
		r.finish(t)
		require.Equal(t, "I cannot tell whether this was recorded", textOf(t, p.ack()))
	})
}

func TestADrainDoesNotWaitForAHandlerThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		goOn, late := make(chan struct{}), make(chan error, 1)
		r := slack.start(SocketConfig{Handle: func(_ context.Context, d *Delivery) {
			<-goOn
			late <- d.Ack(context.Background(), nil)
		}})
		p := (<-slack.peers).hello(1)
		p.command("stuck")
		synctest.Wait()
		r.finish(t)
		close(goOn)
		require.ErrorIs(t, <-late, ErrConnectionGone)
		require.Empty(t, p.rest())
	})
}

func TestASlackThatNeverAnswersTheCloseIsNotWaitedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		slack.room = 1
		r := slack.start(SocketConfig{})
		p := (<-slack.peers).hello(1)
		p.command("e1")
		p.command("e2") // its ack finds no room, so Slack reads no further
		synctest.Wait()
		begin := time.Now()
		r.finish(t)
		require.Equal(t, closeWait, time.Since(begin))
		require.ElementsMatch(t, []string{bare("e1"), bare("e2")}, p.rest())
	})
}

func TestSlowHandlersDoNotStopPingsFromBeingAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		goOn := make(chan struct{})
		var handled atomic.Int64
		r := slack.start(SocketConfig{Workers: 2, Queue: 10, Wait: time.Hour, Handle: func(ctx context.Context, d *Delivery) {
			<-goOn
			handled.Add(1)
			_ = d.Ack(ctx, nil)
		}})
		p := (<-slack.peers).hello(1)
		for n := range 10 {
			p.command(fmt.Sprint("e", n))
		}
		for range 9 {
			// Never the moment of the client's own ping: a pipe has no room for one each way.
			pass(7 * time.Second)
			require.NoError(t, p.ws.Ping(context.Background()))
		}
		require.EqualValues(t, 1, slack.opens.Load())
		close(goOn)
		synctest.Wait()
		require.EqualValues(t, 10, handled.Load())
		r.finish(t)
		require.Len(t, p.rest(), 10)
	})
}

func TestAFullQueueIsAnsweredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		goOn := make(chan struct{})
		r := slack.start(SocketConfig{
			Workers: 1, Queue: 2,
			Handle:   func(ctx context.Context, d *Delivery) { <-goOn; _ = d.Ack(ctx, words("recorded")) },
			Overflow: func(ctx context.Context, d *Delivery) { _ = d.Ack(ctx, words("busy, not recorded")) },
		})
		p := (<-slack.peers).hello(1)
		p.command("working")
		synctest.Wait()
		p.command("first in the queue")
		p.command("second in the queue")
		p.command("one too many")
		busy := p.ack()
		require.Contains(t, busy, "one too many")
		require.Equal(t, "busy, not recorded", textOf(t, busy))
		close(goOn)
		r.finish(t)
		require.Len(t, p.rest(), 3)
	})
}

func TestADeliveryThatWaitedTooLongIsAnsweredInsteadOfHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		goOn := make(chan struct{})
		r := slack.start(SocketConfig{
			Workers: 1, Wait: time.Second,
			Handle: func(ctx context.Context, d *Delivery) {
				<-goOn
				_ = d.Ack(ctx, words("recorded"))
			},
			Overflow: func(ctx context.Context, d *Delivery) { _ = d.Ack(ctx, words("busy, not recorded")) },
		})
		p := (<-slack.peers).hello(1)
		p.command("working")
		p.command("waits")
		synctest.Wait()
		<-time.After(time.Second + time.Millisecond)
		close(goOn)
		require.Equal(t, "recorded", textOf(t, p.ack()))
		require.Equal(t, "busy, not recorded", textOf(t, p.ack()))
		r.finish(t)
	})
}

func TestAPanicIsNeverAckedAsIfRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		var asked []string
		r := slack.start(SocketConfig{
			Workers: 1,
			Handle: func(ctx context.Context, d *Delivery) {
				if strings.HasPrefix(d.ID, "acked") {
					_ = d.Ack(ctx, nil)
				}
				panic("index out of range")
			},
			OnPanic: func(ctx context.Context, d *Delivery) {
				asked = append(asked, d.ID)
				if d.ID == "hopeless" {
					panic("again")
				}
				_ = d.Ack(ctx, words("something broke; see /lf status"))
			},
		})
		p := (<-slack.peers).hello(1)
		p.command("broken")
		require.Equal(t, "something broke; see /lf status", textOf(t, p.ack()))
		p.command("acked before")
		require.Equal(t, bare("acked before"), p.ack())
		p.command("hopeless")
		p.command("broken too")
		require.Contains(t, p.ack(), "broken too", "the worker lives on")
		r.finish(t)
		require.Empty(t, p.rest())
		require.Equal(t, []string{"broken", "hopeless", "broken too"}, asked)
		require.Contains(t, r.log.String(), "socket_test.go", "the log has the stack")
	})
}

func TestFramesNobodyCanReadAreAckedWherePossibleAndNeverLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		var handled atomic.Int64
		r := slack.start(SocketConfig{Handle: func(ctx context.Context, d *Delivery) { handled.Add(1); _ = d.Ack(ctx, nil) }})
		p := (<-slack.peers).hello(1)
		p.send(`hunter2`)
		p.send(`{"type":"slash_commands","payload":{"text":"hunter2"}}`)
		p.send(`{"type":"hello","envelope_id":"never acked","num_connections":1}`)
		p.send(`{"envelope_id":"no type","payload":{"text":"hunter2"}}`)
		require.Equal(t, bare("no type"), p.ack())
		p.send(`{"envelope_id":"cut off","type":"interactive","payload":{"text":"hunter2`)
		require.Equal(t, bare("cut off"), p.ack())
		p.send(`{"envelope_id":"too large","type":"interactive","payload":"` + strings.Repeat("x", maxFrame) + `"}`)
		require.Equal(t, bare("too large"), p.ack())
		p.command("fine")
		require.Equal(t, bare("fine"), p.ack())
		r.finish(t)
		require.EqualValues(t, 1, handled.Load())
		require.EqualValues(t, 1, slack.opens.Load())
		require.NotContains(t, r.log.String(), "hunter2")
		require.Contains(t, r.log.String(), "level=warning")
	})
}

func TestAnAckNeverGoesOutOnAnotherConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		goOn, late := make(chan struct{}), make(chan error, 1)
		r := slack.start(SocketConfig{Handle: func(ctx context.Context, d *Delivery) { <-goOn; late <- d.Ack(ctx, nil) }})
		first := (<-slack.peers).hello(1)
		first.command("e1")
		synctest.Wait()
		require.NoError(t, first.ws.CloseNow())
		second := (<-slack.peers).hello(1)
		synctest.Wait()
		require.True(t, r.Ready())
		close(goOn)
		require.ErrorIs(t, <-late, ErrConnectionGone)
		r.finish(t)
		require.Empty(t, second.rest())
	})
}

func TestManyAcksAtOnceArriveWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := overPipes(t)
		var ready sync.WaitGroup
		ready.Add(50)
		r := slack.start(SocketConfig{Workers: 50, Handle: func(ctx context.Context, d *Delivery) {
			ready.Done()
			ready.Wait()
			_ = d.Ack(ctx, words(strings.Repeat(d.ID, 100)))
		}})
		p := (<-slack.peers).hello(1)
		for n := range 50 {
			p.command(fmt.Sprint("e", n))
		}
		seen := map[string]bool{}
		for range 50 {
			seen[textOf(t, p.ack())] = true
		}
		for n := range 50 {
			require.True(t, seen[strings.Repeat(fmt.Sprint("e", n), 100)])
		}
		r.finish(t)
	})
}
