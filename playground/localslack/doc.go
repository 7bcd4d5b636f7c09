// Package localslack is a Slack that runs on this machine and speaks Slack's
// own wire: Socket Mode, the Web API and response_url. People are played by
// method calls (Type, Press), what they see is read back (Visible, PlainText),
// and Slack's limits and errors are enforced, so that what works here works there.
//
// The limits are those of https://docs.slack.dev; where Slack documents
// nothing, the comment beside the rule says what was chosen. Not played: group
// direct messages, message metadata, workflows of more than one step, and the
// workspace-wide cap on messages.
//
// Server.mu guards all state. Methods that begin with a small letter are called
// with it held, except for those that serve HTTP, write to a socket or wait.
package localslack
