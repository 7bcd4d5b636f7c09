package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"
)

// settings are right ones, from which each case differs by a fact.
func settings() map[string]string {
	return map[string]string{
		"SLACK_APP_TOKEN": "xapp-1-test", "SLACK_BOT_TOKEN": "xoxb-test", "LAKEFORMATION_REGION": "ap-southeast-4",
		"LAKEFORMATION_PROJECT_ID": "0123456789abcdef0123456789abcdef", "LAKEFORMATION_INSTANCE_ID": "2180518f-42b8-4947-b20b-adfc53981a25",
		"HUAWEICLOUD_SDK_AK": "AKIDEXAMPLE", "HUAWEICLOUD_SDK_SK": "secret-key-of-a-test",
	}
}

func load(env map[string]string) (Config, error) {
	return LoadConfig(func(name string) string { return env[name] })
}

func TestRightSettingsAreTaken(t *testing.T) {
	c, err := load(settings())
	require.NoError(t, err)
	require.Equal(t, "https://lakeformation.ap-southeast-4.myhuaweicloud.com", c.Instances["default"].Endpoint)
	require.Equal(t, "sqlite:slipway.db", c.DatabaseURL)
	require.Equal(t, logrus.InfoLevel, c.LogLevel)
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	_, err := load(map[string]string{"LOG_LEVEL": "loud", "LOG_FORMAT": "xml", "SLACK_API_URL": "http://example.com/api/"})
	for _, name := range []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "LAKEFORMATION_REGION", "LAKEFORMATION_PROJECT_ID", "LAKEFORMATION_INSTANCE_ID",
		"credentials for LakeFormation", "LOG_LEVEL", "LOG_FORMAT", "SLACK_API_URL"} {
		require.ErrorContains(t, err, name)
	}
}

func TestAWrongSettingIsNamed(t *testing.T) {
	for words, change := range map[string]func(map[string]string){
		"begins with xapp-": func(e map[string]string) {
			e["SLACK_APP_TOKEN"], e["SLACK_BOT_TOKEN"] = e["SLACK_BOT_TOKEN"], e["SLACK_APP_TOKEN"]
		},
		"one of them is missing": func(e map[string]string) { delete(e, "HUAWEICLOUD_SDK_SK") },
		"there are several":      func(e map[string]string) { e["LAKEFORMATION_TOKEN"] = "token" },
		"SLACK_CONNECTIONS is":   func(e map[string]string) { e["SLACK_CONNECTIONS"] = "10" },
		"SLACK_API_URL must end": func(e map[string]string) { e["SLACK_API_URL"] = "https://slack.example.com" },
		"plain http":             func(e map[string]string) { e["LAKEFORMATION_ENDPOINT"] = "http://lakeformation.example.com" },
		"instance id":            func(e map[string]string) { e["LAKEFORMATION_INSTANCE_ID"] = "../x" },
		"HUAWEICLOUD_SDK_IAM_ENDPOINT is missing": func(e map[string]string) {
			delete(e, "HUAWEICLOUD_SDK_AK")
			delete(e, "HUAWEICLOUD_SDK_SK")
			delete(e, "LAKEFORMATION_REGION")
			e["LAKEFORMATION_ENDPOINT"] = "https://lakeformation.example.com"
			e["LAKEFORMATION_IAM_DOMAIN"], e["LAKEFORMATION_IAM_USER"], e["LAKEFORMATION_IAM_PASSWORD"] = "d", "u", "password"
		},
	} {
		env := settings()
		change(env)
		_, err := load(env)
		require.ErrorContains(t, err, words)
		require.NotContains(t, err.Error(), "secret-key-of-a-test")
	}
}

func TestSecretsAreBlackedOutInLogs(t *testing.T) {
	env := settings()
	env["HUAWEICLOUD_SDK_SK"] = `a"secret\<key>`
	env["DATABASE_URL"] = "postgres://user:database-password@127.0.0.1/x"
	c, err := load(env)
	require.NoError(t, err)
	for _, format := range []string{"json", "text"} {
		c.LogFormat = format
		var out bytes.Buffer
		log, err := newLog(&out, c)
		require.NoError(t, err)
		for _, secret := range []string{env["SLACK_APP_TOKEN"], env["SLACK_BOT_TOKEN"], env["HUAWEICLOUD_SDK_SK"], "database-password"} {
			log.WithField("leak", secret).Error("told " + secret)
			require.NotContains(t, out.String(), secret)
		}
		require.Equal(t, 8, strings.Count(out.String(), "[redacted]"), out.String())
	}
}

func TestTheCommandLine(t *testing.T) {
	none := func(string) string { return "" }
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"version"}, none, &out, &errs))
	require.Contains(t, out.String(), "slipway")
	out.Reset()
	require.NoError(t, run(context.Background(), []string{"--help"}, none, &out, &errs))
	require.Contains(t, out.String(), "playground")
	require.ErrorContains(t, run(context.Background(), []string{"fly"}, none, &out, &errs), "slipway --help")
	require.ErrorContains(t, run(context.Background(), []string{"run"}, none, &out, &errs), "SLACK_APP_TOKEN")
}
