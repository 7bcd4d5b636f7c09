package store

import (
	"context"
	"database/sql"
	"time"

	"slipway/approval"
)

// Standing is how much there is to do, for those who watch.
type Standing struct {
	Open       map[approval.State]int // Requests that have not ended
	DueFor     time.Duration          // how long the oldest due Request has waited for a worker; 0: none waits
	CardDueFor time.Duration          // how long the oldest due card has waited to be drawn; 0: none waits
	Frozen     bool                   // all starts are
}

const (
	openSQL   = `SELECT state, count(*) FROM requests WHERE ended_at IS NULL GROUP BY state`
	oldestSQL = `SELECT
		(SELECT min(due_at) FROM requests WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)),
		(SELECT min(card_due_at) FROM requests WHERE card_due_at <= $1 AND (card_leased_until IS NULL OR card_leased_until <= $1))`
)

// Standing reads how much there is to do. It reads open Requests alone, however many have ended.
func (s *Store) Standing(ctx context.Context) (Standing, error) {
	standing := Standing{Open: map[approval.State]int{}}
	now, err := s.now(ctx, s.db)
	if err != nil {
		return standing, unanswer(err, "the time cannot be read")
	}
	var due, cards sql.NullInt64
	if err := s.db.QueryRowContext(ctx, oldestSQL, micros(now)).Scan(&due, &cards); err != nil {
		return standing, unanswer(err, "what is due cannot be read")
	}
	standing.DueFor, standing.CardDueFor = since(due, now), since(cards, now)
	freeze, err := s.Frozen(ctx)
	if err != nil {
		return standing, err
	}
	standing.Frozen = freeze.On()
	rows, err := s.db.QueryContext(ctx, openSQL)
	if err != nil {
		return standing, unanswer(err, "the open requests cannot be counted")
	}
	defer rows.Close()
	for rows.Next() {
		var state approval.State
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return standing, unanswer(err, "the open requests cannot be counted")
		}
		standing.Open[state] = n
	}
	return standing, unanswer(rows.Err(), "the open requests cannot be counted")
}

// since is how long ago a stored time is; 0 where there is none.
func since(at sql.NullInt64, now time.Time) time.Duration {
	if !at.Valid {
		return 0
	}
	return max(now.Sub(time.UnixMicro(at.Int64)), 0)
}
