package bot

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

// Message is what Slack is given to show: blocks, and a text that says it all to notifications and screen readers.
type Message struct {
	Text   string
	Blocks []slack.Block
}

// RenderCard draws the card of a Request. It is pure: the same row gives the same card.
func RenderCard(r approval.Request) Message {
	headline := r.Headline(onSlack)
	c := card{text: []string{headline}}
	c.block(slack.NewSectionBlock(mrkdwn("*"+headline+"*"), nil, nil))
	if r.Ask.BreakGlass && r.Rule.Name != "" {
		c.context(mrkdwn("*Emergency:* " + onSlack.Person(r.Ask.By) + " went past the rule “" + escape(plainFormat(r.Rule.Name)) + "”, without approvals."))
	}
	c.context(mrkdwn(strings.Join(aboutJob(r), " · ")))
	if r.Ask.Reason != "" {
		c.context(verbatim("Reason: "+r.Ask.Reason, 2000))
	}
	if r.State == approval.Pending && r.Ask.Action == approval.Start {
		c.context(mrkdwn(lastRun(r.Job)))
	}
	c.problem(r)
	c.lines(r.Explain(onSlack))
	switch r.State {
	case approval.Pending:
		c.lines([]string{approval.Evaluate(r, time.Time{}).Say(onSlack) + until(r) + underRule(r)})
	case approval.Approved, approval.Starting, approval.Accepted, approval.Running, approval.Succeeded, approval.Partial, approval.Failed, approval.Stopped:
		c.decided(r)
	}
	if buttons := buttonsOf(r); len(buttons) > 0 {
		c.block(slack.NewActionBlock("decide", buttons...))
	}
	return Message{Text: cut(strings.Join(c.text, "\n"), maxText), Blocks: c.blocks}
}

// RenderOutcome is the reply in the card's thread: it mentions who asked, since edits of the card notify nobody.
func RenderOutcome(r approval.Request) Message {
	c := card{}
	c.lines([]string{"<@" + r.Ask.By.UserID + "> " + r.Headline(onSlack)})
	c.problem(r)
	c.lines(r.Explain(onSlack))
	return Message{Text: cut(strings.Join(c.text, "\n"), maxText), Blocks: c.blocks}
}

// RenderReminder asks those who are still missing once more, before the question closes. It mentions the requester, too,
// where that is who is waited for.
func RenderReminder(r approval.Request) Message {
	v := onSlack
	requester := "<@" + escape(r.Ask.By.UserID) + ">"
	v.Approver = func(a approval.Approver) string {
		if a.Ref == approval.TheRequester {
			return requester
		}
		return mention(a)
	}
	if r.Rule.ConfirmsOnly() {
		v.Person = func(approval.Actor) string { return requester }
	}
	c := card{}
	c.lines([]string{"Still waiting, " + r.ID.String() + ": " + r.Headline(onSlack), approval.Evaluate(r, time.Time{}).Say(v) + until(r)})
	return Message{Text: cut(strings.Join(c.text, "\n"), maxText), Blocks: c.blocks}
}

// RenderPrivate tells the requester alone what became of a Request that has no card.
func RenderPrivate(r approval.Request) Message {
	c := card{}
	if r.State == approval.Refused || r.Problem.Private {
		c.lines([]string{strings.TrimSpace(r.ID.String() + ": " + escape(r.Problem.Words+" "+r.Problem.Suggestion()))})
		c.said(r.Problem)
	} else {
		c.lines(append([]string{r.ID.String() + ": " + r.Headline(onSlack)}, r.Explain(onSlack)...))
		c.problem(r)
	}
	return Message{Text: cut(strings.Join(c.text, "\n"), maxText), Blocks: c.blocks}
}

// card collects blocks and, beside them, the same in words.
type card struct {
	blocks []slack.Block
	text   []string
}

func (c *card) block(b slack.Block) { c.blocks = append(c.blocks, b) }

func (c *card) context(t *slack.TextBlockObject) {
	if t.Text == "" {
		return
	}
	words := t.Text
	if t.Type == slack.PlainTextType {
		words = escape(words)
	}
	c.text = append(c.text, words)
	c.block(slack.NewContextBlock("", t))
}

func (c *card) lines(lines []string) {
	if len(lines) == 0 {
		return
	}
	c.text = append(c.text, lines...)
	c.block(slack.NewSectionBlock(mrkdwn(strings.Join(lines, "\n")), nil, nil))
}

// problem shows why something was not done or is not known, with LakeFormation's own words set apart from ours.
func (c *card) problem(r approval.Request) {
	p := r.Problem
	if p.Words == "" {
		return
	}
	lines := []string{escape(p.Words)}
	if next := p.Suggestion(); next != "" {
		lines = append(lines, escape(next))
	}
	c.lines(lines)
	c.said(p)
}

// said shows the other side's words as they came.
func (c *card) said(p approval.Problem) {
	for _, line := range p.Said() {
		c.context(verbatim(line, 1500))
	}
}

// decided names who said yes.
func (c *card) decided(r approval.Request) {
	var names []string
	for _, d := range r.Decisions {
		if d.Approve {
			names = append(names, onSlack.Person(d.By))
		}
	}
	switch {
	case r.Ask.BreakGlass:
	case len(names) == 0:
		c.context(mrkdwn("No approval was needed" + ruleWords(r) + "."))
	case r.Rule.ConfirmsOnly():
		c.context(mrkdwn("Confirmed by " + names[0] + " " + date(r.Decisions[0].At, "{date_short_pretty} {time}")))
	default:
		c.context(mrkdwn("Approved by " + strings.Join(names, " and ") + ruleWords(r)))
	}
}

// ruleWords names the rule of a policy that people wrote.
func ruleWords(r approval.Request) string {
	if r.Rule.Name == "" || r.Rule.ConfirmsOnly() {
		return ""
	}
	return ", under the rule “" + escape(plainFormat(r.Rule.Name)) + "”"
}

// aboutJob is the line that says which job, where, how, who asked, and the id.
func aboutJob(r approval.Request) []string {
	var parts []string
	if r.Job.Type != "" {
		parts = append(parts, escape(commands.TypeWord(r.Job.Type)))
	}
	parts = append(parts, "on "+escape(r.Ask.Instance))
	if r.Ask.Action == approval.Start {
		mode := "normal mode"
		if r.Ask.Mode != "" {
			mode = escape(strings.ToLower(r.Ask.Mode)) + " mode"
		}
		if r.Ask.Cascade {
			mode += ", with cascade"
		}
		parts = append(parts, mode)
	}
	return append(parts, "asked by "+onSlack.Person(r.Ask.By), r.ID.String())
}

func lastRun(j approval.Job) string {
	if len(j.Last) == 0 {
		return "No earlier run is known."
	}
	last := j.Last[0]
	words := "Last run: " + escape(commands.StatusWord(last.Status))
	if !last.StartedAt.IsZero() {
		words += " " + date(last.StartedAt, "{date_short_pretty} {time}")
	}
	if last.Took > 0 {
		words += ", took " + approval.Duration(last.Took)
	}
	return words
}

// underRule names the rule of a policy beside what is still missing.
func underRule(r approval.Request) string {
	if words := ruleWords(r); words != "" {
		return " Rule: “" + escape(plainFormat(r.Rule.Name)) + "”."
	}
	return ""
}

func until(r approval.Request) string {
	if r.ExpiresAt.IsZero() {
		return ""
	}
	return " The question stands until " + date(r.ExpiresAt, "{time}") + "."
}
