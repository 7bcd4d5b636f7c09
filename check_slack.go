package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"slipway/approval"
	"slipway/bot"
)

//go:embed manifest.yaml
var manifestYAML []byte

// appManifest is what of manifest.yaml can be compared with the app.
type appManifest struct {
	OAuth struct {
		Scopes struct {
			Bot []string `yaml:"bot"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
}

const (
	fixNetwork = "See that this machine may reach https://slack.com and wss://wss-primary.slack.com, by the proxy of HTTPS_PROXY if there is one. Slack's own state is at https://slack-status.com."
	fixScopes  = "Paste manifest.yaml at api.slack.com/apps, your app, “App Manifest”, then press “Reinstall to Workspace”. The tokens stay as they are."
)

// slackFailed says an error that is no answer to the question.
func slackFailed(err error) finding {
	if timedOut(err) {
		return trouble(fixNetwork, "Slack gave no answer in time.")
	}
	if code := bot.SlackCode(err); code != "" {
		return trouble("Try again in a minute; if it stays so, look for this word in Slack's documentation.", "Slack refuses to say (%s).", code)
	}
	return trouble(fixNetwork, "Slack cannot be reached: %v.", err)
}

func (c *checkup) tokens(context.Context, string) finding {
	appToken, botToken := c.config.SlackAppToken, c.config.SlackBotToken
	if strings.HasPrefix(appToken, "xoxb-") && strings.HasPrefix(botToken, "xapp-") {
		return trouble("Exchange the values of SLACK_APP_TOKEN and SLACK_BOT_TOKEN.", "The two tokens are swapped.")
	}
	if wrong := bot.CheckTokens(appToken, botToken); len(wrong) > 0 {
		return trouble("Both are at api.slack.com/apps, your app.", "%s.", strings.Join(wrong, ". "))
	}
	return fine("Each is of its kind.")
}

func (c *checkup) botToken(ctx context.Context, _ string) finding {
	var err error
	c.identity, err = c.probe.Identity(ctx)
	var refused *bot.TokenRefusedError
	switch {
	case errors.As(err, &refused):
		return trouble("Put the “Bot User OAuth Token” (xoxb-…) of your app's page “OAuth & Permissions” into SLACK_BOT_TOKEN.", "Slack refuses the bot token (%s).", refused.Code)
	case err != nil:
		return slackFailed(err)
	}
	return fine("Slack knows it: %s in the workspace %s.", c.identity.Bot, c.identity.Team)
}

func (c *checkup) scopes(context.Context, string) finding {
	var m appManifest
	if err := yaml.Unmarshal(manifestYAML, &m); err != nil {
		return trouble("Take another build of Slipway.", "The manifest in this build cannot be read: %v.", err)
	}
	has := c.identity.Scopes
	if len(has) == 0 {
		return warn("Compare the app's scopes with manifest.yaml.", "Slack did not say which scopes the bot token has.")
	}
	var missing, more []string
	for _, scope := range m.OAuth.Scopes.Bot {
		if !slices.Contains(has, scope) {
			missing = append(missing, scope)
		}
	}
	for _, scope := range has {
		if !slices.Contains(m.OAuth.Scopes.Bot, scope) && scope != "channels:read" && scope != "groups:read" {
			more = append(more, scope)
		}
	}
	switch {
	case slices.Equal(missing, []string{"usergroups:read"}) && !c.config.Policy.NamesGroups():
		return warn(fixScopes, "The bot token lacks usergroups:read. The policy names no user group now; once it does, nobody could approve as a member of one.")
	case len(missing) > 0:
		return trouble(fixScopes, "The bot token lacks %s.", strings.Join(missing, ", "))
	case len(more) > 0:
		return fine("All of manifest.yaml are there, and more than Slipway needs: %s.", strings.Join(more, ", "))
	}
	return fine("All of manifest.yaml are there, and no more.")
}

func (c *checkup) socket(ctx context.Context, _ string) finding {
	var err error
	c.hello, err = c.probe.Hello(ctx)
	var refused *bot.SocketRefusedError
	switch {
	case errors.As(err, &refused):
		what, next := refused.Words()
		return trouble(next, "%s", what)
	case errors.Is(err, bot.ErrCrowded):
		return trouble("Stop the processes that hold them, or lower SLACK_CONNECTIONS: Slack allows ten for an app.", "This app has as many sockets open as Slack allows.")
	case err != nil:
		return slackFailed(err)
	case c.hello.Others == 1:
		return fine("It opened, and was closed again. Another one is open: a Slipway with these tokens runs, or some other program.")
	case c.hello.Others > 1:
		return fine("It opened, and was closed again. %d others are open: Slipways with these tokens run, or some other program.", c.hello.Others)
	}
	return fine("It opened, and was closed again. No other one is open: no Slipway with these tokens runs.")
}

func (c *checkup) app(context.Context, string) finding {
	const rest = "Whether /lf, the buttons and the events are switched on as in manifest.yaml cannot be seen from here."
	switch byBot, byApp := c.identity.AppID, c.hello.AppID; {
	case byBot == "" || byApp == "":
		return warn("Compare the app's page “App Manifest” with manifest.yaml.", "Slack did not say which app the tokens are of. %s", rest)
	case byBot != byApp:
		return trouble("Take both tokens from one app's pages.", "The two tokens are of two apps: the app token of %s, the bot token of %s. Commands go to the one, answers come from the other.", byApp, byBot)
	}
	return fine("Both tokens are of %s, and Socket Mode is on. %s", c.identity.AppID, rest)
}

func (c *checkup) slackClock(context.Context, string) finding {
	ahead, known := c.probe.Skew()
	if !known {
		return warn("", "Slack gave no answer to compare with.")
	}
	return skewed(ahead, "Slack's")
}

func (c *checkup) channels(ctx context.Context, _ string) finding {
	told := channelsTold(c.config.Policy)
	ids := slices.Compact(slices.Sorted(slices.Values(slices.Concat(channelsOf(c.config.Policy)[1:], told))))
	var found []finding
	for _, id := range ids {
		channel, err := c.probe.Channel(ctx, id)
		if err != nil {
			return slackFailed(err)
		}
		if f := judgeChannel(id, channel, slices.Contains(told, id)); f.Status != statusOK {
			found = append(found, f)
		}
	}
	if len(ids) == 0 {
		return fine("The policy names none.")
	}
	return worst(found, fmt.Sprintf("Slipway is in %s of the policy.", count(len(ids), "channel")))
}

// judgeChannel is ok where Slipway can post into a channel. Cards are posted where people type; told says that cards of
// break glass are posted there without.
func judgeChannel(id string, c bot.Channel, told bool) finding {
	switch {
	case c.Missing != "":
		return warn("Add the scope "+c.Missing+" to the app if you want this checked. Slipway itself runs without it.",
			"Whether %s is there cannot be seen: the bot token lacks the scope %s.", id, c.Missing)
	case c.Unknown:
		return trouble("Correct the id in the policy (it is at the foot of the channel's “About”), or type /invite @Slipway in it, if it is private.", "There is no channel %s that Slipway can see.", id)
	case c.Archived:
		return trouble("Unarchive it, or name another channel in the policy.", "#%s (%s) is archived.", c.Name, id)
	case !c.Member && told:
		return trouble("Type /invite @Slipway in it.", "Slipway is not in #%s (%s), which the policy tells of break glass.", c.Name, id)
	case !c.Member:
		return warn("Type /invite @Slipway in it.", "Slipway is not in #%s (%s): what is asked for there is refused until it is.", c.Name, id)
	}
	return fine("Slipway is in #%s.", c.Name)
}

// channelsTold are the channels that break glass tells.
func channelsTold(p approval.Policy) []string {
	var ids []string
	for _, r := range p.Rules {
		if r.BreakGlass == nil {
			continue
		}
		for _, to := range r.BreakGlass.Tells {
			if strings.HasPrefix(to, "C") || strings.HasPrefix(to, "G") {
				ids = append(ids, to)
			}
		}
	}
	return ids
}

func (c *checkup) people(ctx context.Context, _ string) finding {
	var err error
	c.roster, err = policyTool{getenv: c.getenv}.roster(ctx, "", c.config.Policy)
	if err != nil {
		return slackFailed(err)
	}
	var found []finding
	refs := named(c.config.Policy)
	slices.Sort(refs)
	for _, ref := range slices.Compact(refs) {
		if f := c.judgeRef(ref); f.Status != statusOK {
			found = append(found, f)
		}
	}
	return worst(found, "All user groups and users that the policy names are there.")
}

// judgeRef is ok where a user or group of the policy is there.
func (c *checkup) judgeRef(ref string) finding {
	const fix = "Correct the policy, or the group in Slack."
	switch {
	case strings.HasPrefix(ref, "@") || strings.HasPrefix(ref, "S"):
		group, ok := c.roster.Groups.Find(ref)
		if !ok {
			return trouble(fix, "Slack has no user group %s, so nobody can approve as a member of it: it was renamed, disabled, or never was.", ref)
		}
		if len(group.Members) == 0 {
			return warn(fix, "The user group %s has no members.", ref)
		}
	case strings.HasPrefix(ref, "U") || strings.HasPrefix(ref, "W"):
		who := c.roster.person(ref)
		if who.Deleted {
			return trouble(fix, "The policy names %s, whom Slack knows no more as an active member.", ref)
		}
		if who.FullMember(c.roster.TeamID) != nil {
			return trouble(fix, "The policy names %s (%s), who is a guest, a bot or of another workspace and cannot decide.", who.Name, ref)
		}
	}
	return fine("")
}
