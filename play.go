package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"slipway/playground"
)

type playgroundVerb struct {
	Open   bool   `help:"Open the page in the browser."`
	Addr   string `placeholder:"HOST:PORT" help:"Where the page listens, loopback only; the two services take the next two ports. Default: 127.0.0.1:8787, or free ports where those are taken."`
	Data   string `placeholder:"DIR" help:"Keep everything in this directory, and go on from there the next time. Default: a temporary place."`
	Policy string `placeholder:"FILE" help:"A policy file to try, instead of the playground's own; a change of it takes effect at once."`
	Logs   bool   `help:"Print Slipway's own log, too."`

	SlackOnly bool     `help:"Play only Slack, and print the settings to point a Slipway with the real LakeFormation, or another app, at it."`
	Scopes    []string `placeholder:"SCOPE,…" help:"With --slack-only: scopes of the app that you try, beside those of Slipway's manifest."`

	LakeformationOnly bool `help:"Play only LakeFormation, and print the settings to point a Slipway with a real Slack workspace at it: the safest first trial."`
}

// side is what the two flags say together.
func (v playgroundVerb) side() (playground.Side, error) {
	switch {
	case v.SlackOnly && v.LakeformationOnly:
		return "", errors.New("--slack-only and --lakeformation-only exclude each other; leave both out and both are played")
	case len(v.Scopes) > 0 && !v.SlackOnly:
		return "", errors.New("--scopes is for another app that you try with --slack-only; Slipway has those of its manifest")
	case v.SlackOnly:
		return playground.SlackOnly, v.fits("--slack-only")
	case v.LakeformationOnly:
		return playground.LakeFormationOnly, v.fits("--lakeformation-only")
	}
	return playground.BothSides, nil
}

// fits refuses what is about the Slipway that the playground runs, where it runs none.
func (v playgroundVerb) fits(flag string) error {
	switch {
	case v.Policy != "":
		return fmt.Errorf("--policy is for the Slipway that the playground runs, and with %s you run it: export SLIPWAY_CONFIG=%s there", flag, v.Policy)
	case v.Logs:
		return fmt.Errorf("--logs is for the Slipway that the playground runs, and with %s you run it: its log is in your terminal", flag)
	}
	return nil
}

func play(ctx context.Context, v playgroundVerb, getenv func(string) string, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	side, err := v.side()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program to start it again as the playground's Slipway: %w", err)
	}
	config := playground.Config{
		Addr: v.Addr, Dir: v.Data, Only: side, Scopes: v.Scopes, Stdout: stdout,
		Command: func(ctx context.Context, env []string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, self, "run")
			cmd.Env = env
			return cmd
		},
	}
	switch {
	case v.Policy != "":
		if config.RulesFile, err = policyToTry(v.Policy, getenv); err != nil {
			return err
		}
	case side == playground.BothSides:
		config.Rules = playground.Policy
	}
	if v.Logs {
		config.Stderr = stderr
	}
	if v.Open {
		config.Open = openBrowser
	}
	return playground.Run(ctx, config)
}

// policyToTry is the path of a policy file that can be put in force in the playground.
func policyToTry(file string, getenv func(string) string) (path string, err error) {
	if path, err = filepath.Abs(file); err != nil {
		return "", fmt.Errorf("--policy: %w", err)
	}
	// What the shell says about real services does not reach the playground's Slipway.
	env := &environment{getenv: func(name string) string {
		if playground.IsSetting(name) {
			return ""
		}
		return getenv(name)
	}}
	read, err := readPolicyFile(path, env)
	switch {
	case err != nil:
		return "", fmt.Errorf("--policy: %w", err)
	case read.instances != nil:
		return "", fmt.Errorf("--policy: %s names instances of its own, and the playground must not reach them. "+
			"Try a copy without instances: (the playground's one instance is called %s)", file, ownInstance)
	case len(read.problems) > 0:
		return "", fmt.Errorf("--policy: this file needs a change:\n  - %s", strings.Join(read.problems, "\n  - "))
	}
	return path, nil
}

// openBrowser shows a page in the person's own browser. Its key is seen by who lists this machine's processes; it opens
// make-believe only.
func openBrowser(url string) error {
	opener := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		opener = []string{"open"}
	case "windows":
		opener = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	cmd := exec.Command(opener[0], append(opener[1:], url)...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // some openers live as long as the browser
	return nil
}
