package main

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/bot"
	"slipway/lakeformation"
)

// Config is every setting of `slipway run`. docs/settings.md explains them to people.
type Config struct {
	SlackAppToken string
	SlackBotToken string
	SlackAPIURL   string
	Connections   int                       // sockets kept up side by side
	Instances     map[string]InstanceConfig // by name; the environment's own is "default"
	DatabaseURL   string
	Language      bot.Language // of what a whole channel reads
	Listen        string       // of /healthz, /readyz and /metrics; "": nowhere
	LogLevel      logrus.Level
	LogFormat     string // text, json or "": text on a terminal

	Policy     approval.Policy
	PolicyFile string // where the Policy comes from; "": it is the built-in rule

	secrets []string // never written to a log
	getenv  func(string) string
	file    policyFile // as read at start
}

// defaultDatabase is a file beside Slipway.
const defaultDatabase = "sqlite:slipway.db"

// ConfigError is every problem of the settings at once, each with a hint.
type ConfigError struct{ Problems []string }

func (e *ConfigError) Error() string {
	return "these settings need a change:\n  - " + strings.Join(e.Problems, "\n  - ")
}

// LoadConfig reads the settings from the environment and checks them. The error is a *ConfigError.
func LoadConfig(getenv func(string) string) (Config, error) {
	c, problems := readConfig(getenv)
	if len(problems) > 0 {
		return Config{}, &ConfigError{Problems: problems}
	}
	return c, nil
}

// readConfig gives what can be read of the settings, and what is wrong with the rest.
func readConfig(getenv func(string) string) (Config, []string) {
	env := &environment{getenv: getenv}
	c := Config{
		SlackAppToken: env.secret("SLACK_APP_TOKEN"),
		SlackBotToken: env.secret("SLACK_BOT_TOKEN"),
		SlackAPIURL:   env.get("SLACK_API_URL"),
		DatabaseURL:   env.given("DATABASE_URL"),
		Listen:        env.get("SLIPWAY_LISTEN"),
		LogFormat:     strings.ToLower(env.get("LOG_FORMAT")),
	}
	c.Connections = env.connections()
	env.problems = append(env.problems, bot.CheckTokens(c.SlackAppToken, c.SlackBotToken)...)
	if c.SlackAPIURL != "" {
		env.checkAPIURL(c.SlackAPIURL)
	}
	if c.DatabaseURL == "" {
		c.DatabaseURL = defaultDatabase
	}
	env.secrets = append(env.secrets, passwordsOf(c.DatabaseURL)...)
	if language := env.get("SLIPWAY_LANGUAGE"); language != "" {
		var known bool
		if c.Language, known = bot.ParseLanguage(language); !known {
			env.problem("SLIPWAY_LANGUAGE is %q; it may be en or zh", language)
		}
	}
	c.policy(env)
	c.LogLevel = env.logLevel()
	if c.LogFormat != "" && c.LogFormat != "text" && c.LogFormat != "json" {
		env.problem("LOG_FORMAT is %q; it may be text or json", c.LogFormat)
	}
	c.secrets, c.getenv = env.secrets, getenv
	return c, env.problems
}

// policy takes the rules and instances of the policy file, and what it leaves open from the environment.
func (c *Config) policy(env *environment) {
	c.Policy = approval.Standard()
	if c.PolicyFile = env.get("SLIPWAY_CONFIG"); c.PolicyFile != "" {
		file, err := readPolicyFile(c.PolicyFile, env)
		if err != nil {
			env.problem("SLIPWAY_CONFIG: %v; correct the path, or unset it for the built-in rule (the requester confirms)", err)
			return
		}
		env.problems, env.secrets = append(env.problems, file.problems...), append(env.secrets, file.secrets...)
		c.file, c.Policy, c.Instances = file, file.policy, file.instances
	}
	if c.Instances == nil {
		c.Instances = map[string]InstanceConfig{ownInstance: env.instance()}
	}
}

// environment reads variables and collects what is wrong with them.
type environment struct {
	getenv   func(string) string
	problems []string
	secrets  []string
}

func (e *environment) get(name string) string { return strings.TrimSpace(e.getenv(name)) }

func (e *environment) secret(name string) string {
	value := e.given(name)
	if value != "" {
		e.secrets = append(e.secrets, value)
	}
	return value
}

// given reads a variable, or else the file that NAME_FILE names.
func (e *environment) given(name string) string {
	value, _, wrong := lookUp(e.getenv, name)
	if wrong != "" {
		e.problem("%s", wrong)
	}
	return value
}

func (e *environment) problem(format string, args ...any) {
	e.problems = append(e.problems, fmt.Sprintf(format, args...))
}

// instance reads the one LakeFormation instance of the environment.
func (e *environment) instance() InstanceConfig {
	c := InstanceConfig{
		Endpoint:   e.get("LAKEFORMATION_ENDPOINT"),
		ProjectID:  e.get("LAKEFORMATION_PROJECT_ID"),
		InstanceID: e.get("LAKEFORMATION_INSTANCE_ID"),
	}
	region := e.get("LAKEFORMATION_REGION")
	switch {
	case c.Endpoint == "" && region == "":
		e.problem("LAKEFORMATION_REGION is missing; set it to your region's id, such as ap-southeast-4 (or LAKEFORMATION_ENDPOINT to a whole URL)")
	case c.Endpoint == "":
		c.Endpoint = lakeformation.EndpointForRegion(region)
	}
	if c.ProjectID == "" {
		c.ProjectID = e.get("HUAWEICLOUD_SDK_PROJECT_ID")
	}
	if c.ProjectID == "" {
		e.problem("LAKEFORMATION_PROJECT_ID is missing; it is on the console's page “My Credentials”, 32 letters and digits")
	}
	if c.InstanceID == "" {
		e.problem("LAKEFORMATION_INSTANCE_ID is missing; it is on the instance's page in the LakeFormation console, a UUID")
	}
	c.signIn = e.signIn()
	var wrong string
	if c.Credentials, wrong = c.signIn.credentials(region, c.ProjectID, environmentSettings); wrong != "" {
		e.problem("%s", wrong)
	}
	if c.Endpoint != "" && c.ProjectID != "" && c.InstanceID != "" && c.Credentials != nil {
		if err := c.check(); err != nil {
			e.problem("LAKEFORMATION_ENDPOINT, LAKEFORMATION_PROJECT_ID or LAKEFORMATION_INSTANCE_ID: %v", err)
		}
	}
	return c
}

func (e *environment) checkAPIURL(raw string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		e.problem("SLACK_API_URL is %q, which is no URL; leave it out for Slack itself", raw)
	case !strings.HasSuffix(u.Path, "/api/"):
		e.problem("SLACK_API_URL must end in /api/; it is %q", raw)
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		e.problem("SLACK_API_URL must begin with https:// (plain http is for this machine only); it is %q", raw)
	}
}

// loopback reports whether a host is this machine, and surely so: no name but localhost is believed.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// connections reads how many sockets are kept up.
func (e *environment) connections() int {
	raw := e.get("SLACK_CONNECTIONS")
	if raw == "" {
		return 1
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < 1 || n > bot.MaxConnections {
		e.problem("SLACK_CONNECTIONS is %q; it may be 1 to %d, all replicas together", raw, bot.MaxConnections)
		return 1
	}
	return n
}

func (e *environment) logLevel() logrus.Level {
	raw := e.get("LOG_LEVEL")
	if raw == "" {
		return logrus.InfoLevel
	}
	level, err := logrus.ParseLevel(raw)
	if err != nil {
		e.problem("LOG_LEVEL is %q; it may be error, warn, info or debug", raw)
	}
	return level
}
