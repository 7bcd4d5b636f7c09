package commands

import (
	"slipway/approval"
	"slipway/lakeformation"
)

// StatusWord is LakeFormation's status as a word for people; a status nobody documented is shown as it is.
func StatusWord(s string) approval.Text {
	switch lakeformation.Status(s) {
	case lakeformation.Created:
		return approval.T("new, never run")
	case lakeformation.Submitted:
		return approval.T("submitted")
	case lakeformation.Running:
		return approval.T("running")
	case lakeformation.Success:
		return approval.T("succeeded")
	case lakeformation.PartialSuccess:
		return approval.T("partly succeeded")
	case lakeformation.Failed:
		return approval.T("failed")
	case lakeformation.Stopped:
		return approval.T("stopped")
	case lakeformation.FrozenReleasable, lakeformation.FrozenUnreleasable:
		return approval.T("frozen")
	}
	return approval.T("%s", approval.Short(s))
}

// TypeWord is LakeFormation's job type in words.
func TypeWord(t string) approval.Text {
	switch lakeformation.JobType(t) {
	case lakeformation.MetadataMigration:
		return approval.T("metadata migration")
	case lakeformation.PermissionMigration:
		return approval.T("permission migration")
	case lakeformation.MetadataDiscovery:
		return approval.T("metadata discovery")
	}
	return approval.T("%s", approval.Short(t))
}

// StateWord is the State of a Request as a word.
func StateWord(s approval.State) approval.Text {
	return map[approval.State]approval.Text{
		approval.Opened: approval.T("being looked up"), approval.Pending: approval.T("waiting for a decision"), approval.Approved: approval.T("approved"),
		approval.Starting: approval.T("being asked of LakeFormation"), approval.Accepted: approval.T("accepted"), approval.Running: approval.T("running"),
		approval.Succeeded: approval.T("succeeded"), approval.Partial: approval.T("partly succeeded"), approval.Failed: approval.T("failed"),
		approval.Stopped: approval.T("stopped"), approval.Refused: approval.T("refused"), approval.Denied: approval.T("denied"),
		approval.Cancelled: approval.T("cancelled"), approval.Expired: approval.T("expired"), approval.Unknown: approval.T("not known"),
		approval.Unwatched: approval.T("no longer watched"), approval.Unresolved: approval.T("never found out"),
	}[s]
}

// ActionWord is what a Request asks for as a word.
func ActionWord(v approval.Voice, a approval.Action) string {
	if a == approval.Stop {
		return v.Say("stop")
	}
	return v.Say("start")
}

// jobRow lists a job.
func jobRow(v approval.Voice, job lakeformation.Job) Row {
	row := Row{Title: job.Name, State: v.Text(StatusWord(string(job.Status))), Detail: v.Text(TypeWord(string(job.Type))), At: job.StartTime}
	if took := job.ExecuteTime; took > 0 {
		row.Detail = v.Say("%s, took %s", row.Detail, took)
	}
	return row
}
