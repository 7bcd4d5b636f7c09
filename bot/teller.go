package bot

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"slipway/approval"
)

// teller answers one person alone: by the response_url while it lasts, else by an ephemeral message, else directly. In a
// direct message the answer is a plain message, which is still there tomorrow.
type teller struct {
	api   *slack.Client
	http  *http.Client
	clock approval.Clock
}

// private is whom to answer, and how.
type private struct {
	reply   approval.Reply
	channel string
	thread  string // "": none
	user    string

	replaces bool // the message whose response_url it is
}

// toRequester is whoever asked for a Request, where they asked.
func toRequester(r approval.Request) private {
	return private{reply: r.Reply, channel: r.Ask.Channel, user: r.Ask.By.UserID, thread: r.Ask.Thread}
}

func (t *teller) tell(ctx context.Context, to private, m Message) error {
	var errs []error
	if to.reply.URL != "" && t.clock.Now().Before(to.reply.Until) {
		hook := &slack.WebhookMessage{Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: slack.ResponseTypeEphemeral, ThreadTimestamp: to.thread, ReplaceOriginal: to.replaces}
		err := slack.PostWebhookCustomHTTPContext(ctx, to.reply.URL, t.http, hook)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	if to.channel != "" {
		err := t.alone(ctx, to, m)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	_, _, err := t.api.PostMessageContext(ctx, to.user, m.options()...)
	if err == nil {
		return nil
	}
	return errors.Join(append(errs, err)...)
}

// alone tells somebody in a conversation so that nobody else sees it. In a direct message nobody else is.
func (t *teller) alone(ctx context.Context, to private, m Message) error {
	options := m.options()
	if to.thread != "" {
		options = append(options, slack.MsgOptionTS(to.thread))
	}
	var err error
	if approval.IsDirect(to.channel) {
		_, _, err = t.api.PostMessageContext(ctx, to.channel, options...)
	} else {
		_, err = t.api.PostEphemeralContext(ctx, to.channel, to.user, options...)
	}
	return err
}

// slackError is Slack's own name for an error, such as not_in_channel; "" where Slack gave none.
func slackError(err error) string {
	var said slack.SlackErrorResponse
	if errors.As(err, &said) {
		return said.Err
	}
	return ""
}

// slackDetail is what Slack says is wrong with our blocks or arguments.
func slackDetail(err error) string {
	var said slack.SlackErrorResponse
	if errors.As(err, &said) {
		return strings.Join(said.ResponseMetadata.Messages, "; ")
	}
	return ""
}

// replyTo keeps a response_url as long as Slack takes it, with a minute to spare.
func replyTo(url string, at time.Time) approval.Reply {
	if url == "" {
		return approval.Reply{}
	}
	return approval.Reply{URL: url, Until: at.Add(approval.ReplyURLIsValid - time.Minute)}
}
