package approval

import (
	"fmt"
	"time"
)

// Event is one thing that happened to a Request: the input of Apply, and a line of the audit. Only the fields its Kind
// needs are set.
type Event struct {
	Kind Kind      `json:"kind"`
	By   Actor     `json:"by,omitzero"` // zero: Slipway itself
	At   time.Time `json:"at"`          // set by the store from its clock

	Ask       *Ask          `json:"ask,omitempty"`       // Asked, CommandRefused: what was asked
	Channel   string        `json:"channel,omitempty"`   // DecisionRefused, freezes: where it was pressed or typed
	Why       string        `json:"why,omitempty"`       // freezes: the reason given
	As        []string      `json:"as,omitempty"`        // votes: which of the rule's approvers this person is
	Described *Described    `json:"described,omitempty"` // JobDescribed, ApprovalWaived
	Before    *Before       `json:"before,omitempty"`    // StartMarked
	Run       *Run          `json:"run,omitempty"`       // RunSeen and the ends of a run
	Problem   *Problem      `json:"problem,omitempty"`   // refusals, failed looks, RunLost
	ExpiresAt time.Time     `json:"expires_at,omitzero"` // CardPosted
	RetryIn   time.Duration `json:"retry_in,omitempty"`  // StartNotSent, StartHeld, LookFailed: not before
	Gone      bool          `json:"gone,omitempty"`      // LookFailed: LakeFormation no longer knows the job
}

// Described is what the worker found out about an Ask.
type Described struct {
	Target Target `json:"target"`
	Job    Job    `json:"job"`
	Rule   Rule   `json:"rule"`
	Bound  Bound  `json:"bound"`
	Name   string `json:"name,omitempty"` // the requester's display name, for words

	Approvers []Approver `json:"approvers,omitempty"`
	Copies    []string   `json:"copies,omitempty"` // who gets the card besides the channel
}

// Recorded is an Event as the audit keeps it.
type Recorded struct {
	Seq     int64
	Request ID
	From    State
	To      State
	Digest  string
	Event
}

// ImpossibleError says that an Event cannot happen in a State. The Request is unchanged.
type ImpossibleError struct {
	State State
	Kind  Kind
}

func (e *ImpossibleError) Error() string {
	return fmt.Sprintf("%s cannot happen while %s", e.Kind, e.State)
}
