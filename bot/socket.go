// Package bot is where Slipway meets Slack. Socket brings deliveries in; everything else in here answers them.
package bot

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

const (
	// MaxConnections is one less than Slack's ten for an app, so that there is room to open a replacement.
	MaxConnections = 9

	connectLimit = 30 * time.Second // for apps.connections.open, the dial and hello together
	steadyAfter  = 30 * time.Second // a connection that held this long was a success
	lingerAfter  = 2 * time.Second  // from Slack's disconnect and the new hello to our close: for what is on its way
	lingerLimit  = 3 * time.Minute  // for an aged connection that Slack does not end
	ackWait      = 10 * time.Second // for the acks of a connection that was replaced
	lastAckWait  = time.Second      // for acks not sent by a handler (busy, unreadable) when Run ends
)

// SocketConfig is what a Socket needs. Open and Handle are required.
type SocketConfig struct {
	// Open calls apps.connections.open and returns the address to dial. It must obey ctx and return slack-go's errors.
	Open func(ctx context.Context) (url string, err error)
	// Handle is called on one of Workers goroutines. Its ctx outlives Run's by up to DrainTimeout.
	Handle func(ctx context.Context, d *Delivery)
	// Overflow is called in the place of Handle for a delivery that waited longer than Wait or found Queue full, then on
	// the goroutine that reads the connection: ack with words and return. Nil leaves the delivery without an ack, and
	// Slack tells the person that the app did not answer.
	Overflow func(ctx context.Context, d *Delivery)
	// OnPanic is called after Handle or Overflow panicked without having acked; it may ack with words. Nil as for Overflow.
	OnPanic func(ctx context.Context, d *Delivery)
	// Settled hears how each delivery ended, once nobody will ack it any more. It must return quickly.
	Settled func(Settled)

	Connections  int           // kept up side by side; default 1, at most MaxConnections
	Workers      int           // default 4
	Queue        int           // deliveries waiting for a worker; default 2,000
	Wait         time.Duration // for a worker; longer would leave too little of Slack's three seconds; default 1 s
	DrainTimeout time.Duration // for handlers to end after Run's ctx did; default 20 s
	HTTPClient   *http.Client  // for dialling; default http.DefaultClient
	Log          *logrus.Entry // default logrus's standard logger

	Now func() time.Time // of SocketStatus.LastTraffic; default time.Now
}

// Settled is how a Delivery ended.
type Settled struct {
	Type  string        // the Envelope's
	Acked bool          // false: Slack tells the person that the app did not answer
	Took  time.Duration // from the arrival to the ack; 0 without one
}

func (c SocketConfig) withDefaults() SocketConfig {
	unanswered := func(context.Context, *Delivery) {}
	if c.Overflow == nil {
		c.Overflow = unanswered
	}
	if c.OnPanic == nil {
		c.OnPanic = unanswered
	}
	if c.Settled == nil {
		c.Settled = func(Settled) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Connections <= 0 {
		c.Connections = 1
	}
	c.Connections = min(c.Connections, MaxConnections)
	if c.Workers <= 0 {
		c.Workers = 4
	}
	if c.Queue <= 0 {
		c.Queue = 2000
	}
	if c.Wait <= 0 {
		c.Wait = time.Second
	}
	if c.DrainTimeout <= 0 {
		c.DrainTimeout = 20 * time.Second
	}
	if c.Log == nil {
		c.Log = logrus.NewEntry(logrus.StandardLogger())
	}
	return c
}

// Socket keeps Slipway connected to Slack by Socket Mode. See https://docs.slack.dev/apis/events-api/using-socket-mode.
type Socket struct {
	cfg     SocketConfig
	dial    dialer
	backoff backoff
	opening chan struct{} // filled by the one slot that may open a connection

	mu     sync.Mutex
	usable map[*connection]struct{} // hello was seen and the end was not
	status SocketStatus             // Connected is filled in when asked for
}

// NewSocket makes a Socket; Run connects it.
func NewSocket(cfg SocketConfig) *Socket {
	return &Socket{
		cfg:     cfg.withDefaults(),
		dial:    dialWith(cfg.HTTPClient),
		opening: make(chan struct{}, 1),
		usable:  map[*connection]struct{}{},
	}
}

// Run keeps the connections up until ctx ends, and then drains: nothing more is taken, handlers end, their acks are
// written, the connections are closed, and Run returns nil. Before that it returns only when Slack refuses this app
// for good, with a *SocketRefusedError, after the same drain; everything else is tried again for ever. Call it once.
func (s *Socket) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	life, endAll := context.WithCancel(context.WithoutCancel(ctx))
	defer endAll()
	p := startPool(ctx, s.cfg)
	defer p.abort()

	r := &running{Socket: s, life: life, pool: p, stop: stop}
	for range s.cfg.Connections {
		r.slots.Go(func() { r.keepOne(ctx) })
	}
	<-ctx.Done()
	s.stopping()
	p.drain(s.cfg.DrainTimeout)
	r.slots.Wait()
	r.closeAll()

	var refused *SocketRefusedError
	if errors.As(context.Cause(ctx), &refused) {
		return refused
	}
	return nil
}
