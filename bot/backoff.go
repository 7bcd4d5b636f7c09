package bot

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// retryPauses are the pauses after the first, second, … failure in a row; the last one repeats. apps.connections.open
// takes about one call a minute for long (Tier 1), and a short hiccup should heal at once.
var retryPauses = []time.Duration{500 * time.Millisecond, 2 * time.Second, 8 * time.Second, 30 * time.Second, time.Minute}

const (
	// crowdedPause follows "too many connections": they belong to somebody, and end only when that process does.
	crowdedPause = 2 * time.Minute
	// rateLimitPause is for a rate limit without a Retry-After.
	rateLimitPause = time.Minute
)

// backoff says when the next connection may be opened. All connections of a Socket share it, as Slack's limits are per app.
type backoff struct {
	mu       sync.Mutex
	failures int // in a row
	until    time.Time
}

// wait returns when a connection may be opened, or with ctx's error.
func (b *backoff) wait(ctx context.Context) error {
	for {
		b.mu.Lock()
		left := time.Until(b.until)
		b.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		select {
		case <-time.After(left):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// failed notes a failure and returns the pause that follows it.
func (b *backoff) failed(why error) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	pause := retryPauses[min(b.failures, len(retryPauses)-1)]
	b.failures++
	// Half to one and a half: processes cut off together must not come back together.
	pause = pause/2 + rand.N(pause)
	pause = max(pause, leastPause(why))
	if until := time.Now().Add(pause); until.After(b.until) {
		b.until = until
	}
	return pause
}

// steady notes that a connection has held for a while: the next failure is a first one again.
func (b *backoff) steady() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = 0
}

// leastPause is what the cause asks for, whatever the number of failures; zero when it asks for nothing.
func leastPause(why error) time.Duration {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var answer slack.SlackErrorResponse
	switch {
	case errors.As(why, &limited):
		return limited.RetryAfter
	case errors.As(why, &status) && status.Code == 429, errors.As(why, &answer) && answer.Err == "ratelimited":
		return rateLimitPause
	case errors.Is(why, ErrCrowded):
		return crowdedPause + rand.N(crowdedPause/2)
	}
	return 0
}
