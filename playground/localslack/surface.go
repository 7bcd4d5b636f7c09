package localslack

import (
	"encoding/json"
	"maps"
)

// unansweredClick is the warning beside a button whose click got no ack in time.
const unansweredClick = "⚠ this did not work, try again"

// surface is a message or a view as one person has it in front of them.
type surface struct {
	who     *User
	name    string // in sentences: "the message"
	channel string // the conversation around it, "" for none
	blocks  []object
	filled  *filled
	carries func() object // what a payload from here says about it
	reply   func() object // what only a block_actions payload adds
	acked   func()
	missed  func()
}

// onMessage is a message that somebody looks at.
func (s *Server) onMessage(user, channelID, ts string) (*surface, string) {
	c, u, problem := s.place(user, channelID)
	if problem != "" {
		return nil, problem
	}
	m := c.find(ts)
	if m == nil || m.EphemeralFor != "" && m.EphemeralFor != user {
		return nil, u.Name + " sees no message " + ts
	}
	if m.filled[user] == nil {
		if m.filled == nil {
			m.filled = map[string]*filled{}
		}
		m.filled[user] = newFilled()
	}
	at := &surface{who: u, name: "the message", channel: c.ID, blocks: allBlocks(*m), filled: m.filled[user]}
	at.carries = func() object {
		container := object{"type": "message", "message_ts": ts, "channel_id": c.ID, "is_ephemeral": m.EphemeralFor != ""}
		if m.ThreadTS != "" {
			container["thread_ts"] = m.ThreadTS
		}
		out := object{"container": container, "channel": object{"id": c.ID, "name": c.name()}}
		if m.EphemeralFor == "" {
			out["message"] = s.wireMessage(m)
		}
		return out
	}
	at.reply = func() object {
		link, _ := s.newReplyURL("actions", c, user, ts)
		return object{"response_url": link, "state": object{"values": s.stateOf(at.blocks, at.filled, c.ID)}}
	}
	at.acked = func() { delete(m.Warnings, user) }
	at.missed = func() {
		if m.Warnings == nil {
			m.Warnings = map[string]string{}
		}
		m.Warnings[user] = unansweredClick
	}
	return at, ""
}

// onView is the topmost modal, or else the App Home.
func (s *Server) onView(user string) (*surface, string) {
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
	at := &surface{who: u, name: "the view", channel: view.current, blocks: objects(view.fields()["blocks"]), filled: view.filled}
	at.carries = func() object {
		s.keepState(view)
		return object{"container": object{"type": "view", "view_id": view.ID}, "view": view.Raw}
	}
	at.reply, at.acked, at.missed = func() object { return nil }, func() {}, func() {}
	return at, ""
}

// press clicks a button; value nil takes the stored one, any other goes through
// even where there is no such button.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (s *Server) press(at *surface, actionID string, value *string) (step, string) {
	block, button := findButton(at.blocks, actionID, value)
	if button == nil && value == nil {
		return nil, at.name + " has no button " + actionID
	}
	act := object{"type": "button", "text": object{"type": "plain_text", "text": actionID, "emoji": true}}
	maps.Copy(act, button)
	if value != nil {
		act["value"] = *value
	}
	return s.acted(at, block, actionID, act), ""
}

// findButton is the button of that value where several have one action_id, as the
// rows of a list do; else the first.
func findButton(blocks []object, actionID string, value *string) (block, button object) {
	for _, b := range blocks {
		for _, e := range elementsOf(b) {
			if value != nil && e["action_id"] == actionID && e["value"] == *value {
				return b, e
			}
		}
	}
	return findElement(blocks, actionID)
}

// acted delivers one action.
func (s *Server) acted(at *surface, block object, actionID string, act object) step {
	act["action_id"], act["block_id"], act["action_ts"] = actionID, "", s.nextTS()
	if block != nil {
		act["block_id"] = block["block_id"]
	}
	payload := s.interaction("block_actions", at.who, at.channel)
	payload["actions"] = []any{act}
	maps.Copy(payload, at.carries())
	maps.Copy(payload, at.reply())
	e := newEnvelope("interactive", false, payload, nil)
	e.acked = func(json.RawMessage) string {
		at.acked()
		return ""
	}
	e.missed = func(string) string {
		at.missed()
		return unansweredClick
	}
	return s.carrying(e)
}

// interaction is what all payloads of type "interactive" have in common. The
// trigger remembers the conversation the person was looking at.
func (s *Server) interaction(kind string, u *User, channel string) map[string]any {
	return map[string]any{
		"type": kind, "api_app_id": s.cfg.AppID, "token": verificationToken, "trigger_id": s.newTrigger(u.ID, channel),
		"user":       map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"team":       map[string]any{"id": s.cfg.Team.ID, "domain": s.cfg.Team.Domain},
		"enterprise": nil, "is_enterprise_install": false,
	}
}
