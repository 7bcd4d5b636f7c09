package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

// policyVerb is `slipway policy …`: what an operator asks a policy before it is in force.
type policyVerb struct {
	Lint    policyFileArg `cmd:"" help:"Check a policy file; every problem with its line and a hint."`
	Explain explainVerb   `cmd:"" help:"Say what would happen if somebody asked for a job, and why."`
	Replay  replayVerb    `cmd:"" help:"Say what the recorded requests would have met under this file."`
	Prove   proveVerb     `cmd:"" help:"Look for jobs that nobody could get approved, and hours at which nothing may start."`
	People  policyFileArg `cmd:"" help:"Print the people and groups the policy names, as Slack knows them now, for --people."`
}

type policyFileArg struct {
	File string `arg:"" optional:"" help:"The policy file; default SLIPWAY_CONFIG."`
}

type peopleFlag struct {
	People string `type:"path" help:"Read people and groups from this file (slipway policy people) instead of asking Slack."`
}

type explainVerb struct {
	policyFileArg
	peopleFlag
	User       string    `required:"" help:"Who asks: a user id."`
	Job        string    `required:"" help:"The job's name."`
	Type       string    `help:"The job's type, where a rule goes by it: METADATA_MIGRATION, …"`
	Instance   string    `help:"The instance's name, where there are several."`
	Action     string    `enum:"start,stop" default:"start" help:"start or stop."`
	Channel    string    `help:"The channel's id."`
	Reason     string    `help:"The reason that is given."`
	At         time.Time `help:"When, as 2026-12-25T10:00:00Z; default now."`
	BreakGlass bool      `help:"As with --break-glass."`
}

type replayVerb struct {
	policyFileArg
	peopleFlag
	Limit int `default:"1000" help:"How many of the newest requests."`
}

type proveVerb struct {
	policyFileArg
	peopleFlag
	Job  []string  `help:"A job's name, instead of asking LakeFormation for all of them; may be repeated."`
	From time.Time `help:"The first hour of the week looked at; default now."`
}

// errFound is for findings that are printed already: the exit code says that there are some.
var errFound = errors.New("see above")

// policyCommand runs one of the verbs. verb is what kong parsed, such as "policy lint <file>".
func policyCommand(ctx context.Context, verb string, v policyVerb, getenv func(string) string, out io.Writer) error {
	c := policyTool{getenv: getenv, out: out}
	switch strings.Fields(verb)[1] {
	case "lint":
		return c.lint(v.Lint.File)
	case "explain":
		return c.explain(ctx, v.Explain)
	case "replay":
		return c.replay(ctx, v.Replay)
	case "prove":
		return c.prove(ctx, v.Prove)
	default:
		return c.printPeople(ctx, v.People.File)
	}
}

type policyTool struct {
	getenv func(string) string
	out    io.Writer
}

// path is the file that is meant.
func (c policyTool) path(file string) (string, error) {
	if file == "" {
		file = (&environment{getenv: c.getenv}).get("SLIPWAY_CONFIG")
	}
	if file == "" {
		return "", errors.New("which policy file? Name it, or set SLIPWAY_CONFIG")
	}
	return file, nil
}

func (c policyTool) lint(file string) error {
	path, err := c.path(file)
	if err != nil {
		return err
	}
	f, err := readPolicyFile(path, &environment{getenv: c.getenv})
	if err != nil {
		return err
	}
	for _, problem := range f.problems {
		fmt.Fprintln(c.out, problem)
	}
	if len(f.problems) > 0 {
		return fmt.Errorf("%s has %s: %w", path, count(len(f.problems), "problem"), errFound)
	}
	fmt.Fprintf(c.out, "%s is fine: %s.\n", path, count(len(f.policy.Rules), "rule"))
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// rules reads the rules of a file and the names of its instances. Credentials of instances may be missing here: who
// asks a policy need not have them.
func (c policyTool) rules(file string) (approval.Policy, []string, error) {
	path, err := c.path(file)
	if err != nil {
		return approval.Policy{}, nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return approval.Policy{}, nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	s, root, ok := newSource(path, text, c.getenv)
	names := []string{ownInstance}
	var policy approval.Policy
	if ok {
		top := root.object(topKeys...)
		if instances := top("instances"); instances.given() {
			names = nil
			for _, e := range instances.entries() {
				names = append(names, e.key)
			}
			slices.Sort(names)
		}
		policy = readPolicy(root, top, names)
	}
	if problems := s.report(); len(problems) > 0 {
		return approval.Policy{}, nil, errors.New("the policy needs a change first:\n" + strings.Join(problems, "\n"))
	}
	return policy, names, nil
}

func (c policyTool) explain(ctx context.Context, v explainVerb) error {
	policy, names, err := c.rules(v.File)
	if err != nil {
		return err
	}
	instance, err := oneOf(v.Instance, names)
	if err != nil {
		return err
	}
	if v.At.IsZero() {
		v.At = time.Now()
	}
	roster, err := c.roster(ctx, v.People, policy, v.User)
	if err != nil {
		return err
	}
	who := roster.person(v.User)
	ask := approval.Ask{Action: approval.Action(v.Action), Instance: instance, Job: v.Job, Reason: v.Reason, By: who.Actor, Channel: v.Channel, BreakGlass: v.BreakGlass}
	job := approval.Job{Name: v.Job, Type: v.Type}
	rule, ok := policy.For(approval.Question{Ask: ask, Job: job, Groups: roster.Groups})
	if !ok {
		fmt.Fprintln(c.out, "No rule of the policy is about this, so nothing would be "+ask.Action.Done()+".")
		return errFound
	}
	place := slices.IndexFunc(policy.Rules, func(r approval.Rule) bool { return r.Name == rule.Name }) + 1
	fmt.Fprintf(c.out, "Rule %d of %d: %s\n", place, len(policy.Rules), rule.Name)
	if why := who.FullMember(roster.TeamID); why != nil {
		fmt.Fprintln(c.out, why)
		return errFound
	}
	if ask.BreakGlass {
		if why := rule.BreakGlassBy(who, roster.TeamID, roster.Groups); !why.IsZero() {
			fmt.Fprintln(c.out, why)
			return errFound
		}
	}
	out := approval.Evaluate(approval.Request{Ask: ask, Job: job, Rule: rule, Approvers: roster.approvers(rule, ask)}, v.At)
	fmt.Fprintln(c.out, out.Sentence())
	if out.Standing == approval.Waits {
		fmt.Fprintln(c.out, "Who may approve:", roster.able(rule, ask))
		fmt.Fprintf(c.out, "The question stands for %s.\n", approval.Plain.Duration(rule.ExpiresIn))
	}
	if out.Standing == approval.Closed || out.Standing == approval.Forbidden {
		return errFound
	}
	return nil
}

// oneOf picks the instance that is meant.
func oneOf(name string, names []string) (string, error) {
	if name == "" && len(names) == 1 {
		return names[0], nil
	}
	if !slices.Contains(names, name) {
		return "", fmt.Errorf("--instance is one of %s", strings.Join(names, ", "))
	}
	return name, nil
}

func (c policyTool) replay(ctx context.Context, v replayVerb) error {
	policy, _, err := c.rules(v.File)
	if err != nil {
		return err
	}
	s, err := readStore(ctx, c.getenv)
	if err != nil {
		return err
	}
	defer s.Close()
	requests, err := s.Find(ctx, approval.Filter{Limit: v.Limit})
	if err != nil {
		return err
	}
	var users []string
	for _, r := range requests {
		users = append(users, r.Ask.By.UserID)
		for _, d := range r.Decisions {
			users = append(users, d.By.UserID)
		}
	}
	roster, err := c.roster(ctx, v.People, policy, users...)
	if err != nil {
		return err
	}
	differ, looked := 0, 0
	for _, r := range slices.Backward(requests) {
		if r.Rule.Name == "" {
			continue // it never came to a rule: there was no such job
		}
		looked++
		was := approval.Evaluate(r, time.Time{})
		would, rule := roster.would(policy, r)
		if was.Standing == would.Standing {
			continue
		}
		differ++
		fmt.Fprintf(c.out, "%s %s %s by %s, %s\n  was:   %s\n  would: %s\n", r.ID, r.Ask.Action, r.JobName(), r.Ask.By.Name, r.CreatedAt.UTC().Format("2006-01-02 15:04 UTC"), verdict(r.Rule, was), verdict(rule, would))
	}
	fmt.Fprintf(c.out, "%s looked at, %d would go differently.\n", count(looked, "request"), differ)
	return nil
}

// verdict says by which rule a Request goes, and how.
func verdict(rule approval.Rule, out approval.Outcome) string {
	switch {
	case rule.Name == "":
		return "no rule is about it"
	case out.Standing == approval.Allowed:
		return "allowed by “" + rule.Name + "”"
	case out.Standing == approval.Rejected:
		return "denied under “" + rule.Name + "”"
	}
	return "not allowed by “" + rule.Name + "”: " + out.Sentence()
}

func (c policyTool) prove(ctx context.Context, v proveVerb) error {
	policy, names, err := c.rules(v.File)
	if err != nil {
		return err
	}
	roster, err := c.roster(ctx, v.People, policy)
	if err != nil {
		return err
	}
	if v.From.IsZero() {
		v.From = time.Now()
	}
	jobs, err := c.jobs(ctx, v, names)
	if err != nil {
		return err
	}
	world := proofWorld(policy, roster, names, jobs, v.From)
	gaps := approval.Prove(policy, world)
	for _, g := range gaps {
		fmt.Fprintln(c.out, gapWords(g))
	}
	fmt.Fprintf(c.out, "%s looked at, with %s who may ask: %s.\n", count(len(world.Asks), "ask"), peopleWords(roster), count(len(gaps), "gap"))
	if len(gaps) > 0 {
		return errFound
	}
	return nil
}

// proofWorld is every ask that may come: each job, to start and to stop, in each channel that a rule tells apart.
func proofWorld(policy approval.Policy, r roster, names []string, jobs map[string][]approval.Job, from time.Time) approval.World {
	world := approval.World{TeamID: r.TeamID, People: r.People, Groups: r.Groups, From: from.Truncate(time.Hour)}
	for _, instance := range names {
		for _, job := range jobs[instance] {
			for _, action := range []approval.Action{approval.Start, approval.Stop} {
				for _, channel := range channelsOf(policy) {
					world.Asks = append(world.Asks, approval.Question{Ask: approval.Ask{Action: action, Instance: instance, Job: job.Name, Channel: channel}, Job: job})
				}
			}
		}
	}
	return world
}

func gapWords(g approval.Gap) string {
	rule, who := "no rule", "whoever asks"
	if g.Rule != "" {
		rule = "“" + g.Rule + "”"
	}
	if len(g.Who) > 0 {
		who = "asked by " + strings.Join(g.Who, ", ")
	}
	return fmt.Sprintf("%s %s/%s, %s (%s): %s", g.Action, g.Instance, g.Job, who, rule, g.Words)
}

func peopleWords(r roster) string {
	n := 0
	for _, p := range r.People {
		if p.FullMember(r.TeamID) == nil {
			n++
		}
	}
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// channelsOf are the channels that rules tell apart, and any other one.
func channelsOf(p approval.Policy) []string {
	channels := map[string]bool{"": true}
	for _, r := range p.Rules {
		for _, id := range r.Match.Channels {
			channels[id] = true
		}
	}
	return slices.Sorted(maps.Keys(channels))
}

// jobs are those that are named, or all that LakeFormation has, by instance.
func (c policyTool) jobs(ctx context.Context, v proveVerb, names []string) (map[string][]approval.Job, error) {
	jobs := map[string][]approval.Job{}
	if len(v.Job) > 0 {
		for _, instance := range names {
			for _, name := range v.Job {
				jobs[instance] = append(jobs[instance], approval.Job{Name: name})
			}
		}
		return jobs, nil
	}
	config, err := LoadConfig(func(name string) string {
		if name == "SLIPWAY_CONFIG" && v.File != "" {
			return v.File
		}
		return c.getenv(name)
	})
	if err != nil {
		return nil, fmt.Errorf("to ask LakeFormation for the jobs (or name them with --job): %w", err)
	}
	for name, instance := range config.Instances {
		client, err := lakeformation.New(lakeformation.Config{Endpoint: instance.Endpoint, ProjectID: instance.ProjectID, InstanceID: instance.InstanceID, Credentials: instance.Credentials})
		if err != nil {
			return nil, fmt.Errorf("instance %s: %w", name, err)
		}
		all, err := client.AllJobs(ctx, "")
		client.Close()
		if err != nil {
			return nil, fmt.Errorf("the jobs of %s: %w", name, err)
		}
		for _, job := range all {
			jobs[name] = append(jobs[name], approval.Job{ID: job.ID, Name: job.Name, Type: string(job.Type)})
		}
	}
	return jobs, nil
}
