package localslack_test

import (
	"context"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestNoGoroutineOutlivesClose(t *testing.T) { // not beside others: it looks at the whole process
	s, err := localslack.Start(localslack.Playground())
	require.NoError(t, err)
	a := connect(t, s)
	s.Disconnect("warning")
	a.next()
	unacked := s.TypeAsync(ana, platform, "@slipway help")
	a.next()
	s.Fail("auth.test", localslack.Fault{Hang: true})
	gone := make(chan error, 1)
	go func() {
		_, err := judge(s).AuthTest()
		gone <- err
	}()
	eventually(t, s, func() bool { return len(s.Calls()) == 2 })
	s.Close()
	<-unacked
	require.Error(t, <-gone)

	stacks := make([]byte, 1<<20)
	left := ""
	for range 100 { // a goroutine that is counted out may still be on its last instruction
		runtime.Gosched()
		left = string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(left, "localslack.(*Server)") {
			break
		}
	}
	require.NotContains(t, left, "localslack.(*Server)")
}

func TestWaitForReturnsAtTheChangeOrWhenTheContextEnds(t *testing.T) {
	s := start(t)
	waited := make(chan error, 1)
	go func() {
		waited <- s.WaitFor(context.Background(), func() bool { return len(s.Messages(platform)) == 1 })
	}()
	say(t, s, platform)
	require.NoError(t, <-waited)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.WaitFor(ctx, func() bool { return false }), context.Canceled)
}
