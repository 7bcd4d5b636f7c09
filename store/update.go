package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"slipway/approval"
)

// Update changes a Request, see approval.Store. decide runs again, with the row as it is then, where another
// transaction came first.
func (s *Store) Update(ctx context.Context, id approval.ID, by approval.By, decide func(approval.Request, time.Time) ([]approval.Event, error)) (approval.Request, error) {
	var updated approval.Request
	err := s.transact(ctx, func(c *change) error {
		var err error
		updated, err = s.update(ctx, c, id, by, decide)
		return err
	})
	return updated, unanswer(err, "the change of %s could not be recorded", id)
}

func (s *Store) update(ctx context.Context, c *change, id approval.ID, by approval.By, decide func(approval.Request, time.Time) ([]approval.Event, error)) (approval.Request, error) {
	// Whoever may mark a start keeps it from being frozen meanwhile, before the row is read: what is read of a freeze then
	// holds to the commit.
	if by.Claim != nil && by.Claim.Request.State == approval.Approved && s.dialect.lockStarts != "" {
		if _, err := c.ExecContext(ctx, s.dialect.lockStarts); err != nil {
			return approval.Request{}, err
		}
	}
	before, now, err := s.lock(ctx, c, id)
	if err != nil {
		return approval.Request{}, err
	}
	if earlier, err := seen(ctx, c, by.Receipt); err != nil {
		return approval.Request{}, err
	} else if earlier != 0 {
		return before.Request, answer{approval.ErrSeen}
	}
	if by.Claim != nil && (by.Claim.Fence != before.fence || !before.leasedUntil.After(now)) {
		return approval.Request{}, answer{approval.ErrLeaseLost}
	}
	events, err := decide(before.Request, now)
	if err != nil {
		return approval.Request{}, answer{err}
	}
	after := before
	if before.Card.TS == "" && by.Pressed.Channel == before.Ask.Channel {
		after.Card.Channel, after.Card.TS = by.Pressed.Channel, by.Pressed.TS
	}
	recorded, err := after.apply(events, now)
	if err != nil {
		return approval.Request{}, answer{err}
	}
	if err := free(ctx, c, before, after); err != nil {
		return approval.Request{}, err
	}
	// A person's change leaves the lease to whoever works on the row. A definite answer ends it whoever holds it: what
	// the holder was looking for is known now.
	if !by.Keep && (by.Claim != nil || by.Receipt == (approval.Receipt{})) {
		after.leasedUntil = time.Time{}
	}
	if after, err = write(ctx, c, before, after, recorded); err != nil {
		return approval.Request{}, err
	}
	if err := keepReceipt(ctx, c, by.Receipt, id, now); err != nil {
		return approval.Request{}, err
	}
	// A lease given back without news wakes nobody, or a worker that cannot go on would claim the row again at once.
	news := len(events) > 0 || by.Claim != nil && by.Claim.Request.Version != before.Version
	c.due = news && due(after.DueAt, now) && !after.leasedUntil.After(now)
	c.cards = after.Version != before.Version && due(after.cardDue, now) && !after.cardLeasedUntil.After(now)
	after.hideOldReply(now)
	return after.Request, nil
}

// lock reads a row for a change and keeps others from changing it, and then asks for the time.
func (s *Store) lock(ctx context.Context, c *change, id approval.ID) (row, time.Time, error) {
	r, err := one(ctx, c, id, s.dialect.forUpdate)
	if err != nil {
		return row{}, time.Time{}, err
	}
	now, err := s.now(ctx, c)
	if err != nil {
		return row{}, time.Time{}, err
	}
	r.hideOldReply(now)
	return r, now, nil
}

// apply makes the Events happen, and returns those that are audited. The card is due when it has something new to show;
// an opened Request has none yet.
func (r *row) apply(events []approval.Event, now time.Time) ([]approval.Recorded, error) {
	shown := r.Version
	var recorded []approval.Recorded
	for _, e := range events {
		e.At = now
		from := r.State
		var err error
		if r.Request, err = approval.Apply(r.Request, e); err != nil {
			return nil, err
		}
		if !e.Kind.Quiet() {
			recorded = append(recorded, approval.Recorded{Request: r.ID, From: from, To: r.State, Digest: r.Bound.Digest(), Event: e})
		}
	}
	if r.Version != shown && r.State != approval.Opened {
		r.cardDue = now
	}
	return recorded, nil
}

const holderSQL = `SELECT id FROM requests WHERE open_key = $1 AND id <> $2`

// free answers Busy where another open Request holds the job that this change would take. The unique index decides
// where two do so at the same time; the one that comes second then runs again, and finds the first here.
func free(ctx context.Context, q querier, before, after row) error {
	key := after.OpenKey()
	if key == "" || key == before.OpenKey() {
		return nil
	}
	var other approval.ID
	err := q.QueryRowContext(ctx, holderSQL, text(key), after.ID).Scan(&other)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return answer{&approval.Error{Code: approval.Busy, Request: other,
		Words: approval.T("%s already asks for this; nothing more was asked for.", other), Hint: approval.T("Wait until it has ended.")}}
}

// write replaces a row that still is what was read, adds its new decisions and Events, and returns what is stored now.
func write(ctx context.Context, c *change, before, after row, events []approval.Recorded) (row, error) {
	packed, err := pack(after.Request)
	if err != nil {
		return row{}, err
	}
	stored, err := scan(c.QueryRowContext(ctx, `UPDATE requests SET
		version = $1, shown_version = $2, terms = $3, state = $4, job_id = $5, job_name = $6, open_key = $7, ended_at = $8,
		due_at = $9, leased_until = $10, card_channel = $11, card_ts = $12, card_told = $13, card_told_ts = $14,
		card_due_at = $15, card_leased_until = $16, body = $17
		WHERE id = $18 AND version = $19 AND state = $20 AND fence = $21 AND card_fence = $22 RETURNING `+columns,
		after.Version, after.Card.Shown, after.Terms, string(after.State), text(after.Job.ID), text(after.Job.Name),
		textOrNull(after.OpenKey()), micros(after.EndedAt), micros(after.DueAt), micros(after.leasedUntil),
		text(after.Card.Channel), text(after.Card.TS), string(after.Card.Told), text(after.Card.ToldTS),
		micros(after.cardDue), micros(after.cardLeasedUntil), packed,
		before.ID, before.Version, string(before.State), before.fence, before.cardFence))
	if errors.Is(err, sql.ErrNoRows) {
		return row{}, errSwapped
	}
	if err != nil {
		return row{}, err
	}
	for _, d := range after.Decisions[len(before.Decisions):] {
		as, err := json.Marshal(append([]string{}, d.As...))
		if err != nil {
			return row{}, err
		}
		_, err = c.ExecContext(ctx, `INSERT INTO decisions (request, terms, team, actor, name, approve, at, approver_as)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			after.ID, after.Terms, text(d.By.TeamID), text(d.By.UserID), text(d.By.Name), d.Approve, micros(d.At), text(string(as)))
		if err != nil {
			return row{}, err
		}
	}
	stored.Decisions = after.Decisions
	record(c, events...)
	return stored, nil
}

// due reports whether a time has come. The zero time never does.
func due(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }
