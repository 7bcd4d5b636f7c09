package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"slipway/lakeformation"
)

// source is a YAML file that is read strictly. Reading goes on after a problem, so that all of them are told at once.
type source struct {
	name     string
	lines    []string
	getenv   func(string) string
	anchors  map[string]ast.Node
	places   map[string]place // by path, such as rules[0].match.jobs[1]
	hidden   []string         // texts of secrets, blacked out in lines that are shown
	secrets  []string         // values of secrets
	problems []problem
}

// place is a line and a column, both counted from 1. The zero place is the file as a whole.
type place struct{ line, column int }

// problem is one thing that is wrong with a file, and what to do about it.
type problem struct {
	place
	path  string // "" for a problem of the syntax
	words string
	hint  string
}

// newSource parses a file. The root is false if there is nothing to read in it; the problems say why.
func newSource(name string, text []byte, getenv func(string) string) (*source, value, bool) {
	s := &source{name: name, lines: strings.Split(string(text), "\n"), getenv: getenv, anchors: map[string]ast.Node{}, places: map[string]place{}}
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	var wrong yaml.Error
	switch {
	case errors.As(err, &wrong):
		p := problem{words: wrong.GetMessage()}
		if t := wrong.GetToken(); t != nil {
			p.place = placeOf(t)
		}
		if strings.Contains(p.words, "'@'") {
			p.words, p.hint = "a text that begins with @ must be in quotes", `write "@data-leads"`
		} else {
			p.hint = "this is no YAML here; look at the indentation, at quotes and at brackets"
		}
		s.problems = append(s.problems, p)
	case err != nil:
		s.problems = append(s.problems, problem{words: err.Error()})
	case len(file.Docs) > 1:
		s.problems = append(s.problems, problem{words: "there are several documents in this file", hint: "keep one; leave out the line ---"})
	case len(file.Docs) == 0 || file.Docs[0].Body == nil || file.Docs[0].Body.Type() == ast.NullType:
		s.problems = append(s.problems, problem{words: "the file is empty", hint: "it needs rules:; see docs/policy.md"})
	default:
		return s, value{s: s, node: file.Docs[0].Body}, true
	}
	return s, value{}, false
}

func placeOf(t *token.Token) place { return place{t.Position.Line, t.Position.Column} }

// find is the place of a path, or of the nearest path around it.
func (s *source) find(path string) place {
	for path != "" {
		if p, ok := s.places[path]; ok {
			return p
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return place{}
}

// wrong reports whether there is a problem at, in or around a path already.
func (s *source) wrong(path string) bool {
	within := func(inner, outer string) bool {
		rest, ok := strings.CutPrefix(inner, outer)
		return ok && outer != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
	}
	return slices.ContainsFunc(s.problems, func(p problem) bool { return within(p.path, path) || within(path, p.path) })
}

// report gives all problems in the order of the file, each with its line.
func (s *source) report() []string {
	slices.SortStableFunc(s.problems, func(a, b problem) int { return (a.line-b.line)*1000 + a.column - b.column })
	var report []string
	for _, p := range s.problems {
		report = append(report, s.tell(p))
	}
	return report
}

// tell writes a problem as people and editors read it: file:line:column, the line with a mark, the hint.
func (s *source) tell(p problem) string {
	text := s.name + ": " + p.words
	if p.line > 0 && p.line <= len(s.lines) {
		raw := strings.TrimSuffix(s.lines[p.line-1], "\r")
		before := []rune(raw)
		before = before[:min(max(p.column-1, 0), len(before))]
		number := strconv.Itoa(p.line)
		margin := strings.Repeat(" ", len(number))
		text = fmt.Sprintf("%s:%d:%d: %s\n    %s | %s\n    %s | %s^", s.name, p.line, p.column, p.words,
			number, s.shown(raw), margin, blanks(s.shown(string(before))))
	}
	if p.hint != "" {
		text += "\n    hint: " + p.hint
	}
	return text
}

// secretKey finds the values of keys that hold secrets in a line that could not be parsed.
var secretKey = regexp.MustCompile(`(?i)((?:\bak|\bsk|token|password)["']?\s*:\s*)[^\s,}$][^,}]*`)

// shown is a line of the file without its secrets.
func (s *source) shown(line string) string {
	for _, secret := range s.hidden {
		line = strings.ReplaceAll(line, secret, "[redacted]")
	}
	return secretKey.ReplaceAllStringFunc(line, func(found string) string {
		if reference.MatchString(found) {
			return found // it names a secret and is none
		}
		return secretKey.ReplaceAllString(found, "${1}[redacted]")
	})
}

// reference is a value that is read of the environment, as far as secretKey finds it.
var reference = regexp.MustCompile(`:\s*["']?\$\{\w+$`)

// blanks is as wide as a text, with its tabs.
func blanks(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, text)
}

// near is a hint at the word that was meant.
func near(word string, known []string) string {
	if close := lakeformation.Nearest(word, known); len(close) > 0 {
		return "did you mean " + close[0] + "?"
	}
	return "there are " + strings.Join(known, ", ")
}
