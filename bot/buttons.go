package bot

import (
	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

// buttonsOf are the buttons of a card in the State it has. Their labels make sense when read alone.
func buttonsOf(r approval.Request, v approval.Voice) []slack.BlockElement {
	job := r.JobName()
	if r.Ask.Action == approval.Stop {
		return stopButtons(r, v, job)
	}
	switch r.State {
	case approval.Pending:
		if r.Rule.ConfirmsOnly() {
			return []slack.BlockElement{
				button(r, commands.Approve, v.Say("Start job"), v.Say("Start job %s", job), slack.StylePrimary),
				button(r, commands.Cancel, v.Say("Cancel"), v.Say("Cancel %s", r.ID), slack.StyleDefault),
			}
		}
		return []slack.BlockElement{
			button(r, commands.Approve, v.Say("Approve"), v.Say("Approve start of %s", job), slack.StylePrimary),
			sure(button(r, commands.Deny, v.Say("Deny"), v.Say("Deny start of %s", job), slack.StyleDanger), v, v.Say("Deny the start of %s on %s? Nothing is started then.", job, r.Ask.Instance), v.Say("Deny")),
		}
	case approval.Accepted, approval.Running:
		return []slack.BlockElement{sure(button(r, commands.StopRun, v.Say("Stop"), v.Say("Ask to stop %s", job), slack.StyleDanger), v, v.Say("Ask to stop %s on %s? Its rule decides who must approve that.", job, r.Ask.Instance), v.Say("Ask to stop"))}
	case approval.Succeeded, approval.Partial, approval.Failed, approval.Stopped:
		return []slack.BlockElement{button(r, commands.RunAgain, v.Say("Run again"), v.Say("Ask to run %s again", job), slack.StyleDefault)}
	case approval.Refused, approval.Expired:
		return []slack.BlockElement{button(r, commands.AskAgain, v.Say("Ask again"), v.Say("Ask again to start %s", job), slack.StyleDefault)}
	case approval.Unknown:
		return []slack.BlockElement{
			button(r, commands.LookAgain, v.Say("Look again"), v.Say("Look again at %s", job), slack.StylePrimary),
			button(r, commands.DidStart, v.Say("It did start"), v.Say("It did start: %s", job), slack.StyleDefault),
			button(r, commands.DidNot, v.Say("It did not"), v.Say("It did not: %s", job), slack.StyleDefault),
		}
	}
	return nil
}

func stopButtons(r approval.Request, v approval.Voice, job string) []slack.BlockElement {
	switch r.State {
	case approval.Pending:
		if r.Rule.ConfirmsOnly() {
			return []slack.BlockElement{
				sure(button(r, commands.Approve, v.Say("Stop job"), v.Say("Stop job %s", job), slack.StylePrimary), v, v.Say("Stop the run of %s on %s? What it has not done yet stays undone.", job, r.Ask.Instance), v.Say("Stop job")),
				button(r, commands.Cancel, v.Say("Cancel"), v.Say("Cancel %s", r.ID), slack.StyleDefault),
			}
		}
		return []slack.BlockElement{
			sure(button(r, commands.Approve, v.Say("Approve"), v.Say("Approve stop of %s", job), slack.StylePrimary), v, v.Say("Stop the run of %s on %s? What it has not done yet stays undone.", job, r.Ask.Instance), v.Say("Approve")),
			sure(button(r, commands.Deny, v.Say("Deny"), v.Say("Deny stop of %s", job), slack.StyleDanger), v, v.Say("Deny the stop of %s on %s? It runs on then.", job, r.Ask.Instance), v.Say("Deny")),
		}
	case approval.Refused, approval.Expired:
		return []slack.BlockElement{button(r, commands.AskAgain, v.Say("Ask again"), v.Say("Ask again to stop %s", job), slack.StyleDefault)}
	case approval.Unknown:
		return []slack.BlockElement{
			button(r, commands.LookAgain, v.Say("Look again"), v.Say("Look again at %s", job), slack.StylePrimary),
			button(r, commands.DidStart, v.Say("It did stop"), v.Say("It did stop: %s", job), slack.StyleDefault),
			button(r, commands.DidNot, v.Say("It did not"), v.Say("It did not: %s", job), slack.StyleDefault),
		}
	}
	return nil
}

func button(r approval.Request, b commands.Button, label, alone string, style slack.Style) *slack.ButtonBlockElement {
	e := slack.NewButtonBlockElement(string(b), commands.ButtonValue(r), slack.NewTextBlockObject(slack.PlainTextType, cut(label, maxButton), false, false))
	e.AccessibilityLabel = cut(alone, maxButton)
	if style != slack.StyleDefault {
		e.Style = style
	}
	return e
}

// sure makes a button ask before it counts.
func sure(b *slack.ButtonBlockElement, v approval.Voice, question, yes string) *slack.ButtonBlockElement {
	b.Confirm = slack.NewConfirmationBlockObject(plainText(v.Say("Are you sure?"), 100), plainText(question, 300), plainText(yes, 30), plainText(v.Say("Not now"), 30))
	return b
}
