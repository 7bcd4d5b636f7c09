package main

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// process is Slipway as a process of its own, in the world of a story but with the machine's clock.
type process struct {
	*world
	cmd *exec.Cmd
}

// spawn starts `slipway run` in this world.
func (w *world) spawn() *process {
	w.t.Helper()
	p := &process{world: w}
	p.cmd = exec.Command(os.Args[0], "run")
	p.cmd.Env = []string{asProcess + "=1"}
	for name, value := range w.env {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	p.cmd.Stderr = &w.childLog
	require.NoError(w.t, p.cmd.Start())
	w.t.Cleanup(func() { p.cmd.Process.Kill() })
	w.until("the process is connected", func() bool { return w.slack.Connections() > 0 })
	return p
}

// kill ends the process as a power cut does.
func (p *process) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	p.cmd.Wait()
	p.until("Slack has noticed", func() bool { return p.slack.Connections() == 0 })
}

func realTime(s *localslack.Config, l *locallake.Config) {
	s.Now, l.Clock = nil, nil
	l.SubmitFor, l.RunFor = 100*time.Millisecond, 200*time.Millisecond
}

func TestAProcessKilledWhileStartingLooksAndDoesNotStartAgain(t *testing.T) {
	t.Parallel()
	w := unstarted(t, realTime)
	require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultHangButRuns, Times: 1}))
	p := w.spawn()
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.until("the start has reached LakeFormation", func() bool { return w.lake.StartCalls("nightly_sync") == 1 })
	p.kill()
	w.spawn()
	w.cardSays("A run of `nightly_sync` that began at", "succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}

func TestAProcessKilledBeforeItsCardWasPostedPostsItAfterwards(t *testing.T) {
	t.Parallel()
	w := unstarted(t, realTime)
	w.slack.Fail("chat.postMessage", localslack.Fault{Hang: true})
	p := w.spawn()
	w.as("ana").types("/lf start nightly_sync")
	w.until("the card is on its way", func() bool {
		for _, call := range w.slack.Calls() {
			if call.Method == "chat.postMessage" {
				return true
			}
		}
		return false
	})
	p.kill()
	w.slack.ClearFaults()
	w.spawn()
	w.cardSays("Start `nightly_sync` on default?")
}

func TestRestartsBetweenTheStatesLoseNothing(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.restart()
	w.as("ana").presses("Start job")
	w.restart()
	w.cardSays("is running")
	w.restart()
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.cardSays("succeeded after")
	w.restart()
	w.threadSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Len(t, w.cards(), 1)
}

func TestSIGTERMEndsTheProcessWell(t *testing.T) {
	t.Parallel()
	w := unstarted(t, realTime)
	p := w.spawn()
	w.as("ana").types("/lf help")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.cmd.Wait(), w.childLog.String())
	require.Contains(t, w.childLog.String(), "slipway has stopped")
	for _, secret := range []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "HUAWEICLOUD_SDK_SK"} {
		require.NotContains(t, w.childLog.String(), w.env[secret])
	}
}

func TestASecondProcessOnTheSameDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	w := stage(t)
	config, err := LoadConfig(func(name string) string { return w.env[name] })
	require.NoError(t, err)
	_, err = New(context.Background(), config, Options{Log: w.app.log})
	require.ErrorContains(t, err, "another Slipway")
}
