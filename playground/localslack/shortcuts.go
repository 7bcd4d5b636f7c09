package localslack

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Shortcut is one that the app's manifest declares. Its callback_id is the app's
// name for it.
type Shortcut struct {
	Name        string // at most 24 characters
	Type        string // GlobalShortcut or MessageShortcut
	CallbackID  string
	Description string // at most 150 characters
}

// The two types of a Shortcut.
const (
	GlobalShortcut  = "global"  // in the shortcuts menu of the composer
	OnMessage       = "message" // in the "more actions" menu of a message
	shortcutsAtMost = 10
)

// checkShortcuts applies the bounds of Slack's manifest schema.
func checkShortcuts(all []Shortcut) error {
	if len(all) > shortcutsAtMost {
		return fmt.Errorf("an app has at most %d shortcuts", shortcutsAtMost)
	}
	seen := map[string]bool{}
	for _, one := range all {
		name, description := utf8.RuneCountInString(one.Name), utf8.RuneCountInString(one.Description)
		switch {
		case one.Type != GlobalShortcut && one.Type != OnMessage:
			return fmt.Errorf("shortcut %q: its type is global or message", one.Name)
		case name == 0 || name > 24:
			return fmt.Errorf("shortcut %q: a name has 1 to 24 characters", one.Name)
		case description == 0 || description > 150:
			return fmt.Errorf("shortcut %q: a description has 1 to 150 characters", one.Name)
		case one.CallbackID == "" || seen[one.CallbackID]:
			return errors.New("every shortcut has a callback_id of its own")
		}
		seen[one.CallbackID] = true
	}
	return nil
}

// Shortcuts are those that the app declares.
func (s *Server) Shortcuts() []Shortcut { return slices.Clone(s.cfg.Shortcuts) }

// declared finds a shortcut of the app; it needs the scope commands.
func (s *Server) declared(kind, callbackID string) (Shortcut, string) {
	for _, one := range s.cfg.Shortcuts {
		if one.Type == kind && one.CallbackID == callbackID && s.granted("commands") {
			return one, ""
		}
	}
	return Shortcut{}, "the app has no " + kind + " shortcut " + callbackID
}

// globalShortcut is chosen from the composer's menu:
// https://docs.slack.dev/interactivity/implementing-shortcuts.
func (s *Server) globalShortcut(user, channelID, callbackID string) (step, string) {
	u, problem := s.person(user)
	if u == nil {
		return nil, problem
	}
	one, problem := s.declared(GlobalShortcut, callbackID)
	if problem != "" {
		return nil, problem
	}
	return s.shortcut("shortcut", u, channelID, one, object{}), ""
}

// messageShortcut is chosen from a message's menu, also where the bot is not a
// member. Messages for one person only have no such menu.
func (s *Server) messageShortcut(user, channelID, ts, callbackID string) (step, string) {
	c, u, problem := s.place(user, channelID)
	if problem != "" {
		return nil, problem
	}
	one, problem := s.declared(OnMessage, callbackID)
	if problem != "" {
		return nil, problem
	}
	m := c.find(ts)
	if m == nil || m.EphemeralFor != "" {
		return nil, u.Name + " sees no message " + ts + " with shortcuts"
	}
	link, _ := s.newReplyURL("actions", c, user, "")
	return s.shortcut("message_action", u, c.ID, one, object{
		"channel": object{"id": c.ID, "name": c.name()}, "message": s.wireMessage(m), "message_ts": ts, "response_url": link,
	}), ""
}

func (s *Server) shortcut(kind string, u *User, channelID string, one Shortcut, more object) step {
	payload := s.interaction(kind, u, channelID)
	delete(payload, "api_app_id") // recorded shortcuts have none
	payload["callback_id"], payload["action_ts"] = one.CallbackID, s.nextTS()
	for field, value := range more {
		payload[field] = value
	}
	e := newEnvelope("interactive", false, payload, nil)
	e.missed = func(reason string) string { return one.Name + " failed: " + reason }
	return s.carrying(e)
}
