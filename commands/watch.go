package commands

import (
	"context"
	"strings"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

// watch makes this channel hear when a run of a job ends, whoever started it; alone it lists what the channel watches.
func (r *Router) watch(_ context.Context, in Invocation, line Line) Answer {
	if line.Job == "" {
		return Answer{Later: func(ctx context.Context) Reply { return r.watches(ctx, in) }}
	}
	instance, unknown := r.instance(line)
	if unknown != nil {
		return in.refuse(unknown)
	}
	return Answer{Later: func(ctx context.Context) Reply {
		by, refused := r.member(ctx, in)
		if !refused.Empty() {
			return refused
		}
		client := r.instances[instance]
		job, err := client.FindJob(ctx, line.Job)
		if err != nil {
			return r.jobError(err, in, line.Job)
		}
		since, err := toldUntil(ctx, client, job)
		if err != nil {
			return r.jobError(err, in, line.Job)
		}
		set, isNew, err := r.store.AddWatch(ctx, approval.Watch{
			Channel: in.Channel, Instance: instance, Target: r.targets[instance], JobID: job.ID, JobName: job.Name, JobType: string(job.Type),
			Typed: r.typedName(instance, job.Name), By: by, Command: in.Command, Since: since,
		})
		if reply, known := in.words(err); known {
			return reply
		}
		if err != nil {
			return r.unread(err, in)
		}
		return r.watching(in, set, isNew)
	}}
}

// watching confirms a Watch.
func (r *Router) watching(in Invocation, w approval.Watch, isNew bool) Reply {
	v := in.Voice
	reply := Reply{
		Text:     v.Say("This channel watches %s on %s already; %s set it.", quote(w.JobName), w.Instance, w.By),
		Examples: []Example{{in.called("unwatch " + w.Typed), v.Say("ends the watch")}, {in.called("watch"), v.Say("lists what this channel watches")}},
	}
	if isNew {
		r.log.WithField("job", w.JobName).WithField("actor", w.By.UserID).WithField("channel", w.Channel).Info("a channel watches a job")
		reply.Text = v.Say("This channel hears from now on when a run of %s on %s ends, whoever started it.", quote(w.JobName), w.Instance)
		reply.Foot = v.Say("I must be in this channel for that: if I am not, type /invite @Slipway.")
	}
	return reply
}

// toldUntil is the start of the newest run that has ended: the channel hears of those that began later. A run that goes
// on is one of them.
func toldUntil(ctx context.Context, client *lakeformation.Client, job lakeformation.Job) (time.Time, error) {
	var newest time.Time
	if job.Status.Ended() {
		newest = job.StartTime
	}
	page, err := client.JobHistory(ctx, job.ID, 0, 100)
	if err != nil {
		return newest, err
	}
	for _, run := range page.Jobs {
		goesOn := job.Status.Active() && run.StartTime.Equal(job.StartTime)
		if run.Status.Ended() && !goesOn && run.StartTime.After(newest) {
			newest = run.StartTime
		}
	}
	return newest, nil
}

// watches lists what this channel watches.
func (r *Router) watches(ctx context.Context, in Invocation) Reply {
	list, err := r.store.ListWatches(ctx, in.Channel)
	if err != nil {
		return r.unread(err, in)
	}
	v := in.Voice
	if len(list) == 0 {
		return Reply{Text: v.Say("This channel watches no job."), Examples: []Example{{in.called("watch nightly_sync"), v.Say("lets this channel hear when a run of it ends")}}}
	}
	reply := Reply{
		Text: v.Say("This channel hears when a run of these jobs ends:"),
		Foot: v.Say("%s ends one of these watches.", in.called("unwatch <job>")),
	}
	for _, w := range list {
		reply.Rows = append(reply.Rows, Row{Title: w.Typed, State: v.Say("watched"), Detail: v.Say("set by %s", w.By), At: w.At})
	}
	return reply
}

// unwatch ends this channel's watch of a job. The job may be gone, so its name is looked up among the watches.
func (r *Router) unwatch(ctx context.Context, in Invocation, line Line) Answer {
	v := in.Voice
	if line.Job == "" {
		return Answer{Now: Reply{Text: v.Say("Which job shall this channel no longer watch? Nothing changed."), Examples: []Example{
			{in.called("unwatch nightly_sync"), v.Say("ends the watch")}, {in.called("watch"), v.Say("lists what this channel watches")},
		}}}
	}
	by, refused := r.member(ctx, in)
	if !refused.Empty() {
		return Answer{Now: refused}
	}
	list, err := r.store.ListWatches(ctx, in.Channel)
	if err != nil {
		return Answer{Now: r.unread(err, in)}
	}
	var found []approval.Watch
	var names []string
	for _, w := range list {
		names = append(names, w.Typed)
		if (line.Instance == "" || line.Instance == w.Instance) && (strings.EqualFold(line.Job, w.JobName) || strings.EqualFold(line.Job, w.JobID)) {
			found = append(found, w)
		}
	}
	switch {
	case len(found) == 0:
		return Answer{Now: unwatched(in, line, names)}
	case len(found) > 1:
		return in.say("This channel watches several jobs named %s. Name the instance, too, or the job's id. Nothing changed.", quote(line.Job))
	}
	if err := r.store.EndWatch(ctx, found[0].ID); err != nil {
		r.log.WithError(err).WithField("actor", by.UserID).Error("could not end a watch")
		return in.say("This could not be recorded, so nothing changed. Please try again in a moment.")
	}
	r.log.WithField("job", found[0].JobName).WithField("actor", by.UserID).WithField("channel", in.Channel).Info("a channel no longer watches a job")
	return in.say("This channel no longer watches %s on %s.", quote(found[0].JobName), found[0].Instance)
}

// unwatched says that there is no such watch, and which was probably meant.
func unwatched(in Invocation, line Line, names []string) Reply {
	reply := Reply{
		Text:     in.Voice.Say("This channel does not watch %s, so nothing changed.", quote(line.Job)),
		Examples: []Example{{in.called("watch"), in.Voice.Say("lists what this channel watches")}},
	}
	if near := lakeformation.Nearest(line.Job, names); len(near) > 0 {
		reply.Text = in.Voice.Say("This channel does not watch %s, so nothing changed. Did you mean %s?", quote(line.Job), quote(near[0]))
	}
	return reply
}

// member is who types, if that is a full member of the workspace; the Reply says why not.
func (r *Router) member(ctx context.Context, in Invocation) (approval.Actor, Reply) {
	who, err := r.people.Person(ctx, in.By.UserID)
	if err != nil {
		return who.Actor, r.nobodyKnown(err, in)
	}
	if who.FullMember(r.people.TeamID()) != nil || in.By.TeamID != who.TeamID {
		return who.Actor, Reply{Text: in.Voice.Say("Only full members of this workspace may decide what a channel watches: no guests, no bots, nobody from other workspaces. Nothing changed.")}
	}
	return who.Actor, Reply{}
}

// typedName is how people type a job.
func (r *Router) typedName(instance, job string) string {
	if len(r.names) > 1 {
		return instance + "/" + job
	}
	return job
}
