package localslack

import (
	"encoding/json"
	"maps"
)

// unansweredClick is the warning beside a button whose click got no ack in time.
const unansweredClick = "⚠ this did not work, try again"

// pressed is a click on a button of a message; value nil takes the stored one.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (s *Server) pressed(user, channelID, ts, actionID string, value *string) (step, string) {
	c, u, problem := s.place(user, channelID)
	if problem != "" {
		return nil, problem
	}
	m := c.find(ts)
	if m == nil || m.EphemeralFor != "" && m.EphemeralFor != user {
		return nil, u.Name + " sees no message " + ts
	}
	block, button := findElement(allBlocks(*m), actionID)
	if button == nil && value == nil {
		return nil, "the message has no button " + actionID
	}
	payload := s.interaction("block_actions", u)
	payload["actions"] = []any{s.action(block, button, actionID, value)}
	payload["channel"] = map[string]any{"id": c.ID, "name": c.name()}
	payload["state"] = map[string]any{"values": map[string]any{}}
	payload["response_url"], _ = s.newReplyURL("actions", c, user, ts)
	container := map[string]any{"type": "message", "message_ts": ts, "channel_id": c.ID, "is_ephemeral": m.EphemeralFor != ""}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload["container"] = container
	if m.EphemeralFor == "" {
		payload["message"] = s.wireMessage(m)
	}
	e := newEnvelope("interactive", false, payload, nil)
	e.acked = func(json.RawMessage) string {
		delete(m.Warnings, user)
		return ""
	}
	e.missed = func(string) string {
		if m.Warnings == nil {
			m.Warnings = map[string]string{}
		}
		m.Warnings[user] = unansweredClick
		return unansweredClick
	}
	return s.carrying(e), ""
}

// interaction is what all payloads of type "interactive" have in common.
func (s *Server) interaction(kind string, u *User) map[string]any {
	return map[string]any{
		"type": kind, "api_app_id": s.cfg.AppID, "token": verificationToken, "trigger_id": s.newTrigger(u.ID),
		"user":       map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"team":       map[string]any{"id": s.cfg.Team.ID, "domain": s.cfg.Team.Domain},
		"enterprise": nil, "is_enterprise_install": false,
	}
}

func (s *Server) action(block, button object, actionID string, value *string) object {
	act := object{"type": "button", "action_id": actionID, "text": object{"type": "plain_text", "text": actionID, "emoji": true}}
	maps.Copy(act, button)
	act["block_id"], act["action_ts"] = "", s.nextTS()
	if block != nil {
		act["block_id"] = block["block_id"]
	}
	if value != nil {
		act["value"] = *value
	}
	return act
}
