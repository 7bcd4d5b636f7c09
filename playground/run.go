package playground

import (
	"context"
	"fmt"
	"strings"
)

// Run starts a Playground, says where it is and what to do next, and closes it when
// ctx ends.
func Run(ctx context.Context, cfg Config) error {
	p, err := Start(ctx, cfg)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprint(p.cfg.Stdout, p.welcome())
	if p.cfg.Open != nil {
		if err := p.cfg.Open(p.URL()); err != nil {
			_, _ = fmt.Fprintf(p.cfg.Stdout, "No browser could be opened (%v): open the address above yourself.\n", err)
		}
	}
	<-ctx.Done()
	return p.Close()
}

// welcome is what a person reads in the terminal.
func (p *Playground) welcome() string {
	var out strings.Builder
	fmt.Fprintf(&out, "Slipway's playground: %s\n", p.URL())
	for _, note := range p.notes {
		fmt.Fprintln(&out, note)
	}
	if !p.dirIsOurs {
		fmt.Fprintf(&out, "What happens here is kept in %s and goes on from there the next time.\n", p.dir)
	}
	switch p.cfg.Only {
	case SlackOnly:
		fmt.Fprintf(&out, `
Only Slack is played here, at %s. To point Slipway at it, paste this where you run it, beside the
settings of your LakeFormation:

%s
Careful: a job that is started with this Slack is started for real. A Bolt app needs the first three only; SLACK_API_URL
goes into its clientOptions as slackApiUrl.
`, p.slack.URL(), p.exports())
	case LakeFormationOnly:
		fmt.Fprintf(&out, `
Only LakeFormation is played here, at %s. To point Slipway at it, paste this where you run it, beside
the tokens of your Slack app, SLACK_APP_TOKEN and SLACK_BOT_TOKEN:

%s
Then run "slipway check" and "slipway run" there (in a clone: go run . check, go run . run). People use the real Slack; the jobs are make-believe.
`, p.lake.URL(), p.exports())
	default:
		fmt.Fprint(&out, `
Open it in a browser and press Enter: Ana asks to start nightly_sync.
Everything is on this machine, and all of it is make-believe.
`)
	}
	out.WriteString("Ctrl-C ends it.\n")
	return out.String()
}

// others are settings of the side that is played here which would contradict those that are pasted.
var others = map[Side]string{
	LakeFormationOnly: "LAKEFORMATION_REGION LAKEFORMATION_TOKEN LAKEFORMATION_IAM_DOMAIN LAKEFORMATION_IAM_USER LAKEFORMATION_IAM_PASSWORD LAKEFORMATION_ECS_AGENCY HUAWEICLOUD_SDK_SECURITY_TOKEN",
}

// exports are the settings as lines for a shell.
func (p *Playground) exports() string {
	var out strings.Builder
	if names := others[p.cfg.Only]; names != "" {
		fmt.Fprintf(&out, "unset %s\n", names)
	}
	for _, setting := range p.Settings() {
		name, value, _ := strings.Cut(setting, "=")
		fmt.Fprintf(&out, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	return out.String()
}
