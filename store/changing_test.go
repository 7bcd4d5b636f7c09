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

func busy(t *testing.T, w *world) {
	first := w.pending("j1")
	second := w.open(nightly())
	_, err := w.store.Update(context.Background(), second.ID, approval.By{}, saying(described("j1")))
	require.Equal(t, &approval.Error{Code: approval.Busy, Request: first.ID,
		Words: approval.T("%s already asks for this; nothing more was asked for.", "R-1001"), Hint: approval.T("Wait until it has ended.")}, err)
	require.Equal(t, second, w.request(second.ID))
	w.happens(second.ID, described("j2"))
}

func busyAtOnce(t *testing.T, w *world) {
	stores := []*Store{w.store, w.replica()}
	ids := []approval.ID{w.open(nightly()).ID, w.open(nightly()).ID}
	var told [2]approval.ID
	atOnce(2, func(i int) {
		_, err := stores[i].Update(context.Background(), ids[i], approval.By{}, saying(described("j1")))
		var busy *approval.Error
		if errors.As(err, &busy) && busy.Code == approval.Busy {
			told[i] = busy.Request
		}
	})
	require.Contains(t, [][2]approval.ID{{0, ids[0]}, {ids[1], 0}}, told)
	require.Equal(t, 1, w.count("SELECT count(*) FROM requests WHERE state = 'pending'"))
}

func freed(t *testing.T, w *world) {
	first := w.pending("j1")
	w.happens(first.ID, approval.Event{Kind: approval.VoteDenied, By: ben})
	require.Equal(t, approval.Pending, w.pending("j1").State)
}

// vote is what the Service does with a press of Approve, in short.
func vote(by approval.Actor) func(approval.Request, time.Time) ([]approval.Event, error) {
	return func(r approval.Request, _ time.Time) ([]approval.Event, error) {
		yes := approval.Event{Kind: approval.VoteApproved, By: by, As: []string{by.UserID}}
		after, err := approval.Apply(r, yes)
		if err == nil && approval.Evaluate(after, time.Time{}).Standing == approval.Allowed {
			return []approval.Event{yes, {Kind: approval.QuorumReached, By: by}}, nil
		}
		return []approval.Event{yes}, err
	}
}

func lastApprovals(t *testing.T, w *world) {
	stores := []*Store{w.store, w.replica()}
	id := w.pending("j1").ID
	var failed atomic.Int64
	atOnce(2, func(i int) {
		by := approval.By{Receipt: receipt()}
		if _, err := stores[i].Update(context.Background(), id, by, vote([]approval.Actor{ben, chen}[i])); err != nil {
			failed.Add(1)
		}
	})
	require.Zero(t, failed.Load())
	r := w.request(id)
	require.Equal(t, approval.Approved, r.State)
	require.Len(t, r.Decisions, 2)
}

func oneAfterAnother(t *testing.T, w *world) {
	stores := []*Store{w.store, w.replica()}
	before := w.unknown("j1")
	var versions [16]int64
	atOnce(len(versions), func(i int) {
		_, err := stores[i%2].Update(context.Background(), before.ID, approval.By{Receipt: receipt()},
			func(r approval.Request, _ time.Time) ([]approval.Event, error) {
				versions[i] = r.Version
				return []approval.Event{{Kind: approval.LookAsked, By: ben}}, nil
			})
		if err != nil {
			versions[i] = -1
		}
	})
	var want []int64
	for i := range versions {
		want = append(want, before.Version+int64(i))
	}
	require.ElementsMatch(t, want, versions, "each saw what those before it had done")
	require.Equal(t, before.Version+16, w.request(before.ID).Version)
}

func swapped(t *testing.T, w *world) {
	id := w.pending("j1").ID
	tries := 0
	err := w.store.transact(context.Background(), func(c *change) error {
		tries++
		stale, err := one(context.Background(), c, id, "")
		if err != nil {
			return err
		}
		if _, err := c.Exec("UPDATE requests SET version = version + 1"); err != nil {
			return err
		}
		_, err = write(context.Background(), c, stale, stale, nil)
		return err
	})
	require.ErrorIs(t, err, errSwapped)
	require.Equal(t, attempts, tries, "it might have gone well the next time")
	require.EqualValues(t, 1, w.request(id).Version)
}

func yesThenNo(t *testing.T, w *world) {
	id := w.pending("j1").ID
	w.happens(id, approval.Event{Kind: approval.VoteApproved, By: ben})
	r := w.happens(id, approval.Event{Kind: approval.VoteDenied, By: ben})
	require.Equal(t, []approval.Decision{{By: ben, Approve: true, At: noon}, {By: ben, At: noon}}, r.Decisions)
	require.Equal(t, r, w.request(id))
}

func impossible(t *testing.T, w *world) {
	before := w.pending("j1")
	_, err := w.store.Update(context.Background(), before.ID, approval.By{Receipt: receipt()},
		saying(approval.Event{Kind: approval.VoteApproved, By: ben}, approval.Event{Kind: approval.RunSucceeded, Run: &approval.Run{}}))
	require.Equal(t, &approval.ImpossibleError{State: approval.Pending, Kind: approval.RunSucceeded}, err)
	require.Equal(t, before, w.request(before.ID))
}

func failedDecision(t *testing.T, w *world) {
	before := w.pending("j1")
	press := approval.By{Receipt: receipt()}
	no := errors.New("not you")
	_, err := w.store.Update(context.Background(), before.ID, press, func(approval.Request, time.Time) ([]approval.Event, error) { return nil, no })
	require.Equal(t, no, err)
	id, err := w.store.Seen(context.Background(), press.Receipt)
	require.NoError(t, err)
	require.Zero(t, id)
	require.Equal(t, before, w.request(before.ID))
}

func clickSeen(t *testing.T, w *world) {
	id := w.pending("j1").ID
	press := approval.By{Receipt: receipt()}
	_, err := w.store.Update(context.Background(), id, press, vote(ben))
	require.NoError(t, err)
	now := w.happens(id, approval.Event{Kind: approval.VoteDenied, By: chen})
	r, err := w.store.Update(context.Background(), id, press, vote(ben))
	require.Equal(t, approval.ErrSeen, err)
	require.Equal(t, now, r)
}

func finding(t *testing.T, w *world) {
	first := w.pending("j1") // typed and called nightly_sync
	ask := nightly()
	ask.Job, ask.Instance, ask.By, ask.Channel = "j1", "staging", ben, "C2"
	second := w.open(ask)
	third := w.happens(second.ID, approval.Event{Kind: approval.RequesterCancelled, By: ben})
	ask.Job = "other"
	fourth := w.open(ask)

	for words, c := range map[string]struct {
		filter approval.Filter
		want   []approval.Request
	}{
		"everything":             {approval.Filter{}, []approval.Request{fourth, third, first}},
		"the newest two":         {approval.Filter{Limit: 2}, []approval.Request{fourth, third}},
		"a job's id":             {approval.Filter{Job: "j1"}, []approval.Request{third, first}},
		"a job's newest":         {approval.Filter{Job: "j1", Limit: 1}, []approval.Request{third}},
		"a job's name":           {approval.Filter{Job: "nightly_sync"}, []approval.Request{first}},
		"a job of an instance":   {approval.Filter{Job: "j1", Instance: "staging"}, []approval.Request{third}},
		"a person":               {approval.Filter{By: "UBEN"}, []approval.Request{fourth, third}},
		"a channel":              {approval.Filter{Channel: "C1"}, []approval.Request{first}},
		"what is open":           {approval.Filter{Open: true}, []approval.Request{fourth, first}},
		"a person's open":        {approval.Filter{Open: true, By: "UBEN"}, []approval.Request{fourth}},
		"a job's open":           {approval.Filter{Open: true, Job: "j1", By: "UANA", Channel: "C1", Instance: "prod"}, []approval.Request{first}},
		"what was never typed":   {approval.Filter{Job: "nightly"}, []approval.Request{}},
		"typed to break the SQL": {approval.Filter{Job: "' OR 1=1 --"}, []approval.Request{}},
	} {
		got, err := w.store.Find(context.Background(), c.filter)
		require.NoError(t, err)
		require.Equal(t, c.want, got, words)
	}
}

func eventsInOrder(t *testing.T, w *world) {
	id := w.starting("j1").ID
	w.happens(id, approval.Event{Kind: approval.Looked}, approval.Event{Kind: approval.LookFailed, Gone: true, RetryIn: time.Second})
	require.Equal(t, 1, w.request(id).Misses, "quiet events count all the same")
	w.clock.move(time.Second)
	problem := &approval.Problem{Words: approval.T("refused"), Code: "common.01"}
	w.happens(id, approval.Event{Kind: approval.StartRefused, Problem: problem})

	events, err := w.store.Events(context.Background(), id)
	require.NoError(t, err)
	var kinds []approval.Kind
	for i, e := range events {
		require.Equal(t, id, e.Request)
		if i > 0 {
			require.Greater(t, e.Seq, events[i-1].Seq)
			require.Equal(t, events[i-1].To, e.From)
		}
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []approval.Kind{approval.Asked, approval.JobDescribed, approval.VoteApproved, approval.VoteApproved,
		approval.QuorumReached, approval.StartMarked, approval.StartRefused}, kinds)
	asked := nightly()
	require.Equal(t, approval.Recorded{Seq: events[0].Seq, Request: id, To: approval.Opened,
		Event: approval.Event{Kind: approval.Asked, By: ana, At: noon, Ask: &asked}}, events[0])
	want := described("j1").Described
	want.Bound.Salt = nil // or the values could be guessed from an export
	require.Equal(t, want, events[1].Described)
	require.NotEmpty(t, w.request(id).Bound.Salt)
	require.Equal(t, chen, events[4].By)
	require.Equal(t, marked().Before, events[5].Before)
	require.Equal(t, approval.Recorded{Seq: events[6].Seq, Request: id, From: approval.Starting, To: approval.Refused,
		Digest: w.request(id).Bound.Digest(), Event: approval.Event{Kind: approval.StartRefused, At: noon.Add(time.Second), Problem: problem}}, events[6])
}
