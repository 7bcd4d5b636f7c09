package bot

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"slipway/approval"
)

const (
	cardLease = 15 * time.Second // longer than one call to Slack may take
	cardCall  = 10 * time.Second
	cardPoll  = time.Second
	cardHands = 8
)

// Announcer is the one way out for cards: it draws every Request whose card does not show its newest Version, one call
// to Slack at a time for each. What it did is booked after the call, so a card may be posted twice, never not at all.
type Announcer struct {
	store  approval.Store
	api    *slack.Client
	teller *teller
	clock  approval.Clock
	log    *logrus.Entry
	pace   *pace

	language Language // of the channels
	people   *People
	scopes   *scopes
	drew     func(approval.Request) // hears of each that was drawn, or could not be; it returns at once
}

// Run draws until ctx ends, and finishes the calls that are under way.
func (a *Announcer) Run(ctx context.Context) {
	_, cards := a.store.Wake()
	var busy sync.WaitGroup
	defer busy.Wait()
	hands := make(chan struct{}, cardHands)
	for ctx.Err() == nil {
		select { // for one free hand
		case hands <- struct{}{}:
			<-hands
		case <-ctx.Done():
			return
		}
		claims, err := a.store.ClaimCards(ctx, cardHands-len(hands), cardLease)
		if err != nil && ctx.Err() == nil {
			a.log.WithError(err).Error("could not claim cards")
		}
		for _, c := range claims {
			hands <- struct{}{}
			busy.Go(func() {
				defer func() { <-hands }()
				a.draw(context.WithoutCancel(ctx), c)
			})
		}
		if len(claims) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-cards:
		case <-a.clock.After(cardPoll):
		}
	}
}

// step is the next thing that Slack has to be told about a Request.
type step int

const (
	nothing step = iota
	postCard
	updateCard
	tellThread
	tellPrivately
	remind
	postCopy
	updateCopy
	answerStep
	tellWatch // of no Request
)

// nextStep is pure: the row says what Slack does not show yet. The card comes first, then its thread, then the
// workflow's step that asked, then its copies.
//
// A Version counts as shown, too, where the card could not be posted and the requester was told alone; the copies of an
// emergency go out all the same.
func nextStep(r approval.Request, now time.Time) step {
	posted := r.Card.TS != ""
	switch {
	case r.State == approval.Opened:
		return nothing
	case !posted && (r.Problem.Private || (r.State.Ended() && !r.State.MayHaveStarted())):
		if r.Card.Told != r.State && r.State != approval.Cancelled {
			return tellPrivately
		}
	case !posted && r.Card.Shown < r.Version:
		return postCard
	case r.Card.Shown < r.Version:
		return updateCard
	case posted && toldInThread(r):
		return tellThread
	case posted && !r.NoteAt().IsZero() && !now.Before(r.NoteAt()):
		return remind
	}
	if r.StepWaits() {
		return answerStep
	}
	s, _ := nextCopy(r)
	return s
}

// toldInThread reports whether the thread has yet to hear of the State.
func toldInThread(r approval.Request) bool {
	switch r.State {
	case approval.Accepted, approval.Refused, approval.Denied, approval.Expired, approval.Unknown, approval.Unresolved,
		approval.Succeeded, approval.Partial, approval.Failed, approval.Stopped, approval.Unwatched:
		return r.Card.Told != r.State
	case approval.Running:
		return r.Card.Told != approval.Running && r.Card.Told != approval.Accepted
	}
	return false
}

// draw takes one step for one card, and books it.
func (a *Announcer) draw(ctx context.Context, c approval.Claim) {
	r := c.Request
	log := a.log.WithFields(logrus.Fields{"request": r.ID, "job": r.JobName(), "actor": r.Ask.By.UserID})
	defer func() {
		if p := recover(); p != nil {
			log.WithField("panic", p).Errorf("panic while drawing a card\n%s", debug.Stack())
		}
	}()
	s := nextStep(r, c.At)
	if wait := a.pace.wait(s, laneOf(s, r), r.ID); wait > 0 {
		a.book(log, a.store.CardLater(ctx, c, wait))
		return
	}
	defer a.drew(r)
	call, done := context.WithTimeout(ctx, cardCall)
	defer done()
	shown, err := a.take(call, s, r, c.At)
	if err == nil {
		next := r
		next.Card = shown.Card
		shown.Again = nextStep(next, c.At) != nothing
		booked := a.store.CardShown(ctx, c, shown)
		a.book(log, booked)
		if s == postCard && (booked == nil || errors.Is(booked, approval.ErrLeaseLost)) {
			a.onlyCopy(ctx, r.ID, shown.Card, log)
		}
		return
	}
	a.failed(ctx, c, s, err, log)
}

// take tells Slack, and returns what it shows now. at is the store's time: people's time to decide is counted by it.
func (a *Announcer) take(ctx context.Context, s step, r approval.Request, at time.Time) (approval.Shown, error) {
	shown := approval.Shown{Card: r.Card}
	var err error
	switch s {
	case postCard:
		if r.State == approval.Pending && r.PostedAt.IsZero() {
			r.ExpiresAt = at.Add(r.Rule.ExpiresIn)
			shown.ExpiresAt = r.ExpiresAt
		}
		shown.Channel, shown.TS, err = a.postUnder(ctx, r, approval.Card{Channel: r.Ask.Channel}, RenderCard(r, a.language))
		shown.Shown = r.Version
	case updateCard:
		m := RenderCard(r, a.language)
		_, _, _, err = a.api.UpdateMessageContext(ctx, r.Card.Channel, r.Card.TS, m.options()...)
		shown.Shown = r.Version
	case tellThread:
		_, shown.ToldTS, err = a.postUnder(ctx, r, r.Card, RenderOutcome(r, a.language))
		shown.Told = r.State
	case remind:
		_, _, err = a.postUnder(ctx, r, r.Card, RenderNote(r, a.language))
		shown.Card = r.Noted()
	case postCopy, updateCopy:
		return a.copyTo(ctx, r)
	case answerStep:
		err = a.answerStep(ctx, r)
		shown.Answered = true
	case tellPrivately:
		err = a.tellRequester(ctx, r)
		shown.Told, shown.Shown = r.State, r.Version
	default:
		shown.Shown = r.Version
	}
	return shown, err
}

// onlyCopy takes a card back that was posted but is not the one booked: somebody else posted in the meantime, or a
// person pressed another copy.
func (a *Announcer) onlyCopy(ctx context.Context, id approval.ID, posted approval.Card, log *logrus.Entry) {
	r, err := a.store.Request(ctx, id)
	if err != nil || r.Card.TS == posted.TS {
		return
	}
	if _, _, err := a.api.DeleteMessageContext(ctx, posted.Channel, posted.TS); err != nil {
		log.WithError(err).Warn("could not take back an extra card; it is replaced when pressed")
	}
}

// postUnder posts a card, or what is said under it. What was asked in a thread is shown and told in that thread: Slack
// has no threads in threads. Where that thread is gone or closed, the card stands beside it and has its own.
func (a *Announcer) postUnder(ctx context.Context, r approval.Request, card approval.Card, m Message) (channel, ts string, err error) {
	if r.Ask.Thread != "" {
		channel, ts, err = a.post(ctx, card.Channel, r.Ask.Thread, m)
		if !noThread[slackError(err)] {
			return channel, ts, err
		}
	}
	return a.post(ctx, card.Channel, card.TS, m)
}

// noThread are Slack's errors for a thread that takes no more replies.
var noThread = map[string]bool{
	"thread_not_found": true, "invalid_thread_ts": true, "cannot_reply_to_message": true,
	"restricted_action_thread_locked": true, "restricted_action_non_threadable_channel": true,
}

func (a *Announcer) post(ctx context.Context, channel, thread string, m Message) (string, string, error) {
	options := m.options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	return a.api.PostMessageContext(ctx, channel, options...)
}

// options are the message for slack-go.
func (m Message) options() []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

// failed decides what an error of Slack's means for the card.
func (a *Announcer) failed(ctx context.Context, c approval.Claim, s step, err error, log *logrus.Entry) {
	r := c.Request
	var limited *slack.RateLimitedError
	name := slackError(err)
	switch {
	case errors.As(err, &limited):
		log.WithField("retry_after", limited.RetryAfter).Warn("Slack asked to wait")
		a.pace.block(s, laneOf(s, r), limited.RetryAfter)
		a.book(log, a.store.CardLater(ctx, c, limited.RetryAfter))
	case s == answerStep && name != "" && !passing[name]:
		a.stepGone(ctx, c, err, log)
	case (s == postCopy || s == updateCopy) && name != "" && !passing[name]:
		log.WithError(err).Warn("a copy of the card cannot be shown there; it is left out")
		a.book(log, a.store.CardShown(ctx, c, withoutCopy(r)))
	case s == remind && name != "" && !passing[name]:
		log.WithError(err).Warn("Slack does not take a reminder under this card; it is left out")
		a.book(log, a.store.CardShown(ctx, c, approval.Shown{Card: r.Noted(), Again: true}))
	case s == updateCard && (name == "message_not_found" || name == "cant_update_message" || name == "edit_window_closed"):
		log.WithError(err).Warn("the card is gone; posting it again")
		fresh := r.Card
		fresh.TS, fresh.Shown = "", 0
		a.book(log, a.store.CardShown(ctx, c, approval.Shown{Card: fresh, Again: true}))
	case cannotPost[name] || s == postCard && a.scopes.missing(err, "chat:write") != "":
		log.WithError(err).Warn("Slack does not let me post here")
		a.unpostable(ctx, c, err, log)
	default:
		log.WithError(err).WithField("detail", slackDetail(err)).Error("Slack did not take a message; trying again")
		a.book(log, a.store.CardLater(ctx, c, retryCard))
	}
}

// retryCard is the pause after an error that may pass.
const retryCard = 5 * time.Second

// cannotPost are Slack's errors for a place where this app may not write.
var cannotPost = map[string]bool{
	"not_in_channel": true, "channel_not_found": true, "is_archived": true, "restricted_action": true,
	"restricted_action_read_only_channel": true, "restricted_action_thread_locked": true, "no_permission": true,
}

// unpostable refuses a Request that nobody could decide, and tells the requester alone; what may have started is told
// there too.
func (a *Announcer) unpostable(ctx context.Context, c approval.Claim, why error, log *logrus.Entry) {
	words, next := approval.T("I can't post in this channel, so nothing was started."), approval.T("Type /invite @Slipway there, then try again.")
	if slackError(why) == "is_archived" {
		words, next = approval.T("This channel is archived, so nothing was started."), approval.T("Ask again in another channel.")
	}
	if c.Request.Ask.Direct() {
		words, next = approval.T("I can't post in this conversation, so nothing was started."), approval.T("Ask in a channel that I am in, or in a direct message to me.")
	}
	if scope := missingScope(why, "chat:write"); scope != "" {
		words, next = approval.T("Slipway's Slack app lacks the scope `%s`, so I can't post the card. Nothing was started.", scope), addScope
	}
	r, err := a.store.Update(ctx, c.Request.ID, approval.By{}, func(r approval.Request, _ time.Time) ([]approval.Event, error) {
		if r.State != approval.Pending && r.State != approval.Approved {
			return nil, nil
		}
		return []approval.Event{{Kind: approval.RequestRefused, Problem: &approval.Problem{Words: words, Next: next, Private: true}}}, nil
	})
	if err != nil {
		a.book(log, err)
		return
	}
	err = a.tellRequester(ctx, r)
	if err != nil {
		log.WithError(err).Error("could not tell the requester; trying again")
		a.book(log, a.store.CardLater(ctx, c, retryCard))
		return
	}
	r.Card.Told, r.Card.Shown = r.State, r.Version
	a.book(log, a.store.CardShown(ctx, c, approval.Shown{Card: r.Card, Again: nextStep(r, c.At) != nothing})) // copies follow
}

// tellRequester tells whoever asked alone. A workflow hears it by its step.
func (a *Announcer) tellRequester(ctx context.Context, r approval.Request) error {
	if r.Ask.Step != "" {
		return nil
	}
	return a.teller.tell(ctx, toRequester(r), RenderPrivate(r, a.people.Language(ctx, r.Ask.By.UserID)))
}

// book logs what could not be booked: the lease ends, and the card is drawn again.
func (a *Announcer) book(log *logrus.Entry, err error) {
	if err != nil && !errors.Is(err, approval.ErrLeaseLost) {
		log.WithError(err).Error("could not book what was told")
	}
}
