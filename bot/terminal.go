package bot

import (
	"strings"
	"unicode"

	"slipway/approval"
)

// CardText is what the card of a Request says, in English, for a terminal: without Slack's markup, and without characters
// that do something to a terminal.
func CardText(r approval.Request) string {
	c := newCard(English)
	c.v.Approver = func(a approval.Approver) string { return escape(plainFormat(a.Name)) }
	return strings.Map(func(char rune) rune {
		if char != '\n' && !unicode.IsPrint(char) {
			return -1
		}
		return char
	}, unescape(c.draw(r).Text))
}
