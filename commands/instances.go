package commands

import (
	"context"
	"errors"
	"sync"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

// instanceWait is how long an answer waits for an instance.
const instanceWait = 10 * time.Second

// instancesHere lists the LakeFormation instances of the settings, and whether they let jobs be read now.
func (r *Router) instancesHere(_ context.Context, in Invocation, _ Line) Answer {
	return Answer{Later: func(ctx context.Context) Reply {
		ctx, done := context.WithTimeout(ctx, instanceWait)
		defer done()
		rows := make([]Row, len(r.names))
		var asking sync.WaitGroup
		for i, name := range r.names {
			asking.Go(func() { rows[i] = r.instanceRow(ctx, in, name) })
		}
		asking.Wait()
		return Reply{
			Text: in.Voice.Say("The instances that jobs are started on:"), Rows: rows,
			Foot: in.Voice.Say("With several, write the instance before the job: %s", in.called("start "+r.names[0]+"/nightly_sync")),
		}
	}}
}

func (r *Router) instanceRow(ctx context.Context, in Invocation, name string) Row {
	client := r.instances[name]
	row := Row{Title: name, State: in.Voice.Say("it answers"), Detail: client.Host() + ", " + client.InstanceID()}
	_, err := client.ListJobs(ctx, lakeformation.ListOptions{Type: lakeformation.MetadataMigration, Limit: 1})
	var said *lakeformation.Error
	if errors.As(err, &said) {
		r.log.WithError(err).WithFields(said.Fields()).Warn("an instance does not let its jobs be read")
		row.State = in.Voice.Text(approval.TextOf(said.Summary()))
	}
	return row
}
