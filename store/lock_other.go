//go:build !unix

package store

import (
	"context"
	"errors"
	"time"
)

// Lock is not available here: without an flock two Slipways could start the same job.
func Lock(context.Context, string, time.Duration) (release func() error, err error) {
	return nil, errors.New("SQLite needs file locks that this system does not have. Use PostgreSQL, or run Slipway on Linux or macOS")
}

// holder cannot tell here.
func holder(string) (string, bool) { return "", false }
