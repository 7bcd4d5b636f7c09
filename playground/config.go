package playground

import (
	"context"
	"errors"
	"io"
	"os/exec"
)

// DefaultAddr is where the page is when nothing else is asked for and the port is free.
const DefaultAddr = "127.0.0.1:8787"

// Side says which of the two services is played here.
type Side string

// With one side alone the other one is real, and Slipway (or another app) is run by hand with Settings.
const (
	BothSides         Side = ""
	SlackOnly         Side = "slack"
	LakeFormationOnly Side = "lakeformation"
)

// Config says how to start a Playground. Only Command is needed, and not even that with one side alone.
type Config struct {
	// Addr is the page's, loopback only; the two services are on the next two ports, or on free ones where those are
	// taken. Default: DefaultAddr, or a free port; an address that was asked for and is taken is an error.
	Addr string

	Only   Side
	Scopes []string // of the local Slack's app beside those of Slipway's manifest, where another app is tried

	// Command makes the command that runs Slipway. env is the child's whole
	// environment; where the command's Env is left nil it is put there. The context
	// ends only after the child was asked to stop and had its time.
	Command func(ctx context.Context, env []string) *exec.Cmd

	// Dir keeps Slipway's database and what both services hold, for the next playground there; made if need be.
	// Default: a temporary directory that Close removes.
	Dir string

	// Rules is the text of Slipway's slipway.yaml, put into Dir unless there is one; RulesFile is the path of one to use
	// as it stands. Default neither, which is the built-in rule: who asks confirms.
	Rules, RulesFile string

	Open func(url string) error // shows the page to a person when it is served; default: nobody does

	LogLevel string    // the child's LOG_LEVEL, default "info"
	Stdout   io.Writer // the few lines a person reads, the page's address first; default none
	Stderr   io.Writer // the child's log, beside the page; default none
}

func (c Config) withDefaults() (Config, error) {
	if c.Command == nil && c.Only == BothSides {
		return c, errors.New("playground: Config.Command is missing: nothing says how to start Slipway")
	}
	if c.LogLevel == "" {
		c.LogLevel = "info"
	}
	if c.Stdout == nil {
		c.Stdout = io.Discard
	}
	if c.Stderr == nil {
		c.Stderr = io.Discard
	}
	return c, nil
}
