package store

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

// cards claims the cards that are due now, and gives them in order.
func (w *world) cards() []approval.Claim {
	claims, err := w.store.ClaimCards(context.Background(), 100, lease)
	require.NoError(w.t, err)
	return claims
}

// draw claims the one card that is due, and books it as drawn.
func (w *world) draw(expiresAt time.Time) {
	claim := w.claimedCard()
	card := approval.Card{Channel: "C1", TS: "1700." + claim.Request.ID.String(), Shown: claim.Request.Version}
	require.NoError(w.t, w.store.CardShown(context.Background(), claim, approval.Shown{Card: card, ExpiresAt: expiresAt}))
}

func cardDue(t *testing.T, w *world) {
	r := w.open(nightly())
	w.happens(r.ID, approval.Event{Kind: approval.LookFailed})
	require.Empty(t, w.cards())
	r = w.happens(r.ID, described("j1"))
	require.Equal(t, []approval.Claim{{Request: r, Fence: 1, At: noon}}, w.cards())
	require.Empty(t, w.cards(), "leased")
}

func firstCard(t *testing.T, w *world) {
	r := w.pending("j1")
	expires := noon.Add(30 * time.Minute)
	require.Equal(t, noon.Add(approval.PostWithin), r.DueAt)
	w.draw(expires)
	r = w.request(r.ID)
	require.Equal(t, noon, r.PostedAt)
	require.Equal(t, expires, r.ExpiresAt)
	require.Equal(t, expires, r.DueAt)
	require.Empty(t, w.cards())
	events, err := w.store.Events(context.Background(), r.ID)
	require.NoError(t, err)
	require.Equal(t, approval.CardPosted, events[len(events)-1].Kind)
	require.Equal(t, expires, events[len(events)-1].ExpiresAt)

	w.happens(r.ID, approval.Event{Kind: approval.VoteApproved, By: ben})
	w.draw(noon.Add(time.Hour))
	require.Equal(t, expires, w.request(r.ID).ExpiresAt, "a later card does not prolong the time")
}

func cardChangedMeanwhile(t *testing.T, w *world) {
	r := w.pending("j1")
	claim := w.claimedCard()
	w.happens(r.ID, approval.Event{Kind: approval.VoteApproved, By: ben})
	require.Empty(t, w.cards(), "one Slack call at a time")
	w.woken()
	require.NoError(t, w.store.CardShown(context.Background(), claim, approval.Shown{Card: approval.Card{TS: "1", Shown: 1}}))
	_, cards := w.woken()
	require.True(t, cards)
	w.draw(time.Time{})
	require.Empty(t, w.cards())
	require.EqualValues(t, 2, w.request(r.ID).Card.Shown)
}

func cardLater(t *testing.T, w *world) {
	w.pending("j1")
	require.NoError(t, w.store.CardLater(context.Background(), w.claimedCard(), 30*time.Second))
	w.clock.move(30*time.Second - time.Microsecond)
	require.Empty(t, w.cards())
	w.clock.move(time.Microsecond)
	require.Len(t, w.cards(), 1)
}

func cardAgain(t *testing.T, w *world) {
	r := w.pending("j1")
	claim := w.claimedCard()
	shown := approval.Shown{Card: approval.Card{TS: "1", Shown: r.Version}, Again: true}
	require.NoError(t, w.store.CardShown(context.Background(), claim, shown))
	require.Equal(t, approval.ErrLeaseLost, w.store.CardShown(context.Background(), claim, shown), "given back")
	require.Len(t, w.cards(), 1)
}

func cardOrder(t *testing.T, w *world) {
	redraw, outcome := w.pending("j1"), w.open(nightly())
	w.draw(noon.Add(time.Hour))
	w.happens(outcome.ID, described("j2"))
	w.draw(noon.Add(time.Hour))
	w.happens(redraw.ID, approval.Event{Kind: approval.VoteApproved, By: ben})
	w.clock.move(time.Second)
	w.happens(outcome.ID, approval.Event{Kind: approval.VoteDenied, By: ben})
	w.clock.move(time.Second)
	first := w.pending("j3")
	var ids []approval.ID
	for _, c := range w.cards() {
		ids = append(ids, c.Request.ID)
	}
	require.Equal(t, []approval.ID{first.ID, outcome.ID, redraw.ID}, ids)
}

func cardShownLate(t *testing.T, w *world) {
	r := w.pending("j1")
	claim := w.claimedCard()
	w.clock.move(time.Hour)
	shown := approval.Shown{Card: approval.Card{Channel: "C1", TS: "1", Shown: r.Version}, ExpiresAt: noon.Add(2 * time.Hour)}
	require.NoError(t, w.store.CardShown(context.Background(), claim, shown))
	require.Equal(t, shown.Card, w.request(r.ID).Card)
	require.Empty(t, w.cards())
}

func replyWiped(t *testing.T, w *world) {
	r := w.open(nightly())
	w.clock.move(approval.ReplyURLIsValid - time.Microsecond)
	require.NotEmpty(t, w.request(r.ID).Reply.URL)
	w.left() // sweeps
	w.clock.move(time.Microsecond)
	require.Zero(t, w.request(r.ID).Reply)
	found, err := w.store.Find(context.Background(), approval.Filter{})
	require.NoError(t, err)
	require.Zero(t, found[0].Reply)
	require.Zero(t, w.happens(r.ID, approval.Event{Kind: approval.LookFailed}).Reply)

	w.left()
	require.Equal(t, 1, w.count("SELECT count(*) FROM requests WHERE reply_url IS NOT NULL"), "swept a moment ago")
	w.clock.move(time.Minute)
	w.left()
	require.Zero(t, w.count("SELECT count(*) FROM requests WHERE reply_url IS NOT NULL OR reply_until IS NOT NULL"))
}

func receiptsForgotten(t *testing.T, w *world) {
	w.open(nightly())
	w.clock.move(7*24*time.Hour - time.Microsecond)
	w.left()
	require.Equal(t, 1, w.count("SELECT count(*) FROM inbox"))
	w.clock.move(time.Minute)
	w.left()
	require.Zero(t, w.count("SELECT count(*) FROM inbox"))
}

func cardPressedFirst(t *testing.T, w *world) {
	r := w.pending("j1")
	claim := w.claimedCard()
	w.clock.move(time.Minute)
	second := w.claimedCard()
	by := approval.By{Receipt: approval.Receipt{EnvelopeID: "press", Key: "press"}, Pressed: approval.Card{Channel: r.Ask.Channel, TS: "1"}}
	_, err := w.store.Update(context.Background(), r.ID, by, func(approval.Request, time.Time) ([]approval.Event, error) {
		return []approval.Event{{Kind: approval.VoteDenied, By: ben}}, nil
	})
	require.NoError(t, err)
	require.Equal(t, "1", w.request(r.ID).Card.TS, "the card that was pressed is known now")
	shown := approval.Shown{Card: approval.Card{Channel: r.Ask.Channel, TS: "2", Shown: r.Version}}
	require.Equal(t, approval.ErrLeaseLost, w.store.CardShown(context.Background(), claim, shown))
	require.NoError(t, w.store.CardShown(context.Background(), second, shown))
	require.Equal(t, "1", w.request(r.ID).Card.TS, "and it stays")
	require.Len(t, w.cards(), 1, "it is drawn next")
}

func cardPressedElsewhere(t *testing.T, w *world) {
	r := w.pending("j1")
	by := approval.By{Receipt: approval.Receipt{EnvelopeID: "press", Key: "press"}, Pressed: approval.Card{Channel: "C0ELSEWHERE", TS: "1"}}
	_, err := w.store.Update(context.Background(), r.ID, by, func(approval.Request, time.Time) ([]approval.Event, error) {
		return []approval.Event{{Kind: approval.VoteDenied, By: ben}}, nil
	})
	require.NoError(t, err)
	require.Empty(t, w.request(r.ID).Card.TS)
}

func cardReminds(t *testing.T, w *world) {
	e := described("j1")
	e.Described.Rule.RemindBefore = 10 * time.Minute
	r := w.happens(w.open(nightly()).ID, e)
	w.draw(noon.Add(30 * time.Minute))
	w.clock.move(5 * time.Minute)
	w.happens(r.ID, approval.Event{Kind: approval.VoteApproved, By: ben})
	require.NoError(t, w.store.CardLater(context.Background(), w.claimedCard(), time.Second))
	w.clock.move(time.Second)
	w.draw(time.Time{})
	w.clock.move(15*time.Minute - time.Second - time.Microsecond)
	require.Empty(t, w.cards())
	w.store = w.replica()
	w.clock.move(time.Microsecond)
	claim := w.claimedCard()
	require.Equal(t, noon.Add(20*time.Minute), claim.At)
	card := claim.Request.Card
	card.Reminded = true
	require.NoError(t, w.store.CardShown(context.Background(), claim, approval.Shown{Card: card}))
	w.clock.move(5 * time.Minute)
	require.Empty(t, w.cards(), "once")
	require.True(t, w.request(r.ID).Card.Reminded)
}

func cardLate(t *testing.T, w *world) {
	e := described("j1")
	e.Described.Rule = approval.Rule{Name: "at once"}
	e.Kind, e.Described.Job.Last = approval.ApprovalWaived, []approval.Run{{Status: "SUCCESS", Took: 10 * time.Minute}}
	w.happens(w.open(nightly()).ID, e, marked(), approval.Event{Kind: approval.RunSeen, Run: &approval.Run{Status: "RUNNING", StartedAt: noon}})
	w.draw(time.Time{})
	w.clock.move(20*time.Minute - time.Microsecond)
	require.Empty(t, w.cards())
	w.clock.move(time.Microsecond)
	claim := w.claimedCard()
	require.Equal(t, noon.Add(20*time.Minute), claim.At)
	require.NoError(t, w.store.CardShown(context.Background(), claim, approval.Shown{Card: claim.Request.Noted()}))
	w.clock.move(time.Hour)
	require.Empty(t, w.cards(), "once")
	require.True(t, w.request(claim.Request.ID).Card.SaidLate)
}

func cardAnswersStep(t *testing.T, w *world) {
	ask := nightly()
	ask.Step = "Fx1"
	r := w.happens(w.open(ask).ID, described("j1"), approval.Event{Kind: approval.VoteDenied, By: ben})
	claim := w.claimedCard()
	require.True(t, claim.Request.StepWaits())
	card := claim.Request.Card
	card.Answered = true
	require.NoError(t, w.store.CardShown(context.Background(), claim, approval.Shown{Card: card}))
	r = w.request(r.ID)
	require.Equal(t, "Fx1", r.Ask.Step)
	require.True(t, r.Card.Answered)
	require.False(t, r.StepWaits())
}

func cardCopies(t *testing.T, w *world) {
	e := described("j1")
	e.Described.Copies = []string{"UBEN", "UCHEN"}
	r := w.happens(w.open(nightly()).ID, e)
	require.Equal(t, []approval.Copy{{To: "UBEN"}, {To: "UCHEN"}}, r.Card.Copies)
	claim := w.claimedCard()
	card := approval.Card{Channel: "C1", TS: "1", Shown: r.Version, Copies: []approval.Copy{
		{To: "UBEN", Channel: "D1", TS: "2", Shown: r.Version}, {To: "UCHEN", Gone: true}}}
	require.NoError(t, w.store.CardShown(context.Background(), claim, approval.Shown{Card: card}))
	require.Equal(t, card, w.request(r.ID).Card)
	by := approval.By{Receipt: receipt(), Pressed: approval.Card{Channel: "D1", TS: "2"}}
	r, err := w.store.Update(context.Background(), r.ID, by, saying(approval.Event{Kind: approval.VoteApproved, By: ben}))
	require.NoError(t, err)
	require.Equal(t, card, r.Card, "a press on a copy makes it no card")
	require.Len(t, w.cards(), 1, "and all of them are drawn again")
}
