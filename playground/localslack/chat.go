package localslack

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	postTextLimit   = 40000 // chat.postMessage cuts here
	updateTextLimit = 4000  // chat.update answers msg_too_long beyond
)

func (s *Server) authTest(args) (answer, *failure) {
	return answer{
		"url": "https://" + s.cfg.Team.Domain + ".slack.com/", "team": s.cfg.Team.Name, "team_id": s.cfg.Team.ID,
		"user": s.cfg.Bot.Name, "user_id": s.cfg.Bot.ID, "bot_id": s.botID(), "is_enterprise_install": false,
	}, nil
}

// apiTest gives back what it was given, or the error that was asked for.
func (s *Server) apiTest(a args) (answer, *failure) {
	if a["error"] != "" {
		return nil, &failure{code: a["error"], more: answer{"args": a}}
	}
	return answer{"args": a}, nil
}

// contentOf reads what a message shall say and checks it against the limits.
func contentOf(a args) (content, *failure) {
	return checkContent(content{Text: a["text"], Blocks: a.json("blocks"), Attachments: a.json("attachments")})
}

func checkContent(c content) (content, *failure) {
	if isEmptyJSON(c.Blocks) {
		c.Blocks = nil
	}
	if isEmptyJSON(c.Attachments) {
		c.Attachments = nil
	}
	if c.Blocks != nil {
		if !isArray(c.Blocks) {
			return c, invalid("invalid_blocks_format", []string{"[ERROR] blocks must be a JSON array [json-pointer:/blocks]"})
		}
		if problems := ValidateBlocks(c.Blocks); len(problems) > 0 {
			return c, invalid("invalid_blocks", problems)
		}
		c.Blocks = withIDs(c.Blocks)
	}
	if c.Attachments != nil {
		if problems := validateAttachments(c.Attachments); len(problems) > 0 {
			return c, invalid("invalid_attachments", problems)
		}
	}
	if strings.TrimSpace(c.Text) == "" && c.Blocks == nil && c.Attachments == nil {
		return c, fail("no_text")
	}
	return c, nil
}

// writable finds the conversation a message goes to. A private channel the bot
// is not in does not exist for it.
func (s *Server) writable(id string) (*channel, *failure) {
	if u := s.user(id); u != nil {
		if u.Bot {
			return nil, fail("cannot_dm_bot")
		}
		if u.Deleted {
			return nil, fail("user_disabled")
		}
		return s.openDM(id), nil
	}
	c := s.channel(id)
	switch {
	case c == nil, c.Private && !c.BotIsMember:
		return nil, fail("channel_not_found")
	case !c.BotIsMember && !s.granted("chat:write.public"):
		return nil, fail("not_in_channel")
	case c.Archived:
		return nil, fail("is_archived")
	}
	return c, nil
}

func (s *Server) postMessage(a args) (answer, *failure) {
	c, f := s.writable(a["channel"])
	if f != nil {
		return nil, f
	}
	says, f := contentOf(a)
	if f != nil {
		return nil, f
	}
	thread, f := c.threadOf(a["thread_ts"])
	if f != nil {
		return nil, f
	}
	if s.cfg.RatePerChannel {
		if f := s.take(c.posts); f != nil {
			return nil, f
		}
	}
	m := s.addByBot(c, says, thread)
	m.Broadcast = thread != "" && a.flag("reply_broadcast")
	s.echo(c, m, false)
	return answer{"channel": c.ID, "ts": m.TS, "message": s.wireMessage(m)}, nil
}

func (s *Server) addByBot(c *channel, says content, thread string) *Message {
	return s.add(c, Message{
		User: s.cfg.Bot.ID, BotID: s.botID(), ThreadTS: thread,
		Text: cut(says.Text, postTextLimit), Blocks: says.Blocks, Attachments: says.Attachments,
	})
}

// threadOf finds the thread a reply belongs to: replying to a reply joins its thread.
func (c *channel) threadOf(ts string) (string, *failure) {
	if ts == "" {
		return "", nil
	}
	parent := c.find(ts)
	if parent == nil || parent.EphemeralFor != "" {
		return "", fail("thread_not_found")
	}
	if parent.ThreadTS != "" {
		return parent.ThreadTS, nil
	}
	return parent.TS, nil
}

func (s *Server) postEphemeral(a args) (answer, *failure) {
	c, f := s.writable(a["channel"])
	if f != nil {
		return nil, f
	}
	u := s.user(a["user"])
	switch {
	case u == nil:
		return nil, fail("user_not_found")
	case !slices.Contains(c.Members, u.ID):
		return nil, fail("user_not_in_channel")
	}
	says, f := contentOf(a)
	if f != nil {
		return nil, f
	}
	thread, f := c.threadOf(a["thread_ts"])
	if f != nil {
		return nil, f
	}
	m := s.addByBot(c, says, thread)
	m.EphemeralFor = u.ID
	return answer{"message_ts": m.TS}, nil
}

// own finds a message the bot may change. An ephemeral one cannot be found this way.
func (s *Server) own(a args, notOurs string) (*channel, *Message, *failure) {
	c := s.channel(a["channel"])
	if c == nil || c.Private && !c.BotIsMember {
		return nil, nil, fail("channel_not_found")
	}
	m := c.find(a["ts"])
	switch {
	case m == nil || m.EphemeralFor != "":
		return nil, nil, fail("message_not_found")
	case m.BotID != s.botID():
		return nil, nil, fail(notOurs)
	case c.Archived:
		return nil, nil, fail("is_archived")
	}
	return c, m, nil
}

func (s *Server) updateMessage(a args) (answer, *failure) {
	c, m, f := s.own(a, "cant_update_message")
	if f != nil {
		return nil, f
	}
	if utf8.RuneCountInString(a["text"]) > updateTextLimit {
		return nil, fail("msg_too_long")
	}
	says, f := contentOf(a)
	if f != nil {
		return nil, f
	}
	// Text without blocks takes the place of the old blocks; attachments stay until
	// an empty array is sent: https://docs.slack.dev/reference/methods/chat.update.
	if _, sent := a["attachments"]; !sent {
		says.Attachments = m.Attachments
	}
	if says.Text == "" && says.Blocks == nil {
		says.Blocks = m.Blocks
	}
	s.replace(m, says)
	s.echo(c, m, true)
	return answer{"channel": c.ID, "ts": m.TS, "text": m.Text, "message": s.wireMessage(m)}, nil
}

func (s *Server) deleteMessage(a args) (answer, *failure) {
	c, m, f := s.own(a, "cant_delete_message")
	if f != nil {
		return nil, f
	}
	s.remove(m)
	return answer{"channel": c.ID, "ts": m.TS}, nil
}

func (s *Server) permalink(a args) (answer, *failure) {
	c := s.channel(a["channel"])
	if c == nil || c.Private && !c.BotIsMember {
		return nil, fail("channel_not_found")
	}
	m := c.find(a["message_ts"])
	if m == nil || m.EphemeralFor != "" {
		return nil, fail("message_not_found")
	}
	link := "https://" + s.cfg.Team.Domain + ".slack.com/archives/" + c.ID + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.ThreadTS != "" {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.ID
	}
	return answer{"channel": c.ID, "permalink": link}, nil
}

// reactedTo is the message that a reaction is about.
func (s *Server) reactedTo(a args) (*Message, *failure) {
	c, f := s.writable(a["channel"])
	if f != nil {
		return nil, f
	}
	m := c.find(a["timestamp"])
	if m == nil || m.EphemeralFor != "" {
		return nil, fail("message_not_found")
	}
	return m, nil
}

func (s *Server) addReaction(a args) (answer, *failure) {
	m, f := s.reactedTo(a)
	switch {
	case f != nil:
		return nil, f
	case a["name"] == "":
		return nil, fail("invalid_name")
	case slices.Contains(m.Reactions[a["name"]], s.cfg.Bot.ID):
		return nil, fail("already_reacted")
	}
	if m.Reactions == nil {
		m.Reactions = map[string][]string{}
	}
	m.Reactions[a["name"]] = append(m.Reactions[a["name"]], s.cfg.Bot.ID)
	s.note()
	return nil, nil
}

func (s *Server) removeReaction(a args) (answer, *failure) {
	m, f := s.reactedTo(a)
	switch {
	case f != nil:
		return nil, f
	case !slices.Contains(m.Reactions[a["name"]], s.cfg.Bot.ID):
		return nil, fail("no_reaction")
	}
	m.Reactions[a["name"]] = slices.DeleteFunc(m.Reactions[a["name"]], func(id string) bool { return id == s.cfg.Bot.ID })
	s.note()
	return nil, nil
}

// wireMessage is a message as answers and payloads carry it.
func (s *Server) wireMessage(m *Message) answer {
	out := answer{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": s.cfg.Team.ID}
	if m.BotID != "" {
		out["bot_id"], out["app_id"] = m.BotID, s.cfg.AppID
	}
	if m.ThreadTS != "" {
		out["thread_ts"] = m.ThreadTS
	}
	if m.Blocks != nil {
		out["blocks"] = m.Blocks
	}
	if m.Attachments != nil {
		out["attachments"] = m.Attachments
	}
	if len(m.Files) > 0 {
		list := []answer{}
		for _, f := range m.Files {
			list = append(list, s.wireFile(f))
		}
		out["files"] = list
	}
	if m.Edited {
		out["edited"] = answer{"user": m.User, "ts": m.TS}
	}
	return out
}

func cut(text string, limit int) string {
	if r := []rune(text); len(r) > limit {
		return string(r[:limit])
	}
	return text
}
