package locallake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"
)

// Type is a kind of job, as on the wire.
type Type string

// The documented types.
const (
	MetadataMigration   Type = "METADATA_MIGRATION"
	PermissionMigration Type = "PERMISSION_MIGRATION"
	MetadataDiscovery   Type = "METADATA_DISCOVERY"
)

func (t Type) known() bool {
	return t == MetadataMigration || t == PermissionMigration || t == MetadataDiscovery
}

// Status is a job's or a run's status, as on the wire.
type Status string

// The documented statuses.
const (
	Created            Status = "CREATED"
	Submitted          Status = "SUBMITTED"
	Running            Status = "RUNNING"
	Success            Status = "SUCCESS"
	Failed             Status = "FAILED"
	Stopped            Status = "STOPPED"
	PartialSuccess     Status = "PARTIAL_SUCCESS"
	FrozenReleasable   Status = "FROZEN_RELEASABLE"
	FrozenUnreleasable Status = "FROZEN_UNRELEASABLE"
)

// ended says whether a run with this status is over.
func (s Status) ended() bool {
	return s == Success || s == Failed || s == Stopped || s == PartialSuccess
}

// filterable says whether list and history take it as a filter; FROZEN_* only occurs in answers.
func (s Status) filterable() bool {
	return s.ended() || s == Created || s == Submitted || s == Running
}

// Job is a job's definition, and how the local LakeFormation plays it.
type Job struct {
	ID          string // default: a new UUID
	InstanceID  string // default: the first instance
	Name        string // letters, digits, underscore; 4 to 255 of them; unique in the instance
	Description string
	Type        Type
	Parameter   json.RawMessage `json:",omitempty"` // a JSON object, or nil
	CreateTime  time.Time       // default: now

	// Status, when set, is shown instead of what the runs say: FROZEN_RELEASABLE,
	// FROZEN_UNRELEASABLE (neither can be started), or a value nobody has documented.
	Status Status

	Ends    Status        // how its runs end, default SUCCESS
	RunFor  time.Duration // how long they are RUNNING, default the server's
	History []PastRun     // earlier runs, oldest first
}

// PastRun is a run that was over before the server started.
type PastRun struct {
	Start  time.Time
	Took   time.Duration
	Status Status // default SUCCESS
}

// Letters include Chinese ones, as the Chinese page says.
var validName = regexp.MustCompile(`^[A-Za-z0-9_\p{Han}]+$`)

// problem says what is wrong with a definition, "" for nothing.
func (d Job) problem() string {
	switch n := utf8.RuneCountInString(d.Name); {
	case n < 4 || n > 255 || !validName.MatchString(d.Name):
		return "name must be 4 to 255 letters, digits or underscores"
	case !d.Type.known():
		return fmt.Sprintf("type %q is not known", d.Type)
	case d.Ends != "" && !d.Ends.ended():
		return fmt.Sprintf("a run cannot end as %q", d.Ends)
	}
	if len(d.Parameter) > 0 {
		var object map[string]json.RawMessage
		if json.Unmarshal(d.Parameter, &object) != nil {
			return "parameter must be an object"
		}
	}
	return ""
}

// JobView is what one job looks like now.
type JobView struct {
	Job
	Status             Status // as LakeFormation shows it
	StartTime, EndTime time.Time
	LastSuccessRunTime time.Time // when the last successful run started
	ExecuteTime        time.Duration
	Log                string
	Runs               int // all runs, also one of which nothing can be seen yet
	StartCalls         int // see Server.StartCalls
}

// Run is one run of a job. There is no run id on the wire, so there is none here.
type Run struct {
	Status             Status // "" while only the signal has been received
	StartTime, EndTime time.Time
	Mode               string // NORMAL or COMPARISON
	Cascade            bool
	Outside            bool   // begun by StartOutside or before the server started
	Info               string // log_simple_info
	Log                string
}

func (r Run) visible() bool { return r.Status != "" }
func (r Run) over() bool    { return r.Status.ended() }

// executeTime is the run's length once it is over.
func (r Run) executeTime() time.Duration {
	if !r.over() {
		return 0
	}
	return r.EndTime.Sub(r.StartTime)
}
