package playground_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground"
)

func running(s pageState) bool { return s.Child.State == "running" && s.Slack.Connections == 1 }

func TestAKilledSlipwayIsStartedAgainOnTheSameDatabase(t *testing.T) {
	heard := listening()
	p := start(t, serves, func(c *playground.Config) { c.Stderr = heard })
	first := until(t, p, running).Child.PID
	before := p.Settings()

	require.NoError(t, p.Kill())
	killed := until(t, p, func(s pageState) bool { return s.Child.State == "killed" })
	require.Equal(t, "signal: killed", killed.Child.Exit)
	requireGone(t, first)

	require.NoError(t, p.Restart())
	heard.waitFor(t, firstWord, 2)
	second := until(t, p, running).Child.PID
	require.NotEqual(t, first, second)
	require.Equal(t, before, p.Settings())
}

func TestARestartAsksSlipwayToStopFirst(t *testing.T) {
	p := start(t, serves)
	first := until(t, p, running).Child.PID
	require.Empty(t, press(t, p, "/api/child", map[string]any{"do": "restart"}))
	now := until(t, p, running)
	require.NotEqual(t, first, now.Child.PID)
	require.Contains(t, now.Log, "— playground: Slipway has ended (stopped, exit status 0)")
	requireGone(t, first)
}

func TestASlipwayThatExitsByItselfIsShownWithItsLastWords(t *testing.T) {
	p := start(t, leaves)
	s := until(t, p, func(s pageState) bool { return s.Child.State == "exited" })
	require.Equal(t, "exit status 3", s.Child.Exit)
	require.Contains(t, s.Log, "child: cannot read slipway.yaml: line 3: unknown key")
	require.NoError(t, p.Kill(), "there is nothing left to kill")

	require.Empty(t, press(t, p, "/api/child", map[string]any{"do": "restart"}))
	until(t, p, func(s pageState) bool { return strings.Count(strings.Join(s.Log, "\n"), "unknown key") == 2 })
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	p := start(t, serves)
	pid := until(t, p, running).Child.PID
	dir := databaseDir(t, p)
	require.DirExists(t, dir)
	require.NoError(t, p.Close())
	requireGone(t, pid)
	require.NoDirExists(t, dir)
	require.Error(t, p.Restart(), "a closed playground starts nothing any more")
	requireGone(t, pid)
}

func TestADirectoryOfOnesOwnStaysWithItsRules(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	p := start(t, serves, func(c *playground.Config) { c.Dir, c.Rules = dir, "rules: []\n" })
	require.Equal(t, dir, databaseDir(t, p))
	require.Contains(t, p.Settings(), "SLIPWAY_CONFIG="+filepath.Join(dir, "slipway.yaml"))
	require.NoError(t, p.Close())
	rules, err := os.ReadFile(filepath.Join(dir, "slipway.yaml"))
	require.NoError(t, err)
	require.Equal(t, "rules: []\n", string(rules))
}

func databaseDir(t *testing.T, p *playground.Playground) string {
	t.Helper()
	for _, setting := range p.Settings() {
		if path, found := strings.CutPrefix(setting, "DATABASE_URL=sqlite:"); found {
			return filepath.Dir(path)
		}
	}
	require.Fail(t, "there is no DATABASE_URL among the settings")
	return ""
}

func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, "process %d", pid)
}
