package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"slipway/approval"
)

// watched is the part of a Watch that no query selects by.
type watched struct {
	Instance string          `json:"instance"`
	Target   approval.Target `json:"target"`
	JobID    string          `json:"job_id"`
	JobName  string          `json:"job_name"`
	JobType  string          `json:"job_type"`
	Typed    string          `json:"typed"`
	By       approval.Actor  `json:"by"`
	Command  string          `json:"command"`
}

const watchColumns = `id, channel, since, fence, at, body`

func scanWatch(from interface{ Scan(...any) error }) (approval.Watch, error) {
	var w approval.Watch
	var body []byte
	if err := from.Scan(&w.ID, &w.Channel, into{&w.Since}, &w.Fence, into{&w.At}, &body); err != nil {
		return approval.Watch{}, err
	}
	var b watched
	if err := json.Unmarshal(body, &b); err != nil {
		return approval.Watch{}, fmt.Errorf("the body of watch %d cannot be read: %w", w.ID, err)
	}
	w.Instance, w.Target, w.JobID, w.JobName, w.JobType = b.Instance, b.Target, b.JobID, b.JobName, b.JobType
	w.Typed, w.By, w.Command = b.Typed, b.By, b.Command
	return w, nil
}

// AddWatch records a Watch, see approval.Watches.
func (s *Store) AddWatch(ctx context.Context, w approval.Watch) (approval.Watch, bool, error) {
	body, err := json.Marshal(watched{w.Instance, w.Target, w.JobID, w.JobName, w.JobType, w.Typed, w.By, w.Command})
	if err != nil {
		return approval.Watch{}, false, err
	}
	var added bool
	err = s.transact(ctx, func(c *change) error {
		// One at a time, or two would count the same channel.
		if s.dialect.lockOpens != "" {
			if _, err := c.ExecContext(ctx, s.dialect.lockOpens); err != nil {
				return err
			}
		}
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		var others int
		if err := c.QueryRowContext(ctx, `SELECT count(*) FROM watches WHERE channel = $1 AND job_key <> $2`, text(w.Channel), text(w.Key())).Scan(&others); err != nil {
			return err
		}
		if others >= approval.WatchesPerChannel {
			return answer{&approval.Error{Code: approval.TooMany,
				Words: approval.T("This channel watches %d jobs, the most one channel may watch. Nothing changed.", others), Hint: approval.T("End one of the watches first.")}}
		}
		result, err := c.ExecContext(ctx, `INSERT INTO watches (channel, job_key, since, at, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (channel, job_key) DO NOTHING`,
			text(w.Channel), text(w.Key()), micros(w.Since), micros(now), text(string(body)))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		added = n > 0
		w, err = scanWatch(c.QueryRowContext(ctx, `SELECT `+watchColumns+` FROM watches WHERE channel = $1 AND job_key = $2`, text(w.Channel), text(w.Key())))
		return err
	})
	return w, added, unanswer(err, "the watch could not be recorded")
}

// EndWatch forgets a Watch, see approval.Watches.
func (s *Store) EndWatch(ctx context.Context, id int64) error {
	err := s.transact(ctx, func(c *change) error {
		_, err := c.ExecContext(ctx, `DELETE FROM watches WHERE id = $1`, id)
		return err
	})
	return unanswer(err, "the end of watch %d could not be recorded", id)
}

// ListWatches gives watches, see approval.Watches.
func (s *Store) ListWatches(ctx context.Context, channel string) ([]approval.Watch, error) {
	query, args := `SELECT `+watchColumns+` FROM watches ORDER BY id`, []any{}
	if channel != "" {
		query, args = `SELECT `+watchColumns+` FROM watches WHERE channel = $1 ORDER BY id`, []any{text(channel)}
	}
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("the watches cannot be read: %w", err)
	}
	defer rows.Close()
	var list []approval.Watch
	for rows.Next() {
		w, err := scanWatch(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, rows.Err()
}

// ClaimWatch leases a Watch, see approval.Watches.
func (s *Store) ClaimWatch(ctx context.Context, w approval.Watch, lease time.Duration) (approval.Watch, error) {
	var claimed approval.Watch
	err := s.transact(ctx, func(c *change) error {
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		claimed, err = scanWatch(c.QueryRowContext(ctx, `UPDATE watches SET leased_until = $1, fence = fence + 1
			WHERE id = $2 AND coalesce(since, 0) = $3 AND (leased_until IS NULL OR leased_until <= $4) RETURNING `+watchColumns,
			micros(now.Add(lease)), w.ID, sinceMicros(w.Since), micros(now)))
		if errors.Is(err, sql.ErrNoRows) {
			return answer{approval.ErrLeaseLost}
		}
		return err
	})
	return claimed, unanswer(err, "watch %d could not be claimed", w.ID)
}

// WatchTold books what a channel was told, see approval.Watches.
func (s *Store) WatchTold(ctx context.Context, w approval.Watch, started time.Time) error {
	err := s.transact(ctx, func(c *change) error {
		return held(c.ExecContext(ctx, `UPDATE watches SET since = $1, leased_until = NULL WHERE id = $2 AND fence = $3 AND leased_until IS NOT NULL`,
			micros(started), w.ID, w.Fence))
	})
	return unanswer(err, "what was told of watch %d could not be recorded", w.ID)
}

// sinceMicros is a time to compare a column with, 0 for the zero time.
func sinceMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
