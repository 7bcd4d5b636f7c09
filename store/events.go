package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"slipway/approval"
)

// detail is the part of an Event that has no column of its own.
type detail struct {
	Name      string              `json:"name,omitempty"` // of the actor
	Ask       *approval.Ask       `json:"ask,omitempty"`
	Channel   string              `json:"channel,omitempty"`
	Why       string              `json:"why,omitempty"`
	As        []string            `json:"as,omitempty"`
	Described *approval.Described `json:"described,omitempty"`
	Before    *approval.Before    `json:"before,omitempty"`
	Run       *approval.Run       `json:"run,omitempty"`
	Problem   *approval.Problem   `json:"problem,omitempty"`
	ExpiresAt time.Time           `json:"expires_at,omitzero"`
	RetryIn   time.Duration       `json:"retry_in,omitempty"`
	Gone      bool                `json:"gone,omitempty"`
}

// record keeps Events for the end of the transaction, see chain.
func record(c *change, events ...approval.Recorded) { c.recorded = append(c.recorded, events...) }

// chain appends what a transaction has recorded to the audit. It is the last thing that a transaction does: the row that
// holds the newest hash is locked from here to the commit, on PostgreSQL against all other replicas.
func (s *Store) chain(ctx context.Context, c *change) error {
	if len(c.recorded) == 0 {
		return nil
	}
	var seq int64
	var head string
	if err := c.QueryRowContext(ctx, `SELECT seq, hash FROM audit_head`+s.dialect.forUpdate).Scan(&seq, &head); err != nil {
		return fmt.Errorf("the newest event of the audit: %w", err)
	}
	for _, r := range c.recorded {
		packed, err := json.Marshal(detail{Name: r.By.Name, Ask: r.Ask, Channel: r.Channel, Why: r.Why, As: r.As, Described: unsalted(r.Described), Before: r.Before, Run: r.Run,
			Problem: r.Problem, ExpiresAt: r.ExpiresAt, RetryIn: r.RetryIn, Gone: r.Gone})
		if err != nil {
			return err
		}
		seq++
		e := approval.Entry{
			Seq: seq, At: r.At.UTC().Truncate(time.Microsecond), Request: r.Request, Kind: r.Kind, Team: text(r.By.TeamID), Actor: text(r.By.UserID),
			From: r.From, To: r.To, Digest: r.Digest, Detail: json.RawMessage(text(string(packed))), Prev: head,
		}
		head = e.Sum()
		_, err = c.ExecContext(ctx, `INSERT INTO events (seq, request, at, kind, team, actor, from_state, to_state, digest, detail, prev, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			e.Seq, e.Request, micros(e.At), string(e.Kind), e.Team, e.Actor, string(e.From), string(e.To), e.Digest, string(e.Detail), e.Prev, head)
		if err != nil {
			return err
		}
	}
	_, err := c.ExecContext(ctx, `UPDATE audit_head SET seq = $1, hash = $2`, seq, head)
	return err
}

// unsalted leaves out the salt: with it, whoever is given an export could try guesses at the values that a decision binds
// to, among them passwords. Without it the sums tell nothing. The Request keeps it.
func unsalted(d *approval.Described) *approval.Described {
	if d == nil {
		return nil
	}
	told := *d
	told.Bound.Salt = nil
	return &told
}

// Note records an Event that moves no Request, see approval.Store.
func (s *Store) Note(ctx context.Context, id approval.ID, e approval.Event) error {
	err := s.transact(ctx, func(c *change) error {
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		e.At = now
		record(c, approval.Recorded{Request: id, Event: e})
		return nil
	})
	return unanswer(err, "a refusal could not be recorded")
}

const entries = `SELECT seq, request, at, kind, team, actor, from_state, to_state, digest, detail, prev, hash FROM events `

// Events lists what happened to a Request, in order, see approval.Store.
func (s *Store) Events(ctx context.Context, id approval.ID) ([]approval.Recorded, error) {
	found, err := s.entries(ctx, entries+`WHERE request = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("the events of %s cannot be read: %w", id, err)
	}
	events := make([]approval.Recorded, len(found))
	for i, e := range found {
		var d detail
		if err := json.Unmarshal(e.Detail, &d); err != nil {
			return nil, fmt.Errorf("event %d cannot be read: %w", e.Seq, err)
		}
		events[i] = approval.Recorded{Seq: e.Seq, Request: id, From: e.From, To: e.To, Digest: e.Digest, Event: approval.Event{
			Kind: e.Kind, At: e.At, By: approval.Actor{TeamID: e.Team, UserID: e.Actor, Name: d.Name}, Ask: d.Ask, Channel: d.Channel, Why: d.Why, As: d.As,
			Described: d.Described, Before: d.Before, Run: d.Run, Problem: d.Problem, ExpiresAt: d.ExpiresAt, RetryIn: d.RetryIn, Gone: d.Gone,
		}}
	}
	return events, nil
}

func (s *Store) entries(ctx context.Context, query string, args ...any) ([]approval.Entry, error) {
	found, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var list []approval.Entry
	for found.Next() {
		var e approval.Entry
		var packed []byte
		if err := found.Scan(&e.Seq, &e.Request, into{&e.At}, &e.Kind, &e.Team, &e.Actor, &e.From, &e.To, &e.Digest, &packed, &e.Prev, &e.Hash); err != nil {
			return nil, err
		}
		e.Detail = json.RawMessage(packed)
		list = append(list, e)
	}
	return list, found.Err()
}

const entriesAtOnce = 1000

// Audit gives the audit after an entry, in order, some at a time. job is the name or id of a job, or what was typed for
// it: only what belongs to its Requests; "": everything.
func (s *Store) Audit(ctx context.Context, after int64, job string) iter.Seq2[approval.Entry, error] {
	query, args := entries+`WHERE seq > $1 ORDER BY seq LIMIT $2`, []any{after, entriesAtOnce}
	if job != "" {
		query = entries + `WHERE seq > $1 AND request IN (SELECT id FROM requests WHERE asked_job = $3 OR job_id = $3 OR job_name = $3) ORDER BY seq LIMIT $2`
		args = append(args, text(job))
	}
	return func(yield func(approval.Entry, error) bool) {
		for {
			page, err := s.entries(ctx, query, args...)
			if err != nil {
				yield(approval.Entry{}, fmt.Errorf("the audit cannot be read: %w", err))
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
				args[0] = e.Seq
			}
			if len(page) < entriesAtOnce {
				return
			}
		}
	}
}

// AuditHead is the newest event as the database keeps it beside the audit. A *approval.BrokenAuditError where it keeps none.
func (s *Store) AuditHead(ctx context.Context) (approval.AuditHead, error) {
	var head approval.AuditHead
	err := s.db.QueryRowContext(ctx, `SELECT seq, hash FROM audit_head`).Scan(&head.Seq, &head.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		return head, &approval.BrokenAuditError{Words: "what the database keeps as its newest event is gone"}
	}
	if err != nil {
		return head, fmt.Errorf("the newest event of the audit cannot be read: %w", err)
	}
	return head, nil
}
