package localslack

import (
	"slices"
	"strconv"
	"strings"
)

// Who and what there is: conversations.*, users.info, usergroups.*.

// readable finds a conversation and checks the scope for its kind.
func (s *Server) readable(id string) (*channel, *failure) {
	c := s.channel(id)
	if c == nil || c.Private && !c.BotIsMember {
		return nil, fail("channel_not_found")
	}
	needed := "channels:read"
	switch {
	case c.DMWith != "":
		needed = "im:read"
	case c.Private:
		needed = "groups:read"
	}
	if !s.granted(needed) {
		return nil, s.missingScope(needed)
	}
	return c, nil
}

func (s *Server) wireChannel(c *channel) answer {
	out := answer{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "context_team_id": s.cfg.Team.ID,
		"is_channel": c.DMWith == "" && !c.Private, "is_group": c.Private, "is_im": c.DMWith != "", "is_mpim": false,
		"is_private": c.Private || c.DMWith != "", "is_archived": c.Archived, "is_member": c.BotIsMember,
	}
	if c.DMWith != "" {
		out["user"], out["is_open"] = c.DMWith, true
	}
	return out
}

func (s *Server) conversationInfo(a args) (answer, *failure) {
	c, f := s.readable(a["channel"])
	if f != nil {
		return nil, f
	}
	out := s.wireChannel(c)
	if a.flag("include_num_members") {
		out["num_members"] = len(s.members(c))
	}
	return answer{"channel": out}, nil
}

func (s *Server) members(c *channel) []string {
	all := slices.Clone(c.Members)
	if c.BotIsMember {
		all = append(all, s.cfg.Bot.ID)
	}
	return all
}

func (s *Server) conversationMembers(a args) (answer, *failure) {
	c, f := s.readable(a["channel"])
	if f != nil {
		return nil, f
	}
	page, next, f := pageOf(s.members(c), a)
	if f != nil {
		return nil, f
	}
	return answer{"members": page, "response_metadata": answer{"next_cursor": next}}, nil
}

// pageOf cuts a page by limit (default 100) and cursor; the cursor is an offset.
func pageOf[T any](all []T, a args) (page []T, next string, f *failure) {
	size, from := 100, 0
	if n, err := strconv.Atoi(a["limit"]); err == nil && n > 0 {
		size = min(n, 1000)
	}
	if a["cursor"] != "" {
		n, err := strconv.Atoi(a["cursor"])
		if err != nil || n < 0 || n > len(all) {
			return nil, "", fail("invalid_cursor")
		}
		from = n
	}
	end := min(from+size, len(all))
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return all[from:end], next, nil
}

// conversationList has the conversations whose kind is asked for and whose scope is granted; of the direct messages
// those that are open. https://docs.slack.dev/reference/methods/conversations.list
func (s *Server) conversationList(a args) (answer, *failure) {
	kinds := a["types"]
	if kinds == "" {
		kinds = "public_channel"
	}
	needs := map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}
	asked := map[string]bool{}
	for kind := range strings.SplitSeq(kinds, ",") {
		switch needed := needs[strings.TrimSpace(kind)]; {
		case needed == "":
			return nil, fail("invalid_types")
		case !s.granted(needed):
			return nil, s.missingScope(needed)
		}
		asked[strings.TrimSpace(kind)] = true
	}
	var found []answer
	for _, c := range s.channels {
		kind := "public_channel"
		switch {
		case c.DMWith != "":
			kind = "im"
		case c.Private:
			kind = "private_channel"
		}
		if asked[kind] && (!c.Private || c.BotIsMember) && !(c.Archived && a.flag("exclude_archived")) {
			found = append(found, s.wireChannel(c))
		}
	}
	page, next, f := pageOf(found, a)
	if f != nil {
		return nil, f
	}
	return answer{"channels": append([]answer{}, page...), "response_metadata": answer{"next_cursor": next}}, nil
}

// conversationOpen opens a direct message with one user; group messages are not played.
func (s *Server) conversationOpen(a args) (answer, *failure) {
	u := s.user(a["users"])
	switch {
	case a["users"] == "":
		return nil, fail("users_list_not_supplied")
	case u == nil:
		return nil, fail("user_not_found")
	case u.Bot:
		return nil, fail("cannot_dm_bot")
	case u.Deleted:
		return nil, fail("user_disabled")
	}
	known := slices.ContainsFunc(s.channels, func(c *channel) bool { return c.DMWith == u.ID })
	c := s.openDM(u.ID)
	out := answer{"channel": answer{"id": c.ID}, "no_op": known, "already_open": known}
	if a.flag("return_im") {
		out["channel"] = s.wireChannel(c)
	}
	return out, nil
}

func (s *Server) userInfo(a args) (answer, *failure) {
	u := s.user(a["user"])
	if u == nil {
		return nil, fail("user_not_found")
	}
	return answer{"user": s.wireUser(u, a)}, nil
}

func (s *Server) userList(a args) (answer, *failure) {
	page, next, f := pageOf(s.users, a)
	if f != nil {
		return nil, f
	}
	members := []answer{}
	for _, u := range page {
		members = append(members, s.wireUser(u, a))
	}
	return answer{"members": members, "response_metadata": answer{"next_cursor": next}}, nil
}

func (s *Server) wireUser(u *User, a args) answer {
	out := answer{
		"id": u.ID, "team_id": u.TeamID, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted,
		"tz": u.TZ, "tz_offset": u.TZOffset, "tz_label": u.TZ, "is_bot": u.Bot, "is_app_user": false,
		"is_admin": false, "is_owner": false, "is_primary_owner": false,
		"is_restricted": u.Guest != "", "is_ultra_restricted": u.Guest == SingleChannelGuest,
		"is_stranger": u.TeamID != s.cfg.Team.ID,
		"profile":     answer{"real_name": u.RealName, "display_name": "", "team": u.TeamID},
	}
	if a.flag("include_locale") {
		out["locale"] = u.Locale
	}
	return out
}

func (s *Server) groupList(a args) (answer, *failure) {
	list := []answer{}
	for _, g := range s.groups {
		out := answer{
			"id": g.ID, "team_id": s.cfg.Team.ID, "is_usergroup": true, "name": g.Handle, "handle": g.Handle,
			"date_delete": 0, "user_count": len(g.Members),
		}
		if a.flag("include_users") {
			out["users"] = slices.Clone(g.Members)
		}
		list = append(list, out)
	}
	return answer{"usergroups": list}, nil
}

func (s *Server) groupMembers(a args) (answer, *failure) {
	g := s.group(a["usergroup"])
	if g == nil {
		return nil, fail("no_such_subteam")
	}
	return answer{"users": slices.Clone(g.Members)}, nil
}
