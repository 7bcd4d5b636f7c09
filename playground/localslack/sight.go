package localslack

import (
	"context"
	"slices"
)

// Messages is everything that was ever written in a conversation, oldest first:
// thread replies, ephemeral and deleted messages included.
func (s *Server) Messages(channelID string) []Message {
	return s.messages(channelID, func(*channel, *Message) bool { return true })
}

// Visible is what this user sees there now: no deleted messages, ephemeral ones
// only if they are theirs, thread replies included (ThreadTS says so), and
// nothing at all in a private conversation they are not in.
func (s *Server) Visible(user, channelID string) []Message {
	return s.messages(channelID, func(c *channel, m *Message) bool {
		return c.sees(user) && !m.Deleted && (m.EphemeralFor == "" || m.EphemeralFor == user)
	})
}

// Thread is a message and its replies, oldest first, without ephemeral or deleted ones.
func (s *Server) Thread(channelID, ts string) []Message {
	return s.messages(channelID, func(_ *channel, m *Message) bool {
		return !m.Deleted && m.EphemeralFor == "" && (m.TS == ts || m.ThreadTS == ts)
	})
}

func (s *Server) messages(channelID string, wanted func(*channel, *Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channelID)
	if c == nil {
		return nil
	}
	var out []Message
	for _, m := range c.messages {
		if wanted(c, m) {
			out = append(out, m.copy())
		}
	}
	return out
}

// Message finds one message by its ts, also a deleted one.
func (s *Server) Message(channelID, ts string) (Message, bool) {
	found := s.messages(channelID, func(_ *channel, m *Message) bool { return m.TS == ts })
	if len(found) == 0 {
		return Message{}, false
	}
	return found[0], true
}

// Users are the people of the workspace, the bot last.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []User
	for _, u := range s.users {
		out = append(out, *u)
	}
	return out
}

// Channels are all conversations, opened direct messages included.
func (s *Server) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Channel
	for _, c := range s.channels {
		one := c.Channel
		one.Members = slices.Clone(c.Members)
		out = append(out, one)
	}
	return out
}

// DM is the id of the user's direct message with the bot, opened if need be.
// It is "" for somebody who does not exist.
func (s *Server) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.user(user) == nil {
		return ""
	}
	return s.openDM(user).ID
}

// Modals is the stack of modals on a user's screen, the topmost last.
func (s *Server) Modals(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []View
	for _, v := range s.modals[user] {
		out = append(out, s.viewCopy(v))
	}
	return out
}

func (s *Server) viewCopy(v *View) View {
	out := v.copy()
	out.Values = s.stateOf(objects(v.fields()["blocks"]), v.filled, v.current)
	return out
}

// Home is the user's App Home; ok is false when nothing was published.
func (s *Server) Home(user string) (view View, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.homes[user]
	if v == nil {
		return View{}, false
	}
	return s.viewCopy(v), true
}

// Changed is closed at the next change of anything one can see here: a message,
// a view, a connection, a call. Take it before looking, then wait on it.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// WaitFor returns nil as soon as done reports true; it asks again after every
// change. done may call any method of s.
func (s *Server) WaitFor(ctx context.Context, done func() bool) error {
	for {
		changed := s.Changed()
		if done() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
