package worker

import (
	"slices"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

// judge decides what a successful look means. It is pure: a Request, what was seen, and the time.
func judge(r approval.Request, s sight, now time.Time) []approval.Event {
	run, seen := ours(r, s)
	var events []approval.Event
	if seen && r.State != approval.Running {
		events = append(events, approval.Event{Kind: approval.RunSeen, Run: &run})
	}
	if seen {
		if end := ended(r, s, run); end != nil {
			return append(events, *end)
		}
	}
	if len(events) > 0 {
		return events
	}
	if late := overdue(r, now); late != nil {
		return late
	}
	return []approval.Event{{Kind: approval.Looked}}
}

// ours picks the run that this Request is about, if it shows. LakeFormation gives runs no id: what tells ours from
// yesterday's is what the job showed just before the marker.
func ours(r approval.Request, s sight) (approval.Run, bool) {
	if r.Ask.Action == approval.Stop {
		return stopped(r, s)
	}
	if !r.Run.StartedAt.IsZero() {
		return byStart(s, r.Run.StartedAt)
	}
	// The oldest run that began since the marker: a later one is somebody else's.
	for _, run := range slices.Backward(s.runs) {
		if !run.StartedAt.IsZero() && run.StartedAt.After(r.Before.StartedAt) && !r.Before.StartedAt.IsZero() {
			return run, true
		}
	}
	d := s.detail
	switch {
	case !d.StartTime.IsZero() && !d.StartTime.Equal(r.Before.StartedAt):
		return current(d), true
	case d.Status.Active():
		// Nothing ran before the marker. The start time is still the old one, so it is left open.
		return approval.Run{Status: string(d.Status)}, true
	case !d.LastSuccessRunTime.IsZero() && !d.LastSuccessRunTime.Equal(r.Before.LastSuccess):
		return approval.Run{Status: string(lakeformation.Success)}, true
	case d.StartTime.IsZero() && r.Before.Runs >= 0 && s.total > r.Before.Runs && len(s.runs) > 0:
		return s.runs[0], true
	case r.Run.Status != "" && !d.Status.Active():
		// It was seen active and no longer is.
		return approval.Run{Status: string(d.Status)}, true
	}
	return approval.Run{}, false
}

// stopped shows the run that a stop is about, once it is no longer active.
func stopped(r approval.Request, s sight) (approval.Run, bool) {
	run, seen := byStart(s, r.Before.StartedAt)
	return run, seen && !lakeformation.Status(run.Status).Active()
}

// byStart finds a run by its start time: the job's own fields tell of its newest run only.
func byStart(s sight, started time.Time) (approval.Run, bool) {
	for _, run := range s.runs {
		if run.StartedAt.Equal(started) {
			return run, true
		}
	}
	if s.detail.StartTime.Equal(started) {
		return current(s.detail), true
	}
	return approval.Run{}, false
}

// ended tells how the run ended; nil while it has not, or while its status is none that is documented.
func ended(r approval.Request, s sight, run approval.Run) *approval.Event {
	kind, ok := map[lakeformation.Status]approval.Kind{
		lakeformation.Success:        approval.RunSucceeded,
		lakeformation.PartialSuccess: approval.RunPartly,
		lakeformation.Failed:         approval.RunFailed,
		lakeformation.Stopped:        approval.RunStopped,
	}[lakeformation.Status(run.Status)]
	if !ok {
		return nil
	}
	e := approval.Event{Kind: kind, Run: &run}
	if kind == approval.RunStopped && r.Ask.Action == approval.Start {
		words := approval.T("It was stopped outside Slipway.")
		if s.stoppedBy.ID != 0 {
			words = approval.T("%s stopped it with %s.", s.stoppedBy.Ask.By.Name, s.stoppedBy.ID)
		}
		e.Problem = &approval.Problem{Words: words}
	}
	return &e
}

func current(d lakeformation.JobDetail) approval.Run {
	return approval.Run{Status: string(d.Status), StartedAt: d.StartTime}
}

// newestFirst turns history rows into runs, in an order that LakeFormation does not promise.
func newestFirst(rows []lakeformation.Job) []approval.Run {
	runs := make([]approval.Run, len(rows))
	for i, row := range rows {
		runs[i] = approval.Run{Status: string(row.Status), StartedAt: row.StartTime, EndedAt: row.EndTime, Took: row.ExecuteTime, Words: row.LogInfo}
	}
	slices.SortStableFunc(runs, func(a, b approval.Run) int { return b.StartedAt.Compare(a.StartedAt) })
	return runs
}
