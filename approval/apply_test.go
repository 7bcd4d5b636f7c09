package approval

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	ana  = Actor{TeamID: "T1", UserID: "U_ANA", Name: "Ana"}
	ben  = Actor{TeamID: "T1", UserID: "U_BEN", Name: "Ben"}
	chen = Actor{TeamID: "T1", UserID: "U_CHEN", Name: "Chen"}
)

// opened is the one believable Request that each case changes by a fact.
func opened() Request {
	return Request{
		ID: 1042, State: Opened, CreatedAt: noon, DueAt: noon,
		Ask: Ask{Action: Start, Instance: "prod", Job: "nightly_sync", Reason: "source reloaded", By: ana, Channel: "C1", Command: "/lf"},
	}
}

func described(rule Rule) *Described {
	target := Target{Endpoint: "https://lf.example.com", ProjectID: "p", InstanceID: "i"}
	job := Job{ID: "03141229-84cd-4b1b-9733-dd124320c125", Name: "nightly_sync", Type: "METADATA_MIGRATION"}
	return &Described{Target: target, Job: job, Rule: rule, Name: "Ana"}
}

// after applies Events one minute apart.
func after(t *testing.T, r Request, events ...Event) Request {
	t.Helper()
	for i, e := range events {
		e.At = noon.Add(time.Duration(i+1) * time.Minute)
		var err error
		r, err = Apply(r, e)
		require.NoError(t, err)
	}
	return r
}

func pending(t *testing.T) Request {
	return after(t, opened(), Event{Kind: JobDescribed, Described: described(BuiltIn())})
}

func starting(t *testing.T) Request {
	return after(t, pending(t), Event{Kind: VoteApproved, By: ana}, Event{Kind: QuorumReached},
		Event{Kind: StartMarked, Before: &Before{Status: "SUCCESS", StartedAt: noon.Add(-time.Hour), Runs: 3}})
}

func TestApplyTellsTheMainStory(t *testing.T) {
	run := Run{Status: "RUNNING", StartedAt: noon.Add(5 * time.Minute)}
	end := Run{Status: "SUCCESS", StartedAt: run.StartedAt, EndedAt: noon.Add(16*time.Minute + 40*time.Second)}
	r := after(t, starting(t), Event{Kind: StartAccepted}, Event{Kind: RunSeen, Run: &run}, Event{Kind: RunSucceeded, Run: &end})
	require.Equal(t, Succeeded, r.State)
	require.True(t, r.Sure())
	require.Equal(t, 11*time.Minute+40*time.Second, r.Took())
	require.Equal(t, "`nightly_sync` succeeded after 11 min 40 s.", r.Headline(Plain))
	require.True(t, r.DueAt.IsZero(), "nothing is due any more")
	require.Equal(t, "", r.OpenKey(), "the job is free again")
}

func TestApplyLeavesTheRequestAsItWasWhenTheEventCannotHappen(t *testing.T) {
	r := pending(t)
	same, err := Apply(r, Event{Kind: StartMarked, At: noon})
	var impossible *ImpossibleError
	require.ErrorAs(t, err, &impossible)
	require.Equal(t, "start_marked cannot happen while pending", err.Error())
	require.Equal(t, r, same)
}

func TestApplyDoesNotShareDecisionsBetweenTwoFutures(t *testing.T) {
	rule := Rule{Name: "two", Approvals: 2, Approvers: []string{ben.UserID, chen.UserID}, ExpiresIn: time.Hour}
	r := after(t, opened(), Event{Kind: JobDescribed, Described: described(rule)}, Event{Kind: VoteApproved, By: ben})
	yes := after(t, r, Event{Kind: VoteApproved, By: chen})
	no := after(t, r, Event{Kind: VoteDenied, By: chen})
	require.True(t, yes.Decisions[1].Approve)
	require.False(t, no.Decisions[1].Approve)
}

func TestAStartThatWasNotSentForgetsItsMarker(t *testing.T) {
	r := after(t, starting(t), Event{Kind: StartNotSent, RetryIn: 4 * time.Second, Problem: &Problem{Words: T("not reached")}})
	require.Equal(t, Approved, r.State)
	require.True(t, r.MarkedAt.IsZero())
	require.Equal(t, 1, r.Attempt)
	require.Equal(t, noon.Add(time.Minute+4*time.Second), r.DueAt)
}

func TestQuietEventsRedrawNothing(t *testing.T) {
	r := starting(t)
	looked := after(t, r, Event{Kind: Looked}, Event{Kind: LookFailed})
	require.Equal(t, r.Version, looked.Version)
	require.Equal(t, 1, looked.Looks, "a failed look does not count")
}

func TestLooksComeSlower(t *testing.T) {
	r := starting(t)
	var pauses []time.Duration
	for range 6 {
		at := r.DueAt
		r.DueAt = time.Time{}
		next, err := Apply(r, Event{Kind: Looked, At: at})
		require.NoError(t, err)
		pauses = append(pauses, next.DueAt.Sub(at))
		r = next
	}
	require.Equal(t, []time.Duration{4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second, 30 * time.Second}, pauses)
}

// Whatever happens in whatever order, some things stay true.
func TestApplyKeepsItsPromises(t *testing.T) {
	kinds := []Kind{}
	for _, m := range moves {
		for k := range m {
			kinds = append(kinds, k)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := opened()
		at := noon
		marks, notSent := 0, 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			at = at.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			e := Event{Kind: kind, At: at, By: ana, Described: described(BuiltIn()), Before: &Before{}, Run: &Run{}, Problem: &Problem{Words: T("x")}, ExpiresAt: at.Add(time.Hour)}
			next, err := Apply(r, e)
			if err != nil {
				require.Equal(t, r, next)
				continue
			}
			if kind == StartMarked {
				marks++
			}
			if kind == StartNotSent {
				notSent++
			}
			require.LessOrEqual(t, marks-notSent, 1, "one marker for one call")
			require.Equal(t, next.State.Ended(), next.DueAt.IsZero(), "an open request is always due some time")
			require.Equal(t, next.State.Ended(), !next.EndedAt.IsZero())
			require.GreaterOrEqual(t, next.Version, r.Version)
			if !next.State.Ended() {
				require.False(t, next.DueAt.Before(at), "never due in the past")
			}
			r = next
		}
	})
}
