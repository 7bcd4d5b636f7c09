package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"slipway/approval"
	"slipway/bot"
)

// roster is the people and groups that a policy is asked about.
type roster struct {
	TeamID string
	People []approval.Person
	Groups approval.Groups
}

// rosterFile is a roster as `slipway policy people` prints it.
type rosterFile struct {
	TeamID string        `json:"team_id"`
	People []rosterEntry `json:"people"`
	Groups []rosterGroup `json:"groups"`
}

type rosterEntry struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	TeamID  string `json:"team_id"`
	Guest   bool   `json:"guest,omitempty"`
	Bot     bool   `json:"bot,omitempty"`
	Deleted bool   `json:"deactivated,omitempty"`
}

type rosterGroup struct {
	ID      string   `json:"id"`
	Handle  string   `json:"handle"`
	Name    string   `json:"name,omitempty"`
	Members []string `json:"members"`
}

// roster reads a file, or asks Slack for the groups that the policy names, their members and the users it names. Never
// for everybody in the workspace.
func (c policyTool) roster(ctx context.Context, path string, policy approval.Policy, users ...string) (roster, error) {
	if path != "" {
		return readRoster(path)
	}
	env := &environment{getenv: c.getenv}
	token := env.given("SLACK_BOT_TOKEN")
	if len(env.problems) > 0 {
		return roster{}, &ConfigError{Problems: env.problems}
	}
	if token == "" {
		return roster{}, errors.New("who is who? Set SLACK_BOT_TOKEN to ask Slack, or name a file with --people (slipway policy people writes one)")
	}
	people, err := bot.ConnectPeople(ctx, token, env.get("SLACK_API_URL"))
	if err != nil {
		return roster{}, err
	}
	found := roster{TeamID: people.TeamID()}
	wanted := map[string]bool{}
	for _, user := range users {
		wanted[user] = true
	}
	var groups approval.Groups
	if policy.NamesGroups() || policy.Brake.NamesGroups() {
		if groups, err = people.Groups(ctx, true); err != nil {
			return roster{}, err
		}
	}
	for _, ref := range named(policy) {
		if group, ok := groups.Find(ref); ok {
			if !slices.ContainsFunc(found.Groups, func(g approval.Group) bool { return g.ID == group.ID }) {
				found.Groups = append(found.Groups, group)
			}
			for _, member := range group.Members {
				wanted[member] = true
			}
		} else if strings.HasPrefix(ref, "U") || strings.HasPrefix(ref, "W") {
			wanted[ref] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		person, err := people.Person(ctx, id)
		if approval.CodeOf(err) == approval.NotMember {
			person, err = approval.Person{Actor: approval.Actor{UserID: id, Name: id}, Deleted: true}, nil
		}
		if err != nil {
			return roster{}, err
		}
		found.People = append(found.People, person)
	}
	return found, nil
}

// named are all users and groups that a policy names.
func named(policy approval.Policy) []string {
	var refs []string
	for _, r := range policy.Rules {
		refs = append(append(refs, r.Refs()...), r.Match.Requesters...)
		if r.BreakGlass != nil {
			refs = append(append(refs, r.BreakGlass.By...), r.BreakGlass.Tells...)
		}
	}
	if policy.Brake != nil {
		refs = append(refs, policy.Brake.By...)
	}
	for _, user := range policy.Operators {
		refs = append(refs, user)
	}
	return refs
}

func readRoster(path string) (roster, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return roster{}, fmt.Errorf("--people: %w", err)
	}
	var f rosterFile
	if err := json.Unmarshal(text, &f); err != nil {
		return roster{}, fmt.Errorf("--people: %s is not what slipway policy people prints: %w", path, err)
	}
	r := roster{TeamID: f.TeamID}
	for _, p := range f.People {
		r.People = append(r.People, approval.Person{Actor: approval.Actor{TeamID: p.TeamID, UserID: p.ID, Name: p.Name}, Guest: p.Guest, Bot: p.Bot, Deleted: p.Deleted})
	}
	for _, g := range f.Groups {
		r.Groups = append(r.Groups, approval.Group(g))
	}
	return r, nil
}

func (c policyTool) printPeople(ctx context.Context, file string) error {
	policy, _, err := c.rules(file)
	if err != nil {
		return err
	}
	r, err := c.roster(ctx, "", policy)
	if err != nil {
		return err
	}
	f := rosterFile{TeamID: r.TeamID, People: []rosterEntry{}, Groups: []rosterGroup{}}
	for _, p := range r.People {
		f.People = append(f.People, rosterEntry{p.UserID, p.Name, p.TeamID, p.Guest, p.Bot, p.Deleted})
	}
	for _, g := range r.Groups {
		f.Groups = append(f.Groups, rosterGroup(g))
	}
	out := json.NewEncoder(c.out)
	out.SetIndent("", "  ")
	return out.Encode(f)
}

// person is somebody of the roster; who is not in it is nobody.
func (r roster) person(id string) approval.Person {
	i := slices.IndexFunc(r.People, func(p approval.Person) bool { return p.UserID == id })
	if i < 0 {
		return approval.Person{Actor: approval.Actor{UserID: id, Name: id}, Deleted: true}
	}
	return r.People[i]
}

func (r roster) approvers(rule approval.Rule, ask approval.Ask) []approval.Approver {
	return rule.NameApprovers(ask, r.Groups, func(userID string) string {
		if p := r.person(userID); !p.Deleted {
			return p.Name
		}
		return ""
	})
}

// able lists who of the roster may approve.
func (r roster) able(rule approval.Rule, ask approval.Ask) string {
	var names []string
	for _, p := range r.People {
		if as, _ := rule.As(ask, p, r.TeamID, r.Groups); len(as) > 0 {
			names = append(names, p.Name)
		}
	}
	if slices.Contains(rule.Refs(), approval.Anyone) {
		names = append(names, "anyone else in the workspace")
	}
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// would says how a recorded Request would go under a policy, with the decisions that people made then and who they are
// now, and by which rule. Closed windows are held against the time at which it was approved.
func (r roster) would(policy approval.Policy, req approval.Request) (approval.Outcome, approval.Rule) {
	rule, _ := policy.For(approval.Question{Ask: req.Ask, Job: req.Job, Groups: r.Groups})
	req.Rule, req.Decisions = rule, slices.Clone(req.Decisions)
	counted := req.Decisions[:0]
	for _, d := range req.Decisions {
		if d.As, _ = rule.As(req.Ask, r.person(d.By.UserID), r.TeamID, r.Groups); len(d.As) > 0 {
			counted = append(counted, d)
		}
	}
	req.Decisions, req.Approvers = counted, r.approvers(rule, req.Ask)
	at := req.ApprovedAt
	if at.IsZero() {
		at = req.CreatedAt
	}
	return approval.Evaluate(req, at), rule
}
