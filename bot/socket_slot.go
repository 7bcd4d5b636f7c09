package bot

import (
	"context"
	"errors"
	"sync"
	"time"
)

// running is one Run of a Socket. Each of its slots keeps one connection up.
type running struct {
	*Socket
	pool  *pool
	life  context.Context // the connections'; ends when Run returns
	stop  context.CancelCauseFunc
	slots sync.WaitGroup
}

// keepOne keeps one connection up. The next one is usable before the last one is closed.
func (r *running) keepOne(ctx context.Context) {
	var current *connection
	for {
		next, err := r.open(ctx)
		if err != nil {
			r.stop(err)
			return
		}
		if old := current; old != nil {
			r.slots.Go(func() { r.retire(ctx, old) })
		}
		current = next
		if !r.watch(ctx, current) {
			return
		}
	}
}

// open returns a usable connection, however long that takes. Its errors are a *SocketRefusedError and ctx's own.
func (r *running) open(ctx context.Context) (*connection, error) {
	select {
	case r.opening <- struct{}{}:
		defer func() { <-r.opening }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		if err := r.backoff.wait(ctx); err != nil {
			return nil, err
		}
		c, err := r.attempt(ctx)
		if err == nil {
			return c, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if refused, ok := asRefusal(err); ok {
			return nil, refused
		}
		r.noteProblem(err)
		pause := r.backoff.failed(err)
		r.cfg.Log.WithError(err).Warnf("no connection to Slack; the next try is in %s", pause.Round(100*time.Millisecond))
	}
}

// attempt opens one connection and waits for its hello.
func (r *running) attempt(ctx context.Context) (*connection, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, connectLimit, errNoHello)
	defer cancel()
	url, err := r.cfg.Open(ctx)
	if err != nil {
		return nil, err
	}
	c, err := connect(ctx, r.life, r.dial, url, r.cfg.Log, hooks{
		deliver: r.pool.deliver,
		refused: func(e *SocketRefusedError) { r.stop(e) },
		traffic: r.noteTraffic,
	})
	if err != nil {
		return nil, err
	}
	select {
	case <-c.ready:
	case <-c.leaving.Done():
		err = context.Cause(c.leaving)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	select {
	case <-c.ready: // it may be leaving already, and serves until its replacement does
		r.noteUsable(c)
		return c, nil
	default:
	}
	c.end(err)
	<-c.done
	return nil, err
}

// watch returns true when c needs a replacement, and false when ctx has ended.
func (r *running) watch(ctx context.Context, c *connection) bool {
	steady, held := time.After(steadyAfter), false
	for {
		select {
		case <-steady:
			held = true
			r.backoff.steady()
		case <-c.leaving.Done():
			cause := context.Cause(c.leaving)
			r.cfg.Log.WithError(cause).Info("a connection to Slack is being replaced")
			r.noteProblem(cause)
			// A connection that never holds must not be replaced at full speed.
			if !held || errors.Is(cause, ErrCrowded) {
				r.backoff.failed(cause)
			}
			return true
		case <-ctx.Done():
			return false
		}
	}
}

// retire closes a connection whose replacement is usable. One that Slack has announced to end gets no new envelopes soon;
// an aged one still does, so it stays until Slack ends it. When ctx ends Run closes it.
func (r *running) retire(ctx context.Context, c *connection) {
	select {
	case <-c.announced:
	case <-time.After(lingerLimit):
	case <-c.done:
	case <-ctx.Done():
		return
	}
	select {
	case <-time.After(lingerAfter):
	case <-c.done:
	case <-ctx.Done():
		return
	}
	limit, cancel := context.WithTimeout(r.pool.ctx, ackWait)
	defer cancel()
	c.finish(limit)
}

// closeAll says goodbye on every connection at once. Handlers have ended by now, or will be waited for no longer.
func (r *running) closeAll() {
	limit, cancel := context.WithTimeout(r.life, lastAckWait)
	defer cancel()
	var all sync.WaitGroup
	for _, c := range r.connections() {
		all.Go(func() { c.finish(limit) })
	}
	all.Wait()
}
