package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

// status tells how a Request or a job stands; alone, what is open in this channel.
func (r *Router) status(ctx context.Context, in Invocation, line Line) Answer {
	if line.Job == "" {
		return r.open(in, func(approval.Request) bool { return true }, "Nothing is open in this channel.", "Open in this channel:")
	}
	if id, ok := approval.ParseID(line.Job); ok {
		return Answer{Later: func(ctx context.Context) Reply { return r.statusOf(ctx, in, id) }}
	}
	instance, unknown := r.instance(line)
	if unknown != nil {
		return say(unknown.Error())
	}
	return Answer{Later: func(ctx context.Context) Reply { return r.jobStatus(ctx, in, instance, line.Job) }}
}

// pending lists what waits for a decision in this channel.
func (r *Router) pending(_ context.Context, in Invocation, _ Line) Answer {
	return r.open(in, func(req approval.Request) bool { return req.State == approval.Pending },
		"Nothing waits for a decision in this channel.", "Waiting for a decision in this channel:")
}

func (r *Router) open(in Invocation, wanted func(approval.Request) bool, none, some string) Answer {
	return Answer{Later: func(ctx context.Context) Reply {
		// No more can be open in a channel than Service lets in.
		found, err := r.store.Find(ctx, approval.Filter{Channel: in.Channel, Open: true, Limit: approval.OpenPerChannel})
		if err != nil {
			return r.unread(err, in)
		}
		found = slices.DeleteFunc(found, func(req approval.Request) bool { return !wanted(req) })
		if len(found) == 0 {
			return Reply{Text: none, Examples: []Example{{in.Command + " start <job>", "asks to start a job"}, {in.Command + " jobs", "lists the jobs"}}}
		}
		return Reply{Text: some, Rows: rows(found)}
	}}
}

func (r *Router) statusOf(ctx context.Context, in Invocation, id approval.ID) Reply {
	req, err := r.store.Request(ctx, id)
	if err != nil {
		if answer, ok := words(err); ok {
			return answer.Now
		}
		return r.unread(err, in)
	}
	reply := Reply{Text: id.String() + ": " + req.Headline(approval.Plain), Rows: rows([]approval.Request{req})}
	for _, line := range req.Explain(approval.Plain) {
		reply.Text += "\n" + line
	}
	if req.State == approval.Pending {
		reply.Text += "\n" + approval.Evaluate(req, time.Time{}).Sentence()
	}
	if p := req.Problem; p.Words != "" {
		reply.Text += "\n" + strings.TrimSpace(p.Words+" "+p.Suggestion())
		for _, line := range p.Said() {
			reply.Text += "\n" + line
		}
	}
	return reply
}

func (r *Router) jobStatus(ctx context.Context, in Invocation, instance, name string) Reply {
	job, err := r.instances[instance].FindJob(ctx, name)
	if err != nil {
		return r.jobError(err, in, name)
	}
	reply := Reply{Text: quote(job.Name) + " on " + instance + " is " + StatusWord(string(job.Status)) + ".", Rows: []Row{jobRow(job)}}
	found, err := r.store.Find(ctx, approval.Filter{Instance: instance, Job: job.ID, Limit: 3})
	if err != nil {
		return r.unread(err, in)
	}
	if len(found) > 0 {
		reply.Foot = "The rows below the job are the newest requests for it."
		reply.Rows = append(reply.Rows, rows(found)...)
	}
	return reply
}

// rows lists Requests, newest first.
func rows(found []approval.Request) []Row {
	list := make([]Row, 0, len(found))
	for _, req := range found {
		list = append(list, Row{
			Title: req.ID.String() + " · " + string(req.Ask.Action) + " " + req.JobName(), State: string(req.State),
			Detail: "asked by " + req.Ask.By.Name, At: req.CreatedAt,
		})
	}
	return list
}

// unread answers when the database cannot be read; reads promise nothing, so no more than that is said.
func (r *Router) unread(err error, in Invocation) Reply {
	r.log.WithError(err).WithField("actor", in.By.UserID).Error("could not read")
	return Reply{Text: "I could not read my records just now; nothing was changed. Please try again in a moment."}
}

// StatusWord is LakeFormation's status as a word for people; a status nobody documented is shown as it is.
func StatusWord(s string) string {
	switch lakeformation.Status(s) {
	case lakeformation.Created:
		return "new, never run"
	case lakeformation.Submitted:
		return "submitted"
	case lakeformation.Running:
		return "running"
	case lakeformation.Success:
		return "succeeded"
	case lakeformation.PartialSuccess:
		return "partly succeeded"
	case lakeformation.Failed:
		return "failed"
	case lakeformation.Stopped:
		return "stopped"
	case lakeformation.FrozenReleasable, lakeformation.FrozenUnreleasable:
		return "frozen"
	}
	return approval.Short(s)
}

// jobRow lists a job.
func jobRow(job lakeformation.Job) Row {
	row := Row{Title: job.Name, State: StatusWord(string(job.Status)), Detail: TypeWord(string(job.Type)), At: job.StartTime}
	if took := job.ExecuteTime; took > 0 {
		row.Detail += ", took " + approval.Duration(took)
	}
	return row
}

// TypeWord is LakeFormation's job type in words.
func TypeWord(t string) string {
	switch lakeformation.JobType(t) {
	case lakeformation.MetadataMigration:
		return "metadata migration"
	case lakeformation.PermissionMigration:
		return "permission migration"
	case lakeformation.MetadataDiscovery:
		return "metadata discovery"
	}
	return approval.Short(t)
}
