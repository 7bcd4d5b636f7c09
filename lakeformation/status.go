package lakeformation

import (
	"bytes"
	"encoding/json"
	"strings"
)

// JobType is what a job does. LakeFormation lists jobs by type only.
type JobType string

// The documented types.
const (
	MetadataMigration   JobType = "METADATA_MIGRATION"
	PermissionMigration JobType = "PERMISSION_MIGRATION"
	MetadataDiscovery   JobType = "METADATA_DISCOVERY"
)

// JobTypes are all documented types, in the order in which they are listed.
func JobTypes() []JobType {
	return []JobType{MetadataMigration, PermissionMigration, MetadataDiscovery}
}

// Mode is how a job runs; "" leaves the choice to LakeFormation.
type Mode string

// The documented modes.
const (
	NormalMode     Mode = "NORMAL"
	ComparisonMode Mode = "COMPARISON"
)

// Status is LakeFormation's word for where a job or a run is. A value that is not documented is kept as it came; it
// is neither active, nor ended, nor blocked.
type Status string

// The documented statuses.
const (
	Created            Status = "CREATED" // it never ran
	Submitted          Status = "SUBMITTED"
	Running            Status = "RUNNING"
	Success            Status = "SUCCESS"
	PartialSuccess     Status = "PARTIAL_SUCCESS"
	Failed             Status = "FAILED"
	Stopped            Status = "STOPPED"
	FrozenReleasable   Status = "FROZEN_RELEASABLE"   // not a filter
	FrozenUnreleasable Status = "FROZEN_UNRELEASABLE" // not a filter
)

// Active reports whether a run is under way or about to be.
func (s Status) Active() bool { return s == Submitted || s == Running }

// Ended reports whether the last run is over, well or not.
func (s Status) Ended() bool {
	return s == Success || s == PartialSuccess || s == Failed || s == Stopped
}

// Blocked reports whether the service keeps the job from running.
func (s Status) Blocked() bool { return s == FrozenReleasable || s == FrozenUnreleasable }

// UnmarshalJSON takes both shapes of the API pages, "SUCCESS" (their tables) and {"status":"SUCCESS"} (their
// examples). Anything else is kept as text, so that one odd job does not hide the others.
func (s *Status) UnmarshalJSON(b []byte) error {
	var text string
	var object struct {
		Status string `json:"status"`
	}
	switch {
	case bytes.Equal(b, []byte("null")):
	case json.Unmarshal(b, &text) == nil:
	case json.Unmarshal(b, &object) == nil:
		text = object.Status
	default:
		text = string(b)
	}
	if !plainStatus(text) {
		text = tidy(text, maxCode)
	}
	*s = Status(text)
	return nil
}

// plainStatus spares the usual values the cleaning, which would be most of the time of reading a page.
func plainStatus(text string) bool {
	return len(text) <= maxCode && !strings.ContainsFunc(text, func(r rune) bool { return r != '_' && (r < 'A' || r > 'Z') })
}
