package store

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

func firstRequest(t *testing.T, w *world) {
	r := w.open(nightly())
	require.Equal(t, approval.Request{
		ID: 1001, State: approval.Opened, Ask: nightly(), CreatedAt: noon, DueAt: noon,
		Reply: approval.Reply{URL: "https://hooks.slack.com/commands/1", Until: noon.Add(approval.ReplyURLIsValid)},
	}, r)
	require.Equal(t, r, w.request(1001))
}

func roundTrip(t *testing.T, w *world) {
	r := w.open(nightly())
	e := described("j1")
	e.Described.Job.Others = []approval.Other{{ID: 7, By: ben, State: approval.Denied}}
	e.Described.Job.Beside = []approval.Beside{{Job: "weekly_load", Catalog: "lake", Database: "orders", At: noon}}
	e.Described.Job.Last = []approval.Run{{Status: "FAILED", StartedAt: noon.Add(-time.Hour), EndedAt: noon, Took: time.Hour, Words: "out of memory"}}
	w.happens(r.ID, e)
	claim := w.claimedCard()
	card := approval.Card{Channel: "C1", TS: "1700.1", Told: approval.Pending, ToldTS: "1700.2", Shown: 1}
	require.NoError(t, w.store.CardShown(context.Background(), claim, approval.Shown{Card: card, ExpiresAt: noon.Add(30 * time.Minute)}))
	w.happens(r.ID, approval.Event{Kind: approval.VoteApproved, By: ben}, approval.Event{Kind: approval.VoteApproved, By: chen},
		approval.Event{Kind: approval.QuorumReached, By: chen}, marked(), approval.Event{Kind: approval.StartNotSent, RetryIn: time.Second},
		marked(), approval.Event{Kind: approval.StartAccepted}, approval.Event{Kind: approval.NoSign},
		approval.Event{Kind: approval.PersonSaysStarted, By: chen}, approval.Event{Kind: approval.LookFailed, Gone: true})
	problem := approval.Problem{Words: approval.T("It failed."), Next: approval.T("Read the log."), HTTPStatus: 500, Code: "common.01", Message: "failed",
		Solution: "Try again.", RequestID: "r1", Private: true}
	w.clock.move(1234567 * time.Nanosecond)
	stored := w.happens(r.ID, approval.Event{Kind: approval.RunFailed, Problem: &problem,
		Run: &approval.Run{Status: "FAILED", StartedAt: noon, EndedAt: noon.Add(time.Minute), Took: time.Minute, Words: "disk"}})

	asked := nightly()
	asked.By.Name = "Ana Lovelace"
	require.Equal(t, approval.Request{
		ID: 1001, Version: 11, Terms: 1, State: approval.Failed, Ask: asked,
		Target: e.Described.Target, Job: e.Described.Job, Rule: e.Described.Rule, Bound: e.Described.Bound,
		CreatedAt: noon, PostedAt: noon, ExpiresAt: noon.Add(30 * time.Minute), ApprovedAt: noon, MarkedAt: noon, AcceptedAt: noon,
		EndedAt: noon.Add(1234 * time.Microsecond), Attempt: 1, Before: *marked().Before,
		Run:     approval.Run{Status: "FAILED", StartedAt: noon, EndedAt: noon.Add(time.Minute), Took: time.Minute, Words: "disk"},
		Problem: problem, SaidBy: chen, Card: card,
		Decisions: []approval.Decision{{By: ben, Approve: true, At: noon}, {By: chen, Approve: true, At: noon}},
		Reply:     approval.Reply{URL: "https://hooks.slack.com/commands/1", Until: noon.Add(approval.ReplyURLIsValid)},
	}, stored)
	require.Equal(t, stored, w.request(r.ID))
}

func restart(t *testing.T, w *world) {
	before := w.approved("j1")
	events, err := w.store.Events(context.Background(), before.ID)
	require.NoError(t, err)
	require.NoError(t, w.store.Close())

	w.store = w.replica()
	require.Equal(t, before, w.request(before.ID))
	again, err := w.store.Events(context.Background(), before.ID)
	require.NoError(t, err)
	require.Equal(t, events, again)
	require.EqualValues(t, 1002, w.open(nightly()).ID)
}

func oddCharacters(t *testing.T, w *world) {
	ask := nightly()
	ask.Job, ask.Reason = "night\x00ly\xff", "because\x00 of \xff"
	r := w.open(ask)
	require.Equal(t, "nightly\uFFFD", r.Ask.Job)
	e := described("j1")
	e.Described.Job.Name = "nightly\x00_sync"
	r = w.happens(r.ID, e)
	require.Equal(t, "nightly_sync", r.Job.Name)
	r = w.happens(r.ID, approval.Event{Kind: approval.RequestRefused, Problem: &approval.Problem{Words: approval.T("no"), Message: "\x00\xff"}})
	require.Equal(t, "\x00\uFFFD", r.Problem.Message)
	require.Equal(t, r, w.request(r.ID))
}

func notFound(t *testing.T, w *world) {
	_, err := w.store.Request(context.Background(), 4711)
	require.ErrorIs(t, err, &approval.Error{Code: approval.NotFound})
	require.EqualError(t, err, "There is no R-4711. Please check the number.")
	_, err = w.store.Update(context.Background(), 4711, approval.By{}, saying())
	require.ErrorIs(t, err, &approval.Error{Code: approval.NotFound})
	events, err := w.store.Events(context.Background(), 4711)
	require.NoError(t, err)
	require.Empty(t, events)
}

// bring opens the same ask eight times at the same time through two replicas, each with its own receipt.
func bring(w *world, receipts func(i int) approval.Receipt) (opened, seen int64) {
	stores := []*Store{w.store, w.replica()}
	var o, s atomic.Int64
	atOnce(8, func(i int) {
		r, err := stores[i%2].Open(context.Background(), receipts(i), nightly(), approval.Reply{}, anyCrowd)
		switch {
		case err == nil && r.ID == 1001:
			o.Add(1)
		case errors.Is(err, approval.ErrSeen) && r.ID == 1001:
			s.Add(1)
		}
	})
	return o.Load(), s.Load()
}

func sameEnvelope(t *testing.T, w *world) {
	same := receipt()
	opened, seen := bring(w, func(int) approval.Receipt { return same })
	require.EqualValues(t, 1, opened)
	require.EqualValues(t, 7, seen)
	require.Equal(t, 1, w.count("SELECT count(*) FROM requests"))
}

func samePress(t *testing.T, w *world) {
	opened, seen := bring(w, func(int) approval.Receipt {
		return approval.Receipt{EnvelopeID: receipt().EnvelopeID, Key: "trigger"}
	})
	require.EqualValues(t, 1, opened)
	require.EqualValues(t, 7, seen)
	require.Equal(t, 1, w.count("SELECT count(*) FROM inbox"))
}

func seenDelivery(t *testing.T, w *world) {
	mine := receipt()
	r, err := w.store.Open(context.Background(), mine, nightly(), approval.Reply{}, anyCrowd)
	require.NoError(t, err)
	for delivery, want := range map[approval.Receipt]approval.ID{
		mine:                                     r.ID,
		{EnvelopeID: "elsewhere", Key: mine.Key}: r.ID,
		{EnvelopeID: mine.EnvelopeID}:            r.ID,
		{EnvelopeID: "elsewhere"}:                0,
		{}:                                       0,
	} {
		id, err := w.store.Seen(context.Background(), delivery)
		require.NoError(t, err)
		require.Equal(t, want, id, delivery)
	}
}

func refusedAsk(t *testing.T, w *world) {
	no := &approval.Error{Code: approval.TooMany, Words: approval.T("No.")}
	mine := receipt()
	_, err := w.store.Open(context.Background(), mine, nightly(), approval.Reply{}, func(approval.Crowd) error { return no })
	require.Equal(t, no, err)
	require.Zero(t, w.count("SELECT count(*) FROM requests"))
	require.Zero(t, w.count("SELECT count(*) FROM events"))
	id, err := w.store.Seen(context.Background(), mine)
	require.NoError(t, err)
	require.Zero(t, id)
}

// crowdOf is what the next ask would see.
func (w *world) crowdOf(ask approval.Ask) approval.Crowd {
	var seen approval.Crowd
	_, err := w.store.Open(context.Background(), receipt(), ask, approval.Reply{}, func(c approval.Crowd) error {
		seen = c
		return errors.New("only looking")
	})
	require.EqualError(w.t, err, "only looking")
	return seen
}

func crowd(t *testing.T, w *world) {
	w.open(nightly())
	elsewhere := nightly()
	elsewhere.Channel, elsewhere.Job = "C2", "other"
	w.open(elsewhere)
	bens := nightly()
	bens.By = ben
	ended := w.open(bens)
	w.open(bens)
	w.happens(ended.ID, approval.Event{Kind: approval.RequesterCancelled, By: ben})
	stranger := nightly()
	stranger.By.TeamID = "T2"

	for _, c := range []struct {
		ask           approval.Ask
		mine, channel int
	}{{nightly(), 2, 2}, {elsewhere, 2, 1}, {bens, 1, 2}, {stranger, 0, 2}} {
		seen := w.crowdOf(c.ask)
		require.Equal(t, []int{c.mine, c.channel}, []int{seen.Mine, seen.Channel})
	}
}

// startsOften: who asked for as many starts as one may within an hour waits until the first of them is an hour old. Stops
// and others' asks do not count, ended ones do.
func startsOften(t *testing.T, w *world) {
	for i := range approval.StartsPerPerson {
		require.Zero(t, w.crowdOf(nightly()).Wait, i)
		w.happens(w.open(nightly()).ID, approval.Event{Kind: approval.RequesterCancelled, By: nightly().By})
		stop, bens := nightly(), nightly()
		stop.Action, bens.By = approval.Stop, ben
		w.open(stop)
		w.open(bens)
		w.clock.move(time.Minute)
	}
	require.Equal(t, 30*time.Minute, w.crowdOf(nightly()).Wait)
	stranger := nightly()
	stranger.By.TeamID = "T2"
	require.Zero(t, w.crowdOf(stranger).Wait)
	w.clock.move(29 * time.Minute)
	require.Equal(t, time.Minute, w.crowdOf(nightly()).Wait)
	w.clock.move(time.Minute)
	require.Zero(t, w.crowdOf(nightly()).Wait)
	w.open(nightly())
	require.Equal(t, time.Minute, w.crowdOf(nightly()).Wait, "the second of them is the first now")
}

func crowdAtOnce(t *testing.T, w *world) {
	stores := []*Store{w.store, w.replica()}
	var seen [8]int
	atOnce(len(seen), func(i int) {
		_, err := stores[i%2].Open(context.Background(), receipt(), nightly(), approval.Reply{}, func(c approval.Crowd) error {
			seen[i] = c.Mine
			return nil
		})
		if err != nil {
			seen[i] = -1
		}
	})
	require.ElementsMatch(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, seen)
}

func twin(t *testing.T, w *world) {
	first := w.open(nightly())
	other, bens, stop, staging := nightly(), nightly(), nightly(), nightly()
	other.Job, bens.By, stop.Action, staging.Instance = "other", ben, approval.Stop, "staging"
	for _, ask := range []approval.Ask{other, bens, stop, staging} {
		require.Zero(t, w.crowdOf(ask).Twin, "another person, job, action or instance")
	}
	require.Equal(t, first, w.crowdOf(nightly()).Twin)

	w.clock.move(approval.TwinWithin - time.Microsecond)
	require.Equal(t, first, w.crowdOf(nightly()).Twin)
	w.clock.move(time.Microsecond)
	require.Zero(t, w.crowdOf(nightly()).Twin)

	second := w.happens(w.open(nightly()).ID, described("j1"))
	byID := nightly()
	byID.Job = "j1"
	require.Equal(t, second, w.crowdOf(byID).Twin)
	w.happens(second.ID, approval.Event{Kind: approval.VoteDenied, By: ben})
	require.Zero(t, w.crowdOf(byID).Twin)
}
