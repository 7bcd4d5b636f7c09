//go:build unix

package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOneSlipwayLocksADatabaseAndAnotherIsToldWhich(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slipway.db")
	release, err := Lock(context.Background(), path, 0)
	require.NoError(t, err)

	_, err = Lock(context.Background(), path, 0)
	require.EqualError(t, err, fmt.Sprintf("another Slipway (process %d) uses the database %s. "+
		"Stop it first, or give this one a database of its own", os.Getpid(), path))

	require.NoError(t, release())
	release, err = Lock(context.Background(), path, 0)
	require.NoError(t, err)
	require.NoError(t, release())
}

func TestTheLockIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slipway.db")
	release, err := Lock(context.Background(), path, 0)
	require.NoError(t, err)
	got := make(chan error)
	go func() {
		again, err := Lock(context.Background(), path, time.Hour)
		if err == nil {
			err = again()
		}
		got <- err
	}()
	require.NoError(t, release())
	require.NoError(t, <-got)
}

func TestWaitingForTheLockEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slipway.db")
	release, err := Lock(context.Background(), path, 0)
	require.NoError(t, err)
	defer release()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Lock(ctx, path, time.Hour)
	require.ErrorIs(t, err, context.Canceled)
}

func TestALockThatCannotBeMadeSaysWhatToDo(t *testing.T) {
	_, err := Lock(context.Background(), filepath.Join(t.TempDir(), "no", "slipway.db"), 0)
	require.ErrorContains(t, err, "the lock of the database cannot be made: ")
	require.ErrorContains(t, err, "Let Slipway's user write the directory")
}
