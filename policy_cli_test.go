package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func policyPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("docs/policy.md")
	require.NoError(t, err)
	return string(text)
}

// blocks are the fenced blocks of a page in one language.
func blocks(page, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(page, -1) {
		found = append(found, m[1])
	}
	return found
}

// tool runs slipway's command line.
func tool(t *testing.T, env map[string]string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, func(name string) string { return env[name] }, &out, &out)
	return out.String(), err
}

func TestThePoliciesOfThePageAreTaken(t *testing.T) {
	policies := blocks(policyPage(t), "yaml")
	require.Len(t, policies, 8)
	for _, text := range policies {
		out, err := tool(t, file(t, text), "policy", "lint")
		require.NoError(t, err, out)
		require.Contains(t, out, "is fine")
	}
}

func TestTheCommandsOfThePagePrintWhatItSays(t *testing.T) {
	commands := 0
	for _, block := range blocks(policyPage(t), "console") {
		for _, one := range strings.Split(strings.TrimPrefix(block, "$ "), "\n$ ") {
			line, want, _ := strings.Cut(one, "\n")
			out, err := tool(t, settings(), strings.Fields(line)[1:]...)
			require.True(t, err == nil || errors.Is(err, errFound), "%s: %v", line, err)
			require.Equal(t, strings.TrimSpace(want), strings.TrimSpace(out), line)
			commands++
		}
	}
	require.Equal(t, 4, commands)
}

func TestThePolicyPageTellsEveryKey(t *testing.T) {
	page := policyPage(t)
	for _, key := range []string{"name", "match", "match.instances", "match.jobs", "match.types", "match.actions", "match.channels", "match.requesters", "approvals",
		"approvers", "approvals_from", "requester_may_approve", "reason", "expires_in", "remind_before", "direct_messages", "workflows", "closed", "break_glass"} {
		require.Contains(t, page, "| `"+key+"` |")
	}
	for _, key := range topKeys {
		require.Contains(t, page, "`"+key+"`")
	}
}

func TestThePolicyIsAskedOnTheRealRoster(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	w.as("ana").types("/lf start weekly_discovery")
	w.as("ana").presses("Start job")
	w.cardSays("R-1002", "succeeded after")
	w.end()

	env := file(t, "rules:\n  - name: leads\n    match: {jobs: [\"nightly_*\"]}\n    approvals: 1\n    approvers: [\"@data-leads\"]\n  - {name: rest, approvals: 1, approvers: [requester]}\n")
	for name, value := range w.env {
		env[name] = value
	}
	people := filepath.Join(t.TempDir(), "people.json")
	out, err := tool(t, env, "policy", "people")
	require.NoError(t, err)
	require.Contains(t, out, `"handle": "data-leads"`)
	require.NoError(t, os.WriteFile(people, []byte(out), 0o600))

	out, err = tool(t, env, "policy", "explain", "--user", localslack.UserAna, "--job", "nightly_sync")
	require.NoError(t, err)
	require.Contains(t, out, "Who may approve: Ben, Chen")
	out, err = tool(t, env, "policy", "explain", "--people", people, "--user", localslack.UserBen, "--job", "nightly_sync")
	require.NoError(t, err)
	require.Contains(t, out, "Ben may not approve their own request")
	require.Contains(t, out, "Who may approve: Chen")

	out, err = tool(t, env, "policy", "replay")
	require.NoError(t, err)
	require.Contains(t, out, "R-1001 start nightly_sync by Ana")
	require.Contains(t, out, "was:   allowed by “the requester confirms”")
	require.Contains(t, out, "would: not allowed by “leads”: 0 of 1 approval")
	require.Contains(t, out, "2 requests looked at, 1 would go differently.")

	out, err = tool(t, env, "policy", "prove", "--from", "2026-11-25T10:00:00Z")
	require.NoError(t, err, out)
	require.Contains(t, out, "0 gaps")
}

func TestThePolicyToolWantsToKnowWhere(t *testing.T) {
	_, err := tool(t, nil, "policy", "lint")
	require.ErrorContains(t, err, "which policy file?")
	_, err = tool(t, nil, "policy", "explain", "testdata/policy.yaml", "--user", "U0ANA", "--job", "x")
	require.ErrorContains(t, err, "Set SLACK_BOT_TOKEN to ask Slack")
	_, err = tool(t, nil, "policy", "prove", "testdata/policy.yaml", "--people", "testdata/people.json")
	require.ErrorContains(t, err, "name them with --job")
	out, err := tool(t, nil, "policy", "explain", "testdata/policy.yaml", "--people", "testdata/people.json", "--user", "U0NOBODY", "--job", "x")
	require.ErrorIs(t, err, errFound)
	require.Contains(t, out, "Only full members of this workspace")
}
