package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"slipway/approval"
)

// change is one transaction, and what it makes due.
type change struct {
	*sql.Tx
	due, cards bool
	recorded   []approval.Recorded // for the audit, at its end
}

// attempts is how often a transaction is run when it collides with another: the second one usually sees what the other
// has committed and answers in words.
const attempts = 5

var errSwapped = errors.New("the row was changed at the same time")

// transact runs do in a transaction and commits it. do may run several times, each time from the start.
func (s *Store) transact(ctx context.Context, do func(*change) error) error {
	var err error
	for range attempts {
		if err = s.once(ctx, do); err == nil || !errors.Is(err, errSwapped) && !s.dialect.clashed(err) {
			return err
		}
	}
	return err
}

func (s *Store) once(ctx context.Context, do func(*change) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	c := &change{Tx: tx}
	if err := do(c); err != nil {
		return err
	}
	if err := s.notify(ctx, c); err != nil {
		return err
	}
	if err := s.chain(ctx, c); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	if c.due {
		poke(s.due)
	}
	if c.cards {
		poke(s.cards)
	}
	return nil
}

// notify tells other processes what they will find due once this transaction is committed.
func (s *Store) notify(ctx context.Context, c *change) error {
	if s.dialect.notify == "" {
		return nil
	}
	for what, made := range map[string]bool{wordDue: c.due, wordCards: c.cards} {
		if made {
			if _, err := c.ExecContext(ctx, s.dialect.notify, what); err != nil {
				return err
			}
		}
	}
	return nil
}

// The words that processes on one PostgreSQL send each other.
const (
	wordDue   = "due"
	wordCards = "cards"
)

// answer is an error that is an answer to the caller, not a failure of the database: it is handed on as it is.
type answer struct{ error }

// unanswer gives back an answer, or puts words before a failure of the database.
func unanswer(err error, failed string, args ...any) error {
	var a answer
	switch {
	case err == nil:
		return nil
	case errors.As(err, &a):
		return a.error
	}
	return fmt.Errorf(failed+": %w", append(args, err)...)
}
