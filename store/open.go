package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"slipway/approval"
)

// Open records an Ask as a new Request, see approval.Store.
func (s *Store) Open(ctx context.Context, receipt approval.Receipt, ask approval.Ask, reply approval.Reply, check func(approval.Crowd) error) (approval.Request, error) {
	var opened approval.Request
	err := s.transact(ctx, func(c *change) error {
		var err error
		opened, err = s.open(ctx, c, receipt, ask, reply, check)
		return err
	})
	return opened, unanswer(err, "the request could not be recorded")
}

func (s *Store) open(ctx context.Context, c *change, receipt approval.Receipt, ask approval.Ask, reply approval.Reply, check func(approval.Crowd) error) (approval.Request, error) {
	if s.dialect.lockOpens != "" {
		if _, err := c.ExecContext(ctx, s.dialect.lockOpens); err != nil {
			return approval.Request{}, err
		}
	}
	now, err := s.now(ctx, c)
	if err != nil {
		return approval.Request{}, err
	}
	if id, err := seen(ctx, c, receipt); err != nil {
		return approval.Request{}, err
	} else if id != 0 {
		earlier, err := one(ctx, c, id, "")
		if err != nil {
			return approval.Request{}, err
		}
		earlier.hideOldReply(now)
		return earlier.Request, answer{approval.ErrSeen}
	}
	crowd, err := around(ctx, c, ask, now)
	if err != nil {
		return approval.Request{}, err
	}
	if err := check(crowd); err != nil {
		return approval.Request{}, answer{err}
	}
	opened, err := insert(ctx, c, approval.Request{State: approval.Opened, Ask: ask, Reply: reply, CreatedAt: now, DueAt: now})
	if err != nil {
		return approval.Request{}, err
	}
	record(c, approval.Recorded{Request: opened.ID, To: approval.Opened, Event: approval.Event{Kind: approval.Asked, By: ask.By, At: now, Ask: &opened.Ask}})
	c.due = true
	opened.hideOldReply(now)
	return opened.Request, keepReceipt(ctx, c, receipt, opened.ID, now)
}

func insert(ctx context.Context, c *change, r approval.Request) (row, error) {
	packed, err := pack(r)
	if err != nil {
		return row{}, err
	}
	return scan(c.QueryRowContext(ctx, `INSERT INTO requests
		(version, terms, state, action, team, requester, channel, instance, asked_job, created_at, due_at, reply_url, reply_until, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING `+columns,
		r.Version, r.Terms, string(r.State), text(string(r.Ask.Action)), text(r.Ask.By.TeamID), text(r.Ask.By.UserID),
		text(r.Ask.Channel), text(r.Ask.Instance), text(r.Ask.Job), micros(r.CreatedAt), micros(r.DueAt),
		textOrNull(r.Reply.URL), micros(r.Reply.Until), packed))
}

const (
	startsSQL = `SELECT created_at FROM requests WHERE requester = $1 AND team = $2 AND action = $3 ORDER BY id DESC LIMIT 1 OFFSET $4`
	crowdSQL  = `SELECT
		(SELECT count(*) FROM requests WHERE requester = $1 AND team = $2 AND ended_at IS NULL),
		(SELECT count(*) FROM requests WHERE channel = $3 AND ended_at IS NULL)`
	twinSQL = `SELECT ` + columns + ` FROM requests
		WHERE requester = $1 AND team = $2 AND ended_at IS NULL AND action = $3 AND instance = $4
			AND (asked_job = $5 OR job_id = $5 OR job_name = $5) AND created_at > $6
		ORDER BY id DESC LIMIT 1`
)

// around reads what surrounds a new Request.
func around(ctx context.Context, q querier, ask approval.Ask, now time.Time) (approval.Crowd, error) {
	var crowd approval.Crowd
	err := q.QueryRowContext(ctx, crowdSQL, text(ask.By.UserID), text(ask.By.TeamID), text(ask.Channel)).Scan(&crowd.Mine, &crowd.Channel)
	if err != nil {
		return crowd, fmt.Errorf("counting open requests: %w", err)
	}
	var earliest time.Time // of the newest starts that one person may ask for
	err = q.QueryRowContext(ctx, startsSQL, text(ask.By.UserID), text(ask.By.TeamID), string(approval.Start), approval.StartsPerPerson-1).Scan(into{&earliest})
	switch {
	case err == nil:
		crowd.Wait = max(earliest.Add(approval.StartsWithin).Sub(now), 0)
	case !errors.Is(err, sql.ErrNoRows):
		return crowd, fmt.Errorf("counting starts: %w", err)
	}
	twins, err := some(ctx, q, twinSQL, text(ask.By.UserID), text(ask.By.TeamID), text(string(ask.Action)), text(ask.Instance), text(ask.Job),
		micros(now.Add(-approval.TwinWithin)))
	if err != nil {
		return crowd, fmt.Errorf("looking for the same request: %w", err)
	}
	for _, twin := range twins {
		twin.hideOldReply(now)
		crowd.Twin = twin.Request
	}
	return crowd, nil
}
