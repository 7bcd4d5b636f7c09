package approval

// State is where a Request is in its one life. The moves between States are the table in moves.go; docs/states.md
// shows them to people, and a test holds the two together.
type State string

// The open States: somebody or something still has to act.
const (
	// Opened: recorded as typed and acked. In: Service.Open. Out: the worker describes the job (pending, or approved
	// where the rule needs nobody) or refuses it, within DescribeWithin.
	Opened State = "opened"
	// Pending: the card asks for decisions. In: the worker, once the job is described. Out: people through
	// Service.Decide and Service.Cancel; the worker when ExpiresAt has passed.
	Pending State = "pending"
	// Approved: enough people said yes. In: the last approval, or a start that was surely not sent. Out: the worker
	// marks the start, or refuses what changed; deny and cancel still count; expired after StartWithin.
	Approved State = "approved"
	// Starting: the marker is committed and the one call may be under way. In: only the worker that will call.
	// Out: the answer to that call, or looking; unknown once Grace is over. Whoever claims such a row only looks.
	Starting State = "starting"
	// Accepted: LakeFormation said yes to the call. In: the answer. Out: a run is seen, or none within RunWithin.
	Accepted State = "accepted"
	// Running: a run is seen that was not there before the marker. In: looking, or a person's word. Out: the end of
	// that run, or nobody can see it any more.
	Running State = "running"
	// Unknown: no sign of a run, and no definite answer. In: the worker, when Grace or RunWithin is over. Out: a run
	// is found, a late definite answer, a person's word, or UnknownFor is over.
	Unknown State = "unknown"
)

// The ended States: nothing moves a Request out of them.
const (
	// Refused: not started, for the reason in Problem. In: the worker, or a person who says that it did not start.
	Refused State = "refused"
	// Denied: an approver said no.
	Denied State = "denied"
	// Cancelled: the requester took it back before it started.
	Cancelled State = "cancelled"
	// Expired: not enough decisions, or no way to start, in time. Nothing was started.
	Expired State = "expired"
	// Succeeded, Partial, Failed and Stopped: how the run ended, in LakeFormation's words SUCCESS, PARTIAL_SUCCESS,
	// FAILED and STOPPED.
	Succeeded State = "succeeded"
	Partial   State = "partial"
	Failed    State = "failed"
	Stopped   State = "stopped"
	// Unwatched: it runs or ran, but Slipway can no longer see it: after WatchFor, or the job is gone.
	Unwatched State = "unwatched"
	// Unresolved: still unknown after UnknownFor. The job may be asked for again.
	Unresolved State = "unresolved"
)

// States lists every State in the order of a Request's life.
func States() []State {
	return []State{Opened, Pending, Approved, Starting, Accepted, Running, Unknown,
		Refused, Denied, Cancelled, Expired, Succeeded, Partial, Failed, Stopped, Unwatched, Unresolved}
}

// Ended reports whether nothing can happen to a Request in this State any more.
func (s State) Ended() bool { return len(moves[s]) == 0 }

// holdsJob reports whether a Request in this State keeps others from asking for the same job and action.
func (s State) holdsJob() bool { return s != Opened && !s.Ended() }

// MayRunAgain reports whether the run that was asked for has ended, so that another may be asked for.
func (r Request) MayRunAgain() bool {
	return r.Ask.Action == Start && (r.State == Succeeded || r.State == Partial || r.State == Failed || r.State == Stopped)
}

// MayStop reports whether the run that was asked for goes on, so that its stop may be asked for.
func (r Request) MayStop() bool {
	return r.Ask.Action == Start && (r.State == Accepted || r.State == Running)
}

// MayAskAgain reports whether a Request ended without having done anything, so that the same may be asked for anew.
func (s State) MayAskAgain() bool { return s == Refused || s == Expired }

// MayHaveStarted reports whether the one call may have reached LakeFormation.
func (s State) MayHaveStarted() bool {
	switch s {
	case Starting, Accepted, Running, Unknown, Succeeded, Partial, Failed, Stopped, Unwatched, Unresolved:
		return true
	}
	return false
}
