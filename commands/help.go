package commands

import (
	"context"
)

func (r *Router) help(_ context.Context, in Invocation, _ Line) Answer {
	reply := Reply{
		Text: "I start LakeFormation jobs once, after the right people said yes, and tell this channel how they end.",
		Foot: "Only the person who asks can confirm. Nothing starts without a press on the card.",
	}
	for _, c := range list() {
		typed := in.Command + " " + c.word
		if c.args != "" {
			typed += " " + c.args
		}
		reply.Examples = append(reply.Examples, Example{typed, c.does})
	}
	return Answer{Now: reply}
}

// unknown answers a word that is no command, or none at all.
func (r *Router) unknown(in Invocation, line Line) Answer {
	answer := r.help(context.Background(), in, line)
	if line.Verb == "" {
		return answer
	}
	text := "I don't know " + quote(line.Verb) + ", so nothing was done."
	if word := nearWord(line.Verb); word != "" {
		text += " Did you mean " + in.Command + " " + word + "?"
	}
	answer.Now.Text = text
	return answer
}

// nearWord is the command at most two letters away from what was typed.
func nearWord(typed string) string {
	if len(typed) > 20 {
		return ""
	}
	best, distance := "", 3
	for _, c := range list() {
		if d := edits(typed, c.word); d < distance {
			best, distance = c.word, d
		}
	}
	return best
}

// edits counts the letters to add, drop or change between two short words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left, corner := i+1, i
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost = 1 + min(corner, left, row[j+1])
			}
			corner, row[j] = row[j+1], left
			left = cost
		}
		row[len(b)] = left
	}
	return row[len(b)]
}
