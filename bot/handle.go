package bot

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

const (
	ackBudget   = 2500 * time.Millisecond // of Slack's three seconds
	laterBudget = 25 * time.Second
	laterHands  = 16
)

// slash is a slash command's payload: only the fields that are believed.
type slash struct {
	TeamID      string `json:"team_id"`
	ChannelID   string `json:"channel_id"`
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`
	Command     string `json:"command"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// handle answers one delivery: what it changes is on disk before the ack goes out.
func (b *Bot) handle(ctx context.Context, d *Delivery) {
	switch d.Type {
	case "slash_commands":
		b.typed(ctx, d)
	case "interactive":
		b.interacted(ctx, d)
	case "events_api":
		b.happened(ctx, d)
	default:
		// Nothing we asked Slack to send; acked so that it is not sent again.
		b.ack(ctx, d, nil)
	}
}

func (b *Bot) typed(ctx context.Context, d *Delivery) {
	var in slash
	if err := json.Unmarshal(d.Payload, &in); err != nil {
		b.log.WithError(err).Warn("a slash command that cannot be read")
		b.ack(ctx, d, ephemeral(Message{Text: b.cfg.Language.print("I could not read that command, so nothing was done. Please try again.")}))
		return
	}
	b.slash.Store(&in.Command)
	invocation := commands.Invocation{
		Receipt: approval.Receipt{EnvelopeID: d.ID, Key: in.TriggerID},
		By:      approval.Actor{TeamID: in.TeamID, UserID: in.UserID, Name: in.UserName},
		Channel: in.ChannelID, Command: in.Command, MayAsk: true, Text: unescape(in.Text),
		Reply: replyTo(in.ResponseURL, d.ReceivedAt), Voice: b.voice(ctx, in.UserID),
	}
	within, done := context.WithDeadline(ctx, d.ReceivedAt.Add(ackBudget))
	answer := b.router.Handle(within, invocation)
	done()
	var payload any
	switch {
	case !answer.Everyone.IsZero():
		payload = inChannel(b.forEveryone(answer))
	case !answer.Now.Empty():
		payload = ephemeral(RenderReply(answer.Now))
	}
	b.ack(ctx, d, payload)
	if answer.Form {
		b.openForm(ctx, d, interaction{TriggerID: in.TriggerID, ResponseURL: in.ResponseURL, User: user{ID: in.UserID}}, formState{Channel: in.ChannelID, Command: in.Command}, "")
	}
	if answer.Later != nil {
		b.later(ctx, answer.Later, private{reply: invocation.Reply, channel: in.ChannelID, user: in.UserID})
	}
}

// named is how people call Slipway who press instead of typing: by the slash command that somebody typed last, for only
// a payload tells its name, and until then by a mention.
func (b *Bot) named() string {
	if name := b.slash.Load(); name != nil && *name != "" {
		return *name
	}
	return b.called
}

// interacted sends a payload of type "interactive" to what it is about.
func (b *Bot) interacted(ctx context.Context, d *Delivery) {
	var i interaction
	if err := json.Unmarshal(d.Payload, &i); err != nil {
		b.log.WithError(err).Warn("an interaction that cannot be read")
		b.ack(ctx, d, nil)
		return
	}
	switch i.Type {
	case "shortcut", "message_action":
		b.shortcut(ctx, d, i)
	case "block_suggestion":
		b.suggest(ctx, d, i)
	case "view_submission":
		b.submitted(ctx, d, i)
	case "block_actions":
		switch {
		case len(i.Actions) == 0:
			b.ack(ctx, d, nil)
		case i.Actions[0].ActionID == openStart:
			b.ack(ctx, d, nil)
			b.openForm(ctx, d, i, formState{Channel: i.Channel.ID, Command: b.named()}, "")
		case i.View.CallbackID == formCallback:
			b.chosen(ctx, d, i)
		default:
			b.pressed(ctx, d, i)
		}
	default:
		b.ack(ctx, d, nil)
	}
}

// pressed treats a button of a message or a Home.
func (b *Bot) pressed(ctx context.Context, d *Delivery, i interaction) {
	action, reply := i.Actions[0], replyTo(i.ResponseURL, d.ReceivedAt)
	click := commands.Click{
		Receipt: approval.Receipt{EnvelopeID: d.ID, Key: action.TS + "|" + i.User.ID + "|" + action.ActionID},
		By:      i.actor(),
		Button:  commands.Button(action.ActionID), Value: action.Value, Channel: i.Channel.ID, Message: i.Container.MessageTS,
		Reply: reply, Voice: b.voice(ctx, i.User.ID),
	}
	within, done := context.WithDeadline(ctx, d.ReceivedAt.Add(ackBudget))
	answer := b.router.Click(within, click)
	done()
	if !answer.NotRecorded {
		b.ack(ctx, d, nil)
	}
	b.tell(ctx, answer, private{reply: reply, channel: i.Channel.ID, thread: i.Container.ThreadTS, user: i.User.ID})
	if answer.Replaced != 0 && i.ResponseURL != "" {
		b.replace(ctx, i.ResponseURL, answer.Replaced)
	}
	if i.View.Type == "home" {
		b.homes.opened(i.User.ID)
	}
}

// voice speaks a person's language; it asks Slack for that only once there is something to say.
func (b *Bot) voice(ctx context.Context, userID string) approval.Voice {
	language := sync.OnceValue(func() Language { return b.people.Language(context.WithoutCancel(ctx), userID) })
	return voiceOf(language)
}

// ack sends the ack, and logs when it could not: what was recorded stays recorded, and its card follows.
func (b *Bot) ack(ctx context.Context, d *Delivery, payload any) {
	ctx, done := context.WithTimeout(ctx, ackBudget)
	defer done()
	if err := d.Ack(ctx, payload); err != nil {
		b.log.WithError(err).WithField("envelope", d.ID).Warn("an ack was not sent")
	}
}

// busy answers when too much waits to be recorded. A click is not acked: Slack then shows that it did not count.
func (b *Bot) busy(ctx context.Context, d *Delivery) {
	b.unrecorded(ctx, d, approval.T("I'm very busy, and this was not recorded: nothing was started. Please try again in a moment."))
}

// panicked answers after a panic: what happened to the delivery is not known.
func (b *Bot) panicked(ctx context.Context, d *Delivery) {
	b.unrecorded(ctx, d, approval.T("Something went wrong here, and I can't tell whether this was recorded. Look at the status before you ask again."))
}

func (b *Bot) unrecorded(ctx context.Context, d *Delivery, words approval.Text) {
	b.log.WithFields(logrus.Fields{"envelope": d.ID, "type": d.Type}).Warn("not recorded: " + words.String())
	if d.Type == "slash_commands" {
		b.ack(ctx, d, ephemeral(Message{Text: b.cfg.Language.plain().Text(words)}))
	}
}

// tell says after the ack what there is to say.
func (b *Bot) tell(ctx context.Context, answer commands.Answer, to private) {
	if !answer.Everyone.IsZero() {
		b.answering.Go(func() {
			ctx, done := context.WithTimeout(context.WithoutCancel(ctx), laterBudget)
			defer done()
			if _, _, err := b.announcer.post(ctx, to.channel, "", b.forEveryone(answer)); err != nil {
				b.log.WithError(err).WithField("actor", to.user).Warn("could not tell a channel")
			}
		})
	}
	if !answer.Now.Empty() {
		b.later(ctx, func(context.Context) commands.Reply { return answer.Now }, to)
	}
	if answer.Later != nil {
		b.later(ctx, answer.Later, to)
	}
}

// later answers after the ack, beside other work but not beside too much of it.
func (b *Bot) later(ctx context.Context, answer func(context.Context) commands.Reply, to private) {
	b.answering.Go(func() {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), laterBudget)
		defer done()
		select {
		case b.laterHands <- struct{}{}:
			defer func() { <-b.laterHands }()
		case <-ctx.Done():
			return
		}
		reply := answer(ctx)
		to.replaces = reply.Replaces
		if err := b.teller.tell(ctx, to, RenderReply(reply)); err != nil {
			b.log.WithError(err).WithField("actor", to.user).Warn("could not answer privately")
		}
	})
}

// replace turns an extra copy of a card into a pointer to the one that is kept current.
func (b *Bot) replace(ctx context.Context, url string, id approval.ID) {
	b.answering.Go(func() {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), laterBudget)
		defer done()
		hook := &slack.WebhookMessage{Text: b.cfg.Language.plain().Say("%s has another card in this channel; this one is no longer kept up to date.", id), ReplaceOriginal: true}
		if err := slack.PostWebhookCustomHTTPContext(ctx, url, b.teller.http, hook); err != nil {
			b.log.WithError(err).WithField("request", id).Warn("could not replace an extra card")
		}
	})
}

// forEveryone is what the whole channel is told, in its language.
func (b *Bot) forEveryone(answer commands.Answer) Message {
	return RenderReply(commands.Reply{Text: b.cfg.Language.plain().Text(answer.Everyone)})
}

// ackWords is a message as the payload of an ack.
type ackWords struct {
	ResponseType string        `json:"response_type"`
	Text         string        `json:"text"`
	Blocks       []slack.Block `json:"blocks,omitempty"`
}

// ephemeral is for whoever typed alone.
func ephemeral(m Message) any { return ackWords{slack.ResponseTypeEphemeral, m.Text, m.Blocks} }

// inChannel is for everybody in the channel.
func inChannel(m Message) any { return ackWords{slack.ResponseTypeInChannel, m.Text, m.Blocks} }
