package localslack

import "slices"

// What an admin, or somebody else in Slack, changes beside the app's back.

// SetMember puts the bot into a channel or out of it.
func (s *Server) SetMember(channelID string, member bool) {
	s.changeChannel(channelID, func(c *channel) { c.BotIsMember = member })
}

// Archive archives a channel or brings it back.
func (s *Server) Archive(channelID string, archived bool) {
	s.changeChannel(channelID, func(c *channel) { c.Archived = archived })
}

// DeleteMessage deletes a message as its author or an admin would.
func (s *Server) DeleteMessage(channelID, ts string) {
	s.changeChannel(channelID, func(c *channel) {
		if m := c.find(ts); m != nil {
			s.remove(m)
		}
	})
}

func (s *Server) changeChannel(id string, change func(*channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channel(id); c != nil {
		change(c)
		s.note()
	}
}

// SetUser adds a user or replaces the one with this ID.
func (s *Server) SetUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.TeamID == "" {
		u.TeamID = s.cfg.Team.ID
	}
	if old := s.user(u.ID); old != nil {
		*old = u
	} else {
		s.users = slices.Insert(s.users, len(s.users)-1, &u)
	}
	s.note()
}

// SetGroup adds a user group or replaces the one with this ID.
func (s *Server) SetGroup(g UserGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.Members = slices.Clone(g.Members)
	if old := s.group(g.ID); old != nil {
		*old = g
	} else {
		s.groups = append(s.groups, &g)
	}
	s.note()
}

// RevokeTokens makes both tokens useless: every call answers token_revoked, and
// no ticket opens a socket any more. Open sockets stay, as far as Slack documents it.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
	s.note()
}

// Reinstall gives the bot token other scopes, as "Reinstall to Workspace" does; the tokens stay.
func (s *Server) Reinstall(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = scopes
	s.note()
}
