package commands

import (
	"context"
	"strings"

	"slipway/approval"
	"slipway/lakeformation"
)

func (r *Router) help(_ context.Context, in Invocation, line Line) Answer {
	if line.Verb == "help" && line.Job != "" {
		return r.usage(in, line.Job)
	}
	reply := Reply{
		Text: in.Voice.Say("I start LakeFormation jobs once, after the right people said yes, and tell this channel how they end."),
		Foot: in.Voice.Say("Only the person who asks can confirm. Nothing starts without a press on the card."),
	}
	if rules := r.rules.Policy().Rules; len(rules) != 1 || !rules[0].ConfirmsOnly() {
		reply.Foot = in.Voice.Say("The rules of this deployment decide who must approve; %s policy <job> tells it for a job. Without a rule nothing starts.", in.Command)
	}
	for _, c := range list() {
		typed := in.called(c.word)
		if c.args != "" {
			typed += " " + c.args
		}
		reply.Examples = append(reply.Examples, Example{typed, in.Voice.Text(c.does)})
	}
	return Answer{Now: reply}
}

// usage says how one command is used.
func (r *Router) usage(in Invocation, word string) Answer {
	for _, c := range list() {
		if c.word != strings.ToLower(strings.TrimPrefix(word, "/")) {
			continue
		}
		typed := strings.TrimSpace(in.called(c.word + " " + c.args))
		reply := Reply{Text: in.Voice.Say("%s %s.", quote(typed), c.does)}
		for _, e := range examples()[c.word] {
			reply.Examples = append(reply.Examples, Example{in.called(c.word + " " + e.args), in.Voice.Text(e.does)})
		}
		return Answer{Now: reply}
	}
	return r.unknown(in, Line{Verb: word})
}

// example is what can be typed after a command's word, and what that does.
type example struct {
	args string
	does approval.Text
}

// examples are shown by help for one command.
func examples() map[string][]example {
	return map[string][]example{
		"start": {
			{"", approval.T("opens a form to choose the job in")},
			{"nightly_sync source reloaded", approval.T("asks to start nightly_sync, with a reason")},
			{"staging/nightly_sync --mode comparison --cascade", approval.T("on another instance, in comparison mode, with cascade")},
		},
		"stop":    {{"nightly_sync wrong source", approval.T("asks to stop nightly_sync, with a reason")}},
		"status":  {{"", approval.T("tells what is open in this channel")}, {"nightly_sync", approval.T("tells how the job stands")}, {"R-1042", approval.T("tells how the request stands")}},
		"log":     {{"nightly_sync", approval.T("shows the end of its newest run's log")}},
		"jobs":    {{"", approval.T("lists all jobs")}, {"nightly --page 2", approval.T("lists the second page of the jobs with that in their name")}, {"failed", approval.T("lists the jobs whose newest run failed")}},
		"policy":  {{"nightly_sync", approval.T("tells who would have to approve it")}},
		"watch":   {{"nightly_sync", approval.T("lets this channel hear when a run of it ends, whoever started it")}, {"", approval.T("lists what this channel watches")}},
		"unwatch": {{"nightly_sync", approval.T("ends this channel's watch of it")}},
		"history": {{"", approval.T("tells what happened in this channel")}, {"R-1042", approval.T("tells what happened to the request")}},
		"freeze":  {{"source broken", approval.T("freezes all starts, with a reason that every card shows")}},
		"cancel":  {{"R-1042", approval.T("takes the request back")}},
		"help":    {{"start", approval.T("tells how start is used")}},
	}
}

// unknown answers a word that is no command, or none at all.
func (r *Router) unknown(in Invocation, line Line) Answer {
	answer := r.help(context.Background(), in, line)
	if line.Verb == "" {
		return answer
	}
	answer.Now.Text = in.Voice.Say("I don't know %s, so nothing was done.", quote(line.Verb))
	if word := nearWord(line.Verb); word != "" {
		answer.Now.Text = in.Voice.Say("I don't know %s, so nothing was done. Did you mean %s?", quote(line.Verb), in.called(word))
	}
	return answer
}

// nearWord is the command that was probably meant.
func nearWord(typed string) string {
	var words []string
	for _, c := range list() {
		words = append(words, c.word)
	}
	if near := lakeformation.Nearest(typed, words); len(near) > 0 {
		return near[0]
	}
	return ""
}
