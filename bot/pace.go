package bot

import (
	"sync"
	"time"

	"slipway/approval"
)

const (
	postEvery   = time.Second             // chat.postMessage: about one a second in a channel
	updateEvery = 1200 * time.Millisecond // chat.update: Tier 3, 50 a minute for the whole app
	updateBurst = 20                      // updates that may go at once after a quiet time
)

// pace keeps within Slack's limits: one post a second in each channel, fifty updates a minute in all.
type pace struct {
	clock approval.Clock

	mu       sync.Mutex
	channels map[string]time.Time // when the next post may go
	updates  time.Time            // when the next update would go without any burst
	blocked  time.Time            // Slack asked to wait with updates until then
}

func newPace(clock approval.Clock) *pace {
	return &pace{clock: clock, channels: map[string]time.Time{}}
}

// wait takes a turn and returns 0, or returns how long to wait before asking again.
func (p *pace) wait(s step, channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	switch s {
	case postCard, tellThread:
		if next := p.channels[channel]; next.After(now) {
			return next.Sub(now)
		}
		p.forget(now)
		p.channels[channel] = now.Add(postEvery)
	case updateCard:
		if p.blocked.After(now) {
			return p.blocked.Sub(now)
		}
		earliest := now.Add(-updateBurst * updateEvery)
		if p.updates.Before(earliest) {
			p.updates = earliest
		}
		if p.updates.After(now) {
			return p.updates.Sub(now)
		}
		p.updates = p.updates.Add(updateEvery)
	}
	return 0
}

// block keeps quiet for as long as Slack asked.
func (p *pace) block(s step, channel string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	until := p.clock.Now().Add(d)
	if s == updateCard {
		p.blocked = until
		return
	}
	p.channels[channel] = until
}

// forget drops channels that may post anyway, so that the map stays small.
func (p *pace) forget(now time.Time) {
	if len(p.channels) < 1000 {
		return
	}
	for channel, next := range p.channels {
		if !next.After(now) {
			delete(p.channels, channel)
		}
	}
}
