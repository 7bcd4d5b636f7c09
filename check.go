package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"slipway/approval"
	"slipway/bot"
	"slipway/lakeformation"
)

// checkVerb is `slipway check`: everything a deployment needs, tried and printed, each with its fix.
type checkVerb struct {
	JSON bool `name:"json" help:"Print a list of {name, status, words, fix} for machines."`
}

// How a check ended. Warnings leave the exit code 0.
const (
	statusOK      = "ok"
	statusWarning = "warning"
	statusProblem = "problem"
)

// checkLimit is how long each check may take.
const checkLimit = 10 * time.Second

// finding is what a check found, and what to do about it.
type finding struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Words  string `json:"words"`
	Fix    string `json:"fix"`

	check, instance string
}

func fine(format string, args ...any) finding {
	return finding{Status: statusOK, Words: fmt.Sprintf(format, args...)}
}

func warn(fix, format string, args ...any) finding {
	return finding{Status: statusWarning, Words: fmt.Sprintf(format, args...), Fix: fix}
}

func trouble(fix, format string, args ...any) finding {
	return finding{Status: statusProblem, Words: fmt.Sprintf(format, args...), Fix: fix}
}

// worst joins findings of one check; where there are none, all is well, in those words.
func worst(found []finding, words string) finding {
	all := fine("%s", words)
	order := []string{statusOK, statusWarning, statusProblem}
	for i, f := range found {
		if i == 0 {
			all.Words = ""
		}
		all.Words = strings.TrimSpace(all.Words + " " + f.Words)
		if !strings.Contains(all.Fix, f.Fix) {
			all.Fix = strings.TrimSpace(all.Fix + " " + f.Fix)
		}
		if slices.Index(order, f.Status) > slices.Index(order, all.Status) {
			all.Status = f.Status
		}
	}
	return all
}

// check is one thing that is tried.
type check struct {
	name  string
	after []string // not tried where one of these found a problem
	each  bool     // tried for each instance
	try   func(c *checkup, ctx context.Context, instance string) finding
}

// checks are all of them, in the order in which they are tried. docs/check.md explains each.
var checks = []check{
	{name: "settings", try: (*checkup).settings},
	{name: "tokens", try: (*checkup).tokens},
	{name: "bot token", after: []string{"tokens"}, try: (*checkup).botToken},
	{name: "scopes", after: []string{"tokens", "bot token"}, try: (*checkup).scopes},
	{name: "socket", after: []string{"tokens"}, try: (*checkup).socket},
	{name: "app", after: []string{"tokens", "bot token", "socket"}, try: (*checkup).app},
	{name: "slack clock", try: (*checkup).slackClock},
	{name: "policy", try: (*checkup).policy},
	{name: "channels", after: []string{"tokens", "bot token", "policy"}, try: (*checkup).channels},
	{name: "people", after: []string{"tokens", "bot token", "policy"}, try: (*checkup).people},
	{name: "credentials", each: true, try: (*checkup).signIn},
	{name: "lakeformation", after: []string{"credentials"}, each: true, try: (*checkup).reach},
	{name: "lakeformation clock", each: true, try: (*checkup).lakeClock},
	{name: "jobs", after: []string{"lakeformation"}, each: true, try: (*checkup).readJobs},
	{name: "job authorization", after: []string{"lakeformation"}, each: true, try: (*checkup).agency},
	{name: "start permission", after: []string{"lakeformation"}, each: true, try: (*checkup).startPermission},
	{name: "database", try: (*checkup).database},
	{name: "proof", after: []string{"tokens", "bot token", "policy", "people", "lakeformation", "jobs"}, try: (*checkup).proof},
}

// checkup is one `slipway check`, with what its checks have learnt for those after them.
type checkup struct {
	getenv   func(string) string
	limit    time.Duration
	config   Config
	problems []string // of the settings
	probe    *bot.Probe

	identity bot.Identity
	hello    bot.SocketHello
	roster   roster
	clients  map[string]*lakeformation.Client
	skews    map[string]time.Duration // of this machine's clock from LakeFormation's, by instance
	jobs     map[string][]approval.Job

	found []finding
}

func newCheckup(getenv func(string) string) *checkup {
	c := &checkup{getenv: getenv, limit: checkLimit, clients: map[string]*lakeformation.Client{}, skews: map[string]time.Duration{}, jobs: map[string][]approval.Job{}}
	c.config, c.problems = readConfig(getenv)
	c.probe = bot.NewProbe(bot.Config{AppToken: c.config.SlackAppToken, BotToken: c.config.SlackBotToken, APIURL: c.config.SlackAPIURL})
	return c
}

// checkCommand tries everything. It starts no job, posts no message and changes no database.
func checkCommand(ctx context.Context, v checkVerb, getenv func(string) string, stdout io.Writer) error {
	c := newCheckup(getenv)
	defer c.close()
	out := newRedactor(stdout, c.config.secrets)
	err := c.run(ctx, func(f finding) error {
		if v.JSON {
			return nil
		}
		return printFinding(out, f)
	})
	if err == nil && v.JSON {
		err = json.NewEncoder(out).Encode(c.found)
	}
	if err == nil && slices.ContainsFunc(c.found, func(f finding) bool { return f.Status == statusProblem }) {
		err = errFound
	}
	return err
}

func printFinding(out io.Writer, f finding) error {
	line := fmt.Sprintf("%-8s %s: %s\n", f.Status, f.Name, f.Words)
	if f.Fix != "" {
		line += fmt.Sprintf("%-8s fix: %s\n", "", f.Fix)
	}
	_, err := io.WriteString(out, line)
	return err
}

// run tries all checks, one after the other, and tells each finding as it comes.
func (c *checkup) run(ctx context.Context, tell func(finding) error) error {
	for _, one := range checks {
		instances := []string{""}
		if one.each {
			instances = instanceNames(c.config.Instances)
		}
		for _, instance := range instances {
			f := c.tryOne(ctx, one, instance)
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("not everything was checked: %w", err)
			}
			f.Name, f.check, f.instance = one.name, one.name, instance
			if len(instances) > 1 {
				f.Name += " (" + instance + ")"
			}
			c.found = append(c.found, f)
			if err := tell(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checkup) tryOne(ctx context.Context, one check, instance string) finding {
	for _, name := range one.after {
		for _, f := range c.found {
			if f.Status == statusProblem && f.check == name && (instance == "" || f.instance == "" || f.instance == instance) {
				return warn("", "Not tried, because of the problem with “%s”.", f.Name)
			}
		}
	}
	ctx, done := context.WithTimeout(ctx, c.limit)
	defer done()
	return one.try(c, ctx, instance)
}

func (c *checkup) close() {
	for _, client := range c.clients {
		client.Close()
	}
}

// timedOut reports an error that is no more than the check's own limit.
func timedOut(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// settings are all but the tokens and the policy's file, which have checks of their own.
func (c *checkup) settings(context.Context, string) finding {
	others := slices.Concat(bot.CheckTokens(c.config.SlackAppToken, c.config.SlackBotToken), c.config.file.problems)
	var wrong []string
	for _, problem := range c.problems {
		if !slices.Contains(others, problem) {
			wrong = append(wrong, problem)
		}
	}
	if len(wrong) > 0 {
		return trouble("docs/settings.md explains each.", "%s", strings.Join(wrong, " — "))
	}
	return fine("All are there and can be read.")
}

// clockWithin is how far two clocks may be apart: LakeFormation refuses signatures from 15 minutes on.
const clockWithin = 5 * time.Minute

// skewed judges how far this machine's clock is ahead of another's.
func skewed(ahead time.Duration, whose string) finding {
	const fix = "Set this machine's clock by a time server, such as with: timedatectl set-ntp true. LakeFormation refuses signatures that are 15 minutes off."
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	apart := ahead.Abs().Round(time.Second)
	said := apart.Round(10 * time.Second) // a Date has whole seconds, and was on its way
	switch {
	case apart > clockWithin:
		return trouble(fix, "This machine's clock is %s %s %s.", said, direction, whose)
	case apart > clockWithin/5:
		return warn(fix, "This machine's clock is %s %s %s.", said, direction, whose)
	}
	return fine("This machine's clock and %s agree.", whose)
}
