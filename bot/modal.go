package bot

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

const (
	suggestBudget = 2 * time.Second         // of Slack's three, for the first reading of the jobs
	openBudget    = 2500 * time.Millisecond // a trigger_id lasts three seconds
	nameBudget    = 1500 * time.Millisecond // of those, to look for a job's name in a message
)

// interaction is a payload of type "interactive": only the fields that are believed. The user's own team is asked for, not
// the channel's: in a shared channel the two differ.
type interaction struct {
	Type       string `json:"type"`
	CallbackID string `json:"callback_id"`
	TriggerID  string `json:"trigger_id"`
	User       user   `json:"user"`
	Channel    struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
	} `json:"container"`
	Message struct {
		Text string `json:"text"`
	} `json:"message"`
	ResponseURL string `json:"response_url"`
	BlockID     string `json:"block_id"`
	ActionID    string `json:"action_id"`
	Value       string `json:"value"`
	View        view   `json:"view"`
	Actions     []struct {
		ActionID string   `json:"action_id"`
		Value    string   `json:"value"`
		TS       string   `json:"action_ts"`
		Selected selected `json:"selected_option"`
	} `json:"actions"`
}

type user struct {
	ID       string `json:"id"`
	TeamID   string `json:"team_id"`
	Name     string `json:"name"`
	Username string `json:"username"`
}

// view is a modal or a Home as it comes back.
type view struct {
	Type            string `json:"type"` // modal or home; "": pressed in a message
	ID              string `json:"id"`
	Hash            string `json:"hash"`
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	State           struct {
		Values map[string]map[string]struct {
			Value        string     `json:"value"`
			Option       selected   `json:"selected_option"`
			Options      []selected `json:"selected_options"`
			Conversation string     `json:"selected_conversation"`
		} `json:"values"`
	} `json:"state"`
}

type selected struct {
	Value string `json:"value"`
}

func (i interaction) actor() approval.Actor {
	name := i.User.Name
	if name == "" {
		name = i.User.Username
	}
	return approval.Actor{TeamID: i.User.TeamID, UserID: i.User.ID, Name: name}
}

// state is what the form remembered. A modal of an older Slipway may have less in it.
func (v view) state() formState {
	var s formState
	_ = json.Unmarshal([]byte(v.PrivateMetadata), &s)
	return s
}

// shortcut opens the form; for a shortcut on a message, with the job that the message names.
func (b *Bot) shortcut(ctx context.Context, d *Delivery, i interaction) {
	b.ack(ctx, d, nil)
	if i.CallbackID != startShortcut && i.CallbackID != startThis {
		return
	}
	b.openForm(ctx, d, i, formState{Channel: i.Channel.ID, Command: b.named()}, i.Message.Text)
}

// openForm opens the form after the ack. Where that fails the person is told, for a form that does not come looks like
// a lost click.
func (b *Bot) openForm(ctx context.Context, d *Delivery, i interaction, from formState, text string) {
	b.answering.Go(func() {
		ctx, done := context.WithDeadline(context.WithoutCancel(ctx), d.ReceivedAt.Add(openBudget))
		defer done()
		v := b.voice(ctx, i.User.ID)
		looking, looked := context.WithDeadline(ctx, d.ReceivedAt.Add(nameBudget))
		form := b.router.NewForm(looking, from.Command, from.Channel, unescape(text), v)
		looked()
		_, err := b.api.OpenViewContext(ctx, i.TriggerID, RenderForm(form, v))
		if err == nil {
			return
		}
		b.log.WithError(err).WithField("actor", i.User.ID).WithField("detail", slackDetail(err)).Warn("the form could not be opened")
		to := private{reply: replyTo(i.ResponseURL, d.ReceivedAt), channel: from.Channel, user: i.User.ID}
		b.later(context.WithoutCancel(ctx), func(context.Context) commands.Reply {
			return commands.Reply{
				Text:     v.Say("The form did not open in time, so nothing was started. Please try again, or type the command:"),
				Examples: []commands.Example{{Command: from.Command + " start nightly_sync source reloaded", Does: v.Say("asks to start nightly_sync, with a reason")}},
			}
		}, to)
	})
}

// suggest answers what somebody types into the jobs' field.
func (b *Bot) suggest(ctx context.Context, d *Delivery, i interaction) {
	instance, ok := strings.CutPrefix(i.BlockID, jobBlock)
	if !ok || i.ActionID != formJob {
		b.ack(ctx, d, noOffer())
		return
	}
	within, done := context.WithDeadline(ctx, d.ReceivedAt.Add(suggestBudget))
	v := b.voice(ctx, i.User.ID)
	list, fit, err := b.router.Choices(within, instance, i.Value, v)
	done()
	if err != nil {
		// Nothing but options can be shown: this one has no job behind it, and choosing it says so.
		b.ack(ctx, d, offer{Options: []*slack.OptionBlockObject{option("-", v.Say("LakeFormation does not answer yet: type again in a moment"), "")}})
		return
	}
	b.ack(ctx, d, choices(list, fit, v))
}

// chosen draws the form anew for another instance; what was typed in other fields stays.
func (b *Bot) chosen(ctx context.Context, d *Delivery, i interaction) {
	b.ack(ctx, d, nil)
	if i.View.CallbackID != formCallback || i.Actions[0].ActionID != formInstance {
		return
	}
	b.answering.Go(func() {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), laterBudget)
		defer done()
		v, from := b.voice(ctx, i.User.ID), i.View.state()
		form := b.router.NewForm(ctx, from.Command, from.Channel, "", v)
		form.Instance = i.Actions[0].Selected.Value
		if _, err := b.api.UpdateViewContext(ctx, RenderForm(form, v), "", i.View.Hash, i.View.ID); err != nil {
			b.log.WithError(err).WithField("actor", i.User.ID).Warn("the form could not be drawn anew")
		}
	})
}

// submitted records what the form asks for before it is closed; what is wrong is said beside the field.
func (b *Bot) submitted(ctx context.Context, d *Delivery, i interaction) {
	if i.View.CallbackID != formCallback {
		b.ack(ctx, d, nil)
		return
	}
	within, done := context.WithDeadline(ctx, d.ReceivedAt.Add(ackBudget))
	f, blockOf := filled(i)
	f.Receipt = approval.Receipt{EnvelopeID: d.ID, Key: "view|" + i.View.ID}
	f.Voice = b.voice(ctx, i.User.ID)
	wrong := b.router.Submit(within, f)
	done()
	if len(wrong) == 0 {
		b.ack(ctx, d, nil)
		return
	}
	errors := map[string]string{}
	for field, words := range wrong {
		errors[blockOf[field]] = words
	}
	b.ack(ctx, d, slack.NewErrorsViewSubmissionResponse(errors))
}

// filled reads the fields, whatever instance's jobs they show, and says which block each field is.
func filled(i interaction) (commands.Filled, map[commands.Field]string) {
	f := commands.Filled{By: i.actor(), Command: i.View.state().Command}
	blocks := map[commands.Field]string{}
	for _, field := range []commands.Field{commands.InstanceField, commands.JobField, commands.ModeField, commands.ReasonField, commands.ChannelField} {
		blocks[field] = string(field)
	}
	for id, actions := range i.View.State.Values {
		if instance, ok := strings.CutPrefix(id, jobBlock); ok {
			blocks[commands.JobField], f.Instance = id, instance
		}
		for action, is := range actions {
			switch action {
			case formJob:
				if f.Job = is.Option.Value; f.Job == "-" {
					f.Job = ""
				}
			case formMode:
				f.Mode = is.Option.Value
			case formCascade:
				f.Cascade = len(is.Options) > 0
			case formReason:
				f.Reason = is.Value
			case formChannel:
				f.Channel = is.Conversation
			}
		}
	}
	return f, blocks
}
