package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/lakeformation"
)

// start checks once more that what was approved is what would be started, commits the marker, and makes the one call.
// Nobody else makes it: whoever claims the row after the marker only looks.
func (w *Worker) start(ctx context.Context, c approval.Claim, log *logrus.Entry) error {
	r := c.Request
	if w.Clock.Now().Sub(r.ApprovedAt) >= approval.StartWithin {
		return w.happened(ctx, c, approval.Event{Kind: approval.TimeExpired, Problem: w.late(ctx, r)})
	}
	if r.Frozen() {
		return w.hold(ctx, c, log)
	}
	before, err := w.recheck(ctx, r)
	var no *refusal
	switch {
	case errors.As(err, &no):
		log.WithError(err).WithFields(fieldsOf(err)).Warn("refused at the moment of the start")
		return w.refuse(ctx, c, no.problem)
	case err != nil:
		log.WithError(err).WithFields(fieldsOf(err)).Warn("could not check the job before the start; trying again")
		return w.again(ctx, c, r.ApprovedAt)
	}
	// The wall clock, not Clock: a process that was stopped for a while must not call with an old marker.
	notAfter := time.Now().Round(0).Add(cmp.Or(w.CallWithin, approval.CallWithin))
	r, err = w.Store.Update(ctx, r.ID, approval.By{Claim: &c, Keep: true}, func(now approval.Request, _ time.Time) ([]approval.Event, error) {
		if now.State != approval.Approved || now.Terms != r.Terms {
			return nil, approval.ErrLeaseLost
		}
		return []approval.Event{{Kind: approval.StartMarked, Before: &before}}, nil
	})
	if errors.Is(err, approval.ErrFrozen) {
		return w.hold(ctx, c, log)
	}
	if err != nil {
		// Even if the commit went through after all: no call is made for a marker that is not known to be there.
		return fmt.Errorf("marker: %w", err)
	}
	if e := w.frozenSince(ctx, r); e != nil {
		log.Warn("starts were frozen after the marker; LakeFormation is not called")
		return w.definitely(ctx, r, *e)
	}
	log.Info("marked; calling LakeFormation once")
	err = w.call(context.WithoutCancel(ctx), r, notAfter)
	return w.answer(ctx, c, r, err, log)
}

// hold leaves an approved Request as it is while all starts are frozen. The thaw makes it due again; else its time does.
func (w *Worker) hold(ctx context.Context, c approval.Claim, log *logrus.Entry) error {
	log.Info("all starts are frozen; this one waits")
	_, err := w.Store.Update(ctx, c.Request.ID, approval.By{Claim: &c}, func(r approval.Request, now time.Time) ([]approval.Event, error) {
		if r.State != approval.Approved || !r.Frozen() {
			return nil, nil
		}
		return []approval.Event{{Kind: approval.StartHeld, RetryIn: approval.StartWithin - now.Sub(r.ApprovedAt)}}, nil
	})
	return err
}

// frozenSince looks once more, just before the one call: this process may have stood still since the marker. It is nil
// where the call may be made; what cannot be read is taken for frozen.
func (w *Worker) frozenSince(ctx context.Context, r approval.Request) *approval.Event {
	if r.Ask.Action != approval.Start {
		return nil
	}
	freeze, err := w.Store.Frozen(context.WithoutCancel(ctx))
	switch {
	case err != nil:
		return &approval.Event{Kind: approval.StartNotSent, RetryIn: time.Second, Problem: &approval.Problem{
			Words: approval.T("I could not read whether starts are frozen, so nothing was started yet.")}}
	case freeze.On():
		return &approval.Event{Kind: approval.StartNotSent}
	}
	return nil
}

// late explains why an approved Request was not started in time.
func (w *Worker) late(ctx context.Context, r approval.Request) *approval.Problem {
	p := r.Problem
	if r.Frozen() {
		p = approval.Problem{
			Words: approval.Sentences(r.Freeze.Text(), approval.T("They were not thawed within ten minutes after the approval, so nothing was started.")),
			Next:  approval.T("Ask again once starts are thawed."),
		}
	}
	if p.Words.IsZero() {
		ctx, done := context.WithTimeout(ctx, lastTry)
		defer done()
		_, err := w.recheck(ctx, r)
		p = because(approval.Problem{
			Words: either(r, approval.T("The job could not be read for ten minutes before the start, so nothing was started."), approval.T("The job could not be read for ten minutes before the stop, so nothing was stopped.")),
			Next:  approval.T("Ask again once LakeFormation can be reached."),
		}, err)
	}
	return &p
}

// recheck compares the job with what was approved, and reads what the marker must remember.
func (w *Worker) recheck(ctx context.Context, r approval.Request) (approval.Before, error) {
	name := approval.Plain.Code(r.JobName())
	instance, ok := w.Instances[r.Ask.Instance]
	if !ok || instance.Target != r.Target {
		return approval.Before{}, no(approval.T("Ask again; that needs a new approval."), approval.T("The instance %s is another one now than was approved.", r.Ask.Instance))
	}
	detail, err := instance.Client.ShowJob(ctx, r.Job.ID)
	if err != nil {
		var answer *lakeformation.Error
		if errors.As(err, &answer) && definite(answer) {
			return approval.Before{}, &refusal{problem: refusedRead(r, answer), cause: err}
		}
		return approval.Before{}, err
	}
	facts, err := factsOf(r.Ask, r.Target, r.Job, detail, r.Rule)
	if err != nil {
		return approval.Before{}, err
	}
	if changed := r.Bound.Changed(facts); len(changed) > 0 {
		return approval.Before{}, no(approval.T("Look at the job, then ask again; that needs a new approval."),
			approval.T("Since it was approved, this changed: %s.", strings.Join(changed[:min(len(changed), 5)], ", ")))
	}
	if err := w.stillAllowed(ctx, r); err != nil {
		return approval.Before{}, err
	}
	if r.Ask.Action == approval.Start {
		if err := startable(name, detail); err != nil {
			return approval.Before{}, err
		}
	} else if !detail.Status.Active() {
		return approval.Before{}, no(approval.Text{}, approval.T("%s had ended before it could be stopped.", name))
	}
	before := approval.Before{Status: string(detail.Status), StartedAt: detail.StartTime, LastSuccess: detail.LastSuccessRunTime, Runs: -1}
	if page, err := instance.Client.JobHistory(ctx, r.Job.ID, 0, historyRows); err == nil {
		before.Runs = page.Total
	}
	return before, nil
}

func (w *Worker) call(ctx context.Context, r approval.Request, notAfter time.Time) error {
	client := w.Instances[r.Ask.Instance].Client
	if r.Ask.Action == approval.Stop {
		return client.StopJob(ctx, r.Job.ID, notAfter)
	}
	return client.StartJob(ctx, r.Job.ID, lakeformation.StartOptions{Mode: lakeformation.Mode(r.Ask.Mode), Cascade: r.Ask.Cascade, NotAfter: notAfter})
}

// answer books what the call brought. A definite answer is kept whoever holds the row by now.
func (w *Worker) answer(ctx context.Context, c approval.Claim, r approval.Request, err error, log *logrus.Entry) error {
	var said *lakeformation.Error
	if err != nil && !errors.As(err, &said) {
		said = &lakeformation.Error{Class: lakeformation.Unknown, Message: "no answer"}
	}
	e := Heard(r, said)
	if said != nil {
		log = log.WithError(err).WithFields(said.Fields())
	}
	switch e.Kind {
	case approval.StartAccepted:
		log.Info("accepted by LakeFormation")
	case approval.StartNotSent:
		log.Warn("surely not started; going back to try again")
	case approval.StartRefused:
		log.Warn("refused by LakeFormation")
	default:
		log.Warn("no clear answer; looking what it did")
		return w.happened(ctx, c, e)
	}
	return w.definitely(ctx, r, e)
}

// definitely stores a definite answer, and tries for a while if the database does not take it: it is all we will know.
func (w *Worker) definitely(ctx context.Context, r approval.Request, e approval.Event) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	for try := range 5 {
		_, err = w.Store.Update(ctx, r.ID, approval.By{}, func(now approval.Request, _ time.Time) ([]approval.Event, error) {
			if !now.MarkedAt.Equal(r.MarkedAt) {
				return nil, approval.ErrLeaseLost
			}
			return []approval.Event{e}, nil
		})
		var impossible *approval.ImpossibleError
		if err == nil || errors.Is(err, approval.ErrLeaseLost) || errors.As(err, &impossible) {
			return err
		}
		<-w.Clock.After(time.Second << try)
	}
	return err
}
