package bot

import (
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

// What a Home shows of each section at most: with all of it, it has 97 of the 100 blocks that a view takes.
const (
	homeWaiting = 18
	homeOthers  = 8
	homeReason  = 300     // characters of a reason; the card has all of it
	homeBytes   = 240_000 // of the view as JSON: Slack takes 250 KB
)

// RenderHome draws a person's Home. It is pure: the same data gives the same view. Where long names would make it too
// large for Slack, it shows fewer requests.
func RenderHome(h commands.Home, l Language) slack.HomeTabViewRequest {
	waiting, others := homeWaiting, homeOthers
	for {
		view := renderHome(h, l, waiting, others)
		if raw, err := json.Marshal(view); err != nil || len(raw) <= homeBytes || others == 1 {
			return view
		}
		waiting, others = waiting/2, others/2
	}
}

func renderHome(h commands.Home, l Language, waiting, others int) slack.HomeTabViewRequest {
	c := newCard(l)
	if h.Refused != "" {
		c.block(slack.NewSectionBlock(mrkdwn(escape(h.Refused)), nil, nil))
		return homeOf(c)
	}
	start := slack.NewButtonBlockElement(openStart, openStart, plainText(c.plain.Say("Start a job"), maxButton))
	start.Style = slack.StylePrimary
	c.block(slack.NewSectionBlock(mrkdwn(c.v.Say("I start LakeFormation jobs once, after the right people said yes, and tell the channel how they end.")), nil, nil))
	c.block(slack.NewActionBlock("home.start", start))
	if h.Frozen != "" {
		c.block(slack.NewContextBlock("", mrkdwn(escape(h.Frozen))))
	}

	c.title(c.plain.Say("Waiting for my decision"), len(h.Waiting), c.plain.Say("Nothing waits for you. When somebody asks to start a job whose rule names you, it stands here with its buttons."))
	for _, r := range h.Waiting[:min(len(h.Waiting), waiting)] {
		c.about(r, nil)
		c.block(slack.NewActionBlock("home."+r.ID.String(), buttonsOf(r, c.plain)...))
	}
	c.more(len(h.Waiting), waiting, h.Command+" pending")
	c.title(c.plain.Say("What I asked for"), len(h.Asked), c.plain.Say("Nothing is open. Ask with the button above, or type %s in a channel.", approval.Plain.Code(h.Command+" start <job>")))
	for _, r := range h.Asked[:min(len(h.Asked), others)] {
		c.about(r, nil)
	}
	c.more(len(h.Asked), others, h.Command+" status")
	c.title(c.plain.Say("Running now"), len(h.Running), c.plain.Say("No job runs that you asked for or approved."))
	c.list(h.Running, others, h.Command+" status")
	c.title(c.plain.Say("Ended lately"), len(h.Ended), c.plain.Say("Nothing of yours has ended yet."))
	c.list(h.Ended, others, h.Command+" history")
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
func (c *card) list(requests []approval.Request, most int, all string) {
	for _, r := range requests[:min(len(requests), most)] {
		var button *slack.Accessory
		if buttons := buttonsOf(r, c.plain); len(buttons) == 1 {
			button = slack.NewAccessory(buttons[0])
		}
		c.about(r, button)
	}
	c.more(len(requests), most, all)
}

// about is a Request in two or three lines.
func (c *card) about(r approval.Request, button *slack.Accessory) {
	about := c.aboutJob(r)
	if strings.HasPrefix(r.Ask.Channel, "C") || strings.HasPrefix(r.Ask.Channel, "G") {
		about = append(about, "<#"+escape(r.Ask.Channel)+">")
	}
	lines := []string{"*" + r.Headline(c.v) + "*", strings.Join(about, " · ")}
	switch r.State {
	case approval.Pending:
		lines = append(lines, c.question(r, c.v)+c.underRule(r))
	case approval.Unknown:
		lines = append(lines, r.Explain(c.v)...)
	}
	c.block(slack.NewSectionBlock(mrkdwn(strings.Join(lines, "\n")), nil, button))
	if r.Ask.Reason != "" && r.State == approval.Pending {
		c.block(slack.NewContextBlock("", verbatim(c.plain.Say("Reason: %s", r.Ask.Reason), homeReason)))
	}
}

// more says what is left out, and how to see all.
func (c *card) more(n, most int, all string) {
	if n > most {
		c.block(slack.NewContextBlock("", mrkdwn(c.v.Say("And %d more: type %s in their channel.", n-most, code(all)))))
	}
}
