package approval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ID numbers a Request. People see it as R-1042.
type ID int64

// String gives the id as people see it: R-1042.
func (id ID) String() string { return "R-" + strconv.FormatInt(int64(id), 10) }

// ParseID reads "R-1042", "r-1042" or "R1042"; false for anything else.
func ParseID(s string) (ID, bool) {
	rest, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(s)), "R")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(rest, "-"), 10, 64)
	if err != nil || n <= 0 || rest[0] == '+' {
		return 0, false
	}
	return ID(n), true
}

// Action is what a Request asks for.
type Action string

const (
	Start Action = "start" // run the job once
	Stop  Action = "stop"  // stop the run that was shown
)

// Done is the Action as done: started, or stopped.
func (a Action) Done() string {
	if a == Stop {
		return "stopped"
	}
	return "started"
}

// Actor is a Slack user as Slack's own payload names them. The zero Actor is Slipway itself.
type Actor struct {
	TeamID string `json:"team,omitempty"`
	UserID string `json:"user,omitempty"`
	Name   string `json:"name,omitempty"` // display name, for words only; never compared
}

// Is reports whether both are the same Slack user.
func (a Actor) Is(b Actor) bool {
	return a.UserID != "" && a.UserID == b.UserID && a.TeamID == b.TeamID
}

// Target is the LakeFormation instance a job lives in. Two Targets are the same instance exactly when they are equal.
type Target struct {
	Endpoint   string `json:"endpoint"`
	ProjectID  string `json:"project"`
	InstanceID string `json:"instance"`
}

// Key names one job everywhere, whatever the instance is called in the settings.
func (t Target) Key(jobID string) string {
	return strings.Join([]string{t.Endpoint, t.ProjectID, t.InstanceID, jobID}, "|")
}

// Ask is what somebody typed, cleaned but not yet looked up.
type Ask struct {
	Action   Action `json:"action"`
	Instance string `json:"instance"` // the name in Slipway's settings
	Job      string `json:"job"`      // name or id as typed
	Mode     string `json:"mode,omitempty"`
	Cascade  bool   `json:"cascade,omitempty"`
	Reason   string `json:"reason,omitempty"`
	By       Actor  `json:"by"`
	Channel  string `json:"channel"`
	Thread   string `json:"thread,omitempty"` // the message under which it was asked; "": in the channel itself
	// BreakGlass asks to start past the rule in an emergency.
	BreakGlass bool   `json:"break_glass,omitempty"`
	Command    string `json:"command,omitempty"` // how Slipway was called: /lf, @Slipway, or nothing in a direct message
	// Step is the execution of a workflow's step that asks and waits for the end; "": a person asks. Nobody proves for whom
	// a workflow runs, so By is Slipway's own user in Slack, who is no person and can press nothing.
	Step string `json:"step,omitempty"`
}

// Job is the job as LakeFormation described it when the Request was shown. A decision binds to its ID, Name and Type;
// the rest is shown to those who decide.
type Job struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Last []Run  `json:"last,omitempty"` // the newest runs first, at most five

	Others []Other  `json:"others,omitempty"` // other Requests to start it within a day, the newest first, at most three
	Beside []Beside `json:"beside,omitempty"` // runs of other jobs, the newest first, at most five
}

// Beside is a run of another job that writes to the same place.
type Beside struct {
	Job      string    `json:"job"` // its name
	Catalog  string    `json:"catalog"`
	Database string    `json:"database,omitempty"` // "": only the catalog is the same
	At       time.Time `json:"at"`                 // when it was seen to run
}

// Other is another Request for the same job, for the card.
type Other struct {
	ID    ID    `json:"id"`
	By    Actor `json:"by"`
	State State `json:"state"` // when this card was made
}

// Run is one run of a job as LakeFormation reports it. LakeFormation gives runs no id: StartedAt is what tells them apart.
type Run struct {
	Status    string        `json:"status"` // LakeFormation's word: RUNNING, SUCCESS, …
	StartedAt time.Time     `json:"started,omitzero"`
	EndedAt   time.Time     `json:"ended,omitzero"`
	Took      time.Duration `json:"took,omitempty"` // 0: not reported
	Words     string        `json:"words,omitempty"`
}

// Before is what the job showed just before the marker. A run is ours only if it shows something else afterwards.
type Before struct {
	Status      string    `json:"status"`
	StartedAt   time.Time `json:"started,omitzero"`
	LastSuccess time.Time `json:"last_success,omitzero"`
	Runs        int       `json:"runs"` // rows in the job's history; -1: could not be read
}

// Problem says why something was not done or is not known, for the person who reads the card.
type Problem struct {
	Words      Text   `json:"words"`         // one sentence: what happened
	Next       Text   `json:"next,omitzero"` // one sentence: what to do, in our words
	HTTPStatus int    `json:"http_status,omitempty"`
	Speaker    string `json:"speaker,omitempty"`    // whose words Code to Solution are; "" is LakeFormation
	Code       string `json:"code,omitempty"`       // LakeFormation's error_code
	Message    string `json:"message,omitempty"`    // LakeFormation's error_msg, masked
	Solution   string `json:"solution,omitempty"`   // LakeFormation's solution_msg
	RequestID  string `json:"request_id,omitempty"` // LakeFormation's, for its support
	Private    bool   `json:"private,omitempty"`    // told to the requester alone: no card can be or need be posted
}

// Decision is one person's yes or no.
type Decision struct {
	By      Actor     `json:"by"`
	Approve bool      `json:"approve"`
	At      time.Time `json:"at"`
	// As is which of the rule's approvers this person was at the time, as the rule writes them.
	As []string `json:"as,omitempty"`
}

// Card is where a Request is shown in Slack.
type Card struct {
	Channel string
	TS      string // the message; "" until posted
	Told    State  // the State that the newest reply in the thread tells
	ToldTS  string // that reply
	Shown   int64  // the Version drawn last

	Answered bool   // the workflow's step that asked was told how it ended
	Reminded bool   // those who are still missing were reminded
	SaidLate bool   // the thread was told that the run takes longer than usual
	Copies   []Copy // the card in other places
}

// Request is one ask and everything that became of it.
type Request struct {
	ID      ID
	Version int64 // counts visible changes; the store's swap counter, never shown
	Terms   int   // counts what people are asked to approve; buttons carry it
	State   State
	Ask     Ask
	DueAt   time.Time // when to look at it next; zero: never

	Target Target // zero until described
	Job    Job    // zero until described
	Rule   Rule   // zero until described
	Bound  Bound  // what a decision binds to

	Approvers []Approver // how Slack knows whom the Rule names; for words

	CreatedAt  time.Time
	PostedAt   time.Time // the card was in the channel
	ExpiresAt  time.Time // decisions count until then
	ApprovedAt time.Time
	MarkedAt   time.Time // the marker before the one call
	AcceptedAt time.Time
	EndedAt    time.Time // the Request reached its end

	Attempt   int    // how often a start was surely not sent
	Before    Before // from the marker
	Run       Run    // the run seen
	Looks     int    // successful looks since the State was entered
	Misses    int    // 404s in a row while looking
	Problem   Problem
	SaidBy    Actor // who answered for an unknown start
	Decisions []Decision
	Card      Card
	Reply     Reply

	Freeze Freeze // in force when the Request was read; it is no part of the row
}

// Reply is how to answer the requester alone.
type Reply struct {
	URL   string    // Slack's response_url; "" once used up or too old
	Until time.Time // Slack takes it no longer
}

// OpenKey names the job and action while this Request keeps others from asking for them; "" otherwise.
func (r Request) OpenKey() string {
	if !r.State.holdsJob() {
		return ""
	}
	return string(r.Ask.Action) + "|" + r.Target.Key(r.Job.ID)
}

// JobName is the job's name as LakeFormation knows it, or as typed while it is not known.
func (r Request) JobName() string {
	if r.Job.Name != "" {
		return r.Job.Name
	}
	return r.Ask.Job
}

// Sure reports whether the run seen is surely the one this Request started: LakeFormation accepted the call first.
func (r Request) Sure() bool { return !r.AcceptedAt.IsZero() }

// StepWaits reports whether a workflow's step has yet to be told how this ended.
func (r Request) StepWaits() bool { return r.Ask.Step != "" && r.State.Ended() && !r.Card.Answered }

// Usual is how long the last successful runs took in the middle; 0 where none is known.
func (j Job) Usual() time.Duration {
	var took []time.Duration
	for _, run := range j.Last {
		if run.Took > 0 && run.Status == "SUCCESS" {
			took = append(took, run.Took)
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// LateAt is when the thread is told that the run takes much longer than usual: twice as long, and five minutes at least;
// zero: never, or it was done.
func (r Request) LateAt() time.Time {
	usual := r.usual()
	if r.State != Running || usual <= 0 || r.Run.StartedAt.IsZero() || r.Card.SaidLate {
		return time.Time{}
	}
	return r.Run.StartedAt.Add(usual + max(usual, lateByAtLeast))
}

// lateByAtLeast keeps a job of some seconds from being called late.
const lateByAtLeast = 5 * time.Minute

// usual is how long a run that was started usually takes; 0 for a stop, and where it is not known.
func (r Request) usual() time.Duration {
	if r.Ask.Action != Start {
		return 0
	}
	return r.Job.Usual()
}

func (r Request) String() string {
	return fmt.Sprintf("%s (%s %s, %s)", r.ID, r.Ask.Action, r.JobName(), r.State)
}
