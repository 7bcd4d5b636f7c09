package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"slipway/approval"
)

// row is a Request with what only the store knows about it: its two leases and when its card is due.
type row struct {
	approval.Request
	leasedUntil     time.Time
	fence           int64
	cardDue         time.Time
	cardLeasedUntil time.Time
	cardFence       int64
}

// columns are what scan reads, in its order.
const columns = `id, version, shown_version, terms, state, action, team, requester, channel, instance, asked_job,
	job_id, job_name, created_at, ended_at, due_at, leased_until, fence, card_channel, card_ts, card_told, card_told_ts,
	card_due_at, card_leased_until, card_fence, reply_url, reply_until, body, (` + inForceSQL + `)`

// scan reads one row, all but its decisions, which are a table of their own.
func scan(from interface{ Scan(...any) error }) (row, error) {
	var r row
	var url sql.NullString
	var text []byte
	err := from.Scan(&r.ID, &r.Version, &r.Card.Shown, &r.Terms, &r.State, &r.Ask.Action, &r.Ask.By.TeamID, &r.Ask.By.UserID,
		&r.Ask.Channel, &r.Ask.Instance, &r.Ask.Job, &r.Job.ID, &r.Job.Name, into{&r.CreatedAt}, into{&r.EndedAt},
		into{&r.DueAt}, into{&r.leasedUntil}, &r.fence, &r.Card.Channel, &r.Card.TS, &r.Card.Told, &r.Card.ToldTS,
		into{&r.cardDue}, into{&r.cardLeasedUntil}, &r.cardFence, &url, into{&r.Reply.Until}, &text, frozen{&r.Freeze})
	if err != nil {
		return row{}, err
	}
	r.Reply.URL = url.String
	var b body
	if err := json.Unmarshal(text, &b); err != nil {
		return row{}, fmt.Errorf("the body of %s cannot be read: %w", r.ID, err)
	}
	b.unpack(&r.Request)
	return r, nil
}

// hideOldReply drops a reply URL that Slack no longer takes, though the sweep has not come by yet.
func (r *row) hideOldReply(now time.Time) {
	if !r.Reply.Until.After(now) {
		r.Reply = approval.Reply{}
	}
}

// body is the part of a Request that no query selects or orders by.
type body struct {
	Name    string `json:"name,omitempty"` // of who asked
	Thread  string `json:"thread,omitempty"`
	Mode    string `json:"mode,omitempty"`
	Cascade bool   `json:"cascade,omitempty"`
	Reason  string `json:"reason,omitempty"`
	Command string `json:"command,omitempty"`

	BreakGlass bool                `json:"break_glass,omitempty"`
	Approvers  []approval.Approver `json:"approvers,omitempty"`
	Copies     []approval.Copy     `json:"copies,omitempty"`
	Reminded   bool                `json:"reminded,omitempty"`
	SaidLate   bool                `json:"said_late,omitempty"`
	Step       string              `json:"step,omitempty"`
	Answered   bool                `json:"answered,omitempty"`

	Target  approval.Target   `json:"target,omitzero"`
	JobType string            `json:"job_type,omitempty"`
	Last    []approval.Run    `json:"last,omitempty"`
	Others  []approval.Other  `json:"others,omitempty"`
	Beside  []approval.Beside `json:"beside,omitempty"`
	Rule    *approval.Rule    `json:"rule,omitempty"` // nil until described
	Bound   approval.Bound    `json:"bound,omitzero"`

	PostedAt   time.Time `json:"posted,omitzero"`
	ExpiresAt  time.Time `json:"expires,omitzero"`
	ApprovedAt time.Time `json:"approved,omitzero"`
	MarkedAt   time.Time `json:"marked,omitzero"`
	AcceptedAt time.Time `json:"accepted,omitzero"`

	Attempt int              `json:"attempt,omitempty"`
	Before  approval.Before  `json:"before,omitzero"`
	Run     approval.Run     `json:"run,omitzero"`
	Looks   int              `json:"looks,omitempty"`
	Misses  int              `json:"misses,omitempty"`
	Problem approval.Problem `json:"problem,omitzero"`
	SaidBy  approval.Actor   `json:"said_by,omitzero"`
}

func pack(r approval.Request) (string, error) {
	b := body{
		Name: r.Ask.By.Name, Mode: r.Ask.Mode, Cascade: r.Ask.Cascade, Reason: r.Ask.Reason, Command: r.Ask.Command, Thread: r.Ask.Thread,
		BreakGlass: r.Ask.BreakGlass, Approvers: r.Approvers, Copies: r.Card.Copies, Reminded: r.Card.Reminded, SaidLate: r.Card.SaidLate,
		Step: r.Ask.Step, Answered: r.Card.Answered,
		Target: r.Target, JobType: r.Job.Type, Last: r.Job.Last, Others: r.Job.Others, Beside: r.Job.Beside, Bound: r.Bound,
		PostedAt: r.PostedAt, ExpiresAt: r.ExpiresAt, ApprovedAt: r.ApprovedAt, MarkedAt: r.MarkedAt, AcceptedAt: r.AcceptedAt,
		Attempt: r.Attempt, Before: r.Before, Run: r.Run, Looks: r.Looks, Misses: r.Misses, Problem: r.Problem, SaidBy: r.SaidBy,
	}
	if r.Terms > 0 {
		b.Rule = &r.Rule
	}
	text, err := json.Marshal(b)
	return string(text), err
}

func (b body) unpack(r *approval.Request) {
	r.Ask.By.Name, r.Ask.Mode, r.Ask.Cascade, r.Ask.Reason, r.Ask.Command, r.Ask.Thread = b.Name, b.Mode, b.Cascade, b.Reason, b.Command, b.Thread
	r.Target, r.Job.Type, r.Job.Last, r.Job.Others, r.Job.Beside, r.Bound = b.Target, b.JobType, b.Last, b.Others, b.Beside, b.Bound
	r.Ask.BreakGlass, r.Approvers = b.BreakGlass, b.Approvers
	r.Card.Copies, r.Card.Reminded, r.Card.SaidLate = b.Copies, b.Reminded, b.SaidLate
	r.Ask.Step, r.Card.Answered = b.Step, b.Answered
	if b.Rule != nil {
		r.Rule = *b.Rule
	}
	r.PostedAt, r.ExpiresAt, r.ApprovedAt, r.MarkedAt, r.AcceptedAt = b.PostedAt, b.ExpiresAt, b.ApprovedAt, b.MarkedAt, b.AcceptedAt
	r.Attempt, r.Before, r.Run, r.Looks, r.Misses, r.Problem, r.SaidBy = b.Attempt, b.Before, b.Run, b.Looks, b.Misses, b.Problem, b.SaidBy
}
