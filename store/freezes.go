package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"slipway/approval"
)

const inForceSQL = `SELECT body FROM freezes WHERE thawed_at IS NULL`

// frozen scans a Freeze; none where the column is NULL.
type frozen struct{ f *approval.Freeze }

func (into frozen) Scan(src any) error {
	var body sql.NullString
	if err := body.Scan(src); err != nil {
		return err
	}
	*into.f = approval.Freeze{}
	if !body.Valid {
		return nil
	}
	if err := json.Unmarshal([]byte(body.String), into.f); err != nil {
		return fmt.Errorf("the body of a freeze cannot be read: %w", err)
	}
	return nil
}

// Frozen gives the Freeze in force, see approval.Freezes.
func (s *Store) Frozen(ctx context.Context) (approval.Freeze, error) {
	f, err := inForce(ctx, s.db)
	return f, unanswer(err, "whether starts are frozen cannot be read")
}

func inForce(ctx context.Context, q querier) (approval.Freeze, error) {
	var f approval.Freeze
	err := q.QueryRowContext(ctx, inForceSQL).Scan(frozen{&f})
	if errors.Is(err, sql.ErrNoRows) {
		return f, nil
	}
	return f, err
}

// ChangeFreeze freezes or thaws, see approval.Freezes.
func (s *Store) ChangeFreeze(ctx context.Context, receipt approval.Receipt, decide func(approval.Freeze, time.Time) (approval.Event, error)) (approval.Freeze, []approval.ID, error) {
	var now approval.Freeze
	var underWay []approval.ID
	err := s.transact(ctx, func(c *change) error {
		var err error
		now, underWay, err = s.changeFreeze(ctx, c, receipt, decide)
		return err
	})
	return now, underWay, unanswer(err, "the change could not be recorded")
}

func (s *Store) changeFreeze(ctx context.Context, c *change, receipt approval.Receipt, decide func(approval.Freeze, time.Time) (approval.Event, error)) (approval.Freeze, []approval.ID, error) {
	// Before any row: whoever marks a start has this lock first, too, shared with others who do.
	if s.dialect.lockFreeze != "" {
		if _, err := c.ExecContext(ctx, s.dialect.lockFreeze); err != nil {
			return approval.Freeze{}, nil, err
		}
	}
	now, err := s.now(ctx, c)
	if err != nil {
		return approval.Freeze{}, nil, err
	}
	before, err := inForce(ctx, c)
	if err != nil {
		return approval.Freeze{}, nil, err
	}
	key := textOrNull(cmp.Or(receipt.Key, receipt.EnvelopeID))
	var seen int
	if err := c.QueryRowContext(ctx, `SELECT count(*) FROM freezes WHERE froze_key = $1 OR thawed_key = $1`, key).Scan(&seen); err != nil {
		return approval.Freeze{}, nil, err
	}
	if seen > 0 {
		return before, nil, answer{approval.ErrSeen}
	}
	e, err := decide(before, now)
	if err != nil {
		return before, nil, answer{err}
	}
	e.At = now
	after := approval.Freeze{}
	if e.Kind == approval.HouseFrozen {
		after = approval.Freeze{By: e.By, Since: now, Why: e.Why, Channel: e.Channel}
		err = freeze(ctx, c, after, key)
	} else {
		_, err = c.ExecContext(ctx, `UPDATE freezes SET thawed_at = $1, thawed_key = $2 WHERE thawed_at IS NULL`, micros(now), key)
	}
	if err != nil {
		return before, nil, err
	}
	record(c, approval.Recorded{Event: e})
	if err := touchWaiting(ctx, c, now, !after.On()); err != nil {
		return before, nil, err
	}
	underWay, err := underWay(ctx, c, after)
	return after, underWay, err
}

func freeze(ctx context.Context, c *change, f approval.Freeze, key any) error {
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `INSERT INTO freezes (froze_key, body) VALUES ($1, $2)`, key, text(string(body)))
	return err
}

const (
	waitingSQL = ` WHERE ended_at IS NULL AND action = 'start' AND state IN ('opened', 'pending', 'approved')`
	// An opened Request has no card yet, but whoever describes it now must not find it as it was.
	touchSQL    = `UPDATE requests SET version = version + 1, card_due_at = CASE WHEN state = 'opened' THEN card_due_at ELSE $1 END` + waitingSQL
	hurrySQL    = `UPDATE requests SET due_at = $1` + waitingSQL + ` AND state = 'approved'`
	underWaySQL = `SELECT id FROM requests WHERE ended_at IS NULL AND action = 'start' AND state = 'starting' ORDER BY id`
)

// touchWaiting makes the cards of starts that wait due, and after a thaw the starts themselves.
func touchWaiting(ctx context.Context, c *change, now time.Time, thawed bool) error {
	if _, err := c.ExecContext(ctx, touchSQL, micros(now)); err != nil {
		return err
	}
	c.cards = true
	if !thawed {
		return nil
	}
	_, err := c.ExecContext(ctx, hurrySQL, micros(now))
	c.due = true
	return err
}

// underWay are the starts that a new Freeze comes too late for.
func underWay(ctx context.Context, c *change, f approval.Freeze) ([]approval.ID, error) {
	if !f.On() {
		return nil, nil
	}
	found, err := c.QueryContext(ctx, underWaySQL)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var ids []approval.ID
	for found.Next() {
		var id approval.ID
		if err := found.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, found.Err()
}
