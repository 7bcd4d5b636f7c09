package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"slipway/approval"
	"slipway/commands"
)

// event is what the Events API delivers: only the fields that are believed.
// See https://docs.slack.dev/reference/events/app_mention and https://docs.slack.dev/reference/events/message.im.
type event struct {
	Event struct {
		Type        string `json:"type"`
		Subtype     string `json:"subtype"`
		ChannelType string `json:"channel_type"`
		BotID       string `json:"bot_id"`
		User        string `json:"user"`
		UserTeam    string `json:"user_team"` // set for somebody of another workspace
		Team        string `json:"team"`
		Text        string `json:"text"`
		Channel     string `json:"channel"`
		TS          string `json:"ts"`
		ThreadTS    string `json:"thread_ts"`
		Tab         string `json:"tab"`
	} `json:"event"`
}

// happened answers an event. One that nobody asked for is acked, so that it is not sent again.
func (b *Bot) happened(ctx context.Context, d *Delivery) {
	var e event
	if err := json.Unmarshal(d.Payload, &e); err != nil {
		b.log.WithError(err).Warn("an event that cannot be read")
		b.ack(ctx, d, nil)
		return
	}
	switch {
	case e.Event.Type == "app_mention", e.Event.Type == "message" && e.Event.ChannelType == "im":
		b.said(ctx, d, e)
	case e.Event.Type == "app_home_opened" && e.Event.Tab == "home" && e.Event.User != "":
		b.ack(ctx, d, nil)
		b.homes.opened(e.Event.User)
	default:
		b.ack(ctx, d, nil)
	}
}

// said treats what people say to Slipway, by a mention or directly, as a command. What cannot be recorded is not acked:
// Slack then delivers it again, and what was recorded after all is known by the message's place.
func (b *Bot) said(ctx context.Context, d *Delivery, e event) {
	is := e.Event
	if is.User == "" || is.User == b.self || is.BotID != "" || is.Subtype != "" || is.Channel == "" || is.TS == "" {
		b.ack(ctx, d, nil)
		return
	}
	in := commands.Invocation{
		Receipt: approval.Receipt{EnvelopeID: d.ID, Key: "said|" + is.Channel + "|" + is.TS},
		By:      approval.Actor{TeamID: cmp.Or(is.UserTeam, is.Team), UserID: is.User},
		Channel: is.Channel, Thread: is.ThreadTS, Command: b.called, Text: b.command(is.Text), Voice: b.voice(ctx, is.User),
	}
	within, done := context.WithDeadline(ctx, d.ReceivedAt.Add(ackBudget))
	answer := b.router.Handle(within, in)
	done()
	if answer.NotRecorded {
		return
	}
	b.ack(ctx, d, nil)
	to := private{channel: is.Channel, thread: is.ThreadTS, user: is.User}
	if !answer.Now.Empty() {
		b.later(ctx, func(context.Context) commands.Reply { return answer.Now }, to)
	}
	if answer.Later != nil {
		b.later(ctx, answer.Later, to)
	}
}

var slashed = regexp.MustCompile(`^\s*/\S+`)

// command is what a message says beside Slipway's own name, and beside a slash command that was typed as text.
func (b *Bot) command(text string) string {
	own := regexp.MustCompile(`<@` + regexp.QuoteMeta(b.self) + `(\|[^>]*)?>`)
	return unescape(strings.TrimSpace(slashed.ReplaceAllString(own.ReplaceAllString(text, " "), "")))
}
