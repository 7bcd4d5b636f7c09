package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"slipway/approval"
)

// claimDue leases rows. Locked rows are passed over: somebody is changing them, and they are due again if that says so.
func claimDue(d dialect) string {
	return `WITH due AS MATERIALIZED (
			SELECT id AS due_id FROM requests
			WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
			ORDER BY due_at, id LIMIT $3` + d.skipLocked + `)
		UPDATE requests SET leased_until = $2, fence = fence + 1 FROM due WHERE id = due_id RETURNING ` + columns
}

// ClaimDue leases Requests to work on, see approval.Store.
func (s *Store) ClaimDue(ctx context.Context, n int, lease time.Duration) ([]approval.Claim, error) {
	rows, now, err := s.claim(ctx, claimDue(s.dialect), n, lease)
	if err != nil {
		return nil, unanswer(err, "work could not be claimed")
	}
	slices.SortFunc(rows, func(a, b *row) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) })
	claims := make([]approval.Claim, 0, len(rows))
	for _, r := range rows {
		claims = append(claims, approval.Claim{Request: r.Request, Fence: r.fence, At: now})
	}
	return claims, nil
}

// claim leases up to n rows with one of the two claiming statements, in no order, and says when.
func (s *Store) claim(ctx context.Context, query string, n int, lease time.Duration) ([]*row, time.Time, error) {
	var rows []*row
	var now time.Time
	err := s.transact(ctx, func(c *change) error {
		var err error
		if now, err = s.now(ctx, c); err != nil {
			return err
		}
		rows, err = some(ctx, c, query, micros(now), micros(now.Add(lease)), n)
		return err
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, r := range rows {
		r.hideOldReply(now)
	}
	s.sweep(ctx, now)
	return rows, now, nil
}

// Renew prolongs a lease that is still held, see approval.Store.
func (s *Store) Renew(ctx context.Context, c approval.Claim, lease time.Duration) error {
	err := s.transact(ctx, func(tx *change) error {
		now, err := s.now(ctx, tx)
		if err != nil {
			return err
		}
		return held(tx.ExecContext(ctx, `UPDATE requests SET leased_until = $1 WHERE id = $2 AND fence = $3 AND leased_until > $4`,
			micros(now.Add(lease)), c.Request.ID, c.Fence, micros(now)))
	})
	return unanswer(err, "the lease on %s could not be renewed", c.Request.ID)
}

// Backlog counts the Requests that are due and that nobody works on yet, and the cards that are due or being drawn.
func (s *Store) Backlog(ctx context.Context) (int, error) {
	now, err := s.now(ctx, s.db)
	if err != nil {
		return 0, err
	}
	var n int
	err = s.db.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM requests WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)) +
		(SELECT count(*) FROM requests WHERE card_due_at <= $1)`, micros(now)).Scan(&n)
	return n, unanswer(err, "the backlog cannot be read")
}

// ForgetLeases ends all leases. Only for a process that has the database for itself, see Lock: whoever held them is gone.
func (s *Store) ForgetLeases(ctx context.Context) error {
	err := s.transact(ctx, func(c *change) error {
		_, err := c.ExecContext(ctx, `UPDATE requests SET leased_until = NULL, card_leased_until = NULL
			WHERE leased_until IS NOT NULL OR card_leased_until IS NOT NULL`)
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `UPDATE watches SET leased_until = NULL WHERE leased_until IS NOT NULL`)
		return err
	})
	return unanswer(err, "the leases of the process before could not be ended. Let Slipway's user write the database, and see that its disk is neither full nor read-only")
}
