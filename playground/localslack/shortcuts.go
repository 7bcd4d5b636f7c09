package localslack

import (
	"encoding/json"
	"slices"
)

// Shortcut is one that the app's manifest declares: https://docs.slack.dev/interactivity/implementing-shortcuts.
type Shortcut struct {
	Name       string
	CallbackID string
	OnMessage  bool // in a message's menu; else in the shortcuts menu
}

// Option is one that an app offers for an external_select.
type Option struct{ Text, Description, Value, Group string }

// Shortcuts are those that the app declares.
func (s *Server) Shortcuts() []Shortcut { return slices.Clone(s.cfg.Shortcuts) }

// Shortcut is a person choosing a global shortcut of the app.
func (s *Server) Shortcut(user, callbackID string) Delivery {
	return s.act(func() (step, string) {
		u, problem := s.person(user)
		if u == nil {
			return nil, problem
		}
		if !s.declares(callbackID, false) {
			return nil, "the app has no shortcut " + callbackID
		}
		payload := s.interaction("shortcut", u)
		payload["callback_id"], payload["action_ts"] = callbackID, s.nextTS()
		return s.shortcutting(payload), ""
	})()
}

// MessageShortcut is a person choosing a shortcut in the menu of a message they can see.
func (s *Server) MessageShortcut(user, channelID, ts, callbackID string) Delivery {
	return s.act(func() (step, string) {
		c, u, problem := s.place(user, channelID)
		if problem != "" {
			return nil, problem
		}
		m := c.find(ts)
		if m == nil || m.EphemeralFor != "" {
			return nil, u.Name + " sees no message " + ts + " that has a menu"
		}
		if !s.declares(callbackID, true) {
			return nil, "the app has no shortcut " + callbackID
		}
		payload := s.interaction("message_action", u)
		payload["callback_id"], payload["action_ts"], payload["message_ts"] = callbackID, s.nextTS(), ts
		payload["channel"] = map[string]any{"id": c.ID, "name": c.name()}
		payload["message"] = s.wireMessage(m)
		payload["response_url"], _ = s.newReplyURL("app", c, user, ts)
		return s.shortcutting(payload), ""
	})()
}

func (s *Server) declares(callbackID string, onMessage bool) bool {
	return slices.ContainsFunc(s.cfg.Shortcuts, func(c Shortcut) bool { return c.CallbackID == callbackID && c.OnMessage == onMessage })
}

func (s *Server) shortcutting(payload map[string]any) step {
	e := newEnvelope("interactive", false, payload, nil)
	e.missed = func(string) string { return modalTrouble }
	return s.carrying(e)
}

// Suggest is a person typing into an external_select of the modal on top of their screen. It gives what Slack would
// offer them; what Slack would refuse to show is a Problem.
func (s *Server) Suggest(user, actionID, typed string) ([]Option, Delivery) {
	var offered []Option
	d := s.act(func() (step, string) {
		u, problem := s.person(user)
		if u == nil {
			return nil, problem
		}
		view := s.top(user)
		if view == nil {
			return nil, u.Name + " has no modal open"
		}
		block, element := findElement(objects(view.fields()["blocks"]), actionID)
		if element == nil || element["type"] != "external_select" && element["type"] != "multi_external_select" {
			return nil, "the modal has no external_select " + actionID
		}
		payload := s.interaction("block_suggestion", u)
		delete(payload, "trigger_id")
		payload["action_id"], payload["block_id"], payload["value"] = actionID, block["block_id"], typed
		payload["container"] = map[string]any{"type": "view", "view_id": view.ID}
		payload["view"] = view.Raw
		e := newEnvelope("interactive", true, payload, nil)
		e.missed = func(string) string { return "no options could be loaded" }
		e.acked = func(ack json.RawMessage) (problem string) {
			offered, problem = readOptions(ack)
			return problem
		}
		return s.carrying(e), ""
	})()
	return offered, d
}

// readOptions checks the answer to a block_suggestion: options, or groups of them, by the limits of a static_select;
// none at all is allowed.
func readOptions(ack json.RawMessage) ([]Option, string) {
	var answer object
	if json.Unmarshal(ack, &answer) != nil || answer["options"] == nil && answer["option_groups"] == nil {
		return nil, "no options could be loaded"
	}
	c := &checker{}
	check := func(o object, path string) { c.option(75)(o, path) }
	var offered []Option
	collect := func(list any, group string) {
		for _, o := range objects(list) {
			offered = append(offered, Option{Text: textOf(o, "text"), Description: textOf(o, "description"), Value: str(o, "value"), Group: group})
		}
	}
	if answer["option_groups"] != nil {
		c.each(answer, "option_groups", "", 0, 100, func(g object, at string) {
			c.text(g, "label", at, 75, plainOnly, true)
			c.each(g, "options", at, 0, 100, check)
			collect(g["options"], textOf(g, "label"))
		})
	} else {
		c.each(answer, "options", "", 0, 100, check)
		collect(answer["options"], "")
	}
	if len(c.problems) > 0 {
		return nil, c.problems[0]
	}
	return offered, ""
}

func textOf(o object, field string) string {
	text, _ := o[field].(object)
	return str(text, "text")
}

func str(o object, field string) string {
	s, _ := o[field].(string)
	return s
}

// ChooseInView is a person choosing an option of a select, or of radio buttons, that tells the app at once: one in an
// input block with dispatch_action, or outside of input blocks.
func (s *Server) ChooseInView(user, actionID, value string) Delivery {
	return s.act(func() (step, string) { return s.chosenInView(user, actionID, value) })()
}

func (s *Server) chosenInView(user, actionID, value string) (step, string) {
	u, problem := s.person(user)
	if u == nil {
		return nil, problem
	}
	view := s.top(user)
	if view == nil {
		view = s.homes[user]
	}
	if view == nil {
		return nil, u.Name + " has no view open"
	}
	block, element := findElement(objects(view.fields()["blocks"]), actionID)
	if element == nil || block["type"] == "input" && block["dispatch_action"] != true {
		return nil, "the view has nothing to choose called " + actionID
	}
	var chosen object
	for _, o := range objects(element["options"]) {
		if o["value"] == value {
			chosen = o
		}
	}
	if chosen == nil {
		return nil, actionID + " has no option " + value
	}
	payload := s.interaction("block_actions", u)
	payload["actions"] = []any{object{
		"type": element["type"], "action_id": actionID, "block_id": block["block_id"], "selected_option": chosen, "action_ts": s.nextTS(),
	}}
	payload["container"] = map[string]any{"type": "view", "view_id": view.ID}
	payload["view"] = view.Raw
	e := newEnvelope("interactive", false, payload, nil)
	e.missed = func(string) string { return unansweredClick }
	return s.carrying(e), ""
}
