package localslack

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// world is the workspace as it stands. Server.mu guards it.
type world struct {
	users      []*User // in order, the bot last
	channels   []*channel
	groups     []*UserGroup
	scopes     []string
	revoked    bool
	lastMicro  int64
	triggers   map[string]*trigger
	replies    map[string]*replyURL // by path
	modals     map[string][]*View   // by user, topmost last
	homes      map[string]*View
	uploads    map[string]*upload
	executions map[string]*running
}

// channel is a conversation with what was written in it.
type channel struct {
	Channel
	messages []*Message
	posts    *rate.Limiter
}

// trigger is a trigger_id: views.open and views.push may spend it once within 3 s.
type trigger struct {
	user    string
	channel string // what the person was looking at, "" when that is no conversation
	issued  time.Time
	spent   bool
}

const triggerLife = 3 * time.Second

func newWorld(cfg Config) world {
	w := world{
		scopes: slices.Clone(cfg.Scopes), triggers: map[string]*trigger{}, replies: map[string]*replyURL{},
		modals: map[string][]*View{}, homes: map[string]*View{}, uploads: map[string]*upload{},
		executions: map[string]*running{},
	}
	for _, u := range append(slices.Clone(cfg.Users), cfg.Bot) {
		if u.TeamID == "" {
			u.TeamID = cfg.Team.ID
		}
		w.users = append(w.users, &u)
	}
	for _, c := range cfg.Channels {
		c.Members = slices.Clone(c.Members)
		w.channels = append(w.channels, newChannel(c))
	}
	for _, g := range cfg.Groups {
		g.Members = slices.Clone(g.Members)
		w.groups = append(w.groups, &g)
	}
	return w
}

// newChannel has chat.postMessage's limit: one a second, and a short burst, which
// Slack promises without a number; five is ours.
func newChannel(c Channel) *channel {
	return &channel{Channel: c, posts: rate.NewLimiter(1, 5)}
}

// The methods below are called with mu held.

func (s *Server) now() time.Time { return s.cfg.Now() }

func (w *world) user(id string) *User {
	for _, u := range w.users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

func (w *world) channel(id string) *channel {
	for _, c := range w.channels {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (w *world) group(id string) *UserGroup {
	for _, g := range w.groups {
		if g.ID == id {
			return g
		}
	}
	return nil
}

func (w *world) granted(scope string) bool { return slices.Contains(w.scopes, scope) }

// openDM finds or opens the direct message between the bot and a user.
func (s *Server) openDM(user string) *channel {
	for _, c := range s.channels {
		if c.DMWith == user {
			return c
		}
	}
	c := newChannel(Channel{ID: "D0" + strings.TrimPrefix(user, "U"), Members: []string{user}, BotIsMember: true, DMWith: user})
	s.channels = append(s.channels, c)
	s.note()
	return c
}

// nextTS is the present as Slack writes it; no two are the same.
func (s *Server) nextTS() string {
	s.lastMicro = max(s.now().UnixMicro(), s.lastMicro+1)
	return fmt.Sprintf("%d.%06d", s.lastMicro/1e6, s.lastMicro%1e6)
}

// newTrigger issues a trigger_id and drops those long dead.
func (s *Server) newTrigger(user, channel string) string {
	now := s.now()
	maps.DeleteFunc(s.triggers, func(_ string, t *trigger) bool { return now.Sub(t.issued) > 10*time.Minute })
	id := fmt.Sprintf("%d.%d.%s", now.UnixMilli(), len(s.triggers)+1, newID()[:16])
	s.triggers[id] = &trigger{user: user, channel: channel, issued: now}
	return id
}

// spendTrigger finds a trigger_id and makes it useless.
func (s *Server) spendTrigger(id string) (*trigger, *failure) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return nil, fail("invalid_trigger_id")
	case s.now().Sub(t.issued) > triggerLife:
		return nil, fail("expired_trigger_id")
	case t.spent:
		return nil, fail("exchanged_trigger_id")
	}
	t.spent = true
	return t, nil
}

func (s *Server) botID() string { return "B" + strings.TrimPrefix(s.cfg.Bot.ID, "U") }

// sees says whether a user can look into a conversation.
func (c *channel) sees(user string) bool {
	if c.DMWith != "" || c.Private {
		return slices.Contains(c.Members, user)
	}
	return true
}

func (c *channel) find(ts string) *Message {
	for _, m := range c.messages {
		if m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

// name is channel_name as commands carry it.
func (c *channel) name() string {
	switch {
	case c.DMWith != "":
		return "directmessage"
	case c.Private:
		return "privategroup"
	}
	return c.Name
}

// add writes a message into a conversation.
func (s *Server) add(c *channel, m Message) *Message {
	m.TS, m.Channel, m.Versions = s.nextTS(), c.ID, 1
	c.messages = append(c.messages, &m)
	s.note()
	return &m
}

// tell is Slack itself saying something to one person.
func (s *Server) tell(c *channel, user, text string) {
	s.add(c, Message{User: slackbot, Text: text, EphemeralFor: user})
}

func (m *Message) copy() Message {
	out := *m
	out.Blocks, out.Attachments = slices.Clone(m.Blocks), slices.Clone(m.Attachments)
	out.Warnings, out.Reactions, out.Files, out.filled = maps.Clone(m.Warnings), maps.Clone(m.Reactions), slices.Clone(m.Files), nil
	return out
}

// content is what a message says: the part that chat.update replaces.
type content struct {
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments json.RawMessage `json:"attachments"`
}

func (s *Server) replace(m *Message, with content) {
	m.Text, m.Blocks, m.Attachments = with.Text, with.Blocks, with.Attachments
	m.Edited, m.Warnings = with.Blocks == nil, nil // Slack shows no "(edited)" where there are blocks
	m.Versions++
	s.note()
}

func (s *Server) remove(m *Message) {
	m.Deleted = true
	s.note()
}

// newID is a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
