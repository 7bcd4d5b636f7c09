package localslack

import "encoding/json"

// Message is what stands in a conversation. It is a copy: changing it changes nothing.
type Message struct {
	TS           string // Slack's id of a message within its channel, seconds.microseconds
	ThreadTS     string // the parent's TS for a reply, "" otherwise
	Channel      string
	User         string          // who wrote it; Slack's own words come from USLACKBOT
	BotID        string          // set on the app's messages
	Text         string          // with blocks: the fallback for notifications and screen readers
	Blocks       json.RawMessage `json:",omitempty"`
	Attachments  json.RawMessage `json:",omitempty"`
	EphemeralFor string          // the only user who sees it, "" for everybody
	Broadcast    bool            // a thread reply that is shown in the channel too
	Edited       bool            // Slack shows "(edited)": changed, and without blocks
	Deleted      bool
	Versions     int                 // how often its content was set; 1 when new
	Warnings     map[string]string   // by user: what Slack shows beside a button whose click was not acked
	Reactions    map[string][]string // users by name of the emoji
	Files        []File

	filled map[string]*filled // by user
}

// Button is one button of a message.
type Button struct {
	BlockID  string
	ActionID string
	Text     string
	Value    string
	Style    string // "", "primary" or "danger"
	URL      string
	Confirm  string // all words of the confirmation dialog, "" without one
}

// View is a modal on a user's screen or their App Home.
type View struct {
	ID         string
	Type       string // "modal" or "home"
	CallbackID string
	ExternalID string
	Hash       string
	Raw        json.RawMessage   // the whole view as Slack sends it back
	Errors     map[string]string // by block_id, from response_action "errors" or from Slack itself

	// Values are what the person has entered or chosen, else what the view begins
	// with, in the shape of view.state.values.
	Values map[string]map[string]any

	filled  *filled
	current string // the conversation the person was looking at when it opened
}
