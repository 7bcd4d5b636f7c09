package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"slipway/approval"
)

// longestTurn is how long a channel's turn to be posted in is waited for; after that the next look tries again.
const longestTurn = 15 * time.Second

// RunEnded tells a channel how a run of a job it watches ended, see worker.Teller.
func (b *Bot) RunEnded(ctx context.Context, w approval.Watch, run approval.Run, by approval.Request) error {
	return b.announcer.tellWatch(ctx, w, RenderWatch(w, run, by, b.announcer.language))
}

// WatchEnded tells who set a Watch that it ends, see worker.Teller. Whom Slack does not let be told is not told.
func (b *Bot) WatchEnded(ctx context.Context, w approval.Watch, why approval.Text) error {
	a := b.announcer
	ctx, done := context.WithTimeout(ctx, cardCall)
	defer done()
	_, _, err := a.post(ctx, w.By.UserID, "", RenderWatchEnded(w, why, a.people.Language(ctx, w.By.UserID)))
	if name := slackError(err); name != "" && !passing[name] {
		a.log.WithError(err).WithField("actor", w.By.UserID).Warn("somebody could not be told that a watch ends")
		return nil
	}
	return err
}

func (a *Announcer) tellWatch(ctx context.Context, w approval.Watch, m Message) error {
	ticket := approval.ID(-w.ID) // no Request has it
	for wait := a.pace.wait(tellWatch, w.Channel, ticket); wait > 0; wait = a.pace.wait(tellWatch, w.Channel, ticket) {
		if wait > longestTurn {
			return fmt.Errorf("the channel's turn comes in %s", wait)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-a.clock.After(wait):
		}
	}
	ctx, done := context.WithTimeout(ctx, cardCall)
	defer done()
	_, _, err := a.post(ctx, w.Channel, "", m)
	var limited *slack.RateLimitedError
	switch {
	case errors.As(err, &limited):
		a.pace.block(tellWatch, w.Channel, limited.RetryAfter)
	case cannotPost[slackError(err)]:
		return errors.Join(approval.ErrUnpostable, err)
	}
	return err
}

// RenderWatch says how a run of a watched job ended, and who started it. by is the Request that did; zero ID: none.
func RenderWatch(w approval.Watch, run approval.Run, by approval.Request, l Language) Message {
	c := newCard(l)
	lines := []string{c.runEnded(w, run), c.startedBy(by)}
	log := c.v.Code(typedAs(w, "log"))
	switch run.Status {
	case "PARTIAL_SUCCESS":
		lines = append(lines, c.v.Say("Some objects were not migrated; read %s before you run it again.", log))
	case "FAILED":
		lines = append(lines, c.v.Say("To see why, read %s; it may be started again.", log))
	}
	c.lines([]string{strings.Join(lines, " ")})
	c.context(mrkdwn(c.v.Say("%s set this watch; %s ends it.", w.By, c.v.Code(typedAs(w, "unwatch")))))
	return c.message()
}

// runEnded is how a run ended, and after how long where that is known.
func (c *card) runEnded(w approval.Watch, run approval.Run) string {
	job, on, took := c.v.Code(w.JobName), escape(w.Instance), approval.Request{Run: run}.Took()
	if took <= 0 {
		switch run.Status {
		case "SUCCESS":
			return c.v.Say("%s on %s succeeded.", job, on)
		case "PARTIAL_SUCCESS":
			return c.v.Say("%s on %s partly succeeded.", job, on)
		case "STOPPED":
			return c.v.Say("%s on %s was stopped.", job, on)
		}
		return c.v.Say("%s on %s failed.", job, on)
	}
	switch run.Status {
	case "SUCCESS":
		return c.v.Say("%s on %s succeeded after %s.", job, on, took)
	case "PARTIAL_SUCCESS":
		return c.v.Say("%s on %s partly succeeded after %s.", job, on, took)
	case "STOPPED":
		return c.v.Say("%s on %s was stopped after %s.", job, on, took)
	}
	return c.v.Say("%s on %s failed after %s.", job, on, took)
}

// startedBy says who started a run: surely, perhaps, or somebody else.
func (c *card) startedBy(r approval.Request) string {
	switch {
	case r.ID == 0:
		return c.v.Say("It was started outside Slipway.")
	case !r.Sure() && r.SaidBy.UserID == "":
		return c.v.Say("It was perhaps started with %s by %s: LakeFormation gave no clear answer then.", r.ID, r.Ask.By)
	}
	return c.v.Say("It was started with %s by %s.", r.ID, r.Ask.By)
}

// RenderWatchEnded tells who set a Watch that it ended, and why.
func RenderWatchEnded(w approval.Watch, why approval.Text, l Language) Message {
	c := newCard(l)
	where := "<#" + escape(w.Channel) + ">"
	c.lines([]string{c.v.Say("The watch of %s in %s has ended: nobody there hears of its runs any more.", c.v.Code(w.JobName), where), escape(c.plain.Text(why))})
	c.lines([]string{c.v.Say("When that is mended, type %s there to set it again.", c.v.Code(typedAs(w, "watch")))})
	return c.message()
}

// typedAs is a command about the watched job, as who set the watch types it.
func typedAs(w approval.Watch, word string) string {
	return strings.TrimSpace(w.Command + " " + word + " " + w.Typed)
}
