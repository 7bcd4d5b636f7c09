package commands

import (
	"context"

	"slipway/approval"
)

// cancel takes a Request back by its id, as its card's button does.
func (r *Router) cancel(ctx context.Context, in Invocation, line Line) Answer {
	id, ok := approval.ParseID(line.Job)
	if !ok {
		return in.say("Which request? Write its id, as in %s cancel R-1042. Nothing changed.", in.Command)
	}
	req, err := r.service.Cancel(ctx, approval.Verdict{Receipt: in.Receipt, Request: id, By: in.By, Channel: in.Channel})
	if answer := r.settled(ctx, in.Voice, in.Receipt, id, err); !answer.Now.Empty() {
		return answer
	}
	if req.Ask.Action == approval.Stop {
		return in.say("%s is cancelled; nothing was stopped.", id.String())
	}
	return in.say("%s is cancelled; nothing was started.", id.String())
}
