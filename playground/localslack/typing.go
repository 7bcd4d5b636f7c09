package localslack

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// typed is what Slack does with a line that somebody enters.
func (s *Server) typed(user, channelID, thread, text string) (step, string) {
	c, u, problem := s.place(user, channelID)
	if problem != "" {
		return nil, problem
	}
	if !slices.Contains(c.Members, user) {
		return nil, u.Name + " is not in " + channelID + " and cannot write there"
	}
	if strings.HasPrefix(text, "/") {
		return s.command(c, u, thread, text)
	}
	text = s.escape(text, false)
	text = typedIDs.ReplaceAllStringFunc(text, s.typedID)
	m := s.add(c, Message{User: user, Text: text, ThreadTS: thread})
	event := s.messageEvent(c, m)
	if event == nil {
		return nil, ""
	}
	return func() Delivery { return s.carryEvent(event) }, ""
}

// place checks that somebody can do something in a conversation at all.
func (s *Server) place(user, channelID string) (*channel, *User, string) {
	u, c := s.user(user), s.channel(channelID)
	switch {
	case u == nil || u.Bot:
		return nil, nil, "there is no person " + user
	case u.Deleted:
		return nil, nil, u.Name + " is deactivated"
	case c == nil || !c.sees(user):
		return nil, nil, u.Name + " sees no conversation " + channelID
	case c.Archived:
		return nil, nil, channelID + " is archived"
	}
	return c, u, ""
}

// command is a slash command: https://docs.slack.dev/interactivity/implementing-slash-commands.
func (s *Server) command(c *channel, u *User, thread, line string) (step, string) {
	name, text, _ := strings.Cut(line, " ")
	if !slices.Contains(s.cfg.Commands, name) {
		problem := name + " is not a command here"
		s.tell(c, u.ID, problem)
		return nil, problem
	}
	if thread != "" {
		problem := name + " does not work in threads"
		s.tell(c, u.ID, problem)
		return nil, problem
	}
	link, reply := s.newReplyURL("commands", c, u.ID, "")
	e := newEnvelope("slash_commands", true, map[string]any{
		"token": verificationToken, "team_id": u.TeamID, "team_domain": s.cfg.Team.Domain,
		"channel_id": c.ID, "channel_name": c.name(), "user_id": u.ID, "user_name": u.Name,
		"command": name, "text": s.escape(strings.TrimSpace(text), true), "api_app_id": s.cfg.AppID,
		"is_enterprise_install": "false", "response_url": link, "trigger_id": s.newTrigger(u.ID, c.ID),
	}, nil)
	failed := func(reason string) string {
		problem := name + " failed: " + reason
		s.tell(c, u.ID, problem)
		return problem
	}
	e.missed = failed
	e.acked = func(payload json.RawMessage) string {
		var says response
		if len(payload) == 0 {
			return ""
		}
		if err := json.Unmarshal(payload, &says); err != nil {
			return failed("invalid_command_response")
		}
		if says.Text == "" && isEmptyJSON(says.Blocks) && isEmptyJSON(says.Attachments) {
			return "" // Bolt acks with {}
		}
		if f := s.show(reply, says); f != nil {
			return failed(f.code)
		}
		return ""
	}
	return s.carrying(e), ""
}

// typedIDs are mentions as somebody types them who knows the id: <@U…>.
var typedIDs = regexp.MustCompile(`&lt;@(U\w+)&gt;`)

func (s *Server) typedID(escaped string) string {
	id := strings.TrimSuffix(strings.TrimPrefix(escaped, "&lt;@"), "&gt;")
	if s.user(id) == nil {
		return escaped
	}
	return "<@" + id + ">"
}

var names = regexp.MustCompile(`[@#][\p{L}\p{N}._-]+`)

// escape is what Slack's client does to text: & < > are encoded, @handles and
// #channels become ids. In a command they do so with should_escape, and carry the name.
func (s *Server) escape(text string, inCommand bool) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	if inCommand && !s.cfg.ShouldEscape {
		return text
	}
	return names.ReplaceAllStringFunc(text, func(name string) string { return s.mention(name, inCommand) })
}

func (s *Server) mention(name string, inCommand bool) string {
	label := func(as string) string {
		if inCommand {
			return "|" + as
		}
		return ""
	}
	bare := name[1:]
	if name[0] == '#' {
		for _, c := range s.channels {
			if c.Name == bare && c.DMWith == "" {
				return "<#" + c.ID + "|" + bare + ">"
			}
		}
		return name
	}
	for _, u := range s.users {
		if strings.EqualFold(u.Name, bare) {
			return "<@" + u.ID + label(bare) + ">"
		}
	}
	for _, g := range s.groups {
		if g.Handle == bare {
			return "<!subteam^" + g.ID + label(name) + ">"
		}
	}
	return name
}

// messageEvent is the event a person's message causes, nil for none.
func (s *Server) messageEvent(c *channel, m *Message) map[string]any {
	event := map[string]any{
		"user": m.User, "text": m.Text, "ts": m.TS, "event_ts": m.TS, "channel": c.ID, "team": s.cfg.Team.ID, "client_msg_id": newID(),
	}
	if m.ThreadTS != "" {
		event["thread_ts"] = m.ThreadTS
	}
	mentioned := strings.Contains(m.Text, "<@"+s.cfg.Bot.ID+">")
	switch {
	case c.DMWith != "" && s.subscribed("message.im", "im:history"):
		event["type"], event["channel_type"] = "message", "im"
	case c.DMWith == "" && mentioned && c.BotIsMember && s.subscribed("app_mention", "app_mentions:read"):
		event["type"] = "app_mention"
	default:
		return nil
	}
	return s.eventCallback(event)
}

// subscribed says whether the app gets an event: it asked for it and has its scope.
func (s *Server) subscribed(event, scope string) bool {
	return slices.Contains(s.cfg.Events, event) && s.granted(scope)
}

func (s *Server) eventCallback(event map[string]any) map[string]any {
	return map[string]any{
		"type": "event_callback", "token": verificationToken, "team_id": s.cfg.Team.ID, "api_app_id": s.cfg.AppID, "event": event,
		"event_id": "Ev" + newID()[:8], "event_time": s.now().Unix(), "is_ext_shared_channel": false, "event_context": "4-" + newID(),
		"authorizations": []any{map[string]any{
			"enterprise_id": nil, "team_id": s.cfg.Team.ID, "user_id": s.cfg.Bot.ID, "is_bot": true, "is_enterprise_install": false,
		}},
	}
}
