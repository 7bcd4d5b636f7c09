package localslack

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"
)

// Option is one row of an external select's menu.
type Option struct {
	Text, Value, Description string
	Group                    string // the label of its option group, "" without groups
}

// Options are what an external select offers, in its order; none is a valid answer.
type Options []Option

// notLoaded is what a person reads in the menu; Slack's own words differ, and it
// does not say the reason.
const notLoaded = "the options could not be loaded"

// suggest asks the app what an external select offers for what was typed:
// https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload.
func (s *Server) suggest(at *surface, actionID, typed string, got *Options) (step, string) {
	block, e := findElement(at.blocks, actionID)
	if e == nil || !strings.HasSuffix(text(e, "type"), "external_select") {
		return nil, at.name + " has no external select " + actionID
	}
	least := 3
	if n, ok := e["min_query_length"].(float64); ok {
		least = int(n)
	}
	if utf8.RuneCountInString(typed) < least {
		return nil, fmt.Sprintf("Slack asks for options from %d characters on (min_query_length)", least)
	}
	payload := s.interaction("block_suggestion", at.who, at.channel)
	delete(payload, "trigger_id")
	payload["action_id"], payload["block_id"], payload["value"] = actionID, block["block_id"], typed
	maps.Copy(payload, at.carries())
	envelope := newEnvelope("interactive", true, payload, nil)
	envelope.missed = func(reason string) string { return notLoaded + ": " + reason }
	envelope.acked = func(ack json.RawMessage) string {
		options, raw, problems := readOptions(ack)
		if len(problems) > 0 {
			return notLoaded + ": " + strings.Join(problems, "; ")
		}
		*got, at.filled.offered[actionID] = options, raw
		return ""
	}
	return s.carrying(envelope), ""
}

// readOptions reads the ack's payload and checks it against the limits.
func readOptions(ack json.RawMessage) (Options, []object, []string) {
	var says object
	if len(ack) == 0 || json.Unmarshal(ack, &says) != nil {
		return nil, nil, []string{errorMark + "the answer has no options [json-pointer:/options]"}
	}
	c := &checker{}
	if _, grouped := says["option_groups"]; grouped {
		c.each(says, "option_groups", "", 0, 100, func(g object, at string) {
			c.text(g, "label", at, 75, plainOnly, true)
			c.each(g, "options", at, 0, 100, c.option(plainOnly))
		})
	} else {
		c.each(says, "options", "", 0, 100, c.option(plainOnly))
	}
	if len(c.problems) > 0 {
		return nil, nil, c.problems
	}
	out, raw := Options{}, objects(says["options"])
	out = out.with("", raw)
	for _, g := range objects(says["option_groups"]) {
		out = out.with(strings.Join(texts(g["label"]), " "), objects(g["options"]))
		raw = append(raw, objects(g["options"])...)
	}
	return out, raw, nil
}

func (o Options) with(group string, raw []object) Options {
	for _, one := range raw {
		o = append(o, Option{
			Text: strings.Join(texts(one["text"]), " "), Value: text(one, "value"), Description: strings.Join(texts(one["description"]), " "), Group: group,
		})
	}
	return o
}
