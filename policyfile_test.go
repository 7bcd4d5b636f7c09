package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

// exampleEnv is what slipway.example.yaml reads of the environment.
func exampleEnv(changes ...string) map[string]string {
	env := settings()
	for _, name := range []string{"LAKEFORMATION_REGION", "LAKEFORMATION_PROJECT_ID", "LAKEFORMATION_INSTANCE_ID", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"} {
		delete(env, name)
	}
	env["PROD_PROJECT"], env["STAGING_PROJECT"] = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	env["PROD_AK"], env["PROD_SK"] = "AKPRODEXAMPLE", "prod-secret-key"
	env["STAGING_AK"], env["STAGING_SK"] = "AKSTAGINGEXAMPLE", "staging-secret-key"
	env["SLIPWAY_CONFIG"] = "slipway.example.yaml"
	for i := 0; i < len(changes); i += 2 {
		env[changes[i]] = changes[i+1]
	}
	return env
}

func TestTheExamplePolicyIsTaken(t *testing.T) {
	c, err := load(exampleEnv())
	require.NoError(t, err)
	require.Len(t, c.Instances, 2)
	require.Equal(t, "fedcba9876543210fedcba9876543210", c.Instances["staging"].ProjectID)
	require.Len(t, c.Policy.Rules, 4)
	two := c.Policy.Rules[1]
	require.Equal(t, approval.Rule{
		Name: "production needs two", Match: approval.Match{Instances: []string{"prod"}, Actions: []approval.Action{approval.Start}},
		Approvals: 2, Approvers: []string{"@data-leads", "U024BE7LH"}, NeedsReason: true, ExpiresIn: time.Hour, RemindBefore: 10 * time.Minute,
		Closed: []approval.Window{
			{Days: []time.Weekday{time.Saturday, time.Sunday}, To: 24 * 60, Zone: "Asia/Shanghai", Why: "weekend freeze"},
			{Dates: []approval.Dates{{First: "2026-12-24", Last: "2027-01-02"}}, To: 24 * 60, Zone: "Asia/Shanghai", Why: "year-end freeze"},
		},
		BreakGlass: &approval.BreakGlass{By: []string{"@oncall"}, Tells: []string{"C0123456789", "@data-leads"}},
	}, two)
	require.Equal(t, 2, c.Policy.Rules[0].Approvals)
	require.Zero(t, c.Policy.Rules[3].Approvals)
	require.Contains(t, c.secrets, "prod-secret-key")
}

// file writes a policy file, and gives the settings that point at it.
func file(t *testing.T, text string) map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "slipway.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	env := settings()
	env["SLIPWAY_CONFIG"] = path
	return env
}

func TestAWrongPolicyFileIsRefusedWithTheLineShown(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		says []string
	}{
		"an unknown key": {"rules:\n  - name: a\n    approval: 1\n", []string{
			`:3:5: there is no key "approval" here`, "3 |     approval: 1", "^", "hint: did you mean approvals?"}},
		"a rule nobody can satisfy": {"rules:\n  - name: a\n    approvals: 2\n    approvers: [U024BE7LH]\n", []string{
			":3:16: 2 approvals are needed, but only 1 people are named", "hint: name more approvers, or ask for fewer"}},
		"a name twice": {"rules:\n  - {name: a, approvals: 0}\n  - {name: a, approvals: 0}\n", []string{
			`:3:12: the name "a" is the 1st rule's already`}},
		"a key twice":        {"rules:\n  - name: a\n    approvals: 0\n    approvals: 1\n", []string{":4:5: approvals is here twice"}},
		"no rules":           {"instances: {}\n", []string{"rules: is missing or empty"}},
		"empty rules":        {"rules: []\n", []string{":1:8: rules: is missing or empty"}},
		"an empty file":      {"", []string{"the file is empty"}},
		"not YAML":           {"rules:\n  - name: [\n", []string{"slipway.yaml"}},
		"a bare @":           {"rules:\n  - name: a\n    approvals: 1\n    approvers: [@data-leads]\n", []string{"a text that begins with @ must be in quotes"}},
		"no approvals":       {"rules:\n  - name: a\n    approvers: [requester]\n", []string{"approvals is missing"}},
		"a wrong zone":       {"rules:\n  - name: a\n    approvals: 0\n    closed: [{zone: Shanghai}]\n", []string{`:4:21: there is no time zone "Shanghai"`}},
		"a wrong time":       {"rules:\n  - name: a\n    approvals: 0\n    closed: [{zone: UTC, from: \"25:00\"}]\n", []string{`from is no time of the day: "25:00"`}},
		"a wrong day":        {"rules:\n  - name: a\n    approvals: 0\n    closed: [{zone: UTC, days: [caturday]}]\n", []string{`there is no day "caturday"`}},
		"an unknown place":   {"rules:\n  - name: a\n    approvals: 0\n    match: {instances: [prod]}\n", []string{`prod`}},
		"a missing variable": {"rules:\n  - name: \"${NO_SUCH}\"\n    approvals: 0\n", []string{"NO_SUCH"}},
		"nobody freezes":     {"freeze: {by: []}\nrules: [{name: a, approvals: 0}]\n", []string{":1:14: nobody may freeze starts", "hint: name users or groups, or leave freeze out"}},
		"a wrong freezer":    {"freeze:\n  by: [ben]\nrules: [{name: a, approvals: 0}]\n", []string{`:2:8: "ben" names nobody`}},
		"freeze, mistyped":   {"freeze: {buy: [U024BE7LH]}\nrules: [{name: a, approvals: 0}]\n", []string{`:1:10: there is no key "buy" here`, "nobody may freeze starts"}},
		"a wrong operator":   {"operators:\n  ben: Ben\nrules: [{name: a, approvals: 0}]\n", []string{`:2:8: "Ben" is no user id`, "hint: their user id in Slack, such as U024BE7LH"}},
		"no OS user":         {"operators: {\"ben smith\": U024BE7LH}\nrules: [{name: a, approvals: 0}]\n", []string{`"ben smith" is no OS user`, "id -un"}},
		"both instances": {"instances: {prod: {region: ap-southeast-4, project_id: 0123456789abcdef0123456789abcdef, instance_id: 2180518f-42b8-4947-b20b-adfc53981a25}}\nrules: [{name: a, approvals: 0}]\n",
			[]string{"LAKEFORMATION_REGION names one in the environment, too"}},
	} {
		_, err := load(file(t, c.text))
		for _, words := range c.says {
			require.ErrorContains(t, err, words, name)
		}
	}
}

func TestAllProblemsOfAPolicyFileAtOnceAndNoSecretShown(t *testing.T) {
	env := exampleEnv("PROD_AK", "", "STAGING_PROJECT", "")
	text, err := os.ReadFile("slipway.example.yaml")
	require.NoError(t, err)
	wrong := strings.NewReplacer("approvals: 2", "aprovals: 2", "zone: Asia/Shanghai, why: weekend", "zone: Mars, why: weekend", `sk: "${PROD_SK}"`, `sk: "prod-secret-key-in-the-file"`).Replace(string(text))
	env["SLIPWAY_CONFIG"] = file(t, wrong)["SLIPWAY_CONFIG"]
	_, err = load(env)
	for _, words := range []string{"PROD_AK", "STAGING_PROJECT", "aprovals", `there is no time zone "Mars"`} {
		require.ErrorContains(t, err, words)
	}
	require.NotContains(t, err.Error(), "prod-secret-key-in-the-file")
}

func TestTwoNamesForOneInstanceAreRefused(t *testing.T) {
	const one = "{region: ap-southeast-4, project_id: 0123456789abcdef0123456789abcdef, instance_id: 2180518f-42b8-4947-b20b-adfc53981a25, ak: AK, sk: secret}"
	env := file(t, "instances:\n  prod: "+one+"\n  live: "+one+"\nrules: [{name: a, approvals: 0}]\n")
	delete(env, "LAKEFORMATION_REGION")
	delete(env, "LAKEFORMATION_INSTANCE_ID")
	_, err := load(env)
	require.ErrorContains(t, err, "prod and live are the same instance")
}

func TestAPolicyFileThatIsNotThere(t *testing.T) {
	env := settings()
	env["SLIPWAY_CONFIG"] = "no-such-file.yaml"
	_, err := load(env)
	require.ErrorContains(t, err, "SLIPWAY_CONFIG: no-such-file.yaml cannot be read")
}

func TestASecretUnderAMistypedNameIsNotShown(t *testing.T) {
	t.Parallel()
	env := &environment{getenv: func(string) string { return "" }}
	for _, line := range []string{
		`prod: {region: ap-southeast-4, secret_key: hush-hush}`,
		`prod: {region: ap-southeast-4, sk: [hush-hush]}`,
		`prod: {region: ap-southeast-4, sk: {key: hush-hush}}`,
		`prod: {region: ap-southeast-4, secrets: {sk2: hush-hush}}`,
		`prod: {region: ap-southeast-4, secrets: [hush-hush]}`,
		`prod: {region: ap-southeast-4, secret: !!str hush-hush}`,
		`prod: {region: ap-southeast-4, secret: &one hush-hush}`,
		`prod: {region: ap-southeast-4, sk: other-one, sk: "hush-hush"}`,
	} {
		file := parsePolicyFile("slipway.yaml", []byte("instances:\n  "+line+"\nrules: []\n"), env)
		require.NotEmpty(t, file.problems)
		for _, problem := range file.problems {
			require.NotContains(t, problem, "hush-hush", line)
		}
	}
}
