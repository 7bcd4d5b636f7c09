package approval

import "time"

// The deadlines of a Request's States.
const (
	DescribeWithin = 2 * time.Minute    // opened → refused
	PostWithin     = 24 * time.Hour     // pending, and Slack takes no card → expired
	StartWithin    = 10 * time.Minute   // approved → expired
	CallWithin     = 30 * time.Second   // from the marker to the first byte of the one call
	Grace          = 60 * time.Second   // starting, without a sign → unknown
	GraceLooks     = 3                  // … and at least so many successful looks
	RunWithin      = 15 * time.Minute   // accepted, without a run → unknown
	WatchEvery     = 5 * time.Minute    // the longest pause between two looks at a run
	WatchFor       = 7 * 24 * time.Hour // running → unwatched
	LostAfter      = 3                  // … or so many 404s in a row
	UnknownFor     = 24 * time.Hour     // unknown → unresolved
)

// Apply is the one function that changes a State. It is pure: the same Request and Event give the same result. The
// error is an *ImpossibleError, or ErrFrozen, and then the Request is returned as it was.
func Apply(r Request, e Event) (Request, error) {
	to, ok := moves[r.State][e.Kind]
	if !ok {
		return r, &ImpossibleError{State: r.State, Kind: e.Kind}
	}
	if e.Kind == StartMarked && r.Frozen() {
		return r, ErrFrozen
	}
	if to != r.State {
		r.Looks, r.Misses = 0, 0
	}
	r.State = to
	if e.Kind.redraws() {
		r.Version++
	}
	if e.Problem != nil && !e.Kind.Quiet() {
		r.Problem = *e.Problem
	}
	record(&r, e)
	if to.Ended() {
		r.EndedAt = e.At
	}
	r.DueAt = r.due(e)
	return r, nil
}

// record books what the Event says besides the State.
func record(r *Request, e Event) {
	switch e.Kind {
	case JobDescribed, ApprovalWaived:
		r.Target, r.Job, r.Rule, r.Bound = e.Described.Target, e.Described.Job, e.Described.Rule, e.Described.Bound
		r.Approvers = e.Described.Approvers
		r.Card.Copies = nil
		for _, to := range e.Described.Copies {
			r.Card.Copies = append(r.Card.Copies, Copy{To: to})
		}
		if e.Described.Name != "" {
			r.Ask.By.Name = e.Described.Name
		}
		r.Terms++
		if e.Kind == ApprovalWaived {
			r.ApprovedAt = e.At
		}
	case CardPosted:
		r.PostedAt, r.ExpiresAt = e.At, e.ExpiresAt
	case VoteApproved:
		r.Decisions = append(r.Decisions[:len(r.Decisions):len(r.Decisions)], Decision{By: e.By, Approve: true, At: e.At, As: e.As})
	case VoteDenied:
		r.Decisions = append(r.Decisions[:len(r.Decisions):len(r.Decisions)], Decision{By: e.By, At: e.At, As: e.As})
	case QuorumReached:
		r.ApprovedAt = e.At
	case StartMarked:
		r.MarkedAt, r.Before, r.Problem = e.At, *e.Before, Problem{}
	case StartNotSent:
		r.MarkedAt, r.Before = time.Time{}, Before{}
		r.Attempt++
	case StartAccepted:
		r.AcceptedAt, r.Problem = e.At, Problem{}
	case Looked:
		r.Looks++
		r.Misses = 0
	case LookFailed:
		r.Misses++
		if !e.Gone {
			r.Misses = 0
		}
	case RunSeen:
		r.Run, r.Problem = *e.Run, Problem{}
	case PersonSaysStarted, PersonSaysNot:
		r.SaidBy = e.By
	case RunSucceeded, RunPartly, RunFailed, RunStopped:
		r.Run = *e.Run
	}
}

// due is when the worker looks at the Request next.
func (r Request) due(e Event) time.Time {
	now := e.At
	switch r.State {
	case Opened, Approved:
		if e.RetryIn > 0 {
			return now.Add(e.RetryIn)
		}
		return now
	case Pending:
		if r.ExpiresAt.IsZero() {
			return r.CreatedAt.Add(PostWithin)
		}
		return r.ExpiresAt
	case Starting:
		return now.Add(pace(r.Looks, 2*time.Second, 30*time.Second))
	case Accepted:
		return now.Add(pace(r.Looks, 2*time.Second, time.Minute))
	case Running:
		return now.Add(min(max(now.Sub(r.since())/10, 2*time.Second), WatchEvery))
	case Unknown:
		if e.Kind == LookAsked {
			return now
		}
		return now.Add(pace(r.Looks, 30*time.Second, WatchEvery))
	}
	return time.Time{}
}

// since is when Slipway began to wait for the run to end, by its own clock.
func (r Request) since() time.Time {
	if r.MarkedAt.IsZero() {
		return r.CreatedAt
	}
	return r.MarkedAt
}

// pace doubles the pause with every look, from first to longest.
func pace(looks int, first, longest time.Duration) time.Duration {
	if looks > 10 {
		return longest
	}
	return min(first<<looks, longest)
}
