// Slipway starts Huawei Cloud LakeFormation jobs from Slack: once, after the right people said yes, and it tells the
// channel how they end.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// version is set by the release build: -ldflags "-X main.version=v1.2.3".
var version string

// verbs are what slipway can be told on the command line.
type verbs struct {
	Run        struct{}       `cmd:"" help:"Serve a Slack workspace. Settings come from the environment; see docs/settings.md."`
	Playground playgroundVerb `cmd:"" help:"Try Slipway now: a local Slack, a local LakeFormation and a page. No account, no network."`
	Check      checkVerb      `cmd:"" help:"Try everything a deployment needs, and say how to mend what fails. Starts and posts nothing."`
	Policy     policyVerb     `cmd:"" help:"Check a policy file, explain what it says, and look for gaps in it."`
	Approve    approveVerb    `cmd:"" help:"Approve a request on this host, for the day Slack is down. The policy says who may: operators."`
	Deny       denyVerb       `cmd:"" help:"Deny a request on this host."`
	Audit      auditVerb      `cmd:"" help:"Export the audit, and verify that it is whole."`
	Backup     backupVerb     `cmd:"" help:"Copy the SQLite database to a file, also while Slipway runs on it."`
	Version    struct{}       `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	// After the first signal the next one ends the process at once.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		if err != errFound { // what was found is printed already
			fmt.Fprintln(os.Stderr, "slipway:", err)
		}
		os.Exit(1)
	}
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	var v verbs
	exited := errors.New("help was printed")
	parser, err := kong.New(&v, kong.Name("slipway"),
		kong.Description("Slipway starts LakeFormation jobs from Slack: once, and only after the right people said yes."),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { panic(exited) }), kong.UsageOnError())
	if err != nil {
		return err
	}
	command, err := parse(parser, args, exited)
	if errors.Is(err, exited) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w; see slipway --help", err)
	}
	switch verb, _, _ := strings.Cut(command, " "); verb {
	case "run":
		return serve(ctx, getenv, stderr)
	case "playground":
		return play(ctx, v.Playground, getenv, stdout, stderr)
	case "check":
		return checkCommand(ctx, v.Check, getenv, stdout)
	case "policy":
		return policyCommand(ctx, command, v.Policy, getenv, stdout)
	case "backup":
		return backupCommand(ctx, v.Backup, getenv, stdout)
	case "approve":
		return newOperatorTool(getenv, os.Stdin, stdout).decide(ctx, true, denyVerb{approveVerb: v.Approve})
	case "deny":
		return newOperatorTool(getenv, os.Stdin, stdout).decide(ctx, false, v.Deny)
	case "audit":
		return auditCommand(ctx, command, v.Audit, getenv, stdout)
	default:
		fmt.Fprintln(stdout, "slipway", versionWords())
		return nil
	}
}

// parse turns kong's exit after --help into an error that run knows.
func parse(parser *kong.Kong, args []string, exited error) (command string, err error) {
	defer func() {
		if p := recover(); p == exited {
			err = exited
		} else if p != nil {
			panic(p)
		}
	}()
	parsed, err := parser.Parse(args)
	if err != nil {
		return "", err
	}
	return parsed.Command(), nil
}

// serve is the verb run: until ctx ends, or Slack refuses this app for good.
func serve(ctx context.Context, getenv func(string) string, stderr io.Writer) error {
	// Slipway waits more than it computes: a small heap is worth more than the little that collecting it oftener costs.
	debug.SetGCPercent(50)
	config, err := LoadConfig(getenv)
	if err != nil {
		return err
	}
	log, err := newLog(stderr, config)
	if err != nil {
		return err
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	app, err := New(ctx, config, Options{Log: log, LockWait: 30 * time.Second, Hangup: hangup})
	if err != nil {
		return err
	}
	defer app.Close()
	return app.Run(ctx)
}

// versionWords is the release, or what the build knows of its source.
func versionWords() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "built from source"
}
