package playground

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"syscall"
)

// DefaultAddr is where the page is when nothing else is asked for and the port is free.
const DefaultAddr = "127.0.0.1:8787"

// Config says how to start a Playground. Only Command is needed.
type Config struct {
	Addr string // of the page, loopback only; default DefaultAddr. When the port is taken, any free one

	// Command makes the command that runs Slipway. env is the child's whole
	// environment; where the command's Env is left nil it is put there. The context
	// ends only after the child was asked to stop and had its time.
	Command func(ctx context.Context, env []string) *exec.Cmd

	Dir   string // of Slipway's database, made if need be; default a temporary directory that Close removes
	Rules string // the text of Slipway's slipway.yaml; default none, which is the built-in rule: who asks confirms

	LogLevel string    // the child's LOG_LEVEL, default "info"
	Stdout   io.Writer // the few lines a person reads, the page's address first; default none
	Stderr   io.Writer // the child's log, beside the page; default none
}

func (c Config) withDefaults() (Config, error) {
	if c.Command == nil {
		return c, errors.New("playground: Config.Command is missing: nothing says how to start Slipway")
	}
	if c.Addr == "" {
		c.Addr = DefaultAddr
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

// listen opens the page's port. Names are refused, "localhost" excepted: what a
// name resolves to is somebody else's decision.
func listen(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("playground: address %q: %w; give it as %s", addr, err, DefaultAddr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return nil, fmt.Errorf("playground: address %q: %q is not a port; give it as %s", addr, port, DefaultAddr)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("playground: %q is not a loopback address; the page lets anyone press any button, so it is for this machine only: use 127.0.0.1 or ::1", host)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if errors.Is(err, syscall.EADDRINUSE) {
		listener, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, fmt.Errorf("playground: listen: %w", err)
	}
	return listener, nil
}
