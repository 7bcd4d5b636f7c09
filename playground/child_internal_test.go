package playground

import (
	"context"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAChildThatDoesNotStopIsKilled(t *testing.T) {
	b := newBell()
	c := &child{
		command: func(ctx context.Context, _ []string) *exec.Cmd { return exec.CommandContext(ctx, os.Args[0]) },
		env:     append(slices.Clone(os.Environ()), "PLAYGROUND_TEST_CHILD=ignores"),
		log:     &logRing{tee: io.Discard, bell: b}, bell: b, grace: time.Millisecond,
	}
	require.NoError(t, c.start())
	for len(c.log.last(1)) == 0 { // until it says that it ignores SIGTERM
		changed := b.next()
		if len(c.log.last(1)) == 0 {
			<-changed
		}
	}
	require.NoError(t, c.close())
	require.Equal(t, childKilled, c.view().State)
	require.Contains(t, strings.Join(c.log.last(3), "\n"), "did not stop in time and is killed")
}

func FuzzTheLogIsBoundedWhateverIsWritten(f *testing.F) {
	f.Add("one\ntwo", "\nthree\r\n")
	f.Add(strings.Repeat("x", 3*logLineMax), strings.Repeat("\n", 3*logLines))
	f.Add("\xff\x00", "")
	f.Fuzz(func(t *testing.T, first, second string) {
		var tee strings.Builder
		l := &logRing{tee: &tee, bell: newBell()}
		for _, piece := range []string{first, second} {
			n, err := l.Write([]byte(piece))
			require.NoError(t, err)
			require.Equal(t, len(piece), n)
		}
		require.Equal(t, first+second, tee.String())
		lines := l.last(logLines + 1)
		require.Len(t, lines, min(logLines, strings.Count(first+second, "\n")))
		for _, line := range lines {
			require.LessOrEqual(t, len(line), logLineMax)
			require.NotContains(t, line, "\n")
		}
	})
}
