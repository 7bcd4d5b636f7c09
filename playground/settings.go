package playground

import (
	"path/filepath"
	"strings"

	"slipway/playground/localslack"
)

// Settings are Slipway's settings as NAME=value: what a person would export to
// run a second Slipway against this playground by hand. With one side alone they are that side's, and a database's.
func (p *Playground) Settings() []string {
	var settings []string
	if p.slack != nil {
		settings = append(settings,
			"SLACK_APP_TOKEN="+localslack.PlaygroundAppTok,
			"SLACK_BOT_TOKEN="+localslack.PlaygroundBotTok,
			"SLACK_API_URL="+p.slack.APIURL())
	}
	if p.lake != nil {
		settings = append(settings,
			"LAKEFORMATION_ENDPOINT="+p.lake.URL(),
			"LAKEFORMATION_PROJECT_ID="+p.lakeConfig.ProjectID,
			"LAKEFORMATION_INSTANCE_ID="+p.lakeConfig.Instances[0].ID,
			"HUAWEICLOUD_SDK_AK="+p.lakeConfig.AccessKey,
			"HUAWEICLOUD_SDK_SK="+p.lakeConfig.SecretKey)
	}
	if p.cfg.Only != BothSides && p.dirIsOurs {
		return append(settings, "DATABASE_URL="+trialDatabase)
	}
	settings = append(settings, "DATABASE_URL=sqlite:"+filepath.Join(p.dir, "slipway.db"))
	if p.cfg.Only != BothSides {
		return settings
	}
	settings = append(settings, "LOG_LEVEL="+p.cfg.LogLevel)
	if p.cfg.Rules != "" || p.cfg.RulesFile != "" {
		settings = append(settings, "SLIPWAY_CONFIG="+p.rulesPath())
	}
	return settings
}

// trialDatabase is that of a Slipway run by hand: in its own directory, and never the one of a real Slipway.
const trialDatabase = "sqlite:slipway-trial.db"

func (p *Playground) rulesPath() string {
	if p.cfg.RulesFile != "" {
		return p.cfg.RulesFile
	}
	return filepath.Join(p.dir, "slipway.yaml")
}

// withoutSlipway drops from an environment everything Slipway would read, so that
// a token of the real Slack in the shell never meets the playground.
func withoutSlipway(environ []string) []string {
	var kept []string
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if !IsSetting(name) {
			kept = append(kept, variable)
		}
	}
	return kept
}

// IsSetting says whether Slipway would read this variable.
func IsSetting(name string) bool {
	for _, prefix := range []string{"SLACK_", "LAKEFORMATION_", "HUAWEICLOUD_", "SLIPWAY_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "DATABASE_URL" || name == "LOG_LEVEL" || name == "LOG_FORMAT"
}
