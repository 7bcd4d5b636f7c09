package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"slipway/approval"
)

// cardRank is the order under load: first cards, then outcomes, then redraws. rank is the same for a row in memory.
const cardRank = `CASE WHEN card_ts = '' THEN 0 WHEN ended_at IS NOT NULL THEN 1 ELSE 2 END`

func (r *row) rank() int {
	switch {
	case r.Card.TS == "":
		return 0
	case !r.EndedAt.IsZero():
		return 1
	}
	return 2
}

func claimCards(d dialect) string {
	return `WITH due AS MATERIALIZED (
			SELECT id AS due_id FROM requests
			WHERE card_due_at <= $1 AND (card_leased_until IS NULL OR card_leased_until <= $1)
			ORDER BY ` + cardRank + `, card_due_at, id LIMIT $3` + d.skipLocked + `)
		UPDATE requests SET card_leased_until = $2, card_fence = card_fence + 1 FROM due WHERE id = due_id RETURNING ` + columns
}

// ClaimCards leases Requests whose card is to be drawn, see approval.Store.
func (s *Store) ClaimCards(ctx context.Context, n int, lease time.Duration) ([]approval.Claim, error) {
	rows, now, err := s.claim(ctx, claimCards(s.dialect), n, lease)
	if err != nil {
		return nil, unanswer(err, "cards could not be claimed")
	}
	slices.SortFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), a.cardDue.Compare(b.cardDue), cmp.Compare(a.ID, b.ID))
	})
	claims := make([]approval.Claim, 0, len(rows))
	for _, r := range rows {
		claims = append(claims, approval.Claim{Request: r.Request, Fence: r.cardFence, At: now})
	}
	return claims, nil
}

// CardShown books what the Announcer did, see approval.Store. It counts after the lease has run out too, as long as
// nobody else has claimed the card: what Slack shows is a fact, and forgetting it would post a second card.
func (s *Store) CardShown(ctx context.Context, claim approval.Claim, shown approval.Shown) error {
	err := s.transact(ctx, func(c *change) error { return s.cardShown(ctx, c, claim, shown) })
	return unanswer(err, "the card of %s could not be recorded", claim.Request.ID)
}

func (s *Store) cardShown(ctx context.Context, c *change, claim approval.Claim, shown approval.Shown) error {
	before, now, err := s.lock(ctx, c, claim.Request.ID)
	if err != nil {
		return err
	}
	if claim.Fence != before.cardFence || before.cardLeasedUntil.IsZero() {
		return answer{approval.ErrLeaseLost}
	}
	after := before
	var events []approval.Event
	if !shown.ExpiresAt.IsZero() && after.State == approval.Pending && after.PostedAt.IsZero() {
		events = append(events, approval.Event{Kind: approval.CardPosted, ExpiresAt: shown.ExpiresAt})
	}
	recorded, err := after.apply(events, now)
	if err != nil {
		return answer{err}
	}
	pressed := claim.Request.Card.TS == "" && before.Card.TS != ""
	if pressed && before.Card.TS != shown.TS {
		shown.Shown = 0 // the copy that was pressed stays, and is drawn next
	} else {
		after.Card = shown.Card
	}
	after.cardLeasedUntil = time.Time{}
	if shown.Again || after.Version > shown.Shown {
		after.cardDue = now
		c.cards = true
	} else {
		after.cardDue = after.NoteAt()
	}
	after, err = write(ctx, c, before, after, recorded)
	c.due = len(events) > 0 && due(after.DueAt, now)
	return err
}

// CardLater gives the card back for a while, see approval.Store.
func (s *Store) CardLater(ctx context.Context, claim approval.Claim, after time.Duration) error {
	err := s.transact(ctx, func(c *change) error {
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		return held(c.ExecContext(ctx, `UPDATE requests SET card_due_at = $1, card_leased_until = NULL
			WHERE id = $2 AND card_fence = $3 AND card_leased_until IS NOT NULL`,
			micros(now.Add(after)), claim.Request.ID, claim.Fence))
	})
	return unanswer(err, "the card of %s could not be put off", claim.Request.ID)
}

// held answers ErrLeaseLost where a statement that names a lease found no row.
func held(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return answer{approval.ErrLeaseLost}
	}
	return nil
}
