package locallake

import (
	"context"
	"fmt"
	"sync"
)

// bell tells all who wait that something changed.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

func newBell() *bell { return &bell{ch: make(chan struct{})} }

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.ch)
	b.ch = make(chan struct{})
}

func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ch
}

// Changed is closed at the next change of a job, a run, a fault or the list of
// requests. Take it before looking, or a change in between is missed.
func (s *Server) Changed() <-chan struct{} { return s.bell.next() }

// WaitUntil waits until cond, which may call any method of s, is true. It looks
// after every change and gives up with ctx's error.
func (s *Server) WaitUntil(ctx context.Context, cond func() bool) error {
	for {
		changed := s.Changed()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("locallake: it did not come true: %w", ctx.Err())
		}
	}
}
