package bot

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"slipway/approval"
)

// Slack's limits in characters, see https://docs.slack.dev/reference/block-kit/blocks.
const (
	maxSection = 3000
	maxButton  = 75
	maxText    = 4000
)

// code sets a name or a command apart.
func code(s string) string { return "`" + escape(strings.ReplaceAll(s, "`", "'")) + "`" }

// day is the time with its day.
func day(t time.Time) string { return date(t, "{date_short_pretty} {time}") }

// clock is the time of day as the reader's clock shows it.
func clock(t time.Time) string { return date(t, "{time}") }

// mention names an approver so that Slack tells them: in a message that is posted, not when it is redrawn. A group is
// mentioned as a group.
func mention(a approval.Approver) string {
	id := escape(a.ID)
	switch {
	case strings.HasPrefix(id, "S"):
		return "<!subteam^" + id + ">"
	case id != "" && a.Ref != approval.TheRequester:
		return "<@" + id + ">"
	}
	return escape(plainFormat(a.Name))
}

// escape makes text harmless in mrkdwn and in a message's text.
func escape(s string) string { return slackutilsx.EscapeMessage(s) }

// escapeReply makes a Reply's text harmless, keeping the back-ticks that set names apart.
func escapeReply(s string) string { return cut(escape(s), maxSection) }

// plainName drops what Slack would read as formatting from a display name.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("*_~`", r) || r < ' ' {
			return -1
		}
		return r
	}, s)
}

// date shows a time in the reader's own zone; format is Slack's, such as {date_short_pretty} {time}.
func date(t time.Time, format string) string {
	return fmt.Sprintf("<!date^%d^%s|%s>", t.Unix(), format, t.UTC().Format("2006-01-02 15:04 UTC"))
}

// cut shortens s to at most n runes, and shows that it did.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}

// mrkdwn is a text block of our own words.
func mrkdwn(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, cutMarkup(s, maxSection), false, false)
}

// cutMarkup shortens our own markup at a line end, so that no span or token is cut in two.
func cutMarkup(s string, n int) string {
	for len([]rune(s)) > n {
		at := strings.LastIndexByte(s, '\n')
		if at < 0 {
			return cut(s, n)
		}
		s = s[:at]
	}
	return s
}

// verbatim is a text block of somebody else's words: Slack reads no markup in it.
func verbatim(s string, n int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, cut(s, n), false, false)
}
