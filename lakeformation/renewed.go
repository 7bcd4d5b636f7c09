package lakeformation

import (
	"context"
	"sync"
	"time"
)

const (
	fetchTimeout = 10 * time.Second
	// lifeUnknown stands in where nobody says when it ends.
	lifeUnknown = time.Hour
	// fresh is the age below which what was refused is not replaced: another would be refused as well.
	fresh = time.Minute
	// afterNo keeps a definite refusal from being asked for again and again: IAM locks a user after a few.
	afterNo = 5 * time.Minute
)

// renewed is what ends after a while and is fetched anew before: a token, or temporary keys. All callers share it and
// one fetch at a time. Where a renewal fails, the old one is used while it lasts; then there is none.
type renewed[T any] struct {
	fetch func(context.Context) (T, time.Time, *Error)
	early time.Duration // how long before its end it is renewed; of a short-lived one, a quarter of its life
	now   func() time.Time

	mu      sync.Mutex
	value   T
	held    bool
	fetched time.Time
	renewAt time.Time
	ends    time.Time
	no      *Error // a definite refusal, repeated until noUntil
	noUntil time.Time
	flight  *flight[T] // the one fetch under way, if any
}

// flight is one fetch that several callers wait for.
type flight[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// current gives what is valid now. Its error is the *Error of the fetch, or the context's.
func (r *renewed[T]) current(ctx context.Context) (T, error) {
	r.mu.Lock()
	now := r.now()
	var none T
	switch {
	case r.held && now.Before(r.renewAt):
		defer r.mu.Unlock()
		return r.value, nil
	case r.no != nil && now.Before(r.noUntil):
		defer r.mu.Unlock()
		return none, r.no
	}
	f := r.flight
	if f == nil {
		f = &flight[T]{done: make(chan struct{})}
		r.flight = f
		// A caller that gives up must not spoil it for the others.
		go r.fly(context.WithoutCancel(ctx), f)
	}
	r.mu.Unlock()
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case <-f.done:
		return f.value, f.err
	}
}

// fly fetches, keeps what comes, and tells all who wait.
func (r *renewed[T]) fly(ctx context.Context, f *flight[T]) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	value, ends, e := r.fetch(ctx)

	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	switch {
	case e == nil:
		life := max(ends.Sub(now), fresh)
		r.value, r.held, r.fetched, r.ends, r.no = value, true, now, now.Add(life), nil
		r.renewAt = r.ends.Add(-min(r.early, life/4))
	case r.held && now.Before(r.ends):
		value = r.value
		r.renewAt = now.Add(fresh)
	default:
		f.err = e
		if e.Class == Unauthorized || e.Class == Refused {
			r.no, r.noUntil = e, now.Add(afterNo)
		}
	}
	f.value = value
	r.flight = nil
	close(f.done)
}

// refused drops what a service refused, and reports whether the next may do better. What is less than a minute old is
// kept: it was wrong from the start, and fetching one after the other would not help.
func (r *renewed[T]) refused(is func(T) bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.held || !is(r.value) {
		return true // somebody has renewed it already
	}
	if r.now().Sub(r.fetched) < fresh {
		return false
	}
	r.held = false
	return true
}
