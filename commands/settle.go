package commands

import (
	"context"
	"errors"
	"time"

	"slipway/approval"
)

// settled turns the error of a change into words. Where the commit's fate is not known it looks the delivery up, so
// that "nothing was recorded" is said only when that is so.
func (r *Router) settled(ctx context.Context, v approval.Voice, receipt approval.Receipt, id approval.ID, err error) Answer {
	if err == nil || errors.Is(err, approval.ErrSeen) {
		return Answer{}
	}
	log := r.log.WithError(err).WithField("request", id)
	var impossible *approval.ImpossibleError
	if errors.As(err, &impossible) {
		log.Warn("pressed too late")
		return Answer{Now: Reply{Text: v.Say("That is no longer possible: this request is %s. Nothing changed.", StateWord(impossible.State))}}
	}
	var known *approval.Error
	if errors.As(err, &known) {
		if log = log.WithField("code", approval.CodeOf(err)); errors.Is(err, approval.ErrNotAudited) {
			log.WithField("cause", errors.Unwrap(err)).Error("refused what was asked, and could not put that into the audit")
		} else {
			log.Info("refused what was asked")
		}
		return Answer{Now: Reply{Text: v.Text(known.Text())}}
	}
	log.Error("could not record")
	return r.doubt(ctx, v, receipt)
}

// doubt answers after a failed commit.
func (r *Router) doubt(ctx context.Context, v approval.Voice, receipt approval.Receipt) Answer {
	// The caller's time may be used up; this look has a little of its own.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), 300*time.Millisecond)
	defer done()
	id, err := r.store.Seen(ctx, receipt)
	switch {
	case err != nil:
		return Answer{NotRecorded: true, Now: Reply{Text: v.Say("I can't tell whether this was recorded: my database does not answer. Look at the status in a minute before you ask again.")}}
	case id == 0:
		return Answer{NotRecorded: true, Now: Reply{Text: v.Say("This could not be recorded, so nothing was started or decided. Please try again in a moment.")}}
	}
	return Answer{Now: Reply{Text: v.Say("This was recorded as %s.", id)}}
}
