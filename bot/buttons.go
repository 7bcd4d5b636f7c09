package bot

import (
	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

// buttonsOf are the buttons of a card in the State it has. Their labels make sense when read alone.
func buttonsOf(r approval.Request) []slack.BlockElement {
	job := r.JobName()
	switch r.State {
	case approval.Pending:
		verb := "Start job"
		if r.Ask.Action == approval.Stop {
			verb = "Stop job"
		}
		if r.Rule.ConfirmsOnly() {
			return []slack.BlockElement{
				button(r, commands.Approve, verb, verb+" "+job, slack.StylePrimary),
				button(r, commands.Cancel, "Cancel", "Cancel "+r.ID.String(), slack.StyleDefault),
			}
		}
		return []slack.BlockElement{
			button(r, commands.Approve, "Approve", "Approve "+string(r.Ask.Action)+" of "+job, slack.StylePrimary),
			button(r, commands.Deny, "Deny", "Deny "+string(r.Ask.Action)+" of "+job, slack.StyleDanger),
		}
	case approval.Refused, approval.Expired:
		return []slack.BlockElement{button(r, commands.AskAgain, "Ask again", "Ask again to "+string(r.Ask.Action)+" "+job, slack.StyleDefault)}
	case approval.Unknown:
		did, not := "It did start", "It did not"
		if r.Ask.Action == approval.Stop {
			did, not = "It did stop", "It did not"
		}
		return []slack.BlockElement{
			button(r, commands.LookAgain, "Look again", "Look again at "+job, slack.StylePrimary),
			button(r, commands.DidStart, did, did+": "+job, slack.StyleDefault),
			button(r, commands.DidNot, not, not+": "+job, slack.StyleDefault),
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
