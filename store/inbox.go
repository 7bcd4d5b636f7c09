package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"slipway/approval"
)

// Seen gives the Request that came of a delivery, see approval.Store.
func (s *Store) Seen(ctx context.Context, receipt approval.Receipt) (approval.ID, error) {
	id, err := seen(ctx, s.db, receipt)
	return id, unanswer(err, "whether this was recorded cannot be read")
}

const receiptSQL = `SELECT request FROM inbox WHERE envelope_id = $1 OR natural_key = $2 LIMIT 1`

// seen finds a delivery by its envelope, or by what it is about under another envelope.
func seen(ctx context.Context, q querier, receipt approval.Receipt) (approval.ID, error) {
	if receipt == (approval.Receipt{}) {
		return 0, nil
	}
	var id approval.ID
	err := q.QueryRowContext(ctx, receiptSQL, textOrNull(receipt.EnvelopeID), textOrNull(receipt.Key)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

func keepReceipt(ctx context.Context, c *change, receipt approval.Receipt, id approval.ID, now time.Time) error {
	if receipt == (approval.Receipt{}) {
		return nil
	}
	_, err := c.ExecContext(ctx, `INSERT INTO inbox (envelope_id, natural_key, request, at) VALUES ($1, $2, $3, $4)`,
		textOrNull(receipt.EnvelopeID), textOrNull(receipt.Key), id, micros(now))
	return err
}
