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
	filter := approval.Filter{Channel: in.Channel, Limit: historyRequests}
	none, some := approval.T("Nothing has happened in this channel yet."), approval.T("What happened in this channel, the newest first:")
	id, isID := approval.ParseID(line.Job)
	if line.Job != "" && !isID {
		instance, unknown := r.instance(line)
		if unknown != nil {
			return in.refuse(unknown)
		}
		filter = approval.Filter{Instance: instance, Job: line.Job, Limit: historyRequests}
		none = approval.T("Nothing has happened to %s on %s yet.", quote(line.Job), instance)
		some = approval.T("What happened to %s on %s, the newest first:", quote(line.Job), instance)
	}
	return Answer{Later: func(ctx context.Context) Reply {
		var requests []approval.Request
		if isID {
			req, err := r.store.Request(ctx, id)
			if reply, known := in.words(err); known {
				return reply
			}
			if err != nil {
				return r.unread(err, in)
			}
			requests = []approval.Request{req}
			none, some = approval.T("Nothing has happened to %s yet.", id), approval.T("What happened to %s, the newest first:", id)
		} else {
			var err error
			if requests, err = r.store.Find(ctx, filter); err != nil {
				return r.unread(err, in)
			}
		}
		return r.told(ctx, in, requests, none, some)
	}}
}

func (r *Router) told(ctx context.Context, in Invocation, requests []approval.Request, none, some approval.Text) Reply {
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
			all = append(all, happened{e, ActionWord(in.Voice, req.Ask.Action) + " " + req.JobName()})
		}
	}
	if len(all) == 0 {
		return Reply{Text: in.Voice.Text(none)}
	}
	slices.SortFunc(all, func(a, b happened) int { return int(b.Seq - a.Seq) })
	reply := Reply{Text: in.Voice.Text(some)}
	for _, h := range all[:min(len(all), historyRows)] {
		reply.Rows = append(reply.Rows, Row{Title: h.Request.String() + " · " + h.job, State: eventWords(in.Voice, h.Recorded), At: h.At})
	}
	if len(all) > historyRows {
		reply.Foot = in.Voice.Say("These are the newest; the operator can export all with slipway audit export.")
	}
	return reply
}

// eventWords says who did what.
func eventWords(v approval.Voice, e approval.Recorded) string {
	who := e.By.Name
	if who == "" {
		who = e.By.UserID
	}
	text := v.Text(map[approval.Kind]approval.Text{
		approval.Asked: approval.T("asked"), approval.JobDescribed: approval.T("the job was read"), approval.ApprovalWaived: approval.T("no approval was needed"),
		approval.CardPosted: approval.T("the card was posted"), approval.VoteApproved: approval.T("approved"), approval.QuorumReached: approval.T("that was the last approval"),
		approval.VoteDenied: approval.T("denied"), approval.RequesterCancelled: approval.T("cancelled"), approval.TimeExpired: approval.T("expired"), approval.RequestRefused: approval.T("refused"),
		approval.StartHeld: approval.T("waits, because all starts are frozen"), approval.StartMarked: approval.T("LakeFormation was asked"), approval.StartNotSent: approval.T("LakeFormation could not be asked"), approval.StartUnanswered: approval.T("no clear answer"),
		approval.StartAccepted: approval.T("accepted by LakeFormation"), approval.StartRefused: approval.T("refused by LakeFormation"), approval.RunSeen: approval.T("a run was seen"),
		approval.NoSign: approval.T("no sign of a run"), approval.LookAsked: approval.T("asked to look again"), approval.PersonSaysStarted: approval.T("says that it did"),
		approval.PersonSaysNot: approval.T("says that it did not"), approval.RunSucceeded: approval.T("succeeded"), approval.RunPartly: approval.T("partly succeeded"),
		approval.RunFailed: approval.T("failed"), approval.RunStopped: approval.T("stopped"), approval.RunLost: approval.T("can no longer be watched"), approval.GaveUp: approval.T("never found out"),
		approval.CommandRefused: approval.T("was turned away"), approval.DecisionRefused: approval.T("could not decide"),
	}[e.Kind])
	if text == "" {
		text = string(e.Kind)
	}
	if who != "" && e.Kind != approval.QuorumReached {
		text = who + ": " + text
	}
	if p := e.Problem; p != nil && !p.Words.IsZero() {
		text += ": " + approval.Short(strings.TrimRight(v.Text(p.Words), ".。"))
	}
	return text
}
