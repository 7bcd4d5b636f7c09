package approval

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Without Slack nobody proves what they belong to, and only what the rule itself says counts.
func TestWhoIsUnprovenCountsByUserIDAndAsWhoAsked(t *testing.T) {
	ask := Ask{By: Actor{TeamID: "T1", UserID: "UANA"}}
	groups := Groups{{ID: "S1", Handle: "leads", Members: []string{"UANA", "UBEN"}}}
	rule := Rule{Name: "all", Approvals: 1, Approvers: []string{TheRequester, Anyone, "@leads", "S1", "UBEN"}, RequesterMay: true}
	for user, want := range map[string][]string{"UANA": {TheRequester}, "UBEN": {"UBEN"}, "UCHEN": nil} {
		as, why := rule.As(ask, Person{Actor: Actor{TeamID: "T1", UserID: user}, Unproven: true}, "T1", groups)
		require.Equal(t, want, as, user)
		require.Equal(t, want == nil, why.String() == "Slack can't be asked now, so only those count whom the rule names by user id.", user)
	}
	as, _ := rule.As(ask, Person{Actor: Actor{TeamID: "T1", UserID: "UBEN"}, Unproven: true, Deleted: true}, "T1", groups)
	require.Empty(t, as)
	require.False(t, (&Brake{By: []string{"UBEN", "@leads"}}).refuses(Person{Actor: Actor{TeamID: "T1", UserID: "UBEN"}, Unproven: true}, "T1", groups).IsZero(), "nobody freezes unproven")
	require.False(t, (*Brake)(nil).refuses(Person{Actor: Actor{TeamID: "T1", UserID: "UBEN"}}, "T1", groups).IsZero())
	require.True(t, (&Brake{By: []string{"S1"}}).refuses(Person{Actor: Actor{TeamID: "T1", UserID: "UBEN"}}, "T1", groups).IsZero())
}

func TestTheHostIsNoApprover(t *testing.T) {
	r := Request{Rule: Rule{Name: "one", Approvals: 1, Approvers: []string{"UBEN"}}}
	r.Decisions = []Decision{{By: Actor{TeamID: "T1", UserID: "UDEV"}, Approve: true, As: []string{hostMark + "UBEN", hostMark + "root"}}}
	require.Equal(t, Waits, Evaluate(r, r.CreatedAt).Standing, "it says where, and not who")
	require.True(t, r.OnHost())
	require.Equal(t, "UBEN", r.Decisions[0].Operator())
}

func TestNoStartIsMarkedInAFreeze(t *testing.T) {
	frozen := Freeze{By: Actor{UserID: "UBEN"}, Since: noon}
	start := Request{State: Approved, Ask: Ask{Action: Start}, Freeze: frozen}
	_, err := Apply(start, Event{Kind: StartMarked, Before: &Before{}, At: noon})
	require.ErrorIs(t, err, ErrFrozen)
	stop := start
	stop.Ask.Action = Stop
	_, err = Apply(stop, Event{Kind: StartMarked, Before: &Before{}, At: noon})
	require.NoError(t, err)
	held, err := Apply(start, Event{Kind: StartHeld, At: noon, RetryIn: StartWithin})
	require.NoError(t, err)
	require.Equal(t, Approved, held.State)
	require.Equal(t, noon.Add(StartWithin), held.DueAt)
}
