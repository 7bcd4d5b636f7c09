package bot

import (
	"sync"
	"time"

	"slipway/approval"
)

const (
	postEvery   = time.Second             // chat.postMessage: about one a second in a channel
	updateEvery = 1200 * time.Millisecond // chat.update and functions.complete…: Tier 3, 50 a minute for the whole app
	updateBurst = 20                      // updates that may go at once after a quiet time
	mostTurns   = 100_000                 // kept; those whose time is long over are dropped first
)

// pace keeps within Slack's limits: one post a second in each channel, fifty updates a minute in all. Who has to wait is
// given a turn of their own, so that a thousand cards that wait are looked at twice each and not once a second.
type pace struct {
	clock approval.Clock

	mu    sync.Mutex
	lanes map[string]*lane
	turns map[turn]time.Time
}

// lane is what one limit of Slack's is about: a channel's posts, or all updates.
type lane struct {
	free    time.Time // when the next turn would be without any burst
	blocked time.Time // Slack asked to wait until then
}

// turn is one call that waits for its time.
type turn struct {
	lane    string
	request approval.ID
}

func newPace(clock approval.Clock) *pace {
	return &pace{clock: clock, lanes: map[string]*lane{}, turns: map[turn]time.Time{}}
}

// limits names the lane of a step, how far apart calls are there, and how many may go at once after a quiet time.
func limits(s step, channel string) (name string, every time.Duration, burst int) {
	switch s {
	case postCard, tellThread, remind, postCopy, tellWatch:
		return channel, postEvery, 0
	case answerStep:
		return "steps", updateEvery, updateBurst
	case updateCard, updateCopy:
		return "updates", updateEvery, updateBurst
	}
	return "", 0, 0
}

// wait returns 0 when the call may go now, or how long to wait before asking again: then it may go.
func (p *pace) wait(s step, channel string, request approval.ID) time.Duration {
	name, every, burst := limits(s, channel)
	if name == "" {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	l, ticket := p.lane(name), turn{name, request}
	at, has := p.turns[ticket]
	if has && at.After(now) {
		return at.Sub(now)
	}
	delete(p.turns, ticket)
	if has && !l.blocked.After(now) {
		return 0
	}
	free := latest(l.free, l.blocked, now.Add(-time.Duration(burst)*every))
	l.free = free.Add(every)
	if !free.After(now) {
		return 0
	}
	p.forget(now)
	p.turns[ticket] = free
	return free.Sub(now)
}

// block keeps quiet for as long as Slack asked.
func (p *pace) block(s step, channel string, d time.Duration) {
	name, _, _ := limits(s, channel)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lane(name).blocked = p.clock.Now().Add(d)
}

func (p *pace) lane(name string) *lane {
	l, ok := p.lanes[name]
	if !ok {
		l = &lane{}
		p.lanes[name] = l
	}
	return l
}

// forget drops what no longer matters, so that the maps stay small.
func (p *pace) forget(now time.Time) {
	if len(p.turns) >= mostTurns {
		for ticket, at := range p.turns {
			if now.Sub(at) > time.Minute {
				delete(p.turns, ticket)
			}
		}
	}
	if len(p.lanes) >= mostTurns {
		for name, l := range p.lanes {
			if !l.free.After(now) && !l.blocked.After(now) {
				delete(p.lanes, name)
			}
		}
	}
}

func latest(times ...time.Time) time.Time {
	var max time.Time
	for _, t := range times {
		if t.After(max) {
			max = t
		}
	}
	return max
}
