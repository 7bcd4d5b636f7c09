package approval

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTableInTheDocsIsTheTableInTheCode(t *testing.T) {
	page, err := os.ReadFile("../docs/states.md")
	require.NoError(t, err)
	written := map[State]map[Kind]State{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\w+) \| (\w+) \| (\w+) \|$`).FindAllStringSubmatch(string(page), -1) {
		from, kind, to := State(m[1]), Kind(m[2]), State(m[3])
		if written[from] == nil {
			written[from] = map[Kind]State{}
		}
		written[from][kind] = to
	}
	require.Equal(t, moves, written)
}

func TestEveryStateIsReachableAndEndedOnesStay(t *testing.T) {
	reached := map[State]bool{Opened: true}
	for changed := true; changed; {
		changed = false
		for from, kinds := range moves {
			for _, to := range kinds {
				if reached[from] && !reached[to] {
					reached[to], changed = true, true
				}
			}
		}
	}
	for _, s := range States() {
		require.True(t, reached[s], "%s cannot be reached", s)
	}
	require.Len(t, reached, len(States()))
	for _, s := range []State{Refused, Denied, Cancelled, Expired, Succeeded, Partial, Failed, Stopped, Unwatched, Unresolved} {
		require.True(t, s.Ended(), "%s has ended", s)
	}
	for _, s := range []State{Opened, Pending, Approved, Starting, Accepted, Running, Unknown} {
		require.False(t, s.Ended(), "%s is open", s)
	}
}

func TestOnlyTheMarkerLeadsToStarting(t *testing.T) {
	for from, kinds := range moves {
		for kind, to := range kinds {
			if to == Starting && from != Starting {
				require.Equal(t, Approved, from)
				require.Equal(t, StartMarked, kind)
			}
		}
	}
}
