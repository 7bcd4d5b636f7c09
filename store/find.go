package store

import (
	"context"
	"fmt"
	"strings"

	"slipway/approval"
)

// found is how many Requests Find gives where nobody says how many.
const found = 50

// Find lists Requests, newest first, see approval.Store.
func (s *Store) Find(ctx context.Context, f approval.Filter) ([]approval.Request, error) {
	query, args := findSQL(f)
	rows, err := some(ctx, s.db, query, args...)
	if err != nil {
		return nil, fmt.Errorf("the requests cannot be read: %w", err)
	}
	now, err := s.now(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("the requests cannot be read: %w", err)
	}
	requests := make([]approval.Request, 0, len(rows))
	for _, r := range rows {
		r.hideOldReply(now)
		requests = append(requests, r.Request)
	}
	return requests, nil
}

// findSQL walks one index from its newest end, and only filters by the rest: SQLite, which knows no numbers of rows,
// might else read every request of a busy channel to find the three of a job. What is open is little, whatever else is
// asked. A job is asked for once in each column that may hold it, for the same reason.
func findSQL(f approval.Filter) (string, []any) {
	if f.Limit <= 0 {
		f.Limit = found
	}
	q := finder{args: []any{f.Limit}}
	job := []string{"asked_job", "job_id", "job_name"}
	switch {
	case f.Open:
		q.filters = append(q.filters, "ended_at IS NULL")
		q.filter(f.Job, job...)
		q.filter(f.By, "requester")
		q.filter(f.Channel, "channel")
	case f.Job != "":
		q.filter(f.By, "requester")
		q.filter(f.Channel, "channel")
		q.filter(f.Instance, "instance")
		return q.oneOf(f.Job, job...)
	case f.By != "":
		q.walk(f.By, "requester")
		q.filter(f.Channel, "channel")
	case f.Channel != "":
		q.walk(f.Channel, "channel")
	default:
		q.walk(f.Instance, "instance")
		f.Instance = ""
	}
	q.filter(f.Instance, "instance")
	return q.newest(columns), q.args
}

// finder puts a query of Find together. $1 is the limit.
type finder struct {
	filters []string
	args    []any
}

func (q *finder) place(value string) string {
	q.args = append(q.args, text(value))
	return fmt.Sprintf("$%d", len(q.args))
}

// walk follows the index of a column.
func (q *finder) walk(value, column string) {
	if value != "" {
		q.filters = append(q.filters, column+" = "+q.place(value))
	}
}

// filter wants the value in one of the columns, and keeps the database from following an index of theirs.
func (q *finder) filter(value string, columns ...string) {
	if value == "" {
		return
	}
	place := q.place(value)
	var either []string
	for _, column := range columns {
		either = append(either, column+" || '' = "+place)
	}
	q.filters = append(q.filters, "("+strings.Join(either, " OR ")+")")
}

func (q *finder) newest(columns string) string {
	query := `SELECT ` + columns + ` FROM requests`
	if len(q.filters) > 0 {
		query += ` WHERE ` + strings.Join(q.filters, ` AND `)
	}
	return query + ` ORDER BY id DESC LIMIT $1`
}

// oneOf finds the newest for each of the columns, and the newest of those.
func (q *finder) oneOf(value string, alternatives ...string) (string, []any) {
	place := q.place(value)
	var ways []string
	for _, column := range alternatives {
		way := finder{filters: append([]string{column + " = " + place}, q.filters...)}
		ways = append(ways, `SELECT id FROM (`+way.newest("id")+`) AS by_`+column)
	}
	q.filters = []string{`id IN (` + strings.Join(ways, ` UNION `) + `)`}
	return q.newest(columns), q.args
}
