package commands

import (
	"slices"
	"strings"
)

// FromMessage takes a command out of a message to Slipway. People write the slash command's name there as well, though
// nothing needs it: "/lf start nightly_sync" and "/start nightly_sync" are "start nightly_sync".
func FromMessage(text string) string {
	text = Clean(text)
	name, rest, _ := strings.Cut(text, " ")
	called, isName := strings.CutPrefix(name, "/")
	if !isName {
		return text
	}
	if slices.ContainsFunc(list(), func(c command) bool { return strings.EqualFold(c.word, called) }) {
		return called + " " + rest
	}
	return rest
}
