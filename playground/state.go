package playground

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// messagesShown is how many messages of a conversation the page gets, the newest.
const messagesShown = 150

// state is everything the page shows. Each field is a part of its own: the
// stream sends only the parts that changed.
type state struct {
	Only      Side                 `json:"only"` // the one side that is played, "" for both
	People    []person             `json:"people"`
	Groups    map[string]string    `json:"groups"` // handles by id
	Channels  []conversation       `json:"channels"`
	Messages  map[string][]message `json:"messages"` // by conversation, oldest first
	Modals    map[string][]surface `json:"modals"`   // by person, the topmost last
	Homes     map[string]surface   `json:"homes"`    // by person, once published
	Shortcuts []shortcut           `json:"shortcuts"`
	Jobs      []job                `json:"jobs"`
	Deleted   []string             `json:"deleted"` // names of jobs that can be brought back
	Faults    faultState           `json:"faults"`
	Slack     slackState           `json:"slack"`
	Child     childView            `json:"child"`
	Log       []string             `json:"log"`
}

type person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
	Bot  bool   `json:"bot"`
	DM   string `json:"dm"` // their conversation with Slipway
}

type conversation struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Members []string `json:"members"`
	HasBot  bool     `json:"hasBot"`
	DMWith  string   `json:"dmWith"`
}

type message struct {
	TS          string              `json:"ts"`
	Thread      string              `json:"thread"`
	User        string              `json:"user"`
	Text        string              `json:"text"`
	Blocks      json.RawMessage     `json:"blocks,omitempty"`
	Attachments json.RawMessage     `json:"attachments,omitempty"`
	OnlyFor     string              `json:"onlyFor"`
	Broadcast   bool                `json:"broadcast"`
	Edited      bool                `json:"edited"`
	Warnings    map[string]string   `json:"warnings,omitempty"`
	Reactions   map[string][]string `json:"reactions,omitempty"`
	Files       []file              `json:"files,omitempty"`
}

type job struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Instance    string           `json:"instance"` // its name
	Description string           `json:"description"`
	Type        locallake.Type   `json:"type"`
	Status      locallake.Status `json:"status"`
	Ends        locallake.Status `json:"ends"` // how its runs end
	Start       time.Time        `json:"start,omitzero"`
	End         time.Time        `json:"end,omitzero"`
	Seconds     float64          `json:"seconds"`
	Runs        int              `json:"runs"`
	StartCalls  int              `json:"startCalls"`
	Active      bool             `json:"active"` // a run is going on, whatever can be seen of it
	Past        []run            `json:"past"`   // the newest runs, the newest first
	Log         []string         `json:"log"`    // the end of what the log call answers
}

type run struct {
	Status  locallake.Status `json:"status"`
	Start   time.Time        `json:"start"`
	Seconds float64          `json:"seconds"` // 0 while it goes on
	Outside bool             `json:"outside"` // nobody asked for it through Slipway
}

// What the page shows of a job's past.
const (
	runsShown = 5
	logShown  = 8
)

type faultState struct {
	Kinds  []faultKind   `json:"kinds"`
	Ops    []string      `json:"ops"`
	Active []activeFault `json:"active"`
}

type faultKind struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

type activeFault struct {
	Op    string `json:"op"`
	Title string `json:"title"`
	Times int    `json:"times"` // 0 until cleared
}

type slackState struct {
	Connections int         `json:"connections"`
	Tools       []slackTool `json:"tools"`
	Lasting     []string    `json:"lasting"` // titles of what lasts until it is cleared
}

func (p *Playground) state() state {
	s := state{
		Only: p.cfg.Only, People: []person{}, Groups: map[string]string{}, Channels: []conversation{}, Messages: map[string][]message{},
		Modals: map[string][]surface{}, Homes: map[string]surface{}, Shortcuts: []shortcut{}, Jobs: []job{},
		Faults: faultState{Kinds: []faultKind{}, Ops: []string{}, Active: []activeFault{}},
		Slack:  slackState{Tools: []slackTool{}, Lasting: []string{}},
		Child:  p.child.view(), Log: p.log.last(logLines), Deleted: p.tools.deletedNames(),
	}
	if p.slack != nil {
		p.slackSide(&s)
	}
	if p.lake != nil {
		p.lakeSide(&s)
	}
	return s
}

func (p *Playground) slackSide(s *state) {
	s.Shortcuts = p.shortcuts()
	s.Slack = slackState{Connections: p.slack.Connections(), Tools: slackTools(), Lasting: p.tools.lastingTitles()}
	for _, g := range localslack.Playground().Groups {
		s.Groups[g.ID] = g.Handle
	}
	for _, u := range p.slack.Users() {
		one := person{ID: u.ID, Name: u.RealName, Role: roles[u.ID], Bot: u.Bot}
		if !u.Bot {
			one.DM = p.slack.DM(u.ID)
			p.views(s, u.ID)
		}
		s.People = append(s.People, one)
	}
	for _, c := range p.slack.Channels() {
		s.Channels = append(s.Channels, conversation{ID: c.ID, Name: c.Name, Members: c.Members, HasBot: c.BotIsMember, DMWith: c.DMWith})
		s.Messages[c.ID] = p.messages(c.ID)
	}
}

func (p *Playground) lakeSide(s *state) {
	s.Faults = p.faultState()
	for _, j := range p.lake.Jobs() {
		runs := p.lake.Runs(j.ID)
		s.Jobs = append(s.Jobs, job{
			ID: j.ID, Name: j.Name, Instance: p.instanceName(j.InstanceID), Description: j.Description, Type: j.Type,
			Status: j.Status, Ends: cmp.Or(j.Ends, locallake.Success),
			Start: j.StartTime, End: j.EndTime, Seconds: j.ExecuteTime.Seconds(), Runs: j.Runs, StartCalls: j.StartCalls,
			Active: slices.ContainsFunc(runs, func(r locallake.Run) bool { return r.EndTime.IsZero() }),
			Past:   past(runs), Log: logTail(j.Log),
		})
	}
}

func past(runs []locallake.Run) []run {
	shown := []run{}
	for _, r := range slices.Backward(runs) {
		if r.Status == "" || len(shown) == runsShown {
			continue
		}
		one := run{Status: r.Status, Start: r.StartTime, Outside: r.Outside}
		if !r.EndTime.IsZero() {
			one.Seconds = r.EndTime.Sub(r.StartTime).Seconds()
		}
		shown = append(shown, one)
	}
	return shown
}

func logTail(log string) []string {
	lines := strings.Split(strings.TrimRight(log, "\n"), "\n")
	return lines[max(0, len(lines)-logShown):]
}

func (p *Playground) instanceName(id string) string {
	for _, i := range p.lakeConfig.Instances {
		if i.ID == id {
			return i.Name
		}
	}
	return id
}

// messages are those of one conversation, for all people: what is for one person
// only says so, and the page shows it to that persona.
func (p *Playground) messages(conversation string) []message {
	out := []message{}
	for _, m := range p.slack.Messages(conversation) {
		if m.Deleted {
			continue
		}
		out = append(out, message{
			TS: m.TS, Thread: m.ThreadTS, User: m.User, Text: m.Text, Blocks: m.Blocks, Attachments: m.Attachments,
			OnlyFor: m.EphemeralFor, Broadcast: m.Broadcast, Edited: m.Edited, Warnings: m.Warnings, Reactions: m.Reactions, Files: files(m.Files),
		})
	}
	return out[max(0, len(out)-messagesShown):]
}

func (p *Playground) faultState() faultState {
	f := faultState{Active: []activeFault{}}
	titles := map[string]string{}
	for _, kind := range locallake.Faults() {
		titles[kind.Name] = kind.Title
		f.Kinds = append(f.Kinds, faultKind{kind.Name, kind.Title, kind.Description})
	}
	for _, op := range locallake.Ops() {
		f.Ops = append(f.Ops, string(op))
	}
	for _, a := range p.lake.ActiveFaults() {
		f.Active = append(f.Active, activeFault{Op: string(a.Op), Title: titles[a.Name], Times: a.Times})
	}
	return f
}
