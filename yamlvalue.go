package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// value is one place in a source. Where nothing is given, its node is nil and what is read of it is zero.
type value struct {
	s    *source
	path string
	node ast.Node
}

// entry is a key of a mapping with its value.
type entry struct {
	key string
	value
}

func (v value) given() bool { return v.node != nil }

// problem notes what is wrong with the value.
func (v value) problem(hint, format string, args ...any) {
	v.s.problems = append(v.s.problems, problem{place: v.s.find(v.path), path: v.path, words: fmt.Sprintf(format, args...), hint: hint})
}

// child is the value at a path below, and notes where it stands.
func (v value) child(step string, node ast.Node) value {
	c := value{s: v.s, path: strings.TrimPrefix(v.path+step, ".")}
	c.node = c.resolve(node, 0)
	if node != nil {
		c.s.places[c.path] = placeOf(first(node))
	}
	return c
}

// first is the token where a node begins in the text; a mapping without braces names its colon.
func first(node ast.Node) *token.Token {
	switch n := node.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return node.GetToken()
}

// resolve follows anchors, aliases and tags to the value itself.
func (v value) resolve(node ast.Node, depth int) ast.Node {
	switch n := node.(type) {
	case *ast.AnchorNode:
		v.s.anchors[n.Name.GetToken().Value] = n.Value
		return v.resolve(n.Value, depth+1)
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		meant, ok := v.s.anchors[name]
		if !ok || depth > 20 {
			v.s.places[v.path] = placeOf(n.GetToken())
			v.problem("an alias stands after its anchor, and not in it", "there is no anchor &%s before this", name)
			return nil
		}
		return v.resolve(meant, depth+1)
	}
	return node
}

// entries are the keys of a mapping, in order. Keys that are there twice are a problem.
func (v value) entries() []entry {
	if v.node == nil {
		return nil
	}
	mapping, ok := v.node.(*ast.MappingNode)
	if !ok {
		v.problem("write it as key: value", "%s must have keys", v.called())
		return nil
	}
	var entries []entry
	for _, pair := range mapping.Values {
		key := pair.Key.GetToken()
		e := entry{key.Value, v.child("."+key.Value, pair.Value)}
		if pair.Key.IsMergeKey() || pair.Key.GetToken().Type == token.MappingKeyType {
			v.s.places[e.path] = placeOf(key)
			e.problem("write it out", "%s is not read here", key.Value)
			continue
		}
		if slices.ContainsFunc(entries, func(other entry) bool { return other.key == e.key }) {
			v.s.places[e.path] = placeOf(key)
			e.problem("keep one of them", "%s is here twice", e.key)
			continue
		}
		if e.node != nil && e.node.Type() == ast.NullType {
			v.s.places[e.path] = placeOf(key)
			e.problem("give it a value, or leave it out", "%s has no value", e.key)
			e.node = nil
		}
		entries = append(entries, e)
	}
	return entries
}

// object is a mapping with known keys: reading another one is a problem. A key that is not given reads as zero.
func (v value) object(known ...string) func(key string) value {
	found := map[string]value{}
	for _, e := range v.entries() {
		if !slices.Contains(known, e.key) {
			v.s.places[e.path] = v.s.keyPlace(v.node, e.key)
			if strings.HasPrefix(e.path, "instances.") {
				e.hide() // it may be a secret under a mistyped name
			}
			e.problem(near(e.key, known), "there is no key %q here", e.key)
			continue
		}
		found[e.key] = e.value
	}
	return func(key string) value {
		if c, ok := found[key]; ok {
			return c
		}
		return value{s: v.s, path: strings.TrimPrefix(v.path+"."+key, ".")}
	}
}

// keyPlace is where a key of a mapping stands.
func (s *source) keyPlace(node ast.Node, key string) place {
	for _, pair := range node.(*ast.MappingNode).Values {
		if pair.Key.GetToken().Value == key {
			return placeOf(pair.Key.GetToken())
		}
	}
	return place{}
}

// list is a sequence.
func (v value) list() []value {
	if v.node == nil {
		return nil
	}
	sequence, ok := v.node.(*ast.SequenceNode)
	if !ok {
		v.problem("write it in brackets: [ … ]", "%s must be a list", v.called())
		return nil
	}
	var list []value
	for i, node := range sequence.Values {
		list = append(list, v.child("["+strconv.Itoa(i)+"]", node))
	}
	return list
}

// texts is a list of texts.
func (v value) texts() []string {
	var texts []string
	for _, one := range v.list() {
		texts = append(texts, one.text())
	}
	return texts
}

var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// text is a scalar as it is written, with ${VAR} read from the environment, or from the file that VAR_FILE names.
func (v value) text() string {
	text, ok := v.raw()
	if !ok {
		return ""
	}
	return strings.TrimSpace(variable.ReplaceAllStringFunc(text, func(found string) string {
		name := variable.FindStringSubmatch(found)[1]
		value, fromFile, wrong := "", false, ""
		if name != "" {
			value, fromFile, wrong = lookUp(v.s.getenv, name)
		}
		switch {
		case wrong != "":
			v.problem("", "%s", wrong)
		case strings.TrimSpace(value) == "":
			v.problem("set it in the environment of this process, or "+name+"_FILE to the path of a file", "the variable %s is not set", found)
		case fromFile:
			v.s.secrets = append(v.s.secrets, value)
		}
		return value
	}))
}

// secret is a text that no log and no message may show.
func (v value) secret() string {
	v.hide()
	text := v.text()
	if text != "" {
		v.s.secrets = append(v.s.secrets, text)
	}
	return text
}

// hide keeps every text of the value from being shown with its line.
func (v value) hide() { v.s.hide(v.node) }

func (s *source) hide(node ast.Node) {
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, pair := range n.Values {
			s.hide(pair.Value)
		}
	case *ast.SequenceNode:
		for _, one := range n.Values {
			s.hide(one)
		}
	case *ast.AnchorNode:
		s.hide(n.Value)
	case *ast.TagNode:
		s.hide(n.Value)
	case *ast.LiteralNode:
		s.hidden = append(s.hidden, strings.Fields(n.Value.Value)...)
	case ast.ScalarNode:
		if text := n.GetToken().Value; text != "" && !variable.MatchString(text) {
			s.hidden = append(s.hidden, text)
		}
	}
}

func (v value) raw() (string, bool) {
	switch n := v.node.(type) {
	case nil:
		return "", false
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return v.node.GetToken().Value, true
	}
	v.problem("write one word, or a text in quotes", "%s must be a text", v.called())
	return "", false
}

// number is a whole number from 0 on.
func (v value) number() int {
	text := v.text()
	n, err := strconv.Atoi(text)
	if v.given() && !v.s.wrong(v.path) && (err != nil || n < 0) {
		v.problem("write a whole number, such as 2", "%s is no number: %q", v.called(), text)
	}
	return max(n, 0)
}

// yes is true or false.
func (v value) yes() bool {
	return v.word("true", "false") == "true"
}

// word is one of some words; "" where nothing is given or it is another one.
func (v value) word(known ...string) string {
	text := v.text()
	if v.given() && !v.s.wrong(v.path) && !slices.Contains(known, text) {
		v.problem("write "+strings.Join(known, " or "), "%s cannot be %q", v.called(), text)
		return ""
	}
	return text
}

// duration is a time like 30m.
func (v value) duration() time.Duration {
	text := v.text()
	d, err := time.ParseDuration(text)
	if v.given() && !v.s.wrong(v.path) && (err != nil || d <= 0) {
		v.problem("write it with a unit, such as 30m or 2h", "%s is no time: %q", v.called(), text)
	}
	return d
}

// called is the last step of the path, in words.
func (v value) called() string {
	if v.path == "" {
		return "the file"
	}
	return v.path[strings.LastIndex(v.path, ".")+1:]
}
