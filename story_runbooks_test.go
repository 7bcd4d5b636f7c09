package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// sign is a row of a runbook: where to look, and what is to be seen there while the trouble lasts and when it is over.
type sign struct {
	where       string
	lasts, over []string
}

// runbooks are the troubles of docs/runbooks.md, by their headings.
func runbooks(t *testing.T) map[string][]sign {
	t.Helper()
	p := readPage(t, "docs/runbooks.md")
	found, heading := map[string][]sign{}, ""
	for node := p.root.FirstChild(); node != nil; node = node.NextSibling() {
		switch node := node.(type) {
		case *ast.Heading:
			heading = p.words(node)
		case *extast.Table:
			each(node, func(row *extast.TableRow) {
				where := row.FirstChild()
				if where.NextSibling().NextSibling() != nil {
					lasts := where.NextSibling()
					found[heading] = append(found[heading], sign{p.words(where), p.codes(lasts), p.codes(lasts.NextSibling())})
				}
			})
		}
	}
	return found
}

// incident is a world in which something is wrong, as an operator sees it.
type incident struct {
	*world
	log     *transcript
	process *process                        // where Slipway is one of its own
	from    int                             // where in the log the part begins that counts
	get     func(path string) (int, string) // what asks /readyz and /metrics; nil: Slipway runs in this process
	last    string                          // the last words of a process that did not stay
	ack     string                          // what the person who typed read at once
	mend    func()
}

// troubled is a world that is not begun, and keeps its log.
func troubled(t *testing.T, changes ...func(*localslack.Config, *locallake.Config)) *incident {
	t.Helper()
	w := unstarted(t, changes...)
	in := &incident{world: w, log: &transcript{}}
	w.log = in.log
	return in
}

// ends tries to run Slipway, and keeps its last words.
func (in *incident) ends() {
	in.t.Helper()
	config, err := LoadConfig(func(name string) string { return in.env[name] })
	if err == nil {
		log, logErr := newLog(in.log, config)
		require.NoError(in.t, logErr)
		var app *App
		if app, err = New(in.t.Context(), config, Options{Log: log}); err == nil {
			err = app.Run(in.t.Context())
			app.Close()
		}
	}
	require.Error(in.t, err, "it ran")
	in.last = err.Error()
}

// reads is what an operator reads in one of the places that a runbook names: a line, a message or a finding each.
func (in *incident) reads(where string) []string {
	in.t.Helper()
	switch where {
	case "the log":
		var lines []string
		for line := range strings.Lines(in.log.String()[in.from:]) {
			fields := map[string]any{}
			if json.Unmarshal([]byte(line), &fields) == nil {
				lines = append(lines, fmt.Sprint(fields["msg"], " ", fields["error"]))
			}
		}
		return lines
	case "/readyz":
		_, body := in.asks("/readyz")
		return strings.Split(body, "\n")
	case "the end":
		return []string{in.last}
	case "the answer":
		return []string{in.ack}
	case "the card":
		return in.messages(func(m localslack.Message, c localslack.Channel) bool { return m.EphemeralFor == "" && c.DMWith == "" })
	case "in private":
		return in.messages(func(m localslack.Message, c localslack.Channel) bool { return m.EphemeralFor != "" || c.DMWith != "" })
	}
	verb, ok := strings.CutPrefix(where, "slipway ")
	require.True(in.t, ok, "a runbook names a place that there is not: %s", where)
	out, err := tool(in.t.(*testing.T), in.env, strings.Fields(verb)...)
	if err != nil {
		out += err.Error()
	}
	return strings.Split(out, "\n")
}

func (in *incident) asks(path string) (int, string) {
	switch {
	case in.get != nil:
		return in.get(path)
	case path == "/metrics":
		return 0, in.scrape()
	}
	return in.readyz()
}

func (in *incident) messages(wanted func(localslack.Message, localslack.Channel) bool) []string {
	var texts []string
	for _, c := range in.slack.Channels() {
		for _, m := range in.slack.Messages(c.ID) {
			if m.BotID != "" && !m.Deleted && wanted(m, c) {
				texts = append(texts, localslack.PlainText(m))
			}
		}
	}
	return texts
}

// shows reports whether all of the words, in which … stands for anything, are to be seen in one line there.
func (in *incident) shows(where string, words []string) bool {
	in.t.Helper()
	if where == "/metrics" {
		return in.measures(words[0])
	}
	if where == "/readyz" || where == "slipway check" { // these lines are told by how they begin
		words = append([]string{"\n" + words[0]}, words[1:]...)
	}
	return slices.ContainsFunc(in.reads(where), func(line string) bool {
		line = "\n" + line
		for _, one := range words {
			rest, found := line, true
			for _, part := range strings.Split(one, "…") {
				if _, rest, found = strings.Cut(rest, strings.TrimLeft(part, " ")); !found {
					return false
				}
			}
		}
		return true
	})
}

// measures holds a series against a number, as `slipway_socket_connections == 0` does.
func (in *incident) measures(condition string) bool {
	in.t.Helper()
	words := strings.Fields(condition)
	require.GreaterOrEqual(in.t, len(words), 3, condition)
	series := strings.Join(words[:len(words)-2], " ")
	limit, err := strconv.ParseFloat(words[len(words)-1], 64)
	require.NoError(in.t, err, condition)
	_, body := in.asks("/metrics")
	for line := range strings.Lines(body) {
		value, ok := strings.CutPrefix(line, series+" ")
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		require.NoError(in.t, err)
		switch words[len(words)-2] {
		case "==":
			return n == limit
		case ">":
			return n > limit
		case "<":
			return n < limit
		}
		require.FailNow(in.t, "compare with ==, > or <", condition)
	}
	return false
}

// TestTheRunbooks produces each trouble of docs/runbooks.md, and sees there what the page says, while it lasts and when
// it is over.
func TestTheRunbooks(t *testing.T) {
	t.Parallel()
	written := runbooks(t)
	delete(written, "Runbooks")
	require.ElementsMatch(t, slices.Collect(maps.Keys(written)), slices.Collect(maps.Keys(incidents)), "each runbook has its trouble, and each trouble its runbook")
	for heading, signs := range written {
		t.Run(heading, func(t *testing.T) {
			t.Parallel()
			in := incidents[heading](t)
			t.Cleanup(func() {
				for _, s := range signs {
					if t.Failed() && s.where != "/metrics" {
						t.Log(s.where, in.reads(s.where))
					}
				}
			})
			for _, s := range signs {
				if len(s.lasts) > 0 {
					in.until(s.where+" shows "+strings.Join(s.lasts, ", "), func() bool { return in.shows(s.where, s.lasts) })
				}
				require.False(t, len(s.over) > 0 && s.where != "the log" && in.shows(s.where, s.over), "%s shows at once that it is over: %s", s.where, s.over)
			}
			in.from = len(in.log.String())
			in.mend()
			for _, s := range signs {
				if len(s.over) > 0 {
					in.until(s.where+" shows "+strings.Join(s.over, ", "), func() bool { return in.shows(s.where, s.over) })
				}
			}
		})
	}
}
