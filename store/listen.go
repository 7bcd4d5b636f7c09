package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// The pause before connecting again grows from the first to the longest.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 5 * time.Second
)

// listen passes on what other processes say they made due. It is a hint that saves a second: whoever claims also looks
// by himself once a second.
func (s *Store) listen(ctx context.Context, config *pgx.ConnConfig) {
	pause := firstPause
	for ctx.Err() == nil {
		heard, err := s.hear(ctx, config)
		if ctx.Err() != nil {
			return
		}
		if heard {
			pause = firstPause
		}
		s.log.WithError(err).Warn("no notifications from PostgreSQL; looking once a second until it is connected again")
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}

// hear listens on a connection of its own until that is lost; true if it was ever listening.
func (s *Store) hear(ctx context.Context, config *pgx.ConnConfig) (bool, error) {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return false, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var channel string
	if err := conn.QueryRow(ctx, "SELECT "+notifyChannel).Scan(&channel); err != nil {
		return false, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return false, err
	}
	// Whatever was said before is lost: look once.
	poke(s.due)
	poke(s.cards)
	for {
		said, err := conn.WaitForNotification(ctx)
		if err != nil {
			return true, err
		}
		switch said.Payload {
		case wordDue:
			poke(s.due)
		case wordCards:
			poke(s.cards)
		}
	}
}
