package approval

// Kind names what happened to a Request. Kinds are stored in the audit: never rename one.
type Kind string

const (
	Asked              Kind = "asked"               // somebody typed it; creates the Request
	JobDescribed       Kind = "job_described"       // the job was found and read, and a rule picked
	ApprovalWaived     Kind = "approval_waived"     // the rule needs no approval
	CardPosted         Kind = "card_posted"         // the card is in the channel; expiry counts from here
	VoteApproved       Kind = "vote_approved"       // one person said yes
	QuorumReached      Kind = "quorum_reached"      // that was the last yes needed
	VoteDenied         Kind = "vote_denied"         // one person said no
	RequesterCancelled Kind = "requester_cancelled" // taken back
	TimeExpired        Kind = "time_expired"        // nobody decided, or nothing could be started, in time
	RequestRefused     Kind = "request_refused"     // Slipway will not start it: no such job, busy, changed
	StartHeld          Kind = "start_held"          // all starts are frozen: it waits for the thaw
	StartMarked        Kind = "start_marked"        // committed before the one call
	StartNotSent       Kind = "start_not_sent"      // surely nothing was sent, or turned away at the gateway
	StartUnanswered    Kind = "start_unanswered"    // the call was made; its answer does not tell
	StartAccepted      Kind = "start_accepted"      // LakeFormation took it
	StartRefused       Kind = "start_refused"       // LakeFormation definitely did not
	Looked             Kind = "looked"              // looked at the job: no news
	LookFailed         Kind = "look_failed"         // tried to look at the job, and could not
	RunSeen            Kind = "run_seen"            // a run that was not there before the marker
	NoSign             Kind = "no_sign"             // waited long enough: no run to be seen
	LookAsked          Kind = "look_asked"          // a person pressed "Look again"
	PersonSaysStarted  Kind = "person_says_started" // a person looked in the console: it runs
	PersonSaysNot      Kind = "person_says_not"     // a person looked in the console: it does not
	RunSucceeded       Kind = "run_succeeded"
	RunPartly          Kind = "run_partly"
	RunFailed          Kind = "run_failed"
	RunStopped         Kind = "run_stopped"
	RunLost            Kind = "run_lost" // can no longer be watched
	GaveUp             Kind = "gave_up"  // unknown for too long

	// Of the house, and of no Request.
	HouseFrozen Kind = "house_frozen" // somebody froze all starts
	HouseThawed Kind = "house_thawed" // somebody let them go again

	// Refusals are recorded, and move no Request.
	CommandRefused  Kind = "command_refused"  // somebody typed something that was not let in
	DecisionRefused Kind = "decision_refused" // somebody pressed or took back what they could not
)

// moves is the whole life of a Request: what may happen in a State, and the State it leads to. A Kind that is not
// listed for a State cannot happen there.
var moves = map[State]map[Kind]State{
	Opened: {
		LookFailed:         Opened,
		JobDescribed:       Pending,
		ApprovalWaived:     Approved,
		RequestRefused:     Refused,
		RequesterCancelled: Cancelled,
	},
	Pending: {
		CardPosted:         Pending,
		VoteApproved:       Pending,
		QuorumReached:      Approved,
		VoteDenied:         Denied,
		RequesterCancelled: Cancelled,
		TimeExpired:        Expired,
		RequestRefused:     Refused,
	},
	Approved: {
		LookFailed:         Approved,
		VoteDenied:         Denied,
		RequesterCancelled: Cancelled,
		TimeExpired:        Expired,
		RequestRefused:     Refused,
		StartHeld:          Approved,
		StartMarked:        Starting,
	},
	Starting: {
		Looked:          Starting,
		LookFailed:      Starting,
		StartUnanswered: Starting,
		StartNotSent:    Approved,
		StartAccepted:   Accepted,
		StartRefused:    Refused,
		RunSeen:         Running,
		NoSign:          Unknown,
	},
	Accepted: {
		Looked:     Accepted,
		LookFailed: Accepted,
		RunSeen:    Running,
		NoSign:     Unknown,
	},
	Running: {
		Looked:       Running,
		LookFailed:   Running,
		RunSucceeded: Succeeded,
		RunPartly:    Partial,
		RunFailed:    Failed,
		RunStopped:   Stopped,
		RunLost:      Unwatched,
	},
	Unknown: {
		Looked:            Unknown,
		LookFailed:        Unknown,
		LookAsked:         Unknown,
		StartAccepted:     Accepted,
		StartRefused:      Refused,
		RunSeen:           Running,
		PersonSaysStarted: Running,
		PersonSaysNot:     Refused,
		GaveUp:            Unresolved,
	},
}

// Quiet reports whether an Event of this Kind only books the next look: it is not audited and redraws no card.
func (k Kind) Quiet() bool { return k == Looked || k == LookFailed }

// redraws reports whether the card shows something else after an Event of this Kind.
func (k Kind) redraws() bool { return !k.Quiet() && k != CardPosted }
