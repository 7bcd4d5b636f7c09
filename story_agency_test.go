package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// agencyWorld is a world, not begun, in which Slipway runs on an ECS whose agency signs in, and no secret is set.
func agencyWorld(t *testing.T) *world {
	t.Helper()
	w := unstarted(t, func(_ *localslack.Config, l *locallake.Config) {
		l.Agency, l.AccessKey, l.SecretKey = true, "", ""
	})
	delete(w.env, "HUAWEICLOUD_SDK_AK")
	delete(w.env, "HUAWEICLOUD_SDK_SK")
	w.env["LAKEFORMATION_ECS_AGENCY"], w.env["LAKEFORMATION_ECS_METADATA"] = "true", w.lake.URL()
	return w
}

// keysFetched counts how often the agency was asked for keys.
func keysFetched(w *world) int {
	n := 0
	for _, seen := range w.lake.Requests() {
		if seen.Op == locallake.OpMetadata && seen.Method == http.MethodGet && seen.Status == http.StatusOK {
			n++
		}
	}
	return n
}

// The run takes longer than its keys last.
func TestAnAgencySignsInAndItsKeysAreRenewedInTheMiddleOfARun(t *testing.T) {
	t.Parallel()
	w := agencyWorld(t)
	get := w.listens()
	w.start()
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("is running")
	require.Equal(t, 1, keysFetched(w), "the same keys serve all calls")
	w.passes(70 * time.Minute)
	w.lake.HoldRuns(false)
	w.cardSays("`nightly_sync` succeeded")
	require.GreaterOrEqual(t, keysFetched(w), 2)
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Equal(t, 1.0, w.metric(`slipway_starts_total{action="start",outcome="accepted"}`))
	_, body := get("/readyz")
	require.NotContains(t, body, "credentials")
	for _, seen := range w.lake.Requests() {
		require.NotEqual(t, http.StatusUnauthorized, seen.Status, "no call was made with keys that had ended: %+v", seen)
	}
}

// The agency was changed just now: the start itself is refused for its keys, so nothing was started, and it is made
// again with others.
func TestAStartThatIsRefusedForTheAgencysKeysIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := agencyWorld(t)
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").button("Start job")
	w.passes(2 * time.Minute)
	require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultTokenExpired, Times: 1}))
	w.lake.RenewAgencyKeys()
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Equal(t, 2, keysFetched(w))
}

// Where the agency is taken away nothing is started, and everybody who asks is told why.
func TestAnAgencyThatIsTakenAwayStartsNothingAndIsNamed(t *testing.T) {
	t.Parallel()
	w := agencyWorld(t)
	get := w.listens()
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").button("Start job")
	w.lake.TakeAgency()
	w.passes(5 * time.Minute)
	w.as("ana").presses("Start job")
	w.cardSays("`nightly_sync` was not started.", "The agency gave no keys: this machine has no agency.", "Our suggestion: Give this ECS an agency")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
	code, body := get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, body, "not ready: there are no credentials for instance default: this machine has no agency. Give this ECS an agency")
	w.as("ana").types("/lf jobs")
	w.as("ana").reads("I can't show that now. The agency gave no keys")
}

// A machine that is no ECS has nobody to ask.
func TestAMachineThatIsNoECSIsToldSo(t *testing.T) {
	t.Parallel()
	w := agencyWorld(t)
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	w.env["LAKEFORMATION_ECS_METADATA"] = nobody.URL
	w.start()
	w.as("ana").types("/lf jobs")
	w.as("ana").reads("I can't show that now. The agency gave no keys: the metadata service cannot be reached.", "An agency works on a Huawei Cloud ECS alone.")
}

func TestAnAgencyIsOneOfTheWaysToSignIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ env, value, words string }{
		"with keys":             {"HUAWEICLOUD_SDK_AK", "AK", "there are several credentials for LakeFormation; keep one: LAKEFORMATION_ECS_AGENCY"},
		"with a token":          {"LAKEFORMATION_TOKEN", "token", "there are several credentials for LakeFormation"},
		"neither yes nor no":    {"LAKEFORMATION_ECS_AGENCY", "perhaps", `LAKEFORMATION_ECS_AGENCY is "perhaps"; it may be true or false`},
		"metadata of elsewhere": {"LAKEFORMATION_ECS_METADATA", "http://192.0.2.1", "LAKEFORMATION_ECS_METADATA: another metadata service must be on this machine"},
		"switched off":          {"LAKEFORMATION_ECS_AGENCY", "false", "credentials for LakeFormation are missing"},
	} {
		w := agencyWorld(t)
		w.env[c.env] = c.value
		_, err := LoadConfig(func(name string) string { return w.env[name] })
		require.ErrorContains(t, err, c.words, name)
	}
}

// slipway check asks the agency, and names what keys it gives.
func TestTheCheckAsksTheAgency(t *testing.T) {
	t.Parallel()
	w := agencyWorld(t)
	found := w.check()
	require.Equal(t, statusOK, found["credentials"].Status, "%+v", found["credentials"])
	require.Contains(t, found["credentials"].Words, "The agency of this ECS gives keys. Those of now end at")
	require.Equal(t, statusOK, found["jobs"].Status, "%+v", found["jobs"])

	w.lake.TakeAgency()
	found = w.check()
	require.Equal(t, statusProblem, found["credentials"].Status)
	require.Contains(t, found["credentials"].Words, "Please configure Cloud Service Agency first")
	require.Contains(t, found["credentials"].Fix, "Give this ECS an agency")
	require.Contains(t, found["lakeformation"].Words, "Not tried")
}

// In a file it is one instance's way.
func TestAnInstanceOfAFileSignsInByTheAgency(t *testing.T) {
	t.Parallel()
	w := agencyWorld(t)
	delete(w.env, "LAKEFORMATION_ECS_AGENCY")
	text := `{endpoint: "` + w.env["LAKEFORMATION_ENDPOINT"] + `", project_id: "` + w.env["LAKEFORMATION_PROJECT_ID"] + `", instance_id: ` + w.env["LAKEFORMATION_INSTANCE_ID"] + `, ecs_agency: true}`
	for _, name := range []string{"LAKEFORMATION_ENDPOINT", "LAKEFORMATION_PROJECT_ID", "LAKEFORMATION_INSTANCE_ID"} {
		delete(w.env, name)
	}
	w.env["SLIPWAY_CONFIG"] = secretFile(t, "instances:\n  prod: "+text+"\nrules:\n  - {name: all, approvals: 1, approvers: [requester]}\n")
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	require.Equal(t, 1, keysFetched(w))
}
