package worker

import (
	"context"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

// roll is the list of the jobs that run, of one type on one instance, as LakeFormation gave it at some time. Looks at
// runs that go on share it: watching costs as many calls as the list has pages, however many runs are watched.
type roll struct {
	hold    chan struct{}        // holds one: whoever reads or renews the list
	at      time.Time            // before it was asked for
	running map[string]time.Time // job id → start of its run; a new list is a new map
}

// rollKey names a roll.
type rollKey struct {
	instance string
	kind     lakeformation.JobType
}

// roll gives the one of an instance and type.
func (w *Worker) roll(key rollKey) *roll {
	w.rollsMu.Lock()
	defer w.rollsMu.Unlock()
	r, ok := w.rolls[key]
	if !ok {
		r = &roll{hold: make(chan struct{}, 1)}
		w.rolls[key] = r
	}
	return r
}

// listed gives the list, no older than that. Who comes while it is being read waits for it, as long as ctx allows.
func (w *Worker) listed(ctx context.Context, client *lakeformation.Client, key rollKey, age time.Duration) (map[string]time.Time, error) {
	list := w.roll(key)
	select {
	case list.hold <- struct{}{}:
		defer func() { <-list.hold }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := w.Clock.Now()
	if list.running == nil || now.Sub(list.at) > age {
		running, err := listRunning(ctx, client, key.kind)
		if err != nil {
			return nil, err
		}
		list.at, list.running = now, running
	}
	return list.running, nil
}

// goesOn reports whether the list says that the watched run still goes on. Only that is believed of it: whatever else the
// list says, or does not say, is looked at job by job.
func (w *Worker) goesOn(ctx context.Context, client *lakeformation.Client, r approval.Request) (bool, error) {
	if r.State != approval.Running || r.Ask.Action != approval.Start || r.Run.StartedAt.IsZero() {
		return false, nil
	}
	key := rollKey{r.Ask.Instance, lakeformation.JobType(r.Job.Type)}
	running, err := w.listed(ctx, client, key, rollAge(w.Clock.Now().Sub(r.MarkedAt)))
	if err != nil {
		return false, err
	}
	started, listed := running[r.Job.ID]
	return listed && started.Equal(r.Run.StartedAt), nil
}

// rollAge is how old a list may be for a run that has been watched for so long: half the pause between two looks.
func rollAge(watched time.Duration) time.Duration {
	return min(max(watched/20, time.Second), approval.WatchEvery/2)
}

func listRunning(ctx context.Context, client *lakeformation.Client, kind lakeformation.JobType) (map[string]time.Time, error) {
	running := map[string]time.Time{}
	for offset := 0; offset <= lakeformation.MaxOffset; offset += lakeformation.MaxLimit {
		page, err := client.ListJobs(ctx, lakeformation.ListOptions{Type: kind, Status: lakeformation.Running, Offset: offset, Limit: lakeformation.MaxLimit})
		if err != nil {
			return nil, err
		}
		for _, job := range page.Jobs {
			if job.Status.Active() {
				running[job.ID] = job.StartTime
			}
		}
		if len(page.Jobs) < lakeformation.MaxLimit {
			break
		}
	}
	return running, nil
}
