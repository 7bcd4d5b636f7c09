//go:build unix

package playground

import (
	"errors"
	"os"
	"syscall"
)

// lockDir lets one playground at a time use a directory. The lock ends with the process, however that ends.
func lockDir(path string) (release func() error, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errLocked
		}
		return nil, err
	}
	return file.Close, nil
}
