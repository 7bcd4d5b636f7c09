package localslack

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Slack's words under an input that must not be empty.
const requiredField = "Please complete this required field."

// filled is what one person has entered on a surface so far. It stays when the
// app redraws the surface, for elements that keep their block_id and action_id.
type filled struct {
	values  map[string]map[string]any // by block_id and action_id, in the shape of view.state.values
	offered map[string][]object       // by action_id: the options an external select got last
}

func newFilled() *filled {
	return &filled{values: map[string]map[string]any{}, offered: map[string][]object{}}
}

func (f *filled) put(block, element object, state object) {
	blockID, actionID := text(block, "block_id"), text(element, "action_id")
	if f.values[blockID] == nil {
		f.values[blockID] = map[string]any{}
	}
	f.values[blockID][actionID] = state
}

// entry says how an element that holds a value spells it in view.state.values.
type entry struct {
	field   string // where the value is
	initial string // where the element says what it begins with
	many    bool
}

// The elements that hold a value: https://docs.slack.dev/reference/block-kit/block-elements.
var entries = map[string]entry{
	"plain_text_input":           {"value", "initial_value", false},
	"email_text_input":           {"value", "initial_value", false},
	"url_text_input":             {"value", "initial_value", false},
	"number_input":               {"value", "initial_value", false},
	"rich_text_input":            {"rich_text_value", "initial_value", false},
	"static_select":              {"selected_option", "initial_option", false},
	"external_select":            {"selected_option", "initial_option", false},
	"radio_buttons":              {"selected_option", "initial_option", false},
	"checkboxes":                 {"selected_options", "initial_options", true},
	"multi_static_select":        {"selected_options", "initial_options", true},
	"multi_external_select":      {"selected_options", "initial_options", true},
	"users_select":               {"selected_user", "initial_user", false},
	"channels_select":            {"selected_channel", "initial_channel", false},
	"conversations_select":       {"selected_conversation", "initial_conversation", false},
	"multi_users_select":         {"selected_users", "initial_users", true},
	"multi_channels_select":      {"selected_channels", "initial_channels", true},
	"multi_conversations_select": {"selected_conversations", "initial_conversations", true},
	"datepicker":                 {"selected_date", "initial_date", false},
	"timepicker":                 {"selected_time", "initial_time", false},
	"datetimepicker":             {"selected_date_time", "initial_date_time", false},
}

// stateOf is view.state.values: for every element that holds a value what was
// entered, else what it begins with. current is the conversation around it.
func (s *Server) stateOf(blocks []object, f *filled, current string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, b := range blocks {
		for _, e := range elementsOf(b) {
			kind := text(e, "type")
			how, holds := entries[kind]
			if !holds {
				continue
			}
			state, entered := f.values[text(b, "block_id")][text(e, "action_id")].(object)
			if !entered || state["type"] != kind {
				state = object{"type": kind, how.field: begins(e, how, current)}
			}
			if out[text(b, "block_id")] == nil {
				out[text(b, "block_id")] = map[string]any{}
			}
			out[text(b, "block_id")][text(e, "action_id")] = state
		}
	}
	return out
}

func begins(e object, how entry, current string) any {
	here, _ := e["default_to_current_conversation"].(bool)
	switch {
	case e[how.initial] != nil:
		return e[how.initial]
	case here && current != "" && how.many:
		return []any{current}
	case here && current != "":
		return current
	case how.many:
		return []any{}
	}
	return nil
}

// choose puts a value into an element: words, the value of an option, an id, a
// date. Of several it is taken, or dropped if it was taken. The app hears of it
// where Slack tells it: outside input blocks, and inside with dispatch_action.
func (s *Server) choose(at *surface, actionID, value string) (step, string) {
	block, e := findChoice(at.blocks, actionID, value)
	if e == nil {
		return nil, at.name + " has no element " + actionID
	}
	if e["type"] == "overflow" {
		option := findOption(optionsIn(e), value)
		if option == nil {
			return nil, actionID + " has no option " + value
		}
		return s.acted(at, block, actionID, object{"type": "overflow", "selected_option": option}), ""
	}
	how, holds := entries[text(e, "type")]
	if !holds {
		return nil, fmt.Sprintf("%s is a %v and takes no value", actionID, e["type"])
	}
	was, _ := s.stateOf([]object{block}, at.filled, at.channel)[text(block, "block_id")][actionID].(object)[how.field].([]any)
	picked, problem := s.pickOne(at, e, value)
	for _, one := range was {
		if o, isOption := one.(object); isOption && o["value"] == value {
			picked, problem = one, "" // it is let go, though it may be offered no more
		}
	}
	if problem != "" {
		return nil, problem
	}
	if how.many {
		picked = toggled(was, picked)
	}
	state := object{"type": e["type"], how.field: picked}
	at.filled.put(block, e, state)
	s.note()
	dispatches, _ := block["dispatch_action"].(bool)
	if block["type"] == "input" && !dispatches {
		return nil, ""
	}
	act := maps.Clone(e)
	maps.Copy(act, state)
	return s.acted(at, block, actionID, act), ""
}

// findChoice is the element with that option where several have one action_id;
// else the first.
func findChoice(blocks []object, actionID, value string) (block, element object) {
	for _, b := range blocks {
		for _, e := range elementsOf(b) {
			if e["action_id"] == actionID && findOption(optionsIn(e), value) != nil {
				return b, e
			}
		}
	}
	return findElement(blocks, actionID)
}

// pickOne is one value as the element's state spells it.
func (s *Server) pickOne(at *surface, e object, value string) (any, string) {
	actionID, missing := text(e, "action_id"), value+" is not there to be chosen"
	switch text(e, "type") {
	case "static_select", "multi_static_select", "radio_buttons", "checkboxes":
		if option := findOption(optionsIn(e), value); option != nil {
			return option, ""
		}
		return nil, actionID + " has no option " + value
	case "external_select", "multi_external_select":
		if option := findOption(at.filled.offered[actionID], value); option != nil {
			return option, ""
		}
		return nil, value + " was not offered by " + actionID + "; ask with Suggest first"
	case "users_select", "multi_users_select":
		if s.user(value) == nil {
			return nil, missing
		}
	case "channels_select", "multi_channels_select", "conversations_select", "multi_conversations_select":
		if c := s.channel(value); c == nil || !c.sees(at.who.ID) {
			return nil, missing
		}
	default:
		if value == "" {
			return nil, "" // an input that was emptied
		}
		if text(e, "type") == "datetimepicker" {
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return nil, actionID + " takes a time in seconds since 1970"
			}
			return seconds, ""
		}
	}
	return value, ""
}

func toggled(was []any, picked any) []any {
	same := func(one any) bool {
		a, ok := one.(object)
		b, both := picked.(object)
		if ok && both {
			return a["value"] == b["value"]
		}
		return !ok && !both && one == picked
	}
	if slices.ContainsFunc(was, same) {
		return slices.DeleteFunc(slices.Clone(was), same)
	}
	return append(slices.Clone(was), picked)
}

// optionsIn are an element's own options, those of its groups included.
func optionsIn(e object) []object {
	out := objects(e["options"])
	for _, g := range objects(e["option_groups"]) {
		out = append(out, objects(g["options"])...)
	}
	return out
}

func findOption(options []object, value string) object {
	for _, o := range options {
		if o["value"] == value {
			return o
		}
	}
	return nil
}

// take puts values as they are sent into the view; they must have a place there.
func (at *surface) take(values map[string]map[string]any) string {
	for blockID, actions := range values {
		for actionID, state := range actions {
			if actionID == "" {
				continue // of a block without an input
			}
			block, e := findIn(at.blocks, blockID, actionID)
			if e == nil {
				return fmt.Sprintf("%s has no input %s/%s", at.name, blockID, actionID)
			}
			given, ok := state.(object)
			if !ok {
				return fmt.Sprintf("the value of %s/%s must be an object, as in view.state.values", blockID, actionID)
			}
			full := object{"type": e["type"]}
			maps.Copy(full, given)
			at.filled.put(block, e, full)
		}
	}
	return ""
}

func findIn(blocks []object, blockID, actionID string) (block, element object) {
	for _, b := range blocks {
		if b["block_id"] != blockID {
			continue
		}
		return findElement([]object{b}, actionID)
	}
	return nil, nil
}

// incomplete is what Slack says under inputs before it asks the app, by block_id.
func (s *Server) incomplete(at *surface) map[string]string {
	problems := map[string]string{}
	state := s.stateOf(at.blocks, at.filled, at.channel)
	for _, b := range at.blocks {
		e, _ := b["element"].(object)
		if b["type"] != "input" || e == nil {
			continue
		}
		how, value := entries[text(e, "type")], any(nil)
		if held, ok := state[text(b, "block_id")][text(e, "action_id")].(object); ok {
			value = held[how.field]
		}
		if words := complaint(b, e, value); words != "" {
			problems[text(b, "block_id")] = words
		}
	}
	return problems
}

func complaint(b, e object, value any) string {
	optional, _ := b["optional"].(bool)
	list, isList := value.([]any)
	words, isText := value.(string)
	empty := value == nil || isList && len(list) == 0 || isText && words == ""
	length := utf8.RuneCountInString(words)
	least, hasLeast := e["min_length"].(float64)
	most, hasMost := e["max_length"].(float64)
	switch {
	case empty && !optional:
		return requiredField
	case empty, !isText, e["type"] != "plain_text_input":
		return ""
	case hasLeast && length < int(least):
		return fmt.Sprintf("Must be at least %d characters.", int(least))
	case hasMost && length > int(most):
		return fmt.Sprintf("Must be no more than %d characters.", int(most))
	case length > 3000:
		return "Must be no more than 3000 characters."
	}
	return ""
}

func text(in object, field string) string {
	s, _ := in[field].(string)
	return s
}
