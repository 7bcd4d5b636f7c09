package commands

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"slipway/approval"
)

// Step is a workflow's step that asks to start a job. Whoever makes a workflow chooses what is in it, and Slack says of
// nobody that it runs for them: so it names no person, and only a rule that says so lets it ask.
type Step struct {
	Receipt   approval.Receipt
	By        approval.Actor // Slipway's own user
	Execution string         // Slack's id of this execution
	Late      bool           // it reached us too long after it began

	Instance, Job, Mode, Reason, Channel string

	Command string // how people call Slipway
	Voice   approval.Voice
}

// room is the id of a channel, where others see a card.
var room = regexp.MustCompile(`^[CG][A-Z0-9]{2,}$`)

// Step records what a step asks for; the end of the Request answers it. Now says why nothing was recorded.
func (r *Router) Step(ctx context.Context, s Step) Answer {
	no := func(why string) Answer { return Answer{Now: Reply{Text: why}} }
	line := Line{Job: bare(Clean(s.Job)), Instance: Clean(s.Instance)}
	if instance, job, ok := strings.Cut(line.Job, "/"); ok && line.Instance == "" {
		line.Instance, line.Job = instance, job
	}
	mode, known := modeOf(strings.ToUpper(Clean(s.Mode)))
	instance, unknown := r.instance(line)
	stranger := r.service.Reads(s.By) // which instances there are is not for them
	switch seen, err := r.store.Seen(ctx, s.Receipt); {
	case err != nil:
		return r.settled(ctx, s.Voice, s.Receipt, 0, err)
	case seen != 0:
		return Answer{}
	case stranger != nil:
		return no(s.Voice.Text(stranger.Text()))
	case s.Late:
		return no(s.Voice.Say("This reached me too late, so I left it alone; nothing was started."))
	case unknown != nil:
		return no(s.Voice.Text(unknown.Text()))
	case !known:
		return no(s.Voice.Say("There is no mode %s; it is normal or comparison. Nothing was started.", quote(s.Mode)))
	case !room.MatchString(s.Channel):
		return no(s.Voice.Say("In which channel? Those who decide and who hear how it ends must see it. Nothing was started."))
	}
	req, err := r.service.Open(ctx, s.Receipt, approval.Ask{
		Action: approval.Start, Instance: instance, Job: line.Job, Mode: mode, Reason: Clean(s.Reason),
		By: s.By, Channel: s.Channel, Command: s.Command, Step: s.Execution,
	}, approval.Reply{})
	answer := r.settled(ctx, s.Voice, s.Receipt, req.ID, err)
	var refused *approval.Error
	if err == nil || !answer.NotRecorded && !errors.As(err, &refused) {
		r.log.WithField("request", req.ID).WithField("job", line.Job).WithField("actor", s.By.UserID).Info("start asked by a workflow")
		return Answer{}
	}
	return answer
}
