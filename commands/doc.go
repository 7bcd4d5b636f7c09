// Package commands is what a person can say or press, in Slack-free words: one file per command. Router is the one way
// in; it answers with plain data that package bot turns into Slack's.
package commands
