package commands

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/lakeformation"
)

// Invocation is a typed command as Slack delivered it, decoded.
type Invocation struct {
	Receipt approval.Receipt
	By      approval.Actor
	Channel string
	Thread  string // the message under which it was said; "": none
	MayAsk  bool   // a Form can be shown; else it can be offered
	Command string // how Slipway was called: /lf, @Slipway, or nothing in a direct message
	Text    string // what followed it
	Reply   approval.Reply
	Voice   approval.Voice // the reader's language
}

// Click is a pressed button as Slack delivered it. Only By is believed; Value is what a stranger may have sent.
type Click struct {
	Receipt approval.Receipt
	By      approval.Actor
	Button  Button
	Value   string // request id and terms, see ButtonValue
	Channel string // where it was pressed
	Message string // ts of the message that was pressed
	Reply   approval.Reply
	Voice   approval.Voice // the reader's language
}

// Button names what a press asks for; it is the action_id in Slack.
type Button string

const (
	Approve   Button = "approve"
	Deny      Button = "deny"
	Cancel    Button = "cancel"
	LookAgain Button = "look_again"
	DidStart  Button = "did_start"
	DidNot    Button = "did_not"
	AskAgain  Button = "ask_again"
	RunAgain  Button = "run_again" // a new Request to start what has ended
	StopRun   Button = "stop_run"  // a new Request to stop what runs

	JobsBefore Button = "jobs_before" // the page before in a list of jobs
	JobsAfter  Button = "jobs_after"  // the page after
)

// ButtonValue is what a button carries: which Request, and which terms it shows. Never who may press it.
func ButtonValue(r approval.Request) string {
	return strconv.FormatInt(int64(r.ID), 10) + "." + strconv.Itoa(r.Terms)
}

// parseValue reads ButtonValue; false for anything else.
func parseValue(value string) (approval.ID, int, bool) {
	id, terms, ok := strings.Cut(value, ".")
	n, err := strconv.ParseInt(id, 10, 64)
	t, err2 := strconv.Atoi(terms)
	return approval.ID(n), t, ok && err == nil && err2 == nil && n > 0 && t > 0
}

// Instances are the LakeFormation instances by their names in the settings.
type Instances map[string]*lakeformation.Client

// Router sends what people say and press to where it belongs.
type Router struct {
	service   *approval.Service
	store     approval.Store
	rules     *approval.Rulebook
	people    approval.People
	clock     approval.Clock
	instances Instances
	targets   map[string]approval.Target // where each of them is
	names     []string                   // of the instances, in order
	lists     map[string]*jobList
	log       *logrus.Entry
}

// NewRouter returns a Router. instances and targets have the same names.
func NewRouter(service *approval.Service, store approval.Store, rules *approval.Rulebook, people approval.People, clock approval.Clock, instances Instances, targets map[string]approval.Target, log *logrus.Entry) *Router {
	lists := map[string]*jobList{}
	for name, client := range instances {
		lists[name] = &jobList{now: clock.Now, read: func(ctx context.Context, pattern string) ([]lakeformation.Job, bool, error) {
			return client.Reachable(ctx, pattern)
		}}
	}
	return &Router{
		service: service, store: store, rules: rules, people: people, clock: clock,
		instances: instances, targets: targets, names: slices.Sorted(maps.Keys(instances)), lists: lists, log: log,
	}
}

// command is one word people can type.
type command struct {
	word string
	args string
	does approval.Text
	run  func(*Router, context.Context, Invocation, Line) Answer
}

// list is every command, in the order that help shows them.
func list() []command {
	return []command{
		{"start", "<job> [reason]", approval.T("asks to start a job; the card asks for the confirmation"), (*Router).start},
		{"stop", "<job> [reason]", approval.T("asks to stop the run of a job"), (*Router).stop},
		{"status", "[job or R-id]", approval.T("tells how a job or a request stands; alone: what is open here"), (*Router).status},
		{"log", "<job>", approval.T("shows you the end of the newest run's log"), (*Router).showLog},
		{"jobs", "[filter]", approval.T("lists the jobs; a filter is a part of the name, a type or a status"), (*Router).jobs},
		{"pending", "", approval.T("lists what waits for a decision in this channel"), (*Router).pending},
		{"policy", "<job>", approval.T("tells who would have to approve its start, and when"), (*Router).policy},
		{"watch", "[job]", approval.T("lets this channel hear when a run of a job ends; alone: what is watched here"), (*Router).watch},
		{"unwatch", "<job>", approval.T("ends that"), (*Router).unwatch},
		{"history", "[job or R-id]", approval.T("tells what happened, and who did it"), (*Router).history},
		{"cancel", "<R-id>", approval.T("takes back what you asked for, before it starts"), (*Router).cancel},
		{"freeze", "[why]", approval.T("keeps every start from happening, in an emergency; who may is in the policy"), (*Router).freeze},
		{"thaw", "", approval.T("lets starts happen again"), (*Router).thaw},
		{"instances", "", approval.T("lists the LakeFormation instances"), (*Router).instancesHere},
		{"whoami", "", approval.T("tells who Slipway takes you for, and what you may approve"), (*Router).whoami},
		{"help", "[command]", approval.T("shows this, or how a command is used"), (*Router).help},
	}
}

// Handle answers a typed command. What it returns as Now goes out with the ack: a command that changes something is on
// disk by then.
func (r *Router) Handle(ctx context.Context, in Invocation) Answer {
	line := Parse(in.Text)
	if line.Unknown != "" && line.Verb != "help" {
		return in.say("I don't know the flag %s, so nothing was done. Known are --mode, --cascade, --break-glass and --page; see %s.", quote(line.Unknown), in.called("help"))
	}
	if !changes[line.Verb] {
		if err := r.service.Reads(in.By); err != nil {
			return in.refuse(err)
		}
	}
	for _, c := range list() {
		if c.word == line.Verb {
			return c.run(r, ctx, in, line)
		}
	}
	return r.unknown(in, line)
}

// changes are the commands of which Service decides, and keeps in the audit, whom it refuses.
var changes = map[string]bool{"start": true, "stop": true, "cancel": true, "freeze": true, "thaw": true}

// Click answers a pressed button. An empty Answer is the usual: the card itself shows what changed.
func (r *Router) Click(ctx context.Context, c Click) Answer {
	if c.Button == JobsBefore || c.Button == JobsAfter {
		return r.turnPage(c)
	}
	id, terms, ok := parseValue(c.Value)
	if !ok {
		return c.say("I can't read this button, so nothing changed. Please use the newest card, or ask again.")
	}
	if c.Button == AskAgain || c.Button == RunAgain || c.Button == StopRun {
		return r.askAnew(ctx, c, id)
	}
	v := approval.Verdict{Receipt: c.Receipt, Request: id, Terms: terms, By: c.By, Card: approval.Card{Channel: c.Channel, TS: c.Message}}
	var req approval.Request
	var err error
	switch c.Button {
	case Approve:
		req, err = r.service.Approve(ctx, v)
	case Deny:
		req, err = r.service.Deny(ctx, v)
	case Cancel:
		req, err = r.service.Cancel(ctx, v)
	case LookAgain:
		req, err = r.service.Resolve(ctx, v, approval.LookAgain)
	case DidStart:
		req, err = r.service.Resolve(ctx, v, approval.DidStart)
	case DidNot:
		req, err = r.service.Resolve(ctx, v, approval.DidNot)
	default:
		return c.say("I don't know this button, so nothing changed.")
	}
	answer := r.settled(ctx, c.Voice, c.Receipt, id, err)
	if err != nil && c.Message != "" {
		// A refused press may be one on an extra copy of the card, and that is to go all the same.
		req, _ = r.store.Request(ctx, id)
	}
	if c.Message != "" && req.Card.TS != "" && c.Message != req.Card.TS && c.Channel == req.Ask.Channel {
		answer.Replaced = req.ID
	}
	return answer
}

// instance picks the LakeFormation instance that a Line means.
func (r *Router) instance(line Line) (string, *approval.Error) {
	if line.Instance == "" && len(r.names) == 1 {
		return r.names[0], nil
	}
	if _, ok := r.instances[line.Instance]; ok {
		return line.Instance, nil
	}
	known := strings.Join(r.names, ", ")
	if line.Instance == "" {
		return "", &approval.Error{Code: approval.Invalid, Words: approval.T("On which instance? Nothing was done."), Hint: approval.T("Write instance/job; the instances are %s.", known)}
	}
	return "", &approval.Error{Code: approval.Invalid, Words: approval.T("There is no instance %s here, so nothing was done.", quote(line.Instance)), Hint: approval.T("The instances are %s.", known)}
}
