package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/sirupsen/logrus"
)

const (
	maxFrame     = 1 << 20          // bytes of a frame that are kept; the rest is read and dropped
	silenceLimit = 30 * time.Second // without a frame, ping or pong the connection is taken for half-open
	pingEvery    = 10 * time.Second // keeps NATs from forgetting us; Slack may be slow to answer, which is fine
	writeLimit   = 5 * time.Second  // for one frame, before the connection is given up
	closeWait    = time.Second      // for the peer's half of the close handshake, which Slack may never send
)

// Why a connection ended, or should be replaced.
var (
	ErrCrowded = errors.New("too many Socket Mode connections are open for this app; another process may hold them")
	errSilent  = errors.New("nothing came from Slack for 30 s, so the connection is taken for dead")
	errAged    = errors.New("the connection is near the age at which Slack ends it")
	errNoHello = errors.New("no hello came from Slack within 30 s")
	errClosed  = errors.New("closed by Slipway")
)

// hooks are what a connection tells its Socket. None of them may block: the reader calls them.
type hooks struct {
	deliver func(*Delivery)
	refused func(*SocketRefusedError) // Slack wants no connection at all
	traffic func()                    // something came
}

// connection is one websocket to Slack. Its reader never waits for a handler, so pings are always answered.
type connection struct {
	hooks
	log     *logrus.Entry
	ws      *websocket.Conn
	silence *time.Timer
	turn    chan struct{} // whoever has filled it may write

	life    context.Context // done when the connection must end at once; its cause says why
	end     context.CancelCauseFunc
	leaving context.Context // done when a replacement is due: asked to leave, or ended; its cause says why
	leave   context.CancelCauseFunc

	hello     *greeting     // set before ready closes
	ready     chan struct{} // closed by hello
	aged      *time.Timer   // asks for a replacement; nil when Slack did not say how long the connection lives
	parting   bool          // announced is closed
	announced chan struct{} // closed when Slack has said that it will end the connection
	done      chan struct{} // closed when the reader has ended and the socket is closed
	finishing sync.Once

	mu      sync.Mutex
	pending int           // deliveries not yet settled
	stopped bool          // takes no more envelopes
	idle    chan struct{} // holds a token after the last pending delivery was settled
}

// connect dials url, within ctx, and starts reading. The connection lives until life ends or somebody ends it.
func connect(ctx, life context.Context, dial dialer, url string, log *logrus.Entry, h hooks) (*connection, error) {
	c := &connection{
		hooks: h, log: log,
		turn: make(chan struct{}, 1), idle: make(chan struct{}, 1),
		ready: make(chan struct{}), announced: make(chan struct{}), done: make(chan struct{}),
	}
	ws, err := dial(ctx, url, c.touch)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1) // an oversized frame is skipped by the reader; the library would end the connection
	c.ws = ws
	c.life, c.end = context.WithCancelCause(life)
	c.leaving, c.leave = context.WithCancelCause(c.life)
	c.silence = time.AfterFunc(silenceLimit, func() { c.end(errSilent) })
	go c.run()
	return c, nil
}

func (c *connection) run() {
	defer close(c.done)
	var pinger sync.WaitGroup
	pinger.Go(c.pings)
	c.end(c.read()) // without effect when there is a cause already
	c.silence.Stop()
	if c.aged != nil {
		c.aged.Stop()
	}
	_ = c.ws.CloseNow()
	pinger.Wait()
}

// read takes frames until the connection ends, and says why it did.
func (c *connection) read() error {
	for {
		_, r, err := c.ws.Reader(c.life)
		if err != nil {
			return err
		}
		head, err := io.ReadAll(io.LimitReader(r, maxFrame))
		if err != nil {
			return err
		}
		rest, err := io.Copy(io.Discard, r)
		if err != nil {
			return err
		}
		c.touch()
		c.receive(head, int64(len(head))+rest)
	}
}

// receive acts on a frame of size bytes, of which head was kept.
func (c *connection) receive(head []byte, size int64) {
	frame, err := decodeFrame(head)
	if err != nil {
		c.putAside(head, size)
		return
	}
	switch frame := frame.(type) {
	case *greeting:
		c.greet(frame)
	case *farewell:
		c.depart(frame)
	case *Envelope:
		if d, taken := c.take(*frame); taken {
			c.deliver(d)
		}
	}
}

func (c *connection) greet(g *greeting) {
	if c.hello != nil {
		return
	}
	c.hello = g
	close(c.ready)
	if life := g.life(); life > 0 {
		// One to two minutes early, so that several connections do not age at the same moment.
		early := min(time.Minute+rand.N(time.Minute), life/2)
		c.aged = time.AfterFunc(life-early, func() { c.leave(errAged) })
	}
}

func (c *connection) depart(f *farewell) {
	if f.Reason == reasonLinkDisabled {
		c.refused(&SocketRefusedError{Code: f.Reason})
		return
	}
	cause := fmt.Errorf("the connection is to be renewed: Slack says %.40q", f.Reason)
	if f.Reason == reasonTooMany {
		cause = ErrCrowded
	}
	c.leave(cause)
	if !c.parting {
		c.parting = true
		close(c.announced)
	}
}

// take makes an Envelope a Delivery, unless the connection is closing: what cannot be acked must not be acted upon.
func (c *connection) take(e Envelope) (*Delivery, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		c.log.WithField("type", e.Type).Warn("an envelope came while the connection was closing; Slack tells the person that Slipway did not answer")
		return nil, false
	}
	c.pending++
	return &Delivery{Envelope: e, ReceivedAt: time.Now(), write: c.write, settled: c.release}, true
}

func (c *connection) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending--; c.pending == 0 {
		select {
		case c.idle <- struct{}{}:
		default:
		}
	}
}

// putAside deals with a frame nobody can act upon: it is acked bare where that is possible, or Slack would send it again
// and again. Only sizes are logged, as the frame may hold anything.
func (c *connection) putAside(head []byte, size int64) {
	log := c.log.WithField("bytes", size)
	id := salvageID(head)
	if id == "" {
		log.Warn("Slack sent a frame that Slipway cannot read; it was dropped")
		return
	}
	d, taken := c.take(Envelope{ID: id, Type: "unreadable"})
	if !taken {
		return
	}
	defer d.settle()
	if err := d.Ack(c.life, nil); err != nil {
		log.WithError(err).Warn("Slack sent an envelope that Slipway cannot read, and it could not be acked")
		return
	}
	log.Warn("Slack sent an envelope that Slipway cannot read; it was acked so that it does not come again")
}

// write sends one frame when it is this caller's turn. A frame begun is finished whatever ctx does, because the library
// drops the connection, with everybody's acks, when a write is cut off.
func (c *connection) write(ctx context.Context, frame []byte) error {
	select {
	case c.turn <- struct{}{}:
	default:
		select {
		case c.turn <- struct{}{}:
		case <-ctx.Done():
			return fmt.Errorf("wait to write to Slack: %w", ctx.Err())
		case <-c.life.Done():
			return ErrConnectionGone
		}
	}
	defer func() { <-c.turn }()
	limit, cancel := context.WithTimeout(c.life, writeLimit)
	defer cancel()
	if err := c.ws.Write(limit, websocket.MessageText, frame); err != nil {
		return fmt.Errorf("%w: %w", ErrConnectionGone, err)
	}
	return nil
}

// touch notes that something came from Slack.
func (c *connection) touch() {
	c.traffic()
	c.silence.Reset(silenceLimit)
}

func (c *connection) pings() {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			limit, cancel := context.WithTimeout(c.life, pingEvery)
			if err := c.ws.Ping(limit); err != nil {
				c.log.WithError(err).Debug("no pong from Slack yet")
			}
			cancel()
		case <-c.life.Done():
			return
		}
	}
}

// finish closes the connection in order: it goes on taking envelopes until every one is settled, or ctx ends, then
// says goodbye. The reader reads on meanwhile, because closing on unread bytes would reset the connection and could
// destroy acks that are still on their way.
func (c *connection) finish(ctx context.Context) {
	c.finishing.Do(func() {
		for !c.stop(ctx.Err() != nil) {
			select {
			case <-c.idle:
			case <-ctx.Done():
			case <-c.life.Done():
				return
			}
		}
		giveUp := time.AfterFunc(closeWait, func() { c.end(errClosed) })
		defer giveUp.Stop()
		_ = c.ws.Close(websocket.StatusNormalClosure, "")
		c.end(errClosed)
	})
	<-c.done
}

// stop ends the taking of envelopes if nothing is pending, or at any rate when forced, and reports whether it did.
func (c *connection) stop(force bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = c.pending == 0 || force
	return c.stopped
}
