package commands

import (
	"context"
	"errors"

	"slipway/approval"
)

// start records the wish to run a job. The job itself is looked up after the ack: LakeFormation may be slow.
func (r *Router) start(ctx context.Context, in Invocation, line Line) Answer {
	return r.ask(ctx, in, line, approval.Start)
}

// stop records the wish to stop the run that a job has now.
func (r *Router) stop(ctx context.Context, in Invocation, line Line) Answer {
	return r.ask(ctx, in, line, approval.Stop)
}

// askAnew opens a new Request about an earlier one's job, by whoever pressed, under the rule that is in force now: for
// the same again, or to stop the run.
func (r *Router) askAnew(ctx context.Context, c Click, id approval.ID) Answer {
	old, err := r.store.Request(ctx, id)
	if err != nil {
		return r.settled(ctx, c.Voice, c.Receipt, id, err)
	}
	ask, possible := old.Ask, old.State.MayAskAgain()
	switch c.Button {
	case RunAgain:
		possible = old.MayRunAgain()
	case StopRun:
		possible = old.MayStop()
		ask.Action, ask.Job, ask.Mode, ask.Cascade, ask.Reason = approval.Stop, old.Job.ID, "", false, ""
	}
	if !possible {
		return c.say("%s has moved on; its card says what can be done now.", id)
	}
	ask.By, ask.BreakGlass, ask.Step = c.By, false, ""
	if ask.Direct() && c.Channel != "" && c.Channel != ask.Channel { // pressed on a copy: the other's conversation is not theirs
		ask.Channel, ask.Thread = c.Channel, ""
	}
	req, err := r.service.Open(ctx, c.Receipt, ask, c.Reply)
	if err != nil {
		return r.settled(ctx, c.Voice, c.Receipt, req.ID, err)
	}
	r.log.WithField("request", req.ID).WithField("job", ask.Job).WithField("actor", c.By.UserID).Info("asked by a button of " + id.String())
	return c.say("%s: looking up %s…", req.ID, quote(old.JobName()))
}

// whichJob asks for the job by a Form, or in words where none opens by itself.
func (in Invocation) whichJob(action approval.Action) Answer {
	reply := Reply{
		Text:     in.Voice.Say("Which job? Nothing was done."),
		Examples: []Example{{in.called("stop nightly_sync wrong source"), in.Voice.Say("asks to stop nightly_sync, with a reason")}},
	}
	if action == approval.Start {
		if in.MayAsk {
			return Answer{Form: true}
		}
		reply.Form = in.Voice.Say("Start a job")
		reply.Examples = []Example{{in.called("start nightly_sync source reloaded"), in.Voice.Say("asks to start nightly_sync, with a reason")}}
	}
	reply.Examples = append(reply.Examples, Example{in.called("jobs"), in.Voice.Say("lists the jobs")})
	return Answer{Now: reply}
}

// modeOf is the mode as it is asked for: LakeFormation's default is not sent. false: there is none of that name.
func modeOf(named string) (mode string, ok bool) {
	switch named {
	case "", "NORMAL":
		return "", true
	case "COMPARISON":
		return named, true
	}
	return "", false
}

func (r *Router) ask(ctx context.Context, in Invocation, line Line, action approval.Action) Answer {
	if line.Job == "" {
		return in.whichJob(action)
	}
	instance, unknown := r.instance(line)
	if stranger := r.service.Reads(in.By); unknown != nil && stranger != nil {
		return in.refuse(stranger) // which instances there are is not for them
	}
	if unknown != nil {
		return in.refuse(unknown)
	}
	mode, known := modeOf(line.Mode)
	if !known {
		return in.say("There is no mode %s; it is normal or comparison. Nothing was started.", quote(line.Mode))
	}
	if action == approval.Stop && (line.Mode != "" || line.Cascade) {
		return in.say("--mode and --cascade are for start; a stop has neither. Nothing was stopped.")
	}
	req, err := r.service.Open(ctx, in.Receipt, approval.Ask{
		Action: action, Instance: instance, Job: line.Job, Mode: mode, Cascade: line.Cascade, BreakGlass: line.Break,
		Reason: line.Rest, By: in.By, Channel: in.Channel, Thread: in.Thread, Command: in.Command,
	}, in.Reply)
	if err != nil && !errors.Is(err, approval.ErrSeen) {
		return r.settled(ctx, in.Voice, in.Receipt, req.ID, err)
	}
	r.log.WithField("request", req.ID).WithField("job", line.Job).WithField("actor", in.By.UserID).Info(string(action) + " asked")
	return in.say("%s: looking up %s…", req.ID, quote(line.Job))
}
