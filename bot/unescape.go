package bot

import (
	"regexp"
	"strings"
)

// token is what Slack makes of a mention, a channel or a link in what people type: <@U1|ann>, <#C1|general>, <http://…>.
var token = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)

// unescape gives back what a person typed.
func unescape(text string) string {
	text = token.ReplaceAllStringFunc(text, func(t string) string {
		m := token.FindStringSubmatch(t)
		words := m[3]
		if words == "" {
			words = m[2]
		}
		if m[1] == "!" || m[1] == "" {
			return words
		}
		return m[1] + words
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
