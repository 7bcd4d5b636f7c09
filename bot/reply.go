package bot

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"slipway/commands"
)

// maxRows keeps a reply within Slack's 50 blocks: so many of them list rows.
const maxRows = 40

// RenderReply draws a private answer.
func RenderReply(r commands.Reply) Message {
	var m Message
	text := []string{}
	if r.Text != "" {
		text = append(text, escapeReply(r.Text))
		m.Blocks = append(m.Blocks, slack.NewSectionBlock(mrkdwn(escapeReply(r.Text)), nil, nil))
	}
	if len(r.Verbatim) > 0 {
		lines := strings.Join(r.Verbatim, "\n")
		text = append(text, escape(lines))
		m.Blocks = append(m.Blocks, slack.NewRichTextBlock("", &slack.RichTextPreformatted{
			Type:     slack.RTEPreformatted,
			Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(cut(lines, maxSection), nil)},
		}))
	}
	// Many rows share blocks, so that all are shown.
	each := max(1, (len(r.Rows)+maxRows-1)/maxRows)
	for some := range slices.Chunk(r.Rows, each) {
		var lines []string
		for _, row := range some {
			lines = append(lines, rowLine(row))
		}
		text = append(text, lines...)
		m.Blocks = append(m.Blocks, slack.NewSectionBlock(mrkdwn(strings.Join(lines, "\n")), nil, nil))
	}
	if len(r.Examples) > 0 {
		var lines []string
		for _, e := range r.Examples {
			lines = append(lines, code(strings.TrimSpace(e.Command))+" "+escape(e.Does))
		}
		text = append(text, lines...)
		m.Blocks = append(m.Blocks, slack.NewSectionBlock(mrkdwn(strings.Join(lines, "\n")), nil, nil))
	}
	if r.Form != "" {
		m.Blocks = append(m.Blocks, slack.NewActionBlock("", slack.NewButtonBlockElement(openStart, "", plainText(r.Form, maxButton))))
	}
	if len(r.Buttons) > 0 {
		var buttons []slack.BlockElement
		for _, b := range r.Buttons {
			e := slack.NewButtonBlockElement(string(b.Button), b.Value, plainText(b.Label, maxButton))
			e.AccessibilityLabel = cut(b.Alone, maxButton)
			buttons = append(buttons, e)
		}
		m.Blocks = append(m.Blocks, slack.NewActionBlock("", buttons...))
	}
	if r.Foot != "" {
		text = append(text, escape(r.Foot))
		m.Blocks = append(m.Blocks, slack.NewContextBlock("", mrkdwn(escape(r.Foot))))
	}
	m.Text = cut(strings.Join(text, "\n"), maxText)
	return m
}

// rowLine is one listed thing: its name, a word for its state, and what else there is to say.
func rowLine(row commands.Row) string {
	line := "*" + escape(plainFormat(row.Title)) + "* · " + escape(row.State)
	if row.Detail != "" {
		line += " · " + escape(plainFormat(row.Detail))
	}
	if !row.At.IsZero() {
		line += " · " + day(row.At)
	}
	return line
}

// plainFormat drops what Slack would read as formatting, but keeps the underscores that names have.
func plainFormat(s string) string {
	return strings.NewReplacer("*", "∗", "~", "", "`", "'").Replace(s)
}
