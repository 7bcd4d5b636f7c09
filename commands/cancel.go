package commands

import (
	"context"

	"slipway/approval"
)

// cancel takes a Request back by its id, as its card's button does.
func (r *Router) cancel(ctx context.Context, in Invocation, line Line) Answer {
	id, ok := approval.ParseID(line.Job)
	if !ok {
		return say("Which request? Write its id, as in " + in.Command + " cancel R-1042. Nothing changed.")
	}
	req, err := r.service.Cancel(ctx, approval.Verdict{Receipt: in.Receipt, Request: id, By: in.By, Channel: in.Channel})
	if answer := r.settled(ctx, in.Receipt, id, err); !answer.Now.Empty() {
		return answer
	}
	return say(id.String() + " is cancelled; nothing was " + req.Ask.Action.Done() + ".")
}
