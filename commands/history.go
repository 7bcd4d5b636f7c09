package commands

import (
	"context"
	"slices"
	"strings"

	"slipway/approval"
)

const (
	historyRequests = 10 // the newest requests that are looked at
	historyRows     = 30 // the newest events of theirs that are shown
)

// history lists what happened to a request, to the requests for a job, or in this channel.
func (r *Router) history(_ context.Context, in Invocation, line Line) Answer {
	filter, about := approval.Filter{Channel: in.Channel, Limit: historyRequests}, "in this channel"
	id, isID := approval.ParseID(line.Job)
	if line.Job != "" && !isID {
		instance, unknown := r.instance(line)
		if unknown != nil {
			return say(unknown.Error())
		}
		filter, about = approval.Filter{Instance: instance, Job: line.Job, Limit: historyRequests}, "to "+quote(line.Job)+" on "+instance
	}
	return Answer{Later: func(ctx context.Context) Reply {
		var requests []approval.Request
		if isID {
			req, err := r.store.Request(ctx, id)
			if answer, known := words(err); known {
				return answer.Now
			}
			if err != nil {
				return r.unread(err, in)
			}
			requests, about = []approval.Request{req}, "to "+id.String()
		} else {
			var err error
			if requests, err = r.store.Find(ctx, filter); err != nil {
				return r.unread(err, in)
			}
		}
		return r.told(ctx, in, requests, about)
	}}
}

func (r *Router) told(ctx context.Context, in Invocation, requests []approval.Request, about string) Reply {
	type happened struct {
		approval.Recorded
		job string
	}
	var all []happened
	for _, req := range requests {
		events, err := r.store.Events(ctx, req.ID)
		if err != nil {
			return r.unread(err, in)
		}
		for _, e := range events {
			all = append(all, happened{e, string(req.Ask.Action) + " " + req.JobName()})
		}
	}
	if len(all) == 0 {
		return Reply{Text: "Nothing has happened " + about + " yet."}
	}
	slices.SortFunc(all, func(a, b happened) int { return int(b.Seq - a.Seq) })
	reply := Reply{Text: "What happened " + about + ", the newest first:"}
	for _, h := range all[:min(len(all), historyRows)] {
		reply.Rows = append(reply.Rows, Row{Title: h.Request.String() + " · " + h.job, State: eventWords(h.Recorded), At: h.At})
	}
	if len(all) > historyRows {
		reply.Foot = "These are the newest; the operator can export all with slipway audit export."
	}
	return reply
}

// eventWords says who did what.
func eventWords(e approval.Recorded) string {
	who := e.By.Name
	if who == "" {
		who = e.By.UserID
	}
	text := map[approval.Kind]string{
		approval.Asked: "asked", approval.JobDescribed: "the job was read", approval.ApprovalWaived: "no approval was needed",
		approval.CardPosted: "the card was posted", approval.VoteApproved: "approved", approval.QuorumReached: "that was the last approval",
		approval.VoteDenied: "denied", approval.RequesterCancelled: "cancelled", approval.TimeExpired: "expired", approval.RequestRefused: "refused",
		approval.StartMarked: "LakeFormation was asked", approval.StartNotSent: "LakeFormation could not be asked", approval.StartUnanswered: "no clear answer",
		approval.StartAccepted: "accepted by LakeFormation", approval.StartRefused: "refused by LakeFormation", approval.RunSeen: "a run was seen",
		approval.NoSign: "no sign of a run", approval.LookAsked: "asked to look again", approval.PersonSaysStarted: "says that it did",
		approval.PersonSaysNot: "says that it did not", approval.RunSucceeded: "succeeded", approval.RunPartly: "partly succeeded",
		approval.RunFailed: "failed", approval.RunStopped: "stopped", approval.RunLost: "can no longer be watched", approval.GaveUp: "never found out",
		approval.CommandRefused: "was turned away", approval.DecisionRefused: "could not decide",
	}[e.Kind]
	if text == "" {
		text = string(e.Kind)
	}
	if who != "" && e.Kind != approval.QuorumReached {
		text = who + " " + text
	}
	if p := e.Problem; p != nil && p.Words != "" {
		text += ": " + approval.Short(strings.TrimSuffix(p.Words, "."))
	}
	return text
}
