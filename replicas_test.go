package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pausedInTheStart is a scene in which a replica has stopped between the marker and the call, and another has taken the
// request over and found no sign of a run.
func pausedInTheStart(t *testing.T, env ...string) *scene {
	t.Helper()
	s := crashScene(t, schema(t))
	s.env = append(s.env, env...)
	s.keep(pausesAt + "=start_marked")
	s.keep(pausesAt + "=start_marked")
	s.untilReal("both are connected", func() bool { return s.slack.Connections() == 2 })
	go func() { s.plays() }()
	s.untilReal("one has stopped", func() bool { return strings.Contains(s.childLog.String(), "pauses after start_marked") })
	s.untilReal("the other has looked in vain", func() bool { return strings.Contains(s.card(), "I can't tell whether") })
	return s
}

func (s *scene) goOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cmd := range s.processes {
		require.NoError(s.t, cmd.Process.Signal(syscall.SIGCONT))
	}
}

// Whoever committed the marker may call, once, within thirty seconds. Its answer is definite, and so it is stored though
// the other replica holds the row by then.
func TestAPausedReplicaThatWakesInTimeStartsOnce(t *testing.T) {
	t.Parallel()
	s := pausedInTheStart(t)
	s.goOn()
	s.untilReal("the start is known to have worked", func() bool { return strings.Contains(s.card(), "succeeded after") })
	require.Equal(t, 1, s.lake.StartCalls("nightly_sync"))
}

func TestAPausedReplicaThatWakesLateNeitherStartsNorOverwrites(t *testing.T) {
	t.Parallel()
	s := pausedInTheStart(t, callsIn+"=1s") // by the time the other has looked in vain, the marker is older
	s.goOn()
	s.untilReal("it says that it came too late", func() bool {
		return strings.Contains(s.childLog.String(), "never_sent") || strings.Contains(s.childLog.String(), "surely not started")
	})
	s.untilReal("the card does not change", func() bool { return s.called("chat.update") > 0 })
	require.Zero(t, s.lake.StartCalls("nightly_sync"))
	t.Log(s.card())
}

// Recovery and takeover are measured in the machine's time, with the leases that real processes have.
func TestHowLongRecoveryTakes(t *testing.T) {
	t.Parallel()
	for _, c := range settingsOfTheMatrix()[:2] {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := crashScene(t, c.database(t))
			s.env = []string{asProcess + "=1"}
			var died time.Time
			s.toll.at("before", 7, func() { died = time.Now(); s.killAll() }) // in the middle of looking the job up
			s.keep()
			s.untilReal("it has taken the command, also when it died before it could say so", func() bool {
				return s.slack.Connections() > 0 && s.asks("nightly_sync")
			})
			s.untilReal("the card is there", func() bool { return len(s.cards()) > 0 })
			s.toll.mu.Lock()
			defer s.toll.mu.Unlock()
			require.NotEmpty(t, s.toll.killed)
			t.Logf("%s: %s from the kill (%s) to the card, through a restart", c.name, time.Since(died).Round(10*time.Millisecond), s.toll.killed)
		})
	}
}
