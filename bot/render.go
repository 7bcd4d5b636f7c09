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
func RenderCard(r approval.Request, l Language) Message { return newCard(l).draw(r) }

func (c card) draw(r approval.Request) Message {
	headline := r.Headline(c.v)
	c.text = []string{headline}
	c.block(slack.NewSectionBlock(mrkdwn("*"+headline+"*"), nil, nil))
	if r.Ask.BreakGlass && r.Rule.Name != "" {
		c.context(mrkdwn(c.v.Say("*Emergency:* %s went past the rule “%s”, without approvals.", r.Ask.By, ruleName(r))))
	}
	c.context(mrkdwn(strings.Join(c.aboutJob(r), " · ")))
	if r.Ask.Reason != "" {
		c.context(verbatim(c.plain.Say("Reason: %s", r.Ask.Reason), 2000))
	}
	if r.State == approval.Pending && r.Ask.Action == approval.Start {
		c.context(mrkdwn(strings.Join(c.facts(r), " · ")))
		for _, other := range r.Job.Beside {
			c.lines([]string{c.careful(other)})
		}
	}
	c.problem(r)
	c.lines(r.Explain(c.v))
	switch r.State {
	case approval.Pending:
		c.lines([]string{c.question(r, c.v) + c.underRule(r)})
	case approval.Approved, approval.Starting, approval.Accepted, approval.Running, approval.Succeeded, approval.Partial, approval.Failed, approval.Stopped:
		c.decided(r)
	}
	if buttons := buttonsOf(r, c.plain); len(buttons) > 0 {
		c.block(slack.NewActionBlock("decide", buttons...))
	}
	return c.message()
}

// RenderOutcome is the reply in the card's thread: it mentions who asked, since edits of the card notify nobody.
func RenderOutcome(r approval.Request, l Language) Message {
	c := newCard(l)
	c.lines([]string{toAsker(r) + r.Headline(c.v)})
	c.problem(r)
	c.lines(r.Explain(c.v))
	return c.message()
}

// toAsker mentions who asked, before what is said; a workflow reads no thread.
func toAsker(r approval.Request) string {
	if r.Ask.Step != "" {
		return ""
	}
	return "<@" + escape(r.Ask.By.UserID) + "> "
}

// RenderReminder asks those who are still missing once more, before the question closes. It mentions the requester, too,
// where that is who is waited for.
func RenderReminder(r approval.Request, l Language) Message {
	c := newCard(l)
	v := c.v
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
	c.lines([]string{c.v.Say("Still waiting, %s: %s", r.ID, r.Headline(c.v)), c.question(r, v)})
	return c.message()
}

// RenderPrivate tells the requester alone what became of a Request that has no card.
func RenderPrivate(r approval.Request, l Language) Message {
	c := newCard(l)
	if r.State == approval.Refused || r.Problem.Private {
		c.lines([]string{r.ID.String() + ": " + escape(c.plain.Text(approval.Sentences(r.Problem.Words, r.Problem.Suggestion())))})
		c.said(r.Problem)
	} else {
		c.lines(append([]string{r.ID.String() + ": " + r.Headline(c.v)}, r.Explain(c.v)...))
		c.problem(r)
	}
	return c.message()
}

// card collects blocks and, beside them, the same in words.
type card struct {
	v      approval.Voice // escapes by itself
	plain  approval.Voice // to be escaped as a whole
	blocks []slack.Block
	text   []string
}

func newCard(l Language) card { return card{v: l.cards(), plain: l.plain()} }

// message is the card as Slack takes it.
func (c *card) message() Message {
	return Message{Text: cut(strings.Join(c.text, "\n"), maxText), Blocks: c.blocks}
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
	if p.Words.IsZero() {
		return
	}
	lines := []string{escape(c.plain.Text(p.Words))}
	if next := p.Suggestion(); !next.IsZero() {
		lines = append(lines, escape(c.plain.Text(next)))
	}
	c.lines(lines)
	c.said(p)
}

// said shows the other side's words as they came.
func (c *card) said(p approval.Problem) {
	for _, line := range p.Said() {
		c.context(verbatim(c.plain.Text(line), 1500))
	}
}

// decided names who said yes.
func (c *card) decided(r approval.Request) {
	var names []string
	for _, d := range r.Decisions {
		if d.Approve {
			names = append(names, c.decider(d))
		}
	}
	named := r.Rule.Name != "" && !r.Rule.ConfirmsOnly()
	switch {
	case r.Ask.BreakGlass:
	case len(names) == 0 && named:
		c.context(mrkdwn(c.v.Say("No approval was needed, under the rule “%s”.", ruleName(r))))
	case len(names) == 0:
		c.context(mrkdwn(c.v.Say("No approval was needed.")))
	case r.Rule.ConfirmsOnly():
		c.context(mrkdwn(c.v.Say("Confirmed by %s %s", names[0], day(r.Decisions[0].At))))
	default:
		c.context(mrkdwn(c.v.Say("Approved by %s, under the rule “%s”", c.v.All(names), ruleName(r))))
	}
}

// decider names who decided, and says where that was not in Slack.
func (c *card) decider(d approval.Decision) string {
	if d.Operator() == "" {
		return c.v.Person(d.By)
	}
	return c.v.Say("%s on Slipway's host", d.By)
}

// ruleName is the name of a rule that people wrote, harmless.
func ruleName(r approval.Request) string { return escape(plainFormat(r.Rule.Name)) }

// aboutJob is the line that says which job, where, how, who asked, and the id.
func (c *card) aboutJob(r approval.Request) []string {
	var parts []string
	if r.Job.Type != "" {
		parts = append(parts, escape(c.plain.Text(commands.TypeWord(r.Job.Type))))
	}
	parts = append(parts, c.v.Say("on %s", escape(r.Ask.Instance)))
	if r.Ask.Action == approval.Start {
		parts = append(parts, c.v.Text(modeWords(r.Ask)))
	}
	return append(parts, c.v.Say("asked by %s", r.Ask.By), r.ID.String())
}

func modeWords(ask approval.Ask) approval.Text {
	switch {
	case ask.Mode == "" && ask.Cascade:
		return approval.T("normal mode, with cascade")
	case ask.Mode == "":
		return approval.T("normal mode")
	case ask.Cascade:
		return approval.T("comparison mode, with cascade")
	}
	return approval.T("comparison mode")
}

func (c *card) lastRun(j approval.Job) string {
	if len(j.Last) == 0 {
		return c.v.Say("No earlier run is known.")
	}
	last := j.Last[0]
	words := c.v.Say("Last run: %s", escape(c.plain.Text(commands.StatusWord(last.Status))))
	if !last.StartedAt.IsZero() {
		words += " " + day(last.StartedAt)
	}
	if last.Took > 0 {
		words = c.v.Say("%s, took %s", words, last.Took)
	}
	return words
}

// question says what is still missing and until when it may come.
func (c *card) question(r approval.Request, v approval.Voice) string {
	text := approval.Evaluate(r, time.Time{}).In(v)
	if r.ExpiresAt.IsZero() {
		return text
	}
	return text + " " + v.Say("The question stands until %s.", r.ExpiresAt)
}

// underRule names the rule of a policy beside what is still missing.
func (c *card) underRule(r approval.Request) string {
	if r.Rule.Name == "" || r.Rule.ConfirmsOnly() {
		return ""
	}
	return " " + c.v.Say("Rule: “%s”.", ruleName(r))
}
