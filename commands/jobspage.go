package commands

import (
	"context"
	"encoding/json"
	"unicode/utf8"

	"slipway/approval"
)

// Slack's limit for what a button carries, in characters; and ours for what it says of the command's name.
const (
	longestValue   = 2000
	longestCommand = 80
)

// jobsPage is what a paging button carries: which page of which list. Whoever presses may have made it up.
type jobsPage struct {
	Instance string `json:"i"`
	Filter   string `json:"f,omitempty"`
	Page     int    `json:"p"`
	Command  string `json:"c,omitempty"` // as the one who listed typed it, such as /lf
}

// value is the page as a button carries it; "" where it is too long for one.
func (p jobsPage) value() string {
	text, err := json.Marshal(p)
	if err != nil || utf8.RuneCount(text) > longestValue {
		return ""
	}
	return string(text)
}

// readPage reads value; false for what this Router cannot have written.
func (r *Router) readPage(value string) (jobsPage, bool) {
	var p jobsPage
	if utf8.RuneCountInString(value) > longestValue || json.Unmarshal([]byte(value), &p) != nil {
		return jobsPage{}, false
	}
	_, known := r.instances[p.Instance]
	return p, known && p.Page > 0 && Clean(p.Filter) == p.Filter && Clean(p.Command) == p.Command && utf8.RuneCountInString(p.Command) <= longestCommand
}

// turnPage shows another page of a list of jobs, in the place of the one that was pressed.
func (r *Router) turnPage(c Click) Answer {
	if err := r.service.Reads(c.By); err != nil {
		return Answer{Now: Reply{Text: c.Voice.Text(err.Text())}}
	}
	p, ok := r.readPage(c.Value)
	if !ok {
		return c.say("I can't read this button, so nothing changed. Please list the jobs again.")
	}
	in := Invocation{By: c.By, Channel: c.Channel, Command: p.Command, Voice: c.Voice}
	return Answer{Later: func(ctx context.Context) Reply {
		all, err := r.instances[p.Instance].AllJobs(ctx, "")
		if err != nil {
			return r.jobError(err, in, "") // beside the list, which stays
		}
		reply := r.listJobs(in, all, p.Instance, p.Filter, p.Page)
		reply.Replaces = true
		return reply
	}}
}

// pageButtons lead to the pages before and after one.
func pageButtons(v approval.Voice, p jobsPage, pages int) []ReplyButton {
	var buttons []ReplyButton
	add := func(b Button, page int, label, alone string) {
		p.Page = page
		if value := p.value(); value != "" && page >= 1 && page <= pages {
			buttons = append(buttons, ReplyButton{b, label, alone, value})
		}
	}
	page := p.Page
	add(JobsBefore, page-1, v.Say("Previous page"), v.Say("Previous page of the jobs on %s", p.Instance))
	add(JobsAfter, page+1, v.Say("Next page"), v.Say("Next page of the jobs on %s", p.Instance))
	return buttons
}
