package localslack

// botInfo is bots.info for the one bot there is.
func (s *Server) botInfo(a args) (answer, *failure) {
	if a["bot"] != s.botID() {
		return nil, fail("bot_not_found")
	}
	return answer{"bot": answer{
		"id": s.botID(), "deleted": false, "name": s.cfg.Bot.Name, "app_id": s.cfg.AppID, "user_id": s.cfg.Bot.ID,
	}}, nil
}
