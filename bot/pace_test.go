package bot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

// still is a clock that a test sets.
type still struct{ now time.Time }

func (s *still) Now() time.Time                       { return s.now }
func (s *still) After(time.Duration) <-chan time.Time { return nil }

func TestOneMessageASecondInAChannel(t *testing.T) {
	clock := &still{noon}
	p := newPace(clock)
	require.Zero(t, p.wait(postCard, "C1", 1))
	require.Equal(t, time.Second, p.wait(tellThread, "C1", 2))
	require.Zero(t, p.wait(postCard, "C2", 3), "another channel has its own turn")
	clock.now = noon.Add(time.Second)
	require.Zero(t, p.wait(tellThread, "C1", 2))
}

func TestFiftyUpdatesAMinute(t *testing.T) {
	clock := &still{noon}
	p := newPace(clock)
	sent := 0
	for range 60 * 10 {
		if p.wait(updateCard, "C1", 1) == 0 {
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
	require.Equal(t, 30*time.Second, p.wait(postCard, "C1", 1))
	require.Zero(t, p.wait(postCard, "C2", 3))
	require.Equal(t, 10*time.Second, p.wait(updateCard, "C2", 1), "updates are limited for the whole app")
}

func TestWhoWaitsHasATurnOfTheirOwn(t *testing.T) {
	clock := &still{noon}
	p := newPace(clock)
	for id := range approval.ID(100) {
		require.Equal(t, time.Duration(id)*time.Second, p.wait(postCard, "C1", id))
	}
	require.Equal(t, 99*time.Second, p.wait(postCard, "C1", 99), "asking again takes no second turn")
	clock.now = noon.Add(99 * time.Second)
	for id := approval.ID(1); id < 100; id++ {
		require.Zero(t, p.wait(postCard, "C1", id), "the second look is the last")
	}
	require.Equal(t, time.Second, p.wait(postCard, "C1", 100))
}

func TestATurnGivesWayWhenSlackAsksToWait(t *testing.T) {
	clock := &still{noon}
	p := newPace(clock)
	require.Zero(t, p.wait(postCard, "C1", 1))
	require.Equal(t, time.Second, p.wait(postCard, "C1", 2))
	p.block(postCard, "C1", 30*time.Second)
	clock.now = noon.Add(time.Second)
	require.Equal(t, 29*time.Second, p.wait(postCard, "C1", 2))
	clock.now = noon.Add(30 * time.Second)
	require.Zero(t, p.wait(postCard, "C1", 2))
}
