package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/lakeformation"
)

// historyRows is how many rows of a job's history are read. Their order is not documented, so more than one.
const historyRows = 100

// look reads how the job stands and records what that means. It never calls start or stop.
func (w *Worker) look(ctx context.Context, c approval.Claim, log *logrus.Entry) error {
	r := c.Request
	s, err := w.sight(ctx, r)
	if err != nil {
		log.WithError(err).Warn("could not look at the job")
	}
	_, stored := w.Store.Update(context.WithoutCancel(ctx), r.ID, approval.By{Claim: &c}, func(r approval.Request, now time.Time) ([]approval.Event, error) {
		if err != nil {
			return unseen(r, err, now), nil
		}
		return judge(r, s, now), nil
	})
	return stored
}

// sight is how a job stands, and the runs its history shows.
type sight struct {
	detail    lakeformation.JobDetail
	runs      []approval.Run // newest first; nil unless they matter
	total     int            // rows in the history; -1: not read
	stoppedBy approval.Request
}

// sight reads as little as tells: the job, and its history once a run may have ended or carries no start time.
func (w *Worker) sight(ctx context.Context, r approval.Request) (sight, error) {
	ctx, done := context.WithTimeout(ctx, 30*time.Second)
	defer done()
	instance, ok := w.Instances[r.Ask.Instance]
	if !ok || instance.Target != r.Target {
		return sight{}, fmt.Errorf("the instance %s is not the one this request was started on", r.Ask.Instance)
	}
	same, err := w.goesOn(ctx, instance.Client, r)
	if err != nil {
		return sight{}, err
	}
	if same {
		return sight{detail: lakeformation.JobDetail{Status: lakeformation.Running, StartTime: r.Run.StartedAt}, total: -1}, nil
	}
	detail, err := instance.Client.ShowJob(ctx, r.Job.ID)
	if err != nil {
		return sight{}, err
	}
	s := sight{detail: detail, total: -1}
	watched := expected(r)
	if detail.Status.Active() && detail.StartTime.Equal(watched) && r.State == approval.Running {
		return s, nil
	}
	page, err := instance.Client.JobHistory(ctx, r.Job.ID, 0, historyRows)
	if err != nil {
		return sight{}, err
	}
	s.runs, s.total = newestFirst(page.Jobs), page.Total
	if r.Ask.Action == approval.Start {
		s.stoppedBy = w.stopOf(ctx, r)
	}
	return s, nil
}

// expected is the start time of the run that is watched; zero while none is known.
func expected(r approval.Request) time.Time {
	if r.Ask.Action == approval.Stop {
		return r.Before.StartedAt
	}
	return r.Run.StartedAt
}

// stopOf finds our own stop of this job, so that the card can say who stopped it.
func (w *Worker) stopOf(ctx context.Context, r approval.Request) approval.Request {
	found, err := w.Store.Find(ctx, approval.Filter{Instance: r.Ask.Instance, Job: r.Job.ID, Limit: 10})
	if err != nil {
		return approval.Request{}
	}
	i := slices.IndexFunc(found, func(other approval.Request) bool {
		return other.Ask.Action == approval.Stop && other.State.MayHaveStarted() && other.MarkedAt.After(r.MarkedAt)
	})
	if i < 0 {
		return approval.Request{}
	}
	return found[i]
}

// unseen is what a failed look means: nothing by itself, unless the job is gone or the time is over.
func unseen(r approval.Request, err error, now time.Time) []approval.Event {
	var said *lakeformation.Error
	isGone := errors.As(err, &said) && said.HTTPStatus == 404
	if isGone && r.State == approval.Running && r.Misses+1 >= approval.LostAfter {
		return []approval.Event{{Kind: approval.RunLost, Problem: &approval.Problem{Words: approval.T("LakeFormation no longer knows this job (404).")}}}
	}
	if late := overdue(r, now); late != nil && r.State != approval.Starting {
		return late
	}
	return []approval.Event{{Kind: approval.LookFailed, Gone: isGone}}
}

// overdue is what happens when a State has lasted too long; nil while it has not.
func overdue(r approval.Request, now time.Time) []approval.Event {
	switch {
	case r.State == approval.Starting && now.Sub(r.MarkedAt) >= approval.Grace && r.Looks+1 >= approval.GraceLooks,
		r.State == approval.Accepted && now.Sub(r.AcceptedAt) >= approval.RunWithin:
		return []approval.Event{{Kind: approval.NoSign}}
	case r.State == approval.Unknown && now.Sub(r.MarkedAt) >= approval.UnknownFor:
		return []approval.Event{{Kind: approval.GaveUp}}
	case r.State == approval.Running && now.Sub(r.MarkedAt) >= approval.WatchFor:
		return []approval.Event{{Kind: approval.RunLost, Problem: &approval.Problem{Words: approval.T("It has been running for a week, the longest I watch.")}}}
	}
	return nil
}
