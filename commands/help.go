package commands

import (
	"context"

	"slipway/lakeformation"
)

func (r *Router) help(_ context.Context, in Invocation, _ Line) Answer {
	reply := Reply{
		Text: in.Voice.Say("I start LakeFormation jobs once, after the right people said yes, and tell this channel how they end."),
		Foot: in.Voice.Say("Only the person who asks can confirm. Nothing starts without a press on the card."),
	}
	if rules := r.rules.Policy().Rules; len(rules) != 1 || !rules[0].ConfirmsOnly() {
		reply.Foot = in.Voice.Say("The rules of this deployment decide who must approve; %s policy <job> tells it for a job. Without a rule nothing starts.", in.Command)
	}
	for _, c := range list() {
		typed := in.Command + " " + c.word
		if c.args != "" {
			typed += " " + c.args
		}
		reply.Examples = append(reply.Examples, Example{typed, in.Voice.Text(c.does)})
	}
	return Answer{Now: reply}
}

// unknown answers a word that is no command, or none at all.
func (r *Router) unknown(in Invocation, line Line) Answer {
	answer := r.help(context.Background(), in, line)
	if line.Verb == "" {
		return answer
	}
	answer.Now.Text = in.Voice.Say("I don't know %s, so nothing was done.", quote(line.Verb))
	if word := nearWord(line.Verb); word != "" {
		answer.Now.Text = in.Voice.Say("I don't know %s, so nothing was done. Did you mean %s?", quote(line.Verb), in.Command+" "+word)
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
