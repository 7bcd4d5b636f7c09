package commands

import (
	"context"
	"slices"
	"time"

	"slipway/approval"
)

// status tells how a Request or a job stands; alone, what is open in this channel.
func (r *Router) status(ctx context.Context, in Invocation, line Line) Answer {
	if line.Job == "" {
		return r.open(in, func(approval.Request) bool { return true }, approval.T("Nothing is open in this channel."), approval.T("Open in this channel:"))
	}
	if id, ok := approval.ParseID(line.Job); ok {
		return Answer{Later: func(ctx context.Context) Reply { return r.statusOf(ctx, in, id) }}
	}
	instance, unknown := r.instance(line)
	if unknown != nil {
		return in.refuse(unknown)
	}
	return Answer{Later: func(ctx context.Context) Reply { return r.jobStatus(ctx, in, instance, line.Job) }}
}

// pending lists what waits for a decision in this channel.
func (r *Router) pending(_ context.Context, in Invocation, _ Line) Answer {
	return r.open(in, func(req approval.Request) bool { return req.State == approval.Pending },
		approval.T("Nothing waits for a decision in this channel."), approval.T("Waiting for a decision in this channel:"))
}

func (r *Router) open(in Invocation, wanted func(approval.Request) bool, none, some approval.Text) Answer {
	return Answer{Later: func(ctx context.Context) Reply {
		// No more can be open in a channel than Service lets in.
		found, err := r.store.Find(ctx, approval.Filter{Channel: in.Channel, Open: true, Limit: approval.OpenPerChannel})
		if err != nil {
			return r.unread(err, in)
		}
		found = slices.DeleteFunc(found, func(req approval.Request) bool { return !wanted(req) })
		frozen := r.frozen(ctx, in.Voice)
		if len(found) == 0 {
			return Reply{Text: in.Voice.Text(none), Foot: frozen, Examples: []Example{{in.called("start <job>"), in.Voice.Say("asks to start a job")}, {in.called("jobs"), in.Voice.Say("lists the jobs")}}}
		}
		return Reply{Text: in.Voice.Text(some), Rows: rows(in.Voice, found), Foot: frozen}
	}}
}

func (r *Router) statusOf(ctx context.Context, in Invocation, id approval.ID) Reply {
	req, err := r.store.Request(ctx, id)
	if err != nil {
		if reply, ok := in.words(err); ok {
			return reply
		}
		return r.unread(err, in)
	}
	v := in.Voice
	reply := Reply{Text: id.String() + ": " + req.Headline(v), Rows: rows(v, []approval.Request{req})}
	for _, line := range req.Explain(v) {
		reply.Text += "\n" + line
	}
	if req.State == approval.Pending {
		reply.Text += "\n" + approval.Evaluate(req, time.Time{}).In(v)
	}
	if p := req.Problem; !p.Words.IsZero() {
		reply.Text += "\n" + v.Text(approval.Sentences(p.Words, p.Suggestion()))
		for _, line := range p.Said() {
			reply.Text += "\n" + v.Text(line)
		}
	}
	return reply
}

func (r *Router) jobStatus(ctx context.Context, in Invocation, instance, name string) Reply {
	job, err := r.instances[instance].FindJob(ctx, name)
	if err != nil {
		return r.jobError(err, in, name)
	}
	reply := Reply{Text: in.Voice.Say("%s on %s is %s.", quote(job.Name), instance, StatusWord(string(job.Status))), Rows: []Row{jobRow(in.Voice, job)}}
	found, err := r.store.Find(ctx, approval.Filter{Instance: instance, Job: job.ID, Limit: 3})
	if err != nil {
		return r.unread(err, in)
	}
	if len(found) > 0 {
		reply.Foot = in.Voice.Say("The rows below the job are the newest requests for it.")
		reply.Rows = append(reply.Rows, rows(in.Voice, found)...)
	}
	return reply
}

// rows lists Requests, newest first.
func rows(v approval.Voice, found []approval.Request) []Row {
	list := make([]Row, 0, len(found))
	for _, req := range found {
		list = append(list, Row{
			Title: req.ID.String() + " · " + ActionWord(v, req.Ask.Action) + " " + req.JobName(), State: v.Text(StateWord(req.State)),
			Detail: v.Say("asked by %s", req.Ask.By), At: req.CreatedAt,
		})
	}
	return list
}

// unread answers when the database cannot be read; reads promise nothing, so no more than that is said.
func (r *Router) unread(err error, in Invocation) Reply {
	r.log.WithError(err).WithField("actor", in.By.UserID).Error("could not read")
	return Reply{Text: in.Voice.Say("I could not read my records just now; nothing was changed. Please try again in a moment.")}
}
