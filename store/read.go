package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"slipway/approval"
)

// Request reads one, see approval.Store.
func (s *Store) Request(ctx context.Context, id approval.ID) (approval.Request, error) {
	r, err := one(ctx, s.db, id, "")
	if err != nil {
		return approval.Request{}, unanswer(err, "%s cannot be read", id)
	}
	now, err := s.now(ctx, s.db)
	if err != nil {
		return approval.Request{}, unanswer(err, "%s cannot be read", id)
	}
	r.hideOldReply(now)
	return r.Request, nil
}

// one reads a row with its decisions. lock is "", or locks the row to the end of the transaction.
func one(ctx context.Context, q querier, id approval.ID, lock string) (row, error) {
	r, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+` FROM requests WHERE id = $1`+lock, id))
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, answer{&approval.Error{Code: approval.NotFound, Request: id,
			Words: approval.T("There is no %s.", id), Hint: approval.T("Please check the number.")}}
	}
	if err != nil {
		return row{}, err
	}
	return r, withDecisions(ctx, q, []*row{&r})
}

// some reads rows with their decisions.
func some(ctx context.Context, q querier, query string, args ...any) ([]*row, error) {
	found, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var rows []*row
	for found.Next() {
		r, err := scan(found)
		if err != nil {
			return nil, err
		}
		rows = append(rows, &r)
	}
	if err := found.Err(); err != nil {
		return nil, err
	}
	// SQLite has one connection: it must be free before the next query.
	if err := found.Close(); err != nil {
		return nil, err
	}
	return rows, withDecisions(ctx, q, rows)
}

const noApprovers = "[]"

// withDecisions adds the decisions, in the order in which they were made.
func withDecisions(ctx context.Context, q querier, rows []*row) error {
	byID := make(map[approval.ID]*row, len(rows))
	var places []string
	var ids []any
	for _, r := range rows {
		if r.Terms == 0 { // nobody was asked yet
			continue
		}
		byID[r.ID] = r
		ids = append(ids, r.ID)
		places = append(places, fmt.Sprintf("$%d", len(ids)))
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := q.QueryContext(ctx, `SELECT request, team, actor, name, approve, at, approver_as FROM decisions
		WHERE request IN (`+strings.Join(places, ", ")+`) ORDER BY seq`, ids...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var id approval.ID
		var d approval.Decision
		var as string
		if err := found.Scan(&id, &d.By.TeamID, &d.By.UserID, &d.By.Name, &d.Approve, into{&d.At}, &as); err != nil {
			return err
		}
		if as != noApprovers {
			if err := json.Unmarshal([]byte(as), &d.As); err != nil {
				return fmt.Errorf("a decision about %s: %w", id, err)
			}
		}
		byID[id].Decisions = append(byID[id].Decisions, d)
	}
	return found.Err()
}
