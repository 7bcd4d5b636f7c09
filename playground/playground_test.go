package playground_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// start starts a playground whose child plays a part, and closes it with the test.
func start(t *testing.T, part string, change ...func(*playground.Config)) *playground.Playground {
	t.Helper()
	cfg := playground.Config{
		Addr: "127.0.0.1:0", Scopes: []string{"files:write"},
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

func TestAPortThatWasAskedForAndIsTakenIsSaid(t *testing.T) {
	first := start(t, serves)
	taken, _ := split(first)
	_, err := playground.Start(t.Context(), playground.Config{Addr: strings.TrimPrefix(taken, "http://"), Only: playground.LakeFormationOnly})
	require.ErrorContains(t, err, "is taken by another program; choose another one, or leave --addr out")
}

// The usual ports are this machine's, so they may be taken by others already; the test takes what is left of them.
func TestTakenUsualPortsAreNoObstacle(t *testing.T) {
	for _, port := range []string{"8787", "8788", "8789"} {
		if taken, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			t.Cleanup(func() { _ = taken.Close() })
		}
	}
	out := said(t, playground.Config{Only: playground.LakeFormationOnly})
	require.Contains(t, out, "127.0.0.1:8787 is taken, so the page is on another port.")
	require.Contains(t, out, "127.0.0.1:8789 is taken, so the local LakeFormation is on another port.")
	require.NotContains(t, out, "the local Slack", "it is not played")
	require.Regexp(t, `export LAKEFORMATION_ENDPOINT='http://127\.0\.0\.1:\d+'`, out)
}

// said is what a playground that runs says in the terminal.
func said(t *testing.T, cfg playground.Config) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, ended := listening(), make(chan error, 1)
	cfg.Stdout = out
	go func() { ended <- playground.Run(ctx, cfg) }()
	out.waitFor(t, "Ctrl-C", 1)
	cancel()
	require.NoError(t, <-ended)
	return out.String()
}

func TestWithOneSideAloneThePageHasThatSide(t *testing.T) {
	alone := func(side playground.Side) *playground.Playground {
		p, err := playground.Start(t.Context(), playground.Config{Addr: "127.0.0.1:0", Only: side})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, p.Close()) })
		return p
	}
	anything := func(pageState) bool { return true }

	slack := alone(playground.SlackOnly)
	require.Nil(t, slack.LakeFormation())
	s := until(t, slack, anything)
	require.Equal(t, "slack", s.Only)
	require.NotEmpty(t, s.Channels)
	require.Empty(t, s.Jobs)
	require.Error(t, slack.Restart(), "there is no Slipway of ours")
	require.Contains(t, press(t, slack, "/api/child", map[string]any{"do": "restart"}), "started and stopped by you")

	lake := alone(playground.LakeFormationOnly)
	require.Nil(t, lake.Slack())
	s = until(t, lake, anything)
	require.Equal(t, "lakeformation", s.Only)
	require.Empty(t, s.Channels)
	require.NotEmpty(t, s.Jobs)
	require.Empty(t, press(t, lake, "/api/job", map[string]any{"job": s.Jobs[0].ID, "do": "start"}))
	address, key := split(lake)
	status, answer := send(t, http.MethodPost, address+"/api/type", strings.NewReader("{}"), map[string]string{"X-Playground-Key": key})
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, answer, "not in this playground")
}

func TestWhatWasHeldIsHeldAgain(t *testing.T) {
	dir := t.TempDir()
	kept := func(c *playground.Config) { c.Dir = dir }
	first := start(t, serves, kept)
	until(t, first, running)
	require.Empty(t, press(t, first, "/api/type", map[string]any{"user": localslack.UserAna, "channel": localslack.ChannelAnalytics, "text": "good morning"}))
	require.Empty(t, press(t, first, "/api/type", map[string]any{"user": localslack.UserAna, "channel": localslack.ChannelAnalytics, "text": "/invite @Slipway"}))
	require.Empty(t, press(t, first, "/api/home", map[string]any{"user": localslack.UserAna}))
	require.NoError(t, first.Slack().WaitFor(t.Context(), func() bool { _, published := first.Slack().Home(localslack.UserAna); return published }))
	require.NoError(t, first.LakeFormation().StartOutside("nightly_sync"))
	require.NoError(t, first.LakeFormation().Finish("nightly_sync", locallake.Failed))
	require.NoError(t, first.LakeFormation().StartOutside("permissions_sync"))
	require.NoError(t, first.LakeFormation().DeleteJob("legacy_import"))
	lakeAt, runs := first.LakeFormation().URL(), first.LakeFormation().Runs("nightly_sync")
	require.NoError(t, first.Close())

	second := start(t, serves, kept)
	s := until(t, second, running)
	require.Equal(t, "good morning", s.Messages[localslack.ChannelAnalytics][0].Text)
	require.True(t, s.Channels[1].HasBot)
	_, published := second.Slack().Home(localslack.UserAna)
	require.True(t, published)
	lake := second.LakeFormation()
	require.Equal(t, lakeAt, lake.URL(), "at another address it would be another one")
	require.Equal(t, runs, lake.Runs("nightly_sync"))
	_, found := lake.Job("legacy_import")
	require.False(t, found)
	require.NoError(t, lake.WaitUntil(t.Context(), func() bool {
		all := lake.Runs("permissions_sync")
		return all[len(all)-1].Status == locallake.Running
	}), "a run goes on")
	require.NoError(t, second.Close())

	require.NoError(t, os.WriteFile(filepath.Join(dir, "slack.json"), []byte("{"), 0o600))
	_, err := playground.Start(t.Context(), playground.Config{Addr: "127.0.0.1:0", Dir: dir, Only: playground.SlackOnly})
	require.ErrorContains(t, err, "move that file away to begin anew")
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
