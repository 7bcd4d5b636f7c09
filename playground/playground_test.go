package playground_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground"
)

// start starts a playground whose child plays a part, and closes it with the test.
func start(t *testing.T, part string, change ...func(*playground.Config)) *playground.Playground {
	t.Helper()
	cfg := playground.Config{
		Addr: "127.0.0.1:0",
		Command: func(ctx context.Context, env []string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, os.Args[0])
			cmd.Env = append(slices.Clone(env), childPart+"="+part)
			return cmd
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	p, err := playground.Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

// words is what a child writes; a test waits for a piece of it.
type words struct {
	mu    sync.Mutex
	text  strings.Builder
	wrote chan struct{}
}

func listening() *words { return &words{wrote: make(chan struct{})} }

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.wrote)
	w.wrote = make(chan struct{})
	return w.text.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// waitFor waits until the child has said a piece so many times.
func (w *words) waitFor(t *testing.T, piece string, times int) {
	t.Helper()
	for {
		w.mu.Lock()
		found, wrote := strings.Count(w.text.String(), piece) >= times, w.wrote
		w.mu.Unlock()
		if found {
			return
		}
		select {
		case <-wrote:
		case <-time.After(20 * time.Second):
			require.Failf(t, "the child did not say it", "wanted %q %d times, heard:\n%s", piece, times, w)
		}
	}
}

func TestTheSettingsAreSlipwaysAndNothingOfTheShellsIsPassedOn(t *testing.T) {
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-of-the-real-slack")
	t.Setenv("LAKEFORMATION_TOKEN", "real-token")
	t.Setenv("HUAWEICLOUD_SDK_SECURITY_TOKEN", "real-security-token")
	t.Setenv("SLIPWAY_LISTEN", "0.0.0.0:80")
	t.Setenv("DATABASE_URL", "postgres://real")
	t.Setenv("UNRELATED", "stays")
	heard := listening()
	p := start(t, shows, func(c *playground.Config) { c.Stderr = heard })
	heard.waitFor(t, firstWord, 1)
	env := strings.Split(heard.String(), "\n")
	for _, setting := range p.Settings() {
		require.Contains(t, env, setting)
	}
	require.Contains(t, env, "UNRELATED=stays")
	require.NotContains(t, heard.String(), "real")
	require.NotContains(t, heard.String(), "SLIPWAY_LISTEN")

	var names []string
	for _, setting := range p.Settings() {
		name, _, _ := strings.Cut(setting, "=")
		names = append(names, name)
	}
	require.Equal(t, []string{
		"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "SLACK_API_URL", "LAKEFORMATION_ENDPOINT", "LAKEFORMATION_PROJECT_ID",
		"LAKEFORMATION_INSTANCE_ID", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "DATABASE_URL", "LOG_LEVEL",
	}, names)
}

func TestAnAddressThatIsNotLoopbackIsRefused(t *testing.T) {
	for addr, says := range map[string]string{
		"0.0.0.0:8787":        "this machine only",
		":8787":               "this machine only",
		"192.0.2.1:8787":      "this machine only",
		"slipway.example:80":  "this machine only",
		"127.0.0.1":           "give it as 127.0.0.1:8787",
		"127.0.0.1:notanport": "not a port",
	} {
		_, err := playground.Start(t.Context(), playground.Config{Addr: addr, Command: func(context.Context, []string) *exec.Cmd {
			require.Fail(t, "Slipway was started")
			return nil
		}})
		require.ErrorContains(t, err, says, addr)
	}
}

func TestATakenPortIsNoObstacle(t *testing.T) {
	first := start(t, serves)
	taken, _ := split(first)
	second := start(t, serves, func(c *playground.Config) { c.Addr = strings.TrimPrefix(taken, "http://") })
	free, _ := split(second)
	require.NotEqual(t, taken, free)
	require.True(t, strings.HasPrefix(free, "http://127.0.0.1:"))
}

func TestACommandThatCannotBeStartedIsSaid(t *testing.T) {
	_, err := playground.Start(t.Context(), playground.Config{Addr: "127.0.0.1:0", Command: func(context.Context, []string) *exec.Cmd {
		return exec.Command("/nonexistent/slipway")
	}})
	require.ErrorContains(t, err, "start Slipway")
	_, err = playground.Start(t.Context(), playground.Config{})
	require.ErrorContains(t, err, "how to start Slipway")
}

func TestRunPrintsTheAddressFirstAndEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, ended := listening(), make(chan error, 1)
	go func() {
		ended <- playground.Run(ctx, playground.Config{Addr: "127.0.0.1:0", Stdout: out, Command: func(ctx context.Context, env []string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, os.Args[0])
			cmd.Env = append(env, childPart+"="+serves)
			return cmd
		}})
	}()
	out.waitFor(t, "Ctrl-C", 1)
	require.Regexp(t, `^Slipway's playground: http://127\.0\.0\.1:\d+/#\w+\n`, out.String())
	cancel()
	require.NoError(t, <-ended)
}
