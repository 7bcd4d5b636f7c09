package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/localslack"
)

// The OS users of these stories.
var (
	rootHere = osUser{"0", "root"}
	benHere  = osUser{"1001", "ben"}
	chenHere = osUser{"1002", ""} // the machine has no name for this number
	devHere  = osUser{"1003", "dev"}
)

const operators = "operators: {ben: " + localslack.UserBen + ", 1002: " + localslack.UserChen + ", ana: " + localslack.UserAna + "}\n"

// onHost runs `slipway approve` or `slipway deny` as an OS user of the host, who answers what is asked.
func (w *world) onHost(u osUser, answer string, approve bool, v denyVerb) (string, error) {
	var out bytes.Buffer
	tool := operatorTool{getenv: func(name string) string { return w.env[name] }, clock: w.clock, user: u, in: strings.NewReader(answer), out: &out}
	err := tool.decide(w.t.Context(), approve, v)
	return out.String(), err
}

func request(id string) denyVerb { return denyVerb{approveVerb: approveVerb{Request: id}} }

// cutOff ends Slack, and lets what was remembered of it grow old.
func (w *world) cutOff() {
	w.slack.Close()
	w.passes(6 * time.Minute)
}

// leaves waits until the job was started.
func (w *world) leaves(job string, id approval.ID) {
	w.t.Helper()
	w.until(job+" was started", func() bool { return w.state(id) == approval.Succeeded })
	require.Equal(w.t, 1, w.lake.StartCalls(job))
}

func TestWithSlackCutNamedOperatorsApproveOnTheHost(t *testing.T) {
	t.Parallel()
	w, _ := withFile(t, operators+"rules: [{name: two leads, approvals: 2, approvers: ["+localslack.UserBen+", "+localslack.UserChen+"], reason: required, expires_in: 2h}]\n")
	w.start()
	w.as("ana").types("/lf start nightly_sync the source was reloaded")
	w.cardSays("0 of 2 approvals")
	w.cutOff()

	out, err := w.onHost(benHere, "r-1001\n", true, request("R-1001"))
	require.EqualError(t, err, "nothing was decided")
	for _, words := range []string{
		"Slack can't be asked (", "So user groups and “anyone” don't count here", "Ana asks to start `nightly_sync` on default", "Reason: the source was reloaded",
		"Last run: ", "0 of 2 approvals; waiting for 2 of Ben or Chen", "You are the OS user ben (1001), and to the policy Ben (" + localslack.UserBen + ").", "Type R-1001 to approve: ",
	} {
		require.Contains(t, out, words)
	}
	require.NotContains(t, out, "<", "no markup of Slack's")

	out, err = w.onHost(benHere, "R-1001\n", true, request("r1001"))
	require.NoError(t, err)
	require.Contains(t, out, "Your approval counts. 1 of 2 approvals (Ben); waiting for one more of Ben or Chen")
	_, err = w.onHost(benHere, "R-1001\n", true, request("R-1001"))
	require.ErrorContains(t, err, "You approved R-1001 already.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
	out, err = w.onHost(chenHere, "", true, denyVerb{approveVerb: approveVerb{Request: "R-1001", Yes: true}})
	require.NoError(t, err)
	require.Contains(t, out, "You are the OS user 1002, and to the policy Chen")
	require.Contains(t, out, "R-1001 is approved. A Slipway that serves this database goes on with it within a second.")
	w.leaves("nightly_sync", 1001)

	out, err = tool(t, w.env, "audit", "export")
	require.NoError(t, err)
	require.Contains(t, out, `"as":["`+localslack.UserBen+`","host:ben"]`)
	require.Contains(t, out, `"as":["`+localslack.UserChen+`","host:1002"]`)
	out, err = tool(t, w.env, "audit", "verify")
	require.NoError(t, err, out)
}

func TestWhoIsNoOperatorDecidesNothingOnTheHost(t *testing.T) {
	t.Parallel()
	w, write := withFile(t, operators+"rules: [{name: Ben, approvals: 1, approvers: ["+localslack.UserBen+"], expires_in: 2h}]\n")
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("0 of 1 approval")
	_, err := w.onHost(rootHere, "R-1001\n", true, request("R-1001"))
	require.EqualError(t, err, "the OS user root (0) is no operator, so nothing was decided. Those whom operators: of the policy names may; docs/policy.md tells how")
	w.env["USER"] = "ben" // whoever says so
	_, err = w.onHost(devHere, "R-1001\n", true, request("R-1001"))
	require.ErrorContains(t, err, "the OS user dev (1003) is no operator")
	_, err = w.onHost(chenHere, "R-1001\n", true, request("R-1001"))
	require.ErrorContains(t, err, "You can't approve R-1001. The rule does not name you.")
	_, err = w.onHost(benHere, "R-1002\n", true, request("R-1002"))
	require.ErrorContains(t, err, "There is no R-1002.")
	_, err = w.onHost(benHere, "", true, request("nightly_sync"))
	require.ErrorContains(t, err, "is no request's id")
	_, err = operatorTool{getenv: func(string) string { return "" }}.mapless(t)
	require.ErrorContains(t, err, "SLIPWAY_CONFIG must name its file")
	require.Equal(t, approval.Pending, w.state(1001))
	events, err := w.app.store.Events(t.Context(), 1001)
	require.NoError(t, err)
	refused := map[string]bool{}
	for _, e := range events {
		if e.Kind == approval.DecisionRefused {
			refused[e.By.Name+fmt.Sprint(e.As)] = true
		}
	}
	require.Equal(t, map[string]bool{"the OS user root (0)[]": true, "the OS user dev (1003)[]": true, "Chen[host:1002]": true}, refused)

	// A policy of one's own convinces the command line, and not the Slipway that would start the job.
	own := file(t, "operators: {dev: "+localslack.UserBen+"}\nrules: [{name: any, approvals: 1, approvers: [anyone]}]\n")
	theirs := w.env["SLIPWAY_CONFIG"]
	w.env["SLIPWAY_CONFIG"] = own["SLIPWAY_CONFIG"]
	_, err = w.onHost(devHere, "R-1001\n", true, request("R-1001"))
	require.NoError(t, err)
	w.env["SLIPWAY_CONFIG"] = theirs
	w.cardSays("`nightly_sync` was not started.", "Since it was approved, Ben may no longer approve.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
	write("rules: []\n")
	_, err = w.onHost(benHere, "R-1001\n", true, request("R-1001"))
	require.ErrorContains(t, err, "the policy needs a change first")
}

// mapless decides without any settings.
func (o operatorTool) mapless(t *testing.T) (string, error) {
	return "", o.decide(t.Context(), true, request("R-1001"))
}

func TestAGroupCountsOnTheHostOnlyWhileSlackSaysWhoIsInIt(t *testing.T) {
	t.Parallel()
	w, _ := withFile(t, operators+"rules: [{name: a lead, approvals: 1, approvers: [\"@data-leads\"], expires_in: 2h}]\n")
	w.start()
	for _, job := range []string{"nightly_sync", "weekly_discovery"} {
		w.as("ana").types("/lf start " + job)
		w.cardSays(job, "0 of 1 approval")
	}
	w.slack.Fail("*", localslack.Fault{Status: 503})
	out, err := w.onHost(benHere, "R-1001\n", true, request("R-1001"))
	require.ErrorContains(t, err, "You can't approve R-1001. Slack can't be asked now, so only those count whom the rule names by user id.")
	require.Contains(t, out, "Slack can't be asked (")
	w.slack.ClearFaults()
	out, err = w.onHost(benHere, "R-1001\n", true, request("R-1001"))
	require.NoError(t, err)
	require.NotContains(t, out, "Slack can't be asked")
	w.cardOf(1001, "succeeded after", "Approved by Ben on Slipway's host, under the rule “a lead”")

	_, err = w.onHost(benHere, "R-1002\n", false, denyVerb{approveVerb: approveVerb{Request: "R-1002"}, Reason: "not before the audit"})
	require.NoError(t, err)
	w.cardOf(1002, "The start of `weekly_discovery` was denied; nothing was started.", "Ben gave a reason: not before the audit")
	require.Zero(t, w.lake.StartCalls("weekly_discovery"))
}

func TestWhoAskedConfirmsOnTheHostAndAStartAfterTheOutageWaitsForNobody(t *testing.T) {
	t.Parallel()
	w, _ := withFile(t, operators+anaConfirms)
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("Only Ana can confirm.")
	w.cutOff()
	_, err := w.onHost(benHere, "R-1001\n", true, request("R-1001"))
	require.ErrorContains(t, err, "You can't approve R-1001.")
	_, err = w.onHost(osUser{"1000", "ana"}, "R-1001\n", true, request("R-1001"))
	require.NoError(t, err)
	w.leaves("nightly_sync", 1001)
}

// The real command beside the real process, as the OS user who runs this test.
func TestTheCommandApprovesAsTheUserOfItsProcess(t *testing.T) {
	t.Parallel()
	me := strconv.Itoa(os.Getuid())
	w, write := withFile(t, "rules: [{name: Ben, approvals: 1, approvers: ["+localslack.UserBen+"]}]\n", realTime)
	w.spawn()
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("0 of 1 approval")
	_, err := tool(t, w.env, "approve", "R-1001", "--yes")
	require.ErrorContains(t, err, "is no operator, so nothing was decided")
	write("operators: {" + me + ": " + localslack.UserBen + "}\nrules: [{name: Ben, approvals: 1, approvers: [" + localslack.UserBen + "]}]\n")
	w.until("the process has read it", func() bool { return strings.Contains(w.childLog.String(), "a new policy is in force") })
	out, err := tool(t, w.env, "approve", "R-1001", "--yes")
	require.NoError(t, err, out)
	require.Contains(t, out, "R-1001 is approved.")
	w.cardSays("succeeded after", "Approved by Ben on Slipway's host")
	out, err = tool(t, w.env, "audit", "verify")
	require.NoError(t, err, out)
}
