package playground

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// slackTool is a way to disturb the local Slack, as the page offers it.
type slackTool struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`

	lasts bool // until it is cleared
	play  func(*localslack.Server)
}

// words are the methods by which Slipway speaks; the socket is left alone.
var words = []string{"chat.postMessage", "chat.update", "chat.postEphemeral", "response_url"}

func failWords(f localslack.Fault) func(*localslack.Server) {
	return func(s *localslack.Server) {
		for _, method := range words {
			s.Fail(method, f)
		}
	}
}

func slackTools() []slackTool {
	return []slackTool{
		{
			Name: "ratelimited", Title: "429 once", Description: "The next message of each kind is answered with 429, Retry-After 3 s.",
			play: failWords(localslack.Fault{RetryAfter: 3 * time.Second, Times: 1}),
		},
		{
			Name: "dropped", Title: "Answer lost", Description: "The next message is posted, but the answer never arrives.",
			play: func(s *localslack.Server) {
				s.Fail("chat.postMessage", localslack.Fault{DropAnswer: true, Times: 1})
			},
		},
		{
			Name: "outage", Title: "5xx", Description: "Every message is answered with 503, until cleared.", lasts: true,
			play: failWords(localslack.Fault{Status: 503}),
		},
		{
			Name: "cut", Title: "Cut the socket", Description: "Closes Slipway's connections without a word.",
			play: (*localslack.Server).Cut,
		},
		{
			Name: "refresh", Title: "Refresh", Description: "Asks Slipway to open a new connection, as Slack does every few hours.",
			play: func(s *localslack.Server) { s.Disconnect("refresh_requested") },
		},
		{
			Name: "freeze", Title: "Freeze the socket", Description: "The open connections stay and carry nothing, until cleared.", lasts: true,
			play: func(s *localslack.Server) { s.Freeze(true) },
		},
	}
}

// tools remembers what the page's buttons did that the two services do not tell.
type tools struct {
	mu      sync.Mutex
	lasting []string // titles of the slackTools in effect
	deleted []locallake.Job
}

// disturb plays one of slackTools, or "clear", which ends them all.
func (p *Playground) disturb(name string) error {
	p.tools.mu.Lock()
	defer p.tools.mu.Unlock()
	defer p.bell.ring()
	if name == "clear" {
		p.tools.lasting = nil
		p.slack.ClearFaults()
		p.slack.Freeze(false)
		return nil
	}
	for _, tool := range slackTools() {
		if tool.Name != name {
			continue
		}
		if tool.lasts && !slices.Contains(p.tools.lasting, tool.Title) {
			p.tools.lasting = append(p.tools.lasting, tool.Title)
		}
		tool.play(p.slack)
		return nil
	}
	return fmt.Errorf("there is no way to disturb Slack called %q", name)
}

func (t *tools) lastingTitles() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string{}, t.lasting...)
}

// deleteJob deletes a job and keeps its definition, so that it can be brought back.
func (p *Playground) deleteJob(id string) error {
	p.tools.mu.Lock()
	defer p.tools.mu.Unlock()
	view, found := p.lake.Job(id)
	if err := p.lake.DeleteJob(id); err != nil {
		return err
	}
	if found {
		p.tools.deleted = append(p.tools.deleted, view.Job)
	}
	p.bell.ring()
	return nil
}

// restoreJobs adds the deleted jobs again; each is a new job of the same name.
func (p *Playground) restoreJobs() error {
	p.tools.mu.Lock()
	defer p.tools.mu.Unlock()
	defer p.bell.ring()
	for len(p.tools.deleted) > 0 {
		again := p.tools.deleted[0]
		again.ID = ""
		if _, err := p.lake.AddJob(again); err != nil {
			return err
		}
		p.tools.deleted = p.tools.deleted[1:]
	}
	return nil
}

func (t *tools) deletedNames() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	names := []string{}
	for _, j := range t.deleted {
		names = append(names, j.Name)
	}
	return names
}
