package worker

import (
	"context"
	"errors"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/lakeformation"
)

const (
	watchEvery = 30 * time.Second // between two looks at what channels watch
	watchLease = time.Minute      // longer than it takes to tell a channel of one run
)

// Teller tells people what no card tells.
type Teller interface {
	// RunEnded tells a channel how a run of a job it watches ended. by is the Request that started it; zero ID: none did.
	// approval.ErrUnpostable where Slack will not let it; any other error may pass.
	RunEnded(ctx context.Context, w approval.Watch, run approval.Run, by approval.Request) error
	// WatchEnded tells who set a Watch that it ends, and why. An error may pass.
	WatchEnded(ctx context.Context, w approval.Watch, why approval.Text) error
}

// watch looks at what channels watch until ctx ends. What LakeFormation's history says is the truth: a run is told once
// the start of it is later than what the channel was told last, whether it was seen while it ran or not.
func (w *Worker) watch(ctx, working context.Context) {
	for ctx.Err() == nil {
		w.watchOnce(ctx, working)
		select {
		case <-ctx.Done():
		case <-w.Clock.After(watchEvery):
		}
	}
}

func (w *Worker) watchOnce(ctx, working context.Context) {
	defer func() {
		if p := recover(); p != nil {
			w.Log.WithField("panic", p).Errorf("panic while looking at what channels watch\n%s", debug.Stack())
		}
	}()
	watches, err := w.Store.ListWatches(ctx, "")
	if err != nil {
		if ctx.Err() == nil {
			w.Log.WithError(err).Error("could not read what channels watch")
		}
		return
	}
	groups := map[rollKey]map[string][]approval.Watch{} // by job
	for _, one := range watches {
		instance, ok := w.Instances[one.Instance]
		if !ok || instance.Target != one.Target {
			w.endWatch(working, one, approval.T("Slipway no longer knows the instance %s.", one.Instance))
			continue
		}
		key := rollKey{one.Instance, lakeformation.JobType(one.JobType)}
		if groups[key] == nil {
			groups[key] = map[string][]approval.Watch{}
		}
		groups[key][one.JobID] = append(groups[key][one.JobID], one)
	}
	for key, jobs := range groups {
		if ctx.Err() == nil {
			w.watchJobs(working, key, jobs)
		}
	}
}

// watchJobs looks at the watched jobs of one type on one instance. It costs as many calls as their list has pages, and
// one more for each job that has something to tell.
func (w *Worker) watchJobs(ctx context.Context, key rollKey, watched map[string][]approval.Watch) {
	client := w.Instances[key.instance].Client
	log := w.Log.WithField("instance", key.instance)
	all, err := client.AllJobs(ctx, "", key.kind)
	if err != nil {
		log.WithError(err).WithFields(fieldsOf(err)).Warn("could not look at the jobs that channels watch; trying again")
		return
	}
	listed := map[string]lakeformation.Job{}
	for _, job := range all {
		listed[job.ID] = job
	}
	for _, id := range slices.Sorted(maps.Keys(watched)) {
		log := log.WithField("job", watched[id][0].JobName)
		job, ok := listed[id]
		if !ok {
			if job, ok = w.unlisted(ctx, client, watched[id], log); !ok {
				continue
			}
		}
		delete(w.misses, watched[id][0].Key())
		w.watchJob(ctx, client, job, watched[id], log)
	}
}

// unlisted looks at a job that the list does not show: it may be beyond what lists reach, or gone.
func (w *Worker) unlisted(ctx context.Context, client *lakeformation.Client, watches []approval.Watch, log *logrus.Entry) (lakeformation.Job, bool) {
	key := watches[0].Key()
	detail, err := client.ShowJob(ctx, watches[0].JobID)
	var said *lakeformation.Error
	switch {
	case err == nil:
		return detail.Job(), true
	case errors.As(err, &said) && said.NoSuchJob():
		if w.misses[key]++; w.misses[key] >= approval.LostAfter {
			for _, one := range watches {
				w.endWatch(ctx, one, approval.T("LakeFormation no longer knows this job (404)."))
			}
		}
	default:
		log.WithError(err).WithFields(fieldsOf(err)).Warn("could not look at a job that a channel watches; trying again")
	}
	return lakeformation.Job{}, false
}

// watchJob tells each channel of the runs that ended and that it has not been told of, the oldest first. A run that goes
// on is remembered, so that the history is read once for it and once for its end.
func (w *Worker) watchJob(ctx context.Context, client *lakeformation.Client, job lakeformation.Job, watches []approval.Watch, log *logrus.Entry) {
	key := watches[0].Key()
	since := slices.MinFunc(watches, func(a, b approval.Watch) int { return a.Since.Compare(b.Since) }).Since
	if !stored(job.StartTime).After(since) || job.Status.Active() && w.going[key].Equal(job.StartTime) {
		return
	}
	page, err := client.JobHistory(ctx, job.ID, 0, historyRows)
	if err != nil {
		log.WithError(err).WithFields(fieldsOf(err)).Warn("could not read the runs of a job that a channel watches; trying again")
		return
	}
	rows := page.Jobs
	if job.Status.Ended() && !job.EndTime.Before(job.StartTime) && !slices.ContainsFunc(rows, func(row lakeformation.Job) bool { return row.StartTime.Equal(job.StartTime) }) {
		rows = append(rows, job) // the history is behind
	}
	told := true
	for _, run := range overSince(newestFirst(rows), since) {
		by, known := w.starter(ctx, job.ID, watches[0].Instance, run)
		if !known {
			told = false
			break
		}
		for i := range watches {
			if stored(run.StartedAt).After(watches[i].Since) {
				watches[i], err = w.tellRun(ctx, watches[i], run, by, log)
				told = told && err == nil
			}
		}
	}
	if job.Status.Active() && told {
		w.going[key] = job.StartTime
	} else {
		delete(w.going, key)
	}
}

// overSince gives the runs that began later and have ended, the oldest first.
func overSince(newest []approval.Run, since time.Time) []approval.Run {
	runs := slices.DeleteFunc(slices.Clone(newest), func(run approval.Run) bool {
		return !stored(run.StartedAt).After(since) || !lakeformation.Status(run.Status).Ended()
	})
	slices.Reverse(runs)
	return runs
}

// stored is a time as the store keeps it.
func stored(t time.Time) time.Time { return t.Truncate(time.Microsecond) }

// starter finds the Request that started a run; the zero one where none of ours did. It is not known yet while one of ours
// is looking for its run.
func (w *Worker) starter(ctx context.Context, jobID, instance string, run approval.Run) (approval.Request, bool) {
	found, err := w.Store.Find(ctx, approval.Filter{Instance: instance, Job: jobID})
	if err != nil {
		w.Log.WithError(err).Error("could not read who started a run")
		return approval.Request{}, false
	}
	for _, r := range found {
		switch {
		case r.Ask.Action != approval.Start || !r.State.MayHaveStarted():
		case r.Run.StartedAt.Equal(run.StartedAt):
			return r, true
		case !r.State.Ended() && r.Run.StartedAt.IsZero() && run.StartedAt.After(r.Before.StartedAt):
			return approval.Request{}, false
		}
	}
	return approval.Request{}, true
}

// tellRun tells one channel of one run, and books it. The Watch comes back as it is now. Whoever claims it first tells;
// should the process end between the telling and the booking, it is told twice rather than never.
func (w *Worker) tellRun(ctx context.Context, one approval.Watch, run approval.Run, by approval.Request, log *logrus.Entry) (approval.Watch, error) {
	log = log.WithField("channel", one.Channel)
	claim, err := w.Store.ClaimWatch(ctx, one, watchLease)
	if err != nil {
		if !errors.Is(err, approval.ErrLeaseLost) { // else another replica tells, or the watch was ended
			log.WithError(err).Error("could not claim a watch; trying again")
		}
		return one, err
	}
	switch err := w.Teller.RunEnded(ctx, claim, run, by); {
	case errors.Is(err, approval.ErrUnpostable):
		log.WithError(err).Warn("a channel cannot be told of a run; its watch ends")
		w.endWatch(ctx, claim, approval.T("I can't post there any more."))
		return one, err
	case err != nil:
		log.WithError(err).Warn("could not tell a channel of a run; trying again")
		return one, err
	}
	if err := w.Store.WatchTold(ctx, claim, run.StartedAt); err != nil {
		log.WithError(err).Error("could not book that a channel was told of a run")
		return one, err
	}
	claim.Since = stored(run.StartedAt)
	return claim, nil
}

// endWatch ends a Watch whose job or channel is gone, once who set it has been told.
func (w *Worker) endWatch(ctx context.Context, one approval.Watch, why approval.Text) {
	log := w.Log.WithFields(logrus.Fields{"job": one.JobName, "channel": one.Channel, "actor": one.By.UserID})
	if err := w.Teller.WatchEnded(ctx, one, why); err != nil {
		log.WithError(err).Warn("could not tell that a watch ends; trying again")
		return
	}
	if err := w.Store.EndWatch(ctx, one.ID); err != nil {
		log.WithError(err).Error("could not end a watch; trying again")
		return
	}
	log.Info("a watch has ended: " + why.String())
}
