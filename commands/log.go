package commands

import (
	"context"

	"slipway/lakeformation"
)

// What an answer shows of a log at most; Slack takes little more in one message.
const (
	logLines = 40
	logRunes = 2500
)

// showLog shows the end of the log that a job's newest run wrote, to whoever asks and to nobody else.
func (r *Router) showLog(_ context.Context, in Invocation, line Line) Answer {
	if line.Job == "" {
		return Answer{Now: Reply{Text: in.Voice.Say("The log of which job?"), Examples: []Example{
			{in.called("log nightly_sync"), in.Voice.Say("shows the end of its newest run's log")}, {in.called("jobs"), in.Voice.Say("lists the jobs")},
		}}}
	}
	instance, unknown := r.instance(line)
	if unknown != nil {
		return in.refuse(unknown)
	}
	return Answer{Later: func(ctx context.Context) Reply { return r.logOf(ctx, in, instance, line.Job) }}
}

func (r *Router) logOf(ctx context.Context, in Invocation, instance, name string) Reply {
	client := r.instances[instance]
	job, err := client.FindJob(ctx, name)
	if err != nil {
		return r.jobError(err, in, name)
	}
	if job.Status == lakeformation.Created {
		return Reply{Text: in.Voice.Say("%s on %s has never run, so there is no log.", quote(job.Name), instance)}
	}
	log, err := client.JobLog(ctx, job.ID)
	if err != nil {
		return r.jobError(err, in, name)
	}
	tail, total := lakeformation.Tail(log, logLines, logRunes)
	about := in.Voice.Say("%s on %s (%s)", quote(job.Name), instance, StatusWord(string(job.Status)))
	switch {
	case total == 0 && job.Status.Active():
		return Reply{Text: in.Voice.Say("%s has written no log yet. Ask again in a moment.", about)}
	case total == 0:
		return Reply{Text: in.Voice.Say("LakeFormation has no log of the newest run of %s. If the job has a log location in OBS, look there.", about)}
	}
	reply := Reply{Text: in.Voice.Say("The log of the newest run of %s:", about), Verbatim: tail}
	if len(tail) < total {
		reply.Foot = in.Voice.Say("Cut: these are the last %d of %d lines. The whole log is in the LakeFormation console.", len(tail), total)
	}
	return reply
}
