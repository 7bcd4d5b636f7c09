package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// without is a world whose Slack app was installed without a scope that the manifest asks for.
func without(scope string) func(*localslack.Config, *locallake.Config) {
	return func(s *localslack.Config, _ *locallake.Config) {
		s.Scopes = slices.DeleteFunc(slices.Clone(s.Scopes), func(one string) bool { return one == scope })
	}
}

// Who asks reads which scope is missing and how to add it; the log says so once, however many ask.
func TestAMissingScopeIsNamedToWhoeverNeedsIt(t *testing.T) {
	t.Parallel()
	const fix = "installs the app again; then try again."
	for scope, words := range map[string]string{
		"chat:write":      "R-1001: Slipway's Slack app lacks the scope `chat:write`, so I can't post the card. Nothing was started.",
		"users:read":      "R-1001: Slipway's Slack app lacks the scope `users:read`, so I can't tell who you are. Nothing was started or decided.",
		"usergroups:read": "R-1001: Slipway's Slack app lacks the scope `usergroups:read`, so I can't tell who belongs to the groups of the policy. Nothing was started or decided.",
	} {
		t.Run(scope, func(t *testing.T) {
			t.Parallel()
			w := unstarted(t, without(scope))
			w.rules = append(w.rules, twoLeads())
			var log transcript
			w.log = &log
			w.start()
			w.as("ana").types("/lf start nightly_sync")
			w.as("ana").reads(words, fix)
			w.as("ana").types("/lf start orders_backfill")
			w.as("ana").reads(strings.Replace(words, "R-1001", "R-1002", 1), fix)
			require.Empty(t, w.lake.StartCalls("nightly_sync"))
			require.Equal(t, 1, strings.Count(log.String(), "the Slack app lacks a scope"), log.String())
			require.Contains(t, log.String(), scope)
		})
	}
}

// A scope that is taken away while a card waits for approval: the press is answered, and decides nothing.
func TestAMissingScopeDecidesNothing(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads())
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("0 of 2 approvals")
	w.slack.Fail("usergroups.list", localslack.Fault{Error: "missing_scope", Times: 1000})
	w.passes(2 * time.Minute) // what was remembered of the groups is too old
	w.as("ben").presses("Approve")
	w.as("ben").reads("lacks the scope", "who belongs to the groups of the policy. Nothing was started or decided.")
	w.as("ben").types("/lf whoami")
	w.as("ben").reads("lacks the scope")
	w.cardSays("0 of 2 approvals")
}
