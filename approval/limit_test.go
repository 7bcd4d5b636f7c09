package approval

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRefusalsOfOnePersonAreRecordedUpToALimit(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	r := newRefusals()
	unrecorded := 0
	r.now, r.unrecorded = func() time.Time { return now }, func() { unrecorded++ }
	recorded := func(by Actor) (n int) {
		for range 100 {
			if wait, _ := r.take(by); wait == 0 {
				n++
			}
		}
		return n
	}
	require.Equal(t, RefusalsAtOnce, recorded(ben))
	require.Equal(t, 100-RefusalsAtOnce, unrecorded)
	renamed := ben
	renamed.Name = "Benny"
	wait, _ := r.take(renamed)
	require.Equal(t, RefusalEvery, wait, "it says after which time one is recorded again, and a name changes nothing")
	require.Equal(t, RefusalsAtOnce, recorded(chen), "nobody pays for somebody else")

	now = now.Add(wait)
	require.Equal(t, 1, recorded(ben))
	now = now.Add(time.Hour)
	require.Equal(t, RefusalsAtOnce, recorded(ben), "a quiet hour is all that is ever saved up")
}

func TestTheLastRefusalThatIsRecordedIsKnown(t *testing.T) {
	r := newRefusals()
	r.now = func() time.Time { return time.Unix(0, 0) }
	for i := range RefusalsAtOnce {
		_, last := r.take(ben)
		require.Equal(t, i == RefusalsAtOnce-1, last, i)
	}
}

func TestWhoWasRefusedLongAgoIsForgotten(t *testing.T) {
	now := time.Unix(0, 0)
	r := newRefusals()
	r.now = func() time.Time { return now }
	for i := range mostRefused {
		r.take(Actor{UserID: fmt.Sprint(i)})
	}
	now = now.Add(time.Hour)
	r.take(ben)
	require.Len(t, r.even, 1)
}
