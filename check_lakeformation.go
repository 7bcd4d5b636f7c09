package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
	"slipway/store"
)

// client is the one of an instance. It notes how far the clocks are apart.
func (c *checkup) client(name string) (*lakeformation.Client, error) {
	if client := c.clients[name]; client != nil {
		return client, nil
	}
	i := c.config.Instances[name]
	client, err := lakeformation.New(lakeformation.Config{
		Endpoint: i.Endpoint, ProjectID: i.ProjectID, InstanceID: i.InstanceID, Credentials: i.Credentials,
		UserAgent: "slipway/" + strings.ReplaceAll(versionWords(), " ", "-"),
		Observe: func(call lakeformation.Call) {
			if !call.Date.IsZero() {
				c.skews[name] = time.Since(call.Date)
			}
		},
	})
	if err == nil {
		c.clients[name] = client
	}
	return client, err
}

// lakeFailed says a failed call as it is said to people, and what the service itself wrote.
func lakeFailed(err error) finding {
	var e *lakeformation.Error
	if !errors.As(err, &e) {
		return trouble("Check the settings of this instance.", "%v.", err)
	}
	fix := e.Solution
	if fix == "" {
		fix = e.Remedy().String()
	}
	return trouble(fix, "%s It says: %s.", e.Summary(), clipped(e.Error()))
}

// clipped keeps a line readable: an answer may repeat a whole request.
func clipped(text string) string {
	if runes := []rune(text); len(runes) > 240 {
		return string(runes[:240]) + "…"
	}
	return text
}

// signIn says how an instance is signed in to, and has the ECS's agency give keys.
func (c *checkup) signIn(ctx context.Context, name string) finding {
	const lasting = "Use an access key of a user for Slipway alone, or on an ECS its agency (LAKEFORMATION_ECS_AGENCY)."
	switch by := c.config.Instances[name].Credentials.(type) {
	case *lakeformation.ECSAgency:
		ends, err := by.Ends(ctx)
		var e *lakeformation.Error
		if errors.As(err, &e) {
			return trouble(e.Remedy().String(), "The agency of this ECS gives no keys: %s.", clipped(e.Error()))
		}
		if err != nil {
			return trouble("Check that Slipway runs on a Huawei Cloud ECS.", "The agency of this ECS gives no keys: %v.", err)
		}
		return fine("The agency of this ECS gives keys. Those of now end at %s, and are renewed before.", ends.UTC().Format("15:04 UTC"))
	case *lakeformation.IAMPassword:
		return fine("A token is fetched with a user and password, and renewed.")
	case lakeformation.AKSK:
		if by.SecurityToken != "" {
			return warn(lasting, "These are temporary keys: they end within a day, and nothing renews them.")
		}
		return fine("Requests are signed with an access key and a secret key.")
	case lakeformation.FixedToken:
		return warn(lasting, "This is a fixed token: it ends within a day, and nothing renews it.")
	}
	return warn("", "They are not complete: see “settings”.")
}

// reach asks for the instance. Where that is not allowed, or not there, the list of jobs decides, which Slipway needs.
func (c *checkup) reach(ctx context.Context, name string) finding {
	client, err := c.client(name)
	if err != nil {
		return trouble("See “settings”.", "LakeFormation cannot be asked: the settings of this instance are not complete.")
	}
	instance, err := client.ShowInstance(ctx)
	var e *lakeformation.Error
	if errors.As(err, &e) && (e.HTTPStatus == 403 || e.HTTPStatus == 404) {
		if _, err := client.ListJobs(ctx, lakeformation.ListOptions{Type: lakeformation.JobTypes()[0], Limit: 1}); err != nil {
			return lakeFailed(err)
		}
		return fine("It can be reached and lets these credentials in, though not to look at the instance itself, which Slipway does not need.")
	}
	switch {
	case err != nil:
		return lakeFailed(err)
	case instance.InRecycleBin:
		return trouble("Restore the instance in the LakeFormation console, or name another.", "The instance %s is in the recycle bin.", instance.Name)
	case instance.Status != "" && instance.Status != "RUNNING":
		return warn("Look at it in the LakeFormation console.", "It can be reached and lets these credentials in, but the instance %s is %s, not RUNNING.", instance.Name, instance.Status)
	}
	return fine("It can be reached, lets these credentials in, and the instance %s is there.", instance.Name)
}

func (c *checkup) lakeClock(_ context.Context, name string) finding {
	ahead, known := c.skews[name]
	if !known {
		return warn("", "LakeFormation gave no answer to compare with.")
	}
	return skewed(ahead, "LakeFormation's")
}

func (c *checkup) readJobs(ctx context.Context, name string) finding {
	client, err := c.client(name)
	if err != nil {
		return lakeFailed(err)
	}
	total := 0
	for _, kind := range lakeformation.JobTypes() {
		page, err := client.ListJobs(ctx, lakeformation.ListOptions{Type: kind, Limit: 1})
		if err != nil {
			return lakeFailed(err)
		}
		total += page.Total
	}
	return fine("%s can be read.", count(total, "job"))
}

func (c *checkup) agency(ctx context.Context, name string) finding {
	const look = "Look in the LakeFormation console under Tasks > Job Authorization."
	client, err := c.client(name)
	if err != nil {
		return lakeFailed(err)
	}
	agency, err := client.ShowJobAgency(ctx)
	var e *lakeformation.Error
	switch {
	case errors.As(err, &e) && e.HTTPStatus == 404:
		return warn(look, "Whether jobs are authorised cannot be seen: LakeFormation does not say it here.")
	case errors.As(err, &e) && e.HTTPStatus == 403:
		return warn(look, "Whether jobs are authorised cannot be seen: these credentials may not ask.")
	case err != nil:
		f := lakeFailed(err)
		return warn(look, "Whether jobs are authorised cannot be seen. %s", f.Words)
	case !agency.Authorized:
		words := "Jobs are not authorised: the agency lakeformation_job_trust is not there, or may not do enough. Every run would fail."
		if len(agency.Missing) > 0 {
			words += " It lacks " + strings.Join(agency.Missing, ", ") + "."
		}
		return trouble("An administrator authorises jobs once, in the LakeFormation console under Tasks > Job Authorization.", "%s", words)
	}
	return fine("An administrator has authorised jobs: the agency is there.")
}

func (c *checkup) startPermission(context.Context, string) finding {
	return fine("It cannot be known without starting a job. These credentials need, most likely, the IAM action lakeformation:instanceJob:exec to start and stop; what was read here needed lakeformation:instanceJob:describe.")
}

func (c *checkup) database(ctx context.Context, _ string) finding {
	i, err := store.Inspect(ctx, c.config.DatabaseURL)
	if err != nil {
		words, fix, _ := strings.Cut(err.Error(), ". ")
		return trouble(strings.TrimSuffix(fix, ".")+".", "%s.", strings.ToUpper(words[:1])+words[1:])
	}
	beside := ""
	if i.Held {
		beside = fmt.Sprintf(" A Slipway%s serves it now, which is fine.", i.Holder)
	}
	switch {
	case i.New:
		return fine("%s can be written; the first start makes the tables.", i.Where)
	case i.Version < i.Known:
		return warn("Back it up (docs/deploy.md), then start this Slipway.", "%s takes changes. Its schema is version %d; the next start brings it to %d, which an older Slipway does not read.%s", i.Where, i.Version, i.Known, beside)
	case i.Freeze.On():
		return warn("Somebody whom freeze: of the policy names ends that with /lf thaw.", "%s takes changes. %s%s", i.Where, i.Freeze.Text(), beside)
	}
	return fine("%s takes changes, and its schema (version %d) is this Slipway's.%s", i.Where, i.Version, beside)
}

func (c *checkup) policy(context.Context, string) finding {
	switch problems := c.config.file.problems; {
	case c.config.PolicyFile == "":
		return fine("There is no policy file, so who asks confirms.")
	case len(problems) > 0:
		return trouble("slipway policy lint prints each in a line of its own; docs/policy.md explains every key.", "%s", strings.Join(problems, " — "))
	case c.config.file.path == "":
		return trouble("Correct SLIPWAY_CONFIG, or unset it for the built-in rule.", "The file cannot be read: see “settings”.")
	}
	return fine("%s is fine: %s.", c.config.PolicyFile, count(len(c.config.Policy.Rules), "rule"))
}

// proof looks for jobs that nobody could get started. That may be meant, so it is a warning.
func (c *checkup) proof(ctx context.Context, _ string) finding {
	names := instanceNames(c.config.Instances)
	for _, name := range names {
		client, err := c.client(name)
		if err != nil {
			return lakeFailed(err)
		}
		all, err := client.AllJobs(ctx, "")
		if err != nil {
			return lakeFailed(err)
		}
		for _, job := range all {
			c.jobs[name] = append(c.jobs[name], approval.Job{ID: job.ID, Name: job.Name, Type: string(job.Type)})
		}
	}
	world := proofWorld(c.config.Policy, c.roster, names, c.jobs, time.Now())
	world.People = append(world.People, others(c.config.Policy, c.roster.TeamID)...)
	var gaps []string
	some := ""
	for _, g := range approval.Prove(c.config.Policy, world) {
		if len(g.Who) > 0 {
			some = " Some people's asks could not; slipway policy prove says whose."
			continue
		}
		gaps = append(gaps, gapWords(g))
	}
	if len(gaps) > 0 {
		const few = 5
		more := ""
		if len(gaps) > few {
			more, gaps = fmt.Sprintf(" — and %d more", len(gaps)-few), gaps[:few]
		}
		return warn("Change the rule, if it is not meant so; slipway policy prove prints all.", "What nobody could get started: %s%s.", strings.Join(gaps, " — "), more)
	}
	return fine("%s looked at, with %s whom the policy names: each could start.%s", count(len(world.Asks), "ask"), peopleWords(c.roster), some)
}

// others stand for the members of the workspace whom no rule names: they may ask, and approve where anyone may.
func others(p approval.Policy, teamID string) []approval.Person {
	most := 0
	for _, r := range p.Rules {
		most = max(most, r.Approvals)
	}
	people := make([]approval.Person, most+1)
	for i := range people {
		people[i].Actor = approval.Actor{TeamID: teamID, UserID: fmt.Sprintf("somebody else %d", i), Name: "somebody else"}
	}
	return people
}
