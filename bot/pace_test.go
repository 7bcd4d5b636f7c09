package bot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// still is a clock that a test sets.
type still struct{ now time.Time }

func (s *still) Now() time.Time                       { return s.now }
func (s *still) After(time.Duration) <-chan time.Time { return nil }

func TestOneMessageASecondInAChannel(t *testing.T) {
	clock := &still{noon}
	p := newPace(clock)
	require.Zero(t, p.wait(postCard, "C1"))
	require.Equal(t, time.Second, p.wait(tellThread, "C1"))
	require.Zero(t, p.wait(postCard, "C2"), "another channel has its own turn")
	clock.now = noon.Add(time.Second)
	require.Zero(t, p.wait(tellThread, "C1"))
}

func TestFiftyUpdatesAMinute(t *testing.T) {
	clock := &still{noon}
	p := newPace(clock)
	sent := 0
	for range 60 * 10 {
		if p.wait(updateCard, "C1") == 0 {
			sent++
		}
		clock.now = clock.now.Add(100 * time.Millisecond)
	}
	require.InDelta(t, 50+updateBurst, sent, 2, "the burst, and then fifty a minute")
}

func TestSlackAsksToWait(t *testing.T) {
	clock := &still{noon}
	p := newPace(clock)
	p.block(postCard, "C1", 30*time.Second)
	p.block(updateCard, "C1", 10*time.Second)
	require.Equal(t, 30*time.Second, p.wait(postCard, "C1"))
	require.Zero(t, p.wait(postCard, "C2"))
	require.Equal(t, 10*time.Second, p.wait(updateCard, "C2"), "updates are limited for the whole app")
}
