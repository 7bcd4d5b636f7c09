package lakeformation

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	maxRetries = 3
	firstWait  = 500 * time.Millisecond
	// longestWait is the most a read waits before one retry; an answer that asks for more ends the call instead.
	longestWait = 10 * time.Second
)

// retried repeats a read after faults that pass, and once with a renewed token, as long as ctx leaves time for it.
func (c *Client) retried(ctx context.Context, r request, out any, call *Call) *Error {
	renewed := false
	for retry := 0; ; {
		e := c.attempt(ctx, r, out, call)
		switch {
		case e == nil:
			return nil
		case e.Renewable && !renewed && ctx.Err() == nil:
			renewed = true
			continue
		case retry == maxRetries || !passes(e) || ctx.Err() != nil:
			return e
		}
		wait := max(backoff(retry), e.RetryAfter)
		if deadline, ok := ctx.Deadline(); wait > longestWait || ok && time.Until(deadline) < wait {
			return e
		}
		if c.sleep(ctx, wait) != nil {
			return e
		}
		retry++
	}
}

// passes reports whether the fault may be gone a moment later.
func passes(e *Error) bool {
	switch {
	case e.HTTPStatus == 408, e.HTTPStatus == 429, e.HTTPStatus >= 500:
		return true
	case e.HTTPStatus == 0 && e.why == whyCredentials:
		return e.Class == NeverSent
	}
	switch e.why {
	case whyDNS, whyNoListener, whyDial, whyTimeout, whyBroken:
		return true
	}
	return false
}

// backoff doubles from firstWait; up to half of it is left to chance, so that clients do not come back together.
func backoff(retry int) time.Duration {
	full := firstWait << retry
	return full/2 + rand.N(full/2+1)
}
