package worker

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

const (
	besideWithin = 2 * time.Second  // all that looking beside a job may take
	besideAge    = 10 * time.Second // how old the list of what runs may be
	mostBeside   = 5                // jobs that are looked at, and shown
)

// beside finds runs of other jobs that write to the same place, the newest first. It is a courtesy: what cannot be read
// in time is left out, and the card is still right.
func (w *Worker) beside(ctx context.Context, name string, detail lakeformation.JobDetail) []approval.Beside {
	here := detail.Place()
	if here.Catalog == "" {
		return nil
	}
	ctx, done := context.WithTimeout(ctx, besideWithin)
	defer done()
	client := w.Instances[name].Client
	var found []approval.Beside
	for _, id := range w.othersRunning(ctx, name, detail.ID) {
		other, err := client.ShowJob(ctx, id)
		if err != nil || !other.Status.Active() {
			continue
		}
		if at := here.Common(other.Place()); at.Catalog != "" {
			found = append(found, approval.Beside{Job: other.Name, Catalog: at.Catalog, Database: at.Database, At: w.Clock.Now()})
		}
	}
	return found
}

// othersRunning are the ids of the jobs of every type that run now, but one: the newest runs, as many as are looked at.
func (w *Worker) othersRunning(ctx context.Context, name, but string) []string {
	began := map[string]time.Time{}
	for _, kind := range lakeformation.JobTypes() {
		list, err := w.listed(ctx, w.Instances[name].Client, rollKey{name, kind}, besideAge)
		if err == nil {
			maps.Copy(began, list)
		}
	}
	delete(began, but)
	ids := slices.SortedFunc(maps.Keys(began), func(a, b string) int { return cmp.Or(began[b].Compare(began[a]), cmp.Compare(a, b)) })
	return ids[:min(len(ids), mostBeside)]
}
