//go:build unix

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lockEvery is the pause between two tries for the lock.
const lockEvery = 50 * time.Millisecond

// Lock keeps other Slipways off the SQLite database at path, by an flock on path.lock that ends with this process
// however it ends. It waits up to wait for another Slipway to end, which a restart needs. SQLite itself stays open to
// others: audit and backup read beside a running Slipway.
func Lock(ctx context.Context, path string, wait time.Duration) (release func() error, err error) {
	// Never removed: whoever waits for it has the same file open.
	file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the lock of the database cannot be made: %w. Let Slipway's user write the directory", err)
	}
	giveUp := time.Now().Add(wait)
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return holdLock(file)
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			file.Close()
			return nil, fmt.Errorf("%s cannot be locked: %w. Put the database on a local disk", file.Name(), err)
		}
		if !time.Now().Before(giveUp) {
			holder := lockHolder(file)
			file.Close()
			return nil, fmt.Errorf("another Slipway%s uses the database %s. Stop it first, or give this one a database of its own", holder, path)
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, ctx.Err()
		case <-time.After(min(lockEvery, time.Until(giveUp))):
		}
	}
}

// holdLock leaves the process id in the file, for the words that others get.
func holdLock(file *os.File) (func() error, error) {
	pid := strconv.Itoa(os.Getpid())
	if err := errors.Join(file.Truncate(0), writeAt(file, pid)); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s cannot be written: %w", file.Name(), err)
	}
	return func() error { return errors.Join(file.Truncate(0), file.Close()) }, nil
}

func writeAt(file *os.File, s string) error {
	_, err := file.WriteAt([]byte(s), 0)
	return err
}

// lockHolder names the process that holds the lock, where it is known.
func lockHolder(file *os.File) string {
	content := make([]byte, 20)
	n, _ := file.ReadAt(content, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(content[:n])))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}

// holder reports whether a Slipway serves the SQLite database at path, and which process it is where that is known. It
// shares the lock for a moment only; a Slipway that starts just then tries again.
func holder(path string) (name string, held bool) {
	file, err := os.Open(path + ".lock")
	if err != nil {
		return "", false
	}
	defer file.Close()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
		return "", false
	}
	return lockHolder(file), true
}
