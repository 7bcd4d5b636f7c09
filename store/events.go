package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"slipway/approval"
)

// detail is the part of an Event that has no column of its own.
type detail struct {
	Name      string              `json:"name,omitempty"` // of the actor
	Described *approval.Described `json:"described,omitempty"`
	Before    *approval.Before    `json:"before,omitempty"`
	Run       *approval.Run       `json:"run,omitempty"`
	Problem   *approval.Problem   `json:"problem,omitempty"`
	ExpiresAt time.Time           `json:"expires_at,omitzero"`
	RetryIn   time.Duration       `json:"retry_in,omitempty"`
	Gone      bool                `json:"gone,omitempty"`
}

// record appends to the audit.
func record(ctx context.Context, c *change, id approval.ID, events ...approval.Recorded) error {
	for _, e := range events {
		packed, err := json.Marshal(detail{Name: e.By.Name, Described: e.Described, Before: e.Before, Run: e.Run,
			Problem: e.Problem, ExpiresAt: e.ExpiresAt, RetryIn: e.RetryIn, Gone: e.Gone})
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `INSERT INTO events (request, at, kind, team, actor, from_state, to_state, detail)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, micros(e.At), string(e.Kind), text(e.By.TeamID), text(e.By.UserID), string(e.From), string(e.To), string(packed))
		if err != nil {
			return err
		}
	}
	return nil
}

// Events lists what happened to a Request, in order, see approval.Store.
func (s *Store) Events(ctx context.Context, id approval.ID) ([]approval.Recorded, error) {
	events, err := events(ctx, s.db, id)
	if err != nil {
		return nil, fmt.Errorf("the events of %s cannot be read: %w", id, err)
	}
	return events, nil
}

func events(ctx context.Context, q querier, id approval.ID) ([]approval.Recorded, error) {
	found, err := q.QueryContext(ctx, `SELECT seq, at, kind, team, actor, from_state, to_state, detail
		FROM events WHERE request = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var events []approval.Recorded
	for found.Next() {
		e := approval.Recorded{Request: id}
		var packed []byte
		if err := found.Scan(&e.Seq, into{&e.At}, &e.Kind, &e.By.TeamID, &e.By.UserID, &e.From, &e.To, &packed); err != nil {
			return nil, err
		}
		var d detail
		if err := json.Unmarshal(packed, &d); err != nil {
			return nil, err
		}
		e.By.Name, e.Described, e.Before, e.Run, e.Problem = d.Name, d.Described, d.Before, d.Run, d.Problem
		e.ExpiresAt, e.RetryIn, e.Gone = d.ExpiresAt, d.RetryIn, d.Gone
		events = append(events, e)
	}
	return events, found.Err()
}
