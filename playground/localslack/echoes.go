package localslack

// What an app hears of its own doing: with message.im Slack sends it the messages that it posts into a direct message
// itself, with its bot_id, and their changes, as subtypes. An app that takes them for words of a person talks to itself.

// echo delivers such an event in the background. Called with mu held.
func (s *Server) echo(c *channel, m *Message, changed bool) {
	if c.DMWith == "" || m.EphemeralFor != "" || !s.subscribed("message.im", "im:history") || s.closed {
		return
	}
	event := s.wireMessage(m)
	event["channel"], event["channel_type"], event["event_ts"] = c.ID, "im", m.TS
	if changed {
		event = answer{
			"type": "message", "subtype": "message_changed", "hidden": true, "message": s.wireMessage(m),
			"channel": c.ID, "channel_type": "im", "ts": s.nextTS(),
		}
		event["event_ts"] = event["ts"]
	}
	callback := s.eventCallback(event)
	s.running.Go(func() { s.carryEvent(callback) })
}
