package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"slipway/approval"
)

// policyFile is what slipway.yaml says, as far as it could be read.
type policyFile struct {
	path      string
	sum       [sha256.Size]byte // of its text
	policy    approval.Policy
	instances map[string]InstanceConfig // nil: the file has none, and the environment's own is meant
	secrets   []string
	problems  []string // in the order of the file; none: it may be put in force
}

// readPolicyFile reads and checks a file. An error says that it cannot be read at all. env gives what an instance of
// the file leaves open: how to sign in.
func readPolicyFile(path string, env *environment) (policyFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return policyFile{}, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return parsePolicyFile(path, text, env), nil
}

func parsePolicyFile(path string, text []byte, env *environment) policyFile {
	f := policyFile{path: path, sum: sha256.Sum256(text)}
	s, root, ok := newSource(path, text, env.getenv)
	if ok {
		top := root.object(topKeys...)
		f.instances = readInstances(top("instances"), env)
		f.policy = readPolicy(root, top, instanceNames(f.instances))
	}
	f.secrets, f.problems = s.secrets, s.report()
	return f
}

// topKeys are the keys of the file itself.
var topKeys = []string{"instances", "rules", "freeze", "operators"}

// readPolicy reads the rules, who may freeze starts and who may decide on the host, and lets the policy judge itself.
func readPolicy(root value, top func(key string) value, instances []string) approval.Policy {
	var p approval.Policy
	rules := top("rules")
	if freeze := top("freeze"); freeze.given() {
		p.Brake = &approval.Brake{By: freeze.object("by")("by").texts()}
	}
	for _, e := range top("operators").entries() {
		if p.Operators == nil {
			p.Operators = map[string]string{}
		}
		p.Operators[e.key] = e.text()
	}
	list := rules.list()
	if len(list) == 0 && !rules.s.wrong("rules") {
		where := rules
		if !rules.given() {
			where = root
		}
		where.problem("without a rule nothing could ever start; see docs/policy.md", "rules: is missing or empty")
	}
	for _, one := range list {
		p.Rules = append(p.Rules, readRule(one, instances))
	}
	for _, flaw := range p.Flaws() {
		path := flaw.Field
		if flaw.Rule != approval.NoRule {
			path = strings.TrimSuffix("rules["+strconv.Itoa(flaw.Rule)+"]."+flaw.Field, ".")
		}
		if !rules.s.wrong(path) {
			value{s: rules.s, path: path}.problem(flaw.Hint, "%s", flaw.Words)
		}
	}
	return p
}

func readRule(v value, instances []string) approval.Rule {
	get := v.object("name", "match", "approvals", "approvers", "approvals_from", "requester_may_approve", "reason",
		"expires_in", "remind_before", "direct_messages", "workflows", "closed", "break_glass")
	r := approval.Rule{
		Name:           get("name").text(),
		Match:          readMatch(get("match"), instances),
		Approvals:      get("approvals").number(),
		Approvers:      get("approvers").texts(),
		RequesterMay:   get("requester_may_approve").yes(),
		NeedsReason:    get("reason").word("required", "optional") == "required",
		ExpiresIn:      get("expires_in").duration(),
		RemindBefore:   get("remind_before").duration(),
		DirectMessages: get("direct_messages").yes(),
		Workflows:      get("workflows").yes(),
	}
	if !get("expires_in").given() {
		r.ExpiresIn = approval.BuiltIn().ExpiresIn
	}
	sum := 0
	for _, e := range get("approvals_from").entries() {
		if r.ApprovalsFrom == nil {
			r.ApprovalsFrom = map[string]int{}
		}
		r.ApprovalsFrom[e.key] = e.number()
		sum += r.ApprovalsFrom[e.key]
	}
	switch {
	case get("approvals").given():
	case r.ApprovalsFrom != nil:
		r.Approvals = sum
	default:
		get("approvals").problem("write how many people must say yes, such as approvals: 1; with 0 it starts at once", "approvals is missing")
	}
	for _, window := range get("closed").list() {
		r.Closed = append(r.Closed, readWindow(window))
	}
	if glass := get("break_glass"); glass.given() {
		get := glass.object("by", "tells")
		r.BreakGlass = &approval.BreakGlass{By: get("by").texts(), Tells: get("tells").texts()}
	}
	return r
}

func readMatch(v value, instances []string) approval.Match {
	get := v.object("instances", "jobs", "types", "actions", "channels", "requesters")
	m := approval.Match{
		Instances: get("instances").texts(), Jobs: get("jobs").texts(), Types: get("types").texts(),
		Channels: get("channels").texts(), Requesters: get("requesters").texts(),
	}
	for _, one := range get("actions").texts() {
		m.Actions = append(m.Actions, approval.Action(one))
	}
	for _, one := range get("instances").list() {
		one.word(instances...)
	}
	return m
}

func readWindow(v value) approval.Window {
	get := v.object("days", "dates", "from", "to", "zone", "why")
	w := approval.Window{To: 24 * 60, Zone: get("zone").text(), Why: get("why").text()}
	for _, day := range get("days").list() {
		if on, ok := weekday(day.text()); ok {
			w.Days = append(w.Days, on)
		} else if !day.s.wrong(day.path) {
			day.problem("days are "+strings.Join(days, ", "), "there is no day %q", day.text())
		}
	}
	for _, dates := range get("dates").list() {
		first, last, isSpan := strings.Cut(dates.text(), "..")
		if !isSpan {
			last = first
		}
		w.Dates = append(w.Dates, approval.Dates{First: strings.TrimSpace(first), Last: strings.TrimSpace(last)})
	}
	if from := get("from"); from.given() {
		w.From = from.minutes()
	}
	if to := get("to"); to.given() {
		w.To = to.minutes()
	}
	return w
}

var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekday reads mon, Mon and Monday.
func weekday(text string) (time.Weekday, bool) {
	for i, short := range days {
		if strings.EqualFold(text, short) || strings.EqualFold(text, time.Weekday(i).String()) {
			return time.Weekday(i), true
		}
	}
	return 0, false
}

var clockTime = regexp.MustCompile(`^([01]?\d|2[0-4]):([0-5]\d)$`)

// minutes reads a time of the day, 00:00 to 24:00, as minutes since midnight.
func (v value) minutes() int {
	text := v.text()
	parts := clockTime.FindStringSubmatch(text)
	if parts == nil {
		if !v.s.wrong(v.path) {
			v.problem(`write it as "22:30"`, "%s is no time of the day: %q", v.called(), text)
		}
		return 0
	}
	hours, _ := strconv.Atoi(parts[1])
	minutes, _ := strconv.Atoi(parts[2])
	return hours*60 + minutes
}
