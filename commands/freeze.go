package commands

import (
	"context"
	"errors"
	"strings"

	"slipway/approval"
)

// freeze keeps all starts in the house until they are thawed, and tells the channel.
func (r *Router) freeze(ctx context.Context, in Invocation, line Line) Answer {
	now, underWay, err := r.service.Freeze(ctx, r.rules.Policy().Brake, in.order(line))
	if err != nil && !(errors.Is(err, approval.ErrSeen) && now.On()) {
		return r.braked(in, err)
	}
	r.log.WithField("actor", now.By.UserID).WithField("why", now.Why).Warn("all starts are frozen")
	told := approval.Sentences(now.Text(), approval.T("No job is started on any instance until somebody types %s. What waits goes on waiting; stops still work.", quote(in.called("thaw"))))
	if len(underWay) > 0 {
		ids := make([]string, len(underWay))
		for i, id := range underWay {
			ids[i] = id.String()
		}
		told = approval.Sentences(told, approval.T("Too late to hold back: %s was already being started.", strings.Join(ids, ", ")))
	}
	return Answer{Everyone: told}
}

// thaw lets starts go again, and tells the channel.
func (r *Router) thaw(ctx context.Context, in Invocation, line Line) Answer {
	now, _, err := r.service.Thaw(ctx, r.rules.Policy().Brake, in.order(line))
	if err != nil && !(errors.Is(err, approval.ErrSeen) && !now.On()) {
		return r.braked(in, err)
	}
	r.log.WithField("actor", now.By.UserID).Warn("starts are thawed")
	return Answer{Everyone: approval.T("%s thawed all starts. What was approved in the last ten minutes starts now.", now.By.Name)}
}

// order is what was typed; everything after the verb is the reason.
func (in Invocation) order(line Line) approval.Order {
	why := line.Job
	if line.Instance != "" {
		why = line.Instance + "/" + line.Job
	}
	return approval.Order{Receipt: in.Receipt, By: in.By, Channel: in.Channel, Why: strings.TrimSpace(why + " " + line.Rest)}
}

// braked answers where nothing was frozen or thawed, or where that is not known.
func (r *Router) braked(in Invocation, err error) Answer {
	if reply, known := in.words(err); known {
		log := r.log.WithError(err).WithField("actor", in.By.UserID)
		if errors.Is(err, approval.ErrNotAudited) {
			log.Error("refused to freeze or thaw, and could not put that into the audit")
		} else {
			log.Info("refused to freeze or thaw")
		}
		return Answer{Now: reply}
	}
	if errors.Is(err, approval.ErrSeen) {
		return Answer{}
	}
	r.log.WithError(err).WithField("actor", in.By.UserID).Error("could not freeze or thaw")
	return Answer{NotRecorded: true, Now: Reply{Text: in.Voice.Say("I can't tell whether this was recorded: my database does not answer. Look at the status in a minute before you ask again.")}}
}

// frozen is a line for who looks how things stand; "" while starts are not frozen, or where that cannot be read.
func (r *Router) frozen(ctx context.Context, v approval.Voice) string {
	now, err := r.store.Frozen(ctx)
	if err != nil || !now.On() {
		return ""
	}
	return now.In(v)
}
