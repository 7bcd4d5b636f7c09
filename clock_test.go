package main

import (
	"slices"
	"sync"
	"time"
)

// handClock is an approval.Clock that a story moves on.
type handClock struct {
	mu    sync.Mutex
	now   time.Time
	waits []*handWait
}

type handWait struct {
	until time.Time
	then  func(now time.Time)
}

func newHandClock() *handClock { return &handClock{now: time.Now()} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	c.waits = append(c.waits, &handWait{c.now.Add(d), func(now time.Time) { ch <- now }})
	return ch
}

// AfterFunc makes it a clock for the local LakeFormation, too.
func (c *handClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := &handWait{c.now.Add(d), func(time.Time) { go f() }}
	c.waits = append(c.waits, w)
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.waits, w)
		if i >= 0 {
			c.waits = slices.Delete(c.waits, i, i+1)
		}
		return i >= 0
	}
}

// Advance moves the time on, and wakes whoever waited for it.
func (c *handClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	var left []*handWait
	for _, w := range c.waits {
		if w.until.After(c.now) {
			left = append(left, w)
		} else {
			w.then(c.now)
		}
	}
	c.waits = left
}
