package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
)

// twoInstances is a world with prod and staging, and a rule for each.
func twoInstances(t *testing.T) *world {
	t.Helper()
	w := unstarted(t)
	text := strings.NewReplacer("URL", w.lake.URL(), "PROJECT", locallake.PlaygroundProject, "PROD", locallake.PlaygroundInstance, "STAGING", locallake.PlaygroundStaging).Replace(`
instances:
  prod: {endpoint: "URL", project_id: "PROJECT", instance_id: PROD}
  staging: {endpoint: "URL", project_id: "PROJECT", instance_id: STAGING, ak: "${HUAWEICLOUD_SDK_AK}", sk: "${HUAWEICLOUD_SDK_SK}"}
rules:
  - {name: production, match: {instances: [prod]}, approvals: 1, approvers: ["@data-leads"]}
  - {name: staging, match: {instances: [staging]}, approvals: 0}
`)
	path := filepath.Join(t.TempDir(), "slipway.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	w.env["SLIPWAY_CONFIG"] = path
	for _, name := range []string{"LAKEFORMATION_ENDPOINT", "LAKEFORMATION_PROJECT_ID", "LAKEFORMATION_INSTANCE_ID"} {
		delete(w.env, name)
	}
	w.start()
	return w
}

func TestAnInstanceIsNamedBeforeTheJob(t *testing.T) {
	t.Parallel()
	w := twoInstances(t)
	w.as("ana").types("/lf start staging/staging_sync")
	w.cardSays("`staging_sync` succeeded after", "on staging", "under the rule “staging”")
	w.as("ana").types("/lf start prod/nightly_sync")
	w.cardSays("Ana asks to start `nightly_sync` on prod", "Rule: “production”")
	w.as("ben").presses("Approve")
	w.cardSays("succeeded after", "on prod", "Approved by Ben")
	w.as("ana").types("/lf jobs staging")
	w.as("ana").reads("1 job on staging:", "staging_sync")
	w.as("ana").types("/lf jobs prod/nightly")
	w.as("ana").reads("1 job on prod matches `nightly`:", "nightly_sync")
	w.as("ana").types("/lf status prod/nightly_sync")
	w.as("ana").reads("`nightly_sync` on prod is succeeded.")
	w.as("ana").types("/lf log prod/nightly_sync")
	w.as("ana").reads("nightly_sync")
}

func TestWithSeveralInstancesOneMustBeNamed(t *testing.T) {
	t.Parallel()
	w := twoInstances(t)
	for _, typed := range []string{"/lf start nightly_sync", "/lf stop nightly_sync", "/lf status nightly_sync", "/lf jobs nightly"} {
		before := len(w.slack.Visible(people["ana"], channel))
		w.as("ana").types(typed)
		w.until("there is an answer", func() bool { return len(w.slack.Visible(people["ana"], channel)) > before })
		w.as("ana").reads("On which instance? Nothing was done.", "Write instance/job; the instances are prod, staging.")
	}
	w.as("ana").types("/lf start test/nightly_sync")
	w.as("ana").reads("There is no instance `test` here, so nothing was done.", "The instances are prod, staging.")
	w.as("ana").types("/lf start staging/nightly_sync")
	w.as("ana").reads("There is no job `nightly_sync`.", "Nothing was started.")
	require.Empty(t, w.cards())
}

func TestAWrongPolicyFileKeepsSlipwayFromStarting(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	w.env["SLIPWAY_CONFIG"] = file(t, "rules:\n  - name: a\n    approval: 1\n")["SLIPWAY_CONFIG"]
	_, err := tool(t, w.env, "run")
	require.ErrorContains(t, err, `:3:5: there is no key "approval" here`)
	require.ErrorContains(t, err, "3 |     approval: 1")
	require.Zero(t, w.slack.Connections())
}
