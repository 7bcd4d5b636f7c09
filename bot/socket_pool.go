package bot

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// pool runs deliveries on a fixed number of workers, with a bounded queue before them.
type pool struct {
	log      *logrus.Entry
	ctx      context.Context // the handlers'; outlives Run's own by the drain
	abort    context.CancelFunc
	handle   func(context.Context, *Delivery)
	overflow func(context.Context, *Delivery)
	onPanic  func(context.Context, *Delivery)
	settled  func(Settled)
	workers  sync.WaitGroup

	mu     sync.Mutex
	queue  chan *Delivery
	closed bool
}

// startPool starts the workers. Their context has ctx's values and not its end.
func startPool(ctx context.Context, cfg SocketConfig) *pool {
	p := &pool{
		log: cfg.Log, handle: cfg.Handle, overflow: cfg.Overflow, onPanic: cfg.OnPanic, settled: cfg.Settled,
		queue: make(chan *Delivery, cfg.Queue),
	}
	p.ctx, p.abort = context.WithCancel(context.WithoutCancel(ctx))
	for range cfg.Workers {
		p.workers.Go(func() {
			for d := range p.queue {
				if time.Since(d.ReceivedAt) > cfg.Wait {
					p.overflows(d)
				} else {
					p.run(d, p.handle)
				}
			}
		})
	}
	return p
}

// deliver queues d, and never blocks on a worker. A full queue is answered here, by overflow.
func (p *pool) deliver(d *Delivery) {
	p.mu.Lock()
	closed, queued := p.closed, false
	if !closed {
		select {
		case p.queue <- d:
			queued = true
		default:
		}
	}
	p.mu.Unlock()
	switch {
	case queued:
	case closed:
		p.log.WithField("type", d.Type).Warn("an envelope came while Slipway was stopping; Slack tells the person that it did not answer")
		p.settle(d)
	default:
		p.overflows(d)
	}
}

func (p *pool) overflows(d *Delivery) {
	p.log.WithField("type", d.Type).Warn("more comes from Slack than can be recorded; the answer is: busy")
	p.run(d, p.overflow)
}

// run calls f and survives its panic. A panic is never acked as if the delivery had been recorded: onPanic may ack it with
// words, and otherwise Slack itself tells the person that the app did not answer.
func (p *pool) run(d *Delivery, f func(context.Context, *Delivery)) {
	defer p.settle(d)
	if p.survives(d, f) || d.Acked() {
		return
	}
	p.survives(d, p.onPanic)
}

func (p *pool) settle(d *Delivery) {
	d.settle()
	p.settled(Settled{Type: d.Type, Acked: d.Acked(), Took: time.Duration(d.took.Load())})
}

func (p *pool) survives(d *Delivery, f func(context.Context, *Delivery)) (survived bool) {
	defer func() {
		if r := recover(); r != nil {
			p.log.WithFields(logrus.Fields{"type": d.Type, "envelope": d.ID, "panic": r, "stack": string(debug.Stack())}).
				Error("a handler panicked: this is a mistake in Slipway")
		}
	}()
	f(p.ctx, d)
	return true
}

// abortGrace is how long handlers have, after the drain, to notice that their context has ended.
const abortGrace = 2 * time.Second

// drain takes nothing more and waits until what was taken is handled; after limit it cuts the handlers' context, and a
// little later it returns without those that still do not end.
func (p *pool) drain(limit time.Duration) {
	p.mu.Lock()
	p.closed = true
	close(p.queue)
	p.mu.Unlock()

	ended := make(chan struct{})
	go func() {
		p.workers.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return
	case <-time.After(limit):
	}
	p.log.Warnf("handlers still run %s after the stop; their context ends now", limit)
	p.abort()
	select {
	case <-ended:
	case <-time.After(abortGrace):
		p.log.Error("handlers do not end; their envelopes stay without an answer")
	}
}
