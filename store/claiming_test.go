package store

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

const lease = 10 * time.Second

func claimOrder(t *testing.T, w *world) {
	ctx := context.Background()
	late := w.open(nightly())
	w.clock.move(-time.Minute)
	early := w.open(nightly())
	w.happens(w.open(nightly()).ID, described("j1")) // due when it expires
	ended := w.open(nightly())
	w.happens(ended.ID, approval.Event{Kind: approval.RequesterCancelled, By: ana})
	w.clock.move(time.Minute)

	first, err := w.store.ClaimDue(ctx, 1, lease)
	require.NoError(t, err)
	require.Equal(t, []approval.Claim{{Request: early, Fence: 1, At: noon}}, first)
	rest, err := w.store.ClaimDue(ctx, 10, lease)
	require.NoError(t, err)
	require.Equal(t, []approval.Claim{{Request: late, Fence: 1, At: noon}}, rest)
	none, err := w.store.ClaimDue(ctx, 10, lease)
	require.NoError(t, err)
	require.Empty(t, none)
}

func claimers(t *testing.T, w *world) {
	const requests = 40
	for range requests {
		w.open(nightly())
	}
	stores := []*Store{w.store, w.replica()}
	var mu sync.Mutex
	times := map[approval.ID]int{}
	var errs []error
	atOnce(8, func(i int) {
		for {
			claims, err := stores[i%2].ClaimDue(context.Background(), 3, lease)
			mu.Lock()
			if err != nil {
				errs = append(errs, err)
			}
			for _, c := range claims {
				times[c.Request.ID]++
			}
			mu.Unlock()
			if len(claims) == 0 {
				return
			}
		}
	})
	require.Empty(t, errs)
	for _, c := range w.left() { // passed over while another claimer had it locked
		times[c.Request.ID]++
	}
	require.Len(t, times, requests)
	for id, n := range times {
		require.Equal(t, 1, n, id)
	}
}

// left claims whatever is still due.
func (w *world) left() []approval.Claim {
	claims, err := w.store.ClaimDue(context.Background(), 100, lease)
	require.NoError(w.t, err)
	return claims
}

func takeOver(t *testing.T, w *world) {
	ctx := context.Background()
	id := w.open(nightly()).ID
	old := w.claimed()
	w.clock.move(lease)
	new := w.claimed()
	require.Equal(t, old.Fence+1, new.Fence)

	require.Equal(t, approval.ErrLeaseLost, w.store.Renew(ctx, old, lease))
	_, err := w.store.Update(ctx, id, approval.By{Claim: &old}, saying(described("j1")))
	require.Equal(t, approval.ErrLeaseLost, err)
	require.Equal(t, approval.Opened, w.request(id).State)
	r, err := w.store.Update(ctx, id, approval.By{Claim: &new}, saying(described("j1")))
	require.NoError(t, err)
	require.Equal(t, approval.Pending, r.State)

	oldCard := w.claimedCard()
	w.clock.move(lease)
	newCard := w.claimedCard()
	shown := approval.Shown{Card: approval.Card{Channel: "C1", TS: "1", Shown: 1}, ExpiresAt: noon.Add(time.Hour)}
	require.Equal(t, approval.ErrLeaseLost, w.store.CardShown(ctx, oldCard, shown))
	require.Equal(t, approval.ErrLeaseLost, w.store.CardLater(ctx, oldCard, 0))
	require.Zero(t, w.request(id).Card)
	require.NoError(t, w.store.CardShown(ctx, newCard, shown))
	require.Equal(t, shown.Card, w.request(id).Card)
}

func leaseEdge(t *testing.T, w *world) {
	ctx := context.Background()
	id := w.open(nightly()).ID
	claim := w.claimed()
	w.clock.move(lease - time.Microsecond)
	require.Empty(t, w.left())
	_, err := w.store.Update(ctx, id, approval.By{Claim: &claim, Keep: true}, saying())
	require.NoError(t, err)
	w.clock.move(time.Microsecond)
	_, err = w.store.Update(ctx, id, approval.By{Claim: &claim, Keep: true}, saying())
	require.Equal(t, approval.ErrLeaseLost, err)
	require.Equal(t, approval.ErrLeaseLost, w.store.Renew(ctx, claim, lease))
	require.Len(t, w.left(), 1)
}

func renewing(t *testing.T, w *world) {
	ctx := context.Background()
	id := w.open(nightly()).ID
	claim := w.claimed()
	w.clock.move(lease - time.Second)
	require.NoError(t, w.store.Renew(ctx, claim, lease))
	w.clock.move(lease - time.Second)
	require.Empty(t, w.left())
	_, err := w.store.Update(ctx, id, approval.By{Claim: &claim}, saying(approval.Event{Kind: approval.LookFailed, RetryIn: time.Second}))
	require.NoError(t, err)
	require.Equal(t, approval.ErrLeaseLost, w.store.Renew(ctx, claim, lease))
	w.clock.move(time.Second)
	require.Len(t, w.left(), 1)
}

func keeping(t *testing.T, w *world) {
	ctx := context.Background()
	id := w.open(nightly()).ID
	claim := w.claimed()
	_, err := w.store.Update(ctx, id, approval.By{Claim: &claim, Keep: true}, saying(approval.Event{Kind: approval.LookFailed}))
	require.NoError(t, err)
	require.Empty(t, w.left(), "due, and still leased")
	_, err = w.store.Update(ctx, id, approval.By{Claim: &claim}, saying())
	require.NoError(t, err)
	require.Len(t, w.left(), 1)
}

func definiteAnswer(t *testing.T, w *world) {
	ctx := context.Background()
	id := w.starting("j1").ID
	w.clock.move(time.Minute)
	calling := w.claimed()
	w.clock.move(lease)
	looking := w.claimed()
	_, err := w.store.Update(ctx, id, approval.By{Claim: &calling}, saying(approval.Event{Kind: approval.StartAccepted}))
	require.Equal(t, approval.ErrLeaseLost, err)

	require.Equal(t, approval.Accepted, w.happens(id, approval.Event{Kind: approval.StartAccepted}).State)
	_, err = w.store.Update(ctx, id, approval.By{Claim: &looking}, saying(approval.Event{Kind: approval.NoSign}))
	require.Equal(t, approval.ErrLeaseLost, err, "what was looked for is known now")
	w.clock.move(time.Minute)
	require.Equal(t, approval.Accepted, w.claimed().Request.State)
}

func personBesideWorker(t *testing.T, w *world) {
	ctx := context.Background()
	id := w.unknown("j1").ID
	w.clock.move(time.Minute)
	claim := w.claimed()
	_, err := w.store.Update(ctx, id, approval.By{Receipt: receipt()}, saying(approval.Event{Kind: approval.LookAsked, By: ben}))
	require.NoError(t, err)
	require.Empty(t, w.left(), "due at once, but the worker has it")
	require.NoError(t, w.store.Renew(ctx, claim, lease))

	w.woken()
	_, err = w.store.Update(ctx, id, approval.By{Claim: &claim}, saying())
	require.NoError(t, err)
	due, _ := w.woken()
	require.True(t, due, "what the person asked for is still to be done")
	require.Len(t, w.left(), 1)
}

// deafen ends what a Store hears from others, so that only its own commits wake it.
func (w *world) deafen() {
	w.store.stop()
	w.store.background.Wait()
}

// woken empties the channels of Wake, and says which held a word.
func (w *world) woken() (due, cards bool) {
	dueWake, cardsWake := w.store.Wake()
	select {
	case <-dueWake:
		due = true
	default:
	}
	select {
	case <-cardsWake:
		cards = true
	default:
	}
	return due, cards
}

func waking(t *testing.T, w *world) {
	ctx := context.Background()
	expect := func(what string, wantDue, wantCards bool) {
		t.Helper()
		due, cards := w.woken()
		require.Equal(t, [2]bool{wantDue, wantCards}, [2]bool{due, cards}, what)
	}
	w.deafen()
	w.woken()
	id := w.open(nightly()).ID
	w.open(nightly())
	expect("two asks are one word", true, false)
	w.happens(id, described("j1"))
	expect("a card is to be drawn", false, true)
	_, err := w.store.Update(ctx, id, approval.By{Receipt: receipt()}, vote(ben))
	require.NoError(t, err)
	expect("one of two approvals", false, true)
	_, err = w.store.Update(ctx, id, approval.By{Receipt: receipt()}, vote(chen))
	require.NoError(t, err)
	expect("the last approval", true, true)
	for _, c := range w.left() {
		_, err = w.store.Update(ctx, c.Request.ID, approval.By{Claim: &c}, saying())
		require.NoError(t, err)
	}
	expect("leases given back without news", false, false)
}

func wakingReplicas(t *testing.T, w *world) {
	if w.store.dialect.notify == "" {
		require.Equal(t, "sqlite", w.store.dialect.folder, "one process only: its own commits wake it")
		return
	}
	other := w.replica()
	due, cards := other.Wake()
	<-due // it listens now, and says so once
	<-cards
	r := w.open(nightly())
	<-due
	w.happens(r.ID, described("j1"))
	<-cards
}

func forgetting(t *testing.T, w *world) {
	w.approved("j1")
	work, card := w.claimed(), w.claimedCard()
	require.Empty(t, w.left())
	require.NoError(t, w.store.ForgetLeases(context.Background()))
	require.Equal(t, work.Fence+1, w.claimed().Fence)
	require.Equal(t, card.Fence+1, w.claimedCard().Fence)
	require.Equal(t, approval.ErrLeaseLost, w.store.Renew(context.Background(), work, lease), "who held it can do nothing more")
}
