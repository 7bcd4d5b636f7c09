package store

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

// freezes and thaws are what nobody refuses.
func (w *world) freezes(s *Store, receipt approval.Receipt) (approval.Freeze, []approval.ID, error) {
	return s.ChangeFreeze(context.Background(), receipt, func(approval.Freeze, time.Time) (approval.Event, error) {
		return approval.Event{Kind: approval.HouseFrozen, By: ben, Why: "the source is broken", Channel: "C1"}, nil
	})
}

func (w *world) thaws(s *Store, receipt approval.Receipt) (approval.Freeze, error) {
	now, _, err := s.ChangeFreeze(context.Background(), receipt, func(approval.Freeze, time.Time) (approval.Event, error) {
		return approval.Event{Kind: approval.HouseThawed, By: chen, Channel: "C2"}, nil
	})
	return now, err
}

func (w *world) marks(s *Store, claim approval.Claim) error {
	_, err := s.Update(context.Background(), claim.Request.ID, approval.By{Claim: &claim, Keep: true}, saying(marked()))
	return err
}

func frozenNoMarker(t *testing.T, w *world) {
	other := w.replica()
	waiting := w.approved("job-1")
	f, underWay, err := w.freezes(other, receipt())
	require.NoError(t, err)
	require.Empty(t, underWay)
	require.Equal(t, approval.Freeze{By: ben, Since: w.clock.Now(), Why: "the source is broken", Channel: "C1"}, f)
	for _, s := range []*Store{w.store, other} {
		now, err := s.Frozen(context.Background())
		require.NoError(t, err)
		require.Equal(t, f, now)
	}
	require.Equal(t, f, w.request(waiting.ID).Freeze)
	claim := w.claimed()
	require.True(t, claim.Request.Frozen())
	require.ErrorIs(t, w.marks(w.store, claim), approval.ErrFrozen)
	require.Equal(t, approval.Approved, w.request(waiting.ID).State)

	_, err = w.store.Update(context.Background(), waiting.ID, approval.By{Claim: &claim}, saying(approval.Event{Kind: approval.StartHeld, RetryIn: time.Hour}))
	require.NoError(t, err)
	claims, err := w.store.ClaimDue(context.Background(), 10, time.Second)
	require.NoError(t, err)
	require.Empty(t, claims, "it waits")
	none, err := w.thaws(other, receipt())
	require.NoError(t, err)
	require.False(t, none.On())
	claim = w.claimed()
	require.False(t, claim.Request.Frozen())
	require.NoError(t, w.marks(w.store, claim))
	events, err := w.store.Events(context.Background(), 0)
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, approval.HouseFrozen, events[0].Kind)
	require.Equal(t, "the source is broken", events[0].Why)
	require.Equal(t, approval.HouseThawed, events[1].Kind)
	require.Equal(t, chen, events[1].By)
}

func frozenStops(t *testing.T, w *world) {
	ask := nightly()
	ask.Action = approval.Stop
	stop := w.happens(w.open(ask).ID, described("job-1"), approval.Event{Kind: approval.VoteApproved, By: ben},
		approval.Event{Kind: approval.VoteApproved, By: chen}, approval.Event{Kind: approval.QuorumReached, By: chen})
	_, _, err := w.freezes(w.store, receipt())
	require.NoError(t, err)
	require.False(t, w.request(stop.ID).Frozen())
	require.NoError(t, w.marks(w.store, w.claimed()))
}

// Whoever comes first: a start is marked before the freeze and named by it, or not marked.
func frozenAtOnce(t *testing.T, w *world) {
	const n = 12
	for i := range n {
		w.approved(string(rune('a' + i)))
	}
	claims, err := w.store.ClaimDue(context.Background(), n, time.Minute)
	require.NoError(t, err)
	require.Len(t, claims, n)
	stores := []*Store{w.store, w.replica(), w.replica()}
	var mu sync.Mutex
	started := map[approval.ID]bool{}
	var underWay []approval.ID
	atOnce(n+1, func(i int) {
		if i == n {
			_, ids, err := w.freezes(stores[2], receipt())
			require.NoError(t, err)
			underWay = ids
			return
		}
		err := w.marks(stores[i%2], claims[i])
		if err != nil {
			require.ErrorIs(t, err, approval.ErrFrozen)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		started[claims[i].Request.ID] = true
	})
	require.Len(t, underWay, len(started))
	for _, id := range underWay {
		require.True(t, started[id], "%s", id)
	}
}

func frozenCards(t *testing.T, w *world) {
	r := w.pending("job-1")
	drawn := func() {
		claim := w.claimedCard()
		card := approval.Card{Channel: "C1", TS: "1.1", Shown: claim.Request.Version}
		require.NoError(t, w.store.CardShown(context.Background(), claim, approval.Shown{Card: card, ExpiresAt: noon.Add(time.Hour)}))
	}
	drawn()
	opened := w.open(nightly())
	_, _, err := w.freezes(w.store, receipt())
	require.NoError(t, err)
	require.Greater(t, w.request(r.ID).Version, r.Version)
	drawn()
	none, err := w.store.ClaimCards(context.Background(), 10, time.Second)
	require.NoError(t, err)
	require.Empty(t, none, "%s has no card yet", opened.ID)
	_, err = w.thaws(w.store, receipt())
	require.NoError(t, err)
	drawn()
}

func frozenOnce(t *testing.T, w *world) {
	first, second := receipt(), receipt()
	_, _, err := w.freezes(w.store, first)
	require.NoError(t, err)
	f, _, err := w.freezes(w.store, first)
	require.ErrorIs(t, err, approval.ErrSeen)
	require.True(t, f.On())
	_, err = w.thaws(w.store, second)
	require.NoError(t, err)
	_, _, err = w.freezes(w.store, receipt())
	require.NoError(t, err)
	f, err = w.thaws(w.store, second)
	require.ErrorIs(t, err, approval.ErrSeen)
	require.True(t, f.On(), "what was typed before the second freeze does not end it")
}
