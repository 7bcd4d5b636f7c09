package bot

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

const (
	lastRetry = 3                // Slack delivers an event that nobody acks three times more, the last time after some minutes
	tooLate   = 10 * time.Minute // what was written longer ago than that is not acted on
	nameWait  = 500 * time.Millisecond
)

// written is what somebody wrote to Slipway, by a mention or directly: only the fields that are believed.
type written struct {
	Type     string          `json:"type"`
	Subtype  string          `json:"subtype"`
	Hidden   bool            `json:"hidden"`
	Edited   json.RawMessage `json:"edited"`
	User     string          `json:"user"`
	BotID    string          `json:"bot_id"`
	AppID    string          `json:"app_id"`
	Text     string          `json:"text"`
	Channel  string          `json:"channel"`
	TS       string          `json:"ts"`
	ThreadTS string          `json:"thread_ts"`

	Team       string `json:"team"`
	UserTeam   string `json:"user_team"`
	SourceTeam string `json:"source_team"`
}

// toSlipway reports whether a person has just written this: no app, and nothing that was edited, deleted or joined. A
// mention in a direct message comes as a message, too, and counts once: as that.
func (w written) toSlipway() bool {
	switch {
	case w.User == "" || w.BotID != "" || w.AppID != "":
		return false
	case w.Subtype != "" || w.Hidden || len(w.Edited) > 0 && string(w.Edited) != "null":
		return false
	case w.Channel == "" || w.at().IsZero():
		return false
	}
	return w.direct() == (w.Type == "message")
}

// direct reports whether only its author and Slipway see it.
func (w written) direct() bool { return approval.IsDirect(w.Channel) }

// thread is the message under which it was written; "" for one that stands in the channel itself.
func (w written) thread() string {
	if w.ThreadTS == w.TS {
		return ""
	}
	return w.ThreadTS
}

// at is when it was written; zero where the ts makes no sense.
func (w written) at() time.Time { return timeOf(w.TS) }

// timeOf reads a ts of Slack's.
func timeOf(ts string) time.Time {
	seconds, _, _ := strings.Cut(ts, ".")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

// team is where the author belongs. Slack names it in up to three fields, which differ in a channel that two companies
// share: one that is not ours makes a stranger. Where all are missing the author is nobody's, and refused: users.info
// could tell, but it is the second witness, which has to agree with the first.
func (w written) team(ours string) string {
	named := ""
	for _, team := range []string{w.Team, w.UserTeam, w.SourceTeam} {
		if team != "" && team != ours {
			return team
		}
		named += team
	}
	if named == "" {
		return ""
	}
	return ours
}

// said treats what people write to Slipway as a command. The answer goes to its author alone, where it was written. What
// cannot be recorded is not acked: Slack then delivers it again, and its place tells what was recorded after all.
func (b *Bot) said(ctx context.Context, d *Delivery, w written) {
	if w.User == b.self {
		b.ack(ctx, d, nil)
		return
	}
	in := b.invocation(ctx, d, w)
	to := private{channel: w.Channel, thread: w.thread(), user: w.User}
	if late := b.cfg.Clock.Now().Sub(w.at()); late > tooLate {
		b.ack(ctx, d, nil)
		b.answer(ctx, in.Voice.Say("This reached me only %s after you wrote it, so I left it alone. If it is still wanted, please write it again.", late), to)
		return
	}
	within, done := context.WithDeadline(ctx, d.ReceivedAt.Add(ackBudget))
	answer := b.router.Handle(within, in)
	done()
	if answer.NotRecorded && d.RetryAttempt < lastRetry {
		if d.RetryAttempt == 0 {
			b.answer(ctx, in.Voice.Say("I can't record this just now. Slack hands it to me again within some minutes, so you need not write it again."), to)
		}
		return
	}
	b.ack(ctx, d, nil)
	b.tell(ctx, answer, to)
}

// answer says one thing, beside other work.
func (b *Bot) answer(ctx context.Context, text string, to private) {
	b.later(ctx, func(context.Context) commands.Reply { return commands.Reply{Text: text} }, to)
}

// invocation is what was written, as a command. Its place names it, however often Slack delivers it.
func (b *Bot) invocation(ctx context.Context, d *Delivery, w written) commands.Invocation {
	called := b.called
	if w.direct() {
		called = ""
	}
	return commands.Invocation{
		Receipt: approval.Receipt{EnvelopeID: d.ID, Key: "said|" + w.Channel + "|" + w.TS},
		By:      b.author(ctx, w),
		Channel: w.Channel, Thread: w.thread(), Command: called,
		Text: commands.FromMessage(unescape(withoutMention(w.Text, b.self))), Voice: b.voice(ctx, w.User),
	}
}

// author is who wrote it. An event has no names in it, and in a shared channel users.info may know of a stranger whom the
// event takes for ours; never the other way round. Where Slack does not say in time the event is taken at its word, and
// the worker asks again before anything is shown.
func (b *Bot) author(ctx context.Context, w written) approval.Actor {
	ours := b.people.TeamID()
	by := approval.Actor{TeamID: w.team(ours), UserID: w.User, Name: w.User}
	ctx, done := context.WithTimeout(ctx, nameWait)
	defer done()
	person, err := b.people.Person(ctx, w.User)
	switch {
	case approval.CodeOf(err) == approval.NotMember:
		by.TeamID = ""
	case err == nil && person.TeamID != ours:
		by.TeamID, by.Name = person.TeamID, person.Name
	case err == nil:
		by.Name = person.Name
	}
	return by
}

// calledBy is how people mention Slipway: by the name they see, or its handle where Slack does not say that.
func (b *Bot) calledBy(ctx context.Context, who *slack.AuthTestResponse) string {
	if me, err := b.people.Person(ctx, who.UserID); err == nil {
		return "@" + me.Name
	}
	return "@" + who.User
}

var mentions = regexp.MustCompile(`<@([A-Za-z0-9]+)(?:\|[^<>]*)?>`)

// withoutMention leaves out one user's mentions.
func withoutMention(text, userID string) string {
	return mentions.ReplaceAllStringFunc(text, func(m string) string {
		if mentions.FindStringSubmatch(m)[1] == userID {
			return " "
		}
		return m
	})
}
