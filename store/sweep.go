package store

import (
	"context"
	"time"
)

const (
	sweepEvery   = time.Minute
	keepReceipts = 7 * 24 * time.Hour // Slack delivers again within minutes, not days
)

const (
	sweepRepliesSQL  = `UPDATE requests SET reply_url = NULL, reply_until = NULL WHERE reply_until <= $1`
	sweepReceiptsSQL = `DELETE FROM inbox WHERE at <= $1`
)

// sweep removes reply URLs that Slack no longer takes and deliveries that Slack no longer repeats. It runs beside
// claiming, at most once a minute; when it fails, the next minute's does the work.
func (s *Store) sweep(ctx context.Context, now time.Time) {
	last := s.swept.Load()
	if now.Sub(time.UnixMicro(last)) < sweepEvery || !s.swept.CompareAndSwap(last, now.UnixMicro()) {
		return
	}
	err := s.transact(ctx, func(c *change) error {
		if _, err := c.ExecContext(ctx, sweepRepliesSQL, micros(now)); err != nil {
			return err
		}
		_, err := c.ExecContext(ctx, sweepReceiptsSQL, micros(now.Add(-keepReceipts)))
		return err
	})
	if err != nil {
		s.log.WithError(err).Warn("old reply URLs and deliveries could not be removed; trying again in a minute")
	}
}
