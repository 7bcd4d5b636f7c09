package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

// What a Home shows of each section at most: a view takes 100 blocks.
const (
	homeWaiting = 18
	homeOthers  = 8
)

// RenderHome draws a person's Home.
func RenderHome(h commands.Home, l Language) slack.HomeTabViewRequest {
	c := newCard(l)
	if h.Refused != "" {
		c.block(slack.NewSectionBlock(mrkdwn(escape(h.Refused)), nil, nil))
		return homeOf(c)
	}
	start := slack.NewButtonBlockElement(openStart, openStart, plainText(c.plain.Say("Start a job"), maxButton))
	start.Style = slack.StylePrimary
	c.block(slack.NewSectionBlock(mrkdwn(c.plain.Say("I start LakeFormation jobs once, after the right people said yes, and tell this channel how they end.")), nil, nil))
	c.block(slack.NewActionBlock("home.start", start))

	c.title(c.plain.Say("Waiting for my decision"), len(h.Waiting), c.plain.Say("Nothing waits for you. When somebody asks to start a job whose rule names you, it stands here with its buttons."))
	for _, r := range h.Waiting[:min(len(h.Waiting), homeWaiting)] {
		c.about(r, nil)
		c.block(slack.NewActionBlock("home."+r.ID.String(), buttonsOf(r, c.plain)...))
	}
	c.more(len(h.Waiting), homeWaiting)
	c.title(c.plain.Say("What I asked for"), len(h.Asked), c.plain.Say("Nothing is open. Ask with the button above, or type %s in a channel.", "`/lf start <job>`"))
	for _, r := range h.Asked[:min(len(h.Asked), homeOthers)] {
		c.about(r, nil)
	}
	c.more(len(h.Asked), homeOthers)
	c.title(c.plain.Say("Running now"), len(h.Running), c.plain.Say("No job runs that you asked for or approved."))
	c.list(h.Running)
	c.title(c.plain.Say("Ended lately"), len(h.Ended), c.plain.Say("Nothing of yours has ended yet."))
	c.list(h.Ended)
	return homeOf(c)
}

func homeOf(c card) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: c.blocks}}
}

// title heads a section, and says what will stand there while it is empty.
func (c *card) title(words string, n int, empty string) {
	c.block(slack.NewHeaderBlock(plainText(words, 150)))
	if n == 0 {
		c.block(slack.NewContextBlock("", mrkdwn(escape(empty))))
	}
}

// list shows Requests with the one button that each has, if any.
func (c *card) list(requests []approval.Request) {
	for _, r := range requests[:min(len(requests), homeOthers)] {
		var button *slack.Accessory
		if buttons := buttonsOf(r, c.plain); len(buttons) == 1 {
			button = slack.NewAccessory(buttons[0])
		}
		c.about(r, button)
	}
	c.more(len(requests), homeOthers)
}

// about is a Request in two or three lines.
func (c *card) about(r approval.Request, button *slack.Accessory) {
	lines := []string{"*" + r.Headline(c.v) + "*", strings.Join(c.aboutJob(r), " · ")}
	if r.State == approval.Pending {
		lines = append(lines, c.question(r, c.v))
	}
	block := slack.NewSectionBlock(mrkdwn(strings.Join(lines, "\n")), nil, button)
	c.block(block)
	if r.Ask.Reason != "" && r.State == approval.Pending {
		c.block(slack.NewContextBlock("", verbatim(c.plain.Say("Reason: %s", r.Ask.Reason), 300)))
	}
}

// more says what is left out.
func (c *card) more(n, most int) {
	if n > most {
		c.block(slack.NewContextBlock("", mrkdwn(c.plain.Say("And %d more.", n-most))))
	}
}
