package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// secretFile writes a file as a platform mounts it, and returns its path.
func secretFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// inFiles moves these settings into files, each with a line break at its end.
func inFiles(t *testing.T, env map[string]string, names ...string) {
	t.Helper()
	for _, name := range names {
		env[name+"_FILE"] = secretFile(t, env[name]+"\r\n")
		delete(env, name)
	}
}

func TestEverySecretMayStandInAFile(t *testing.T) {
	whole := settings()
	whole["HUAWEICLOUD_SDK_SECURITY_TOKEN"], whole["DATABASE_URL"] = "security-token", "postgres://slipway:p%40ss-word@db/slipway"
	filed := settings()
	filed["HUAWEICLOUD_SDK_SECURITY_TOKEN"], filed["DATABASE_URL"] = whole["HUAWEICLOUD_SDK_SECURITY_TOKEN"], whole["DATABASE_URL"]
	inFiles(t, filed, "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN", "DATABASE_URL")
	want, err := load(whole)
	require.NoError(t, err)
	got, err := load(filed)
	require.NoError(t, err)
	require.Equal(t, want.SlackAppToken+want.SlackBotToken+want.DatabaseURL, got.SlackAppToken+got.SlackBotToken+got.DatabaseURL)
	require.Equal(t, want.Instances, got.Instances)
	require.Equal(t, want.secrets, got.secrets, "what comes from a file is blacked out, too")
	require.Subset(t, got.secrets, []string{"p@ss-word", "p%40ss-word"})

	for _, name := range []string{"LAKEFORMATION_IAM_PASSWORD", "LAKEFORMATION_TOKEN"} {
		env := settings()
		delete(env, "HUAWEICLOUD_SDK_AK")
		delete(env, "HUAWEICLOUD_SDK_SK")
		if name == "LAKEFORMATION_IAM_PASSWORD" {
			env["LAKEFORMATION_IAM_DOMAIN"], env["LAKEFORMATION_IAM_USER"] = "acme", "slipway"
		}
		env[name] = "the secret of a test"
		if name == "LAKEFORMATION_TOKEN" {
			env[name] = "the-token-of-a-test"
		}
		secret := env[name]
		inFiles(t, env, name)
		c, err := load(env)
		require.NoError(t, err)
		require.Contains(t, c.secrets, secret)
	}
}

func TestAFileThatIsNoSecretIsNamedWithAHint(t *testing.T) {
	for words, change := range map[string]func(map[string]string){
		"SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set; unset one of them": func(e map[string]string) {
			e["SLACK_BOT_TOKEN_FILE"] = secretFile(t, e["SLACK_BOT_TOKEN"])
		},
		"HUAWEICLOUD_SDK_SK_FILE names a file that is not there; correct the path": func(e map[string]string) {
			e["HUAWEICLOUD_SDK_SK_FILE"] = e["HUAWEICLOUD_SDK_SK"] // under the wrong name
			delete(e, "HUAWEICLOUD_SDK_SK")
		},
		"SLACK_APP_TOKEN_FILE names a file that is empty; write the secret into it": func(e map[string]string) {
			delete(e, "SLACK_APP_TOKEN")
			e["SLACK_APP_TOKEN_FILE"] = secretFile(t, " \n")
		},
		"DATABASE_URL_FILE names a file that cannot be read": func(e map[string]string) { e["DATABASE_URL_FILE"] = t.TempDir() },
		"HUAWEICLOUD_SDK_SECURITY_TOKEN_FILE names a file that is larger than 64 KiB": func(e map[string]string) {
			e["HUAWEICLOUD_SDK_SECURITY_TOKEN_FILE"] = secretFile(t, strings.Repeat("x", maxSecretFile+1))
		},
	} {
		env := settings()
		change(env)
		_, err := load(env)
		require.ErrorContains(t, err, words)
		for _, secret := range []string{settings()["HUAWEICLOUD_SDK_SK"], settings()["SLACK_BOT_TOKEN"]} {
			require.NotContains(t, err.Error(), secret)
		}
	}
}

const instanceWithSecrets = `
instances:
  prod: {region: ap-southeast-4, project_id: "${PROD_PROJECT}", instance_id: 2180518f-42b8-4947-b20b-adfc53981a25, ak: "${PROD_AK}", sk: "${PROD_SK}"}
rules:
  - {name: all, approvals: 1, approvers: [requester]}
`

func TestTheVariablesOfAPolicyFileMayStandInFiles(t *testing.T) {
	env := map[string]string{
		"SLACK_APP_TOKEN": "xapp-1-test", "SLACK_BOT_TOKEN": "xoxb-test", "SLIPWAY_CONFIG": secretFile(t, instanceWithSecrets),
		"PROD_PROJECT": "0123456789abcdef", "PROD_AK": "AKIDEXAMPLE", "PROD_SK": "the-secret-key-of-prod",
	}
	inFiles(t, env, "PROD_PROJECT", "PROD_SK")
	c, err := load(env)
	require.NoError(t, err)
	require.Equal(t, "0123456789abcdef", c.Instances["prod"].ProjectID)
	require.Equal(t, "the-secret-key-of-prod", c.Instances["prod"].signIn.sk)
	require.Contains(t, c.secrets, "the-secret-key-of-prod")
	env["PROD_SK"] = "the-secret-key-of-prod"
	_, err = load(env)
	require.ErrorContains(t, err, "PROD_SK and PROD_SK_FILE are both set")
	require.NotContains(t, err.Error(), "the-secret-key-of-prod")
}

func TestTheCommandLineReadsSecretsFromFiles(t *testing.T) {
	env := map[string]string{"DATABASE_URL_FILE": secretFile(t, "\n")}
	_, err := readStore(context.Background(), func(name string) string { return env[name] })
	require.ErrorContains(t, err, "DATABASE_URL_FILE names a file that is empty")
}
