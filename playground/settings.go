package playground

import (
	"path/filepath"
	"strings"

	"slipway/playground/localslack"
)

// Settings are Slipway's settings as NAME=value: what a person would export to
// run a second Slipway against this playground by hand.
func (p *Playground) Settings() []string {
	settings := []string{
		"SLACK_APP_TOKEN=" + localslack.PlaygroundAppTok,
		"SLACK_BOT_TOKEN=" + localslack.PlaygroundBotTok,
		"SLACK_API_URL=" + p.slack.APIURL(),
		"LAKEFORMATION_ENDPOINT=" + p.lake.URL(),
		"LAKEFORMATION_PROJECT_ID=" + p.lakeConfig.ProjectID,
		"LAKEFORMATION_INSTANCE_ID=" + p.lakeConfig.Instances[0].ID,
		"HUAWEICLOUD_SDK_AK=" + p.lakeConfig.AccessKey,
		"HUAWEICLOUD_SDK_SK=" + p.lakeConfig.SecretKey,
		"DATABASE_URL=sqlite:" + filepath.Join(p.dir, "slipway.db"),
		"LOG_LEVEL=" + p.cfg.LogLevel,
	}
	if p.cfg.Rules != "" {
		settings = append(settings, "SLIPWAY_CONFIG="+p.rulesPath())
	}
	return settings
}

func (p *Playground) rulesPath() string { return filepath.Join(p.dir, "slipway.yaml") }

// withoutSlipway drops from an environment everything Slipway would read, so that
// a token of the real Slack in the shell never meets the playground.
func withoutSlipway(environ []string) []string {
	var kept []string
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if !isSetting(name) {
			kept = append(kept, variable)
		}
	}
	return kept
}

func isSetting(name string) bool {
	for _, prefix := range []string{"SLACK_", "LAKEFORMATION_", "HUAWEICLOUD_", "SLIPWAY_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "DATABASE_URL" || name == "LOG_LEVEL" || name == "LOG_FORMAT"
}
