package localslack

import (
	"encoding/json"
	"fmt"
	"slices"
)

// snapshotForm is raised when an older snapshot can no longer be read.
const snapshotForm = 1

// snapshot is what a workspace holds. Not in it: open modals, what was typed into a menu or an input and not sent,
// response_urls and trigger_ids, files that were not shared yet, and events that wait to be delivered again.
type snapshot struct {
	Form     int              `json:"form"`
	Latest   int64            `json:"latest"` // ts in microseconds
	Channels []heldChannel    `json:"channels"`
	Homes    map[string]*View `json:"homes"` // by user
}

type heldChannel struct {
	Channel
	Messages []*Message `json:"messages"`
}

// Snapshot is what this Slack holds, for the Config.Held of a later one.
func (s *Server) Snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := snapshot{Form: snapshotForm, Latest: s.lastMicro, Homes: s.homes}
	for _, c := range s.channels {
		held.Channels = append(held.Channels, heldChannel{c.Channel, c.messages})
	}
	return json.Marshal(held)
}

// restore puts a snapshot in the place of the configured channels. A channel that only the Config has stays.
func (w *world) restore(held []byte) error {
	if len(held) == 0 {
		return nil
	}
	var old snapshot
	if err := json.Unmarshal(held, &old); err != nil {
		return fmt.Errorf("what was held cannot be read: %w", err)
	}
	if old.Form != snapshotForm {
		return fmt.Errorf("what was held is in form %d, and this version reads %d", old.Form, snapshotForm)
	}
	w.lastMicro = old.Latest
	for _, was := range old.Channels {
		c := newChannel(was.Channel)
		c.messages = was.Messages
		if at := slices.IndexFunc(w.channels, func(c *channel) bool { return c.ID == was.ID }); at >= 0 {
			w.channels[at] = c
		} else {
			w.channels = append(w.channels, c)
		}
	}
	for user, home := range old.Homes {
		home.filled = newFilled()
		w.homes[user] = home
	}
	return nil
}
