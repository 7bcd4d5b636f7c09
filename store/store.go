// Package store keeps Requests in SQLite or PostgreSQL. It is the only package with SQL, and one SQL text serves both;
// what differs is in dialect.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"slipway/approval"
)

// Options are what a Store needs besides its address.
type Options struct {
	// Clock is the time of leases, of what is due and of Events. Nil: the machine's on SQLite, the database's on
	// PostgreSQL, where several machines have to agree.
	Clock approval.Clock
	// Log hears what is retried in the background. Nil: nobody does.
	Log *logrus.Entry
	// ReadOnly opens a database that is there, as it is: nothing is created, migrated or written, and a process that
	// uses it goes on beside. For the command line.
	ReadOnly bool
	// Beside opens a database that is there, as it is, to change it beside a process that uses it: nothing is created or
	// migrated. For the command line.
	Beside bool
}

// Store is an approval.Store on SQLite or PostgreSQL. Its methods may be called at the same time.
type Store struct {
	db      *sql.DB
	dialect dialect
	clock   approval.Clock // nil: ask the database
	log     *logrus.Entry

	due, cards chan struct{}
	swept      atomic.Int64 // when old reply URLs and deliveries were last removed, in microseconds

	stop       context.CancelFunc // ends what runs in the background
	background sync.WaitGroup
}

var _ approval.Store = (*Store)(nil)

// Open opens the database at an address like sqlite:slipway.db or postgres://user@host/database, and brings its schema
// up to date. Errors say what to do, and never hold the password of the address.
func Open(ctx context.Context, databaseURL string, options Options) (*Store, error) {
	s := &Store{
		clock: options.Clock,
		log:   options.Log,
		due:   make(chan struct{}, 1),
		cards: make(chan struct{}, 1),
		stop:  func() {},
	}
	if s.log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		s.log = logrus.NewEntry(silent)
	}
	scheme, _, _ := strings.Cut(databaseURL, ":")
	var err error
	switch scheme {
	case "sqlite":
		err = s.openSQLite(ctx, databaseURL, options)
	case "postgres", "postgresql":
		err = s.openPostgres(ctx, databaseURL, options)
	default:
		err = errAddress
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

var errAddress = errors.New("DATABASE_URL does not begin with sqlite: or postgres://. " +
	"Write sqlite:slipway.db for a file beside Slipway, or postgres://user:password@host:5432/database")

// Close ends what runs in the background and closes the database. Changes under way fail.
func (s *Store) Close() error {
	s.stop()
	s.background.Wait()
	return s.db.Close()
}

// Ready reports whether a change could be recorded now: the database answers, and it takes writes.
func (s *Store) Ready(ctx context.Context) error {
	err := s.transact(ctx, func(c *change) error {
		_, err := c.ExecContext(ctx, s.dialect.tryWrite)
		return err
	})
	if err != nil {
		return fmt.Errorf("the database takes no changes now: %w", err)
	}
	return nil
}

// Wake delivers after commits that made something due. Each channel holds one word: many commits may become one.
func (s *Store) Wake() (due, cards <-chan struct{}) { return s.due, s.cards }

// poke puts a word into a channel that holds none yet.
func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// now is the store's time, in the whole microseconds that the database keeps. Where a row has to be locked first, ask
// afterwards: waiting for the lock takes time too.
func (s *Store) now(ctx context.Context, q querier) (time.Time, error) {
	if s.clock != nil {
		return s.clock.Now().UTC().Truncate(time.Microsecond), nil
	}
	var now time.Time
	err := q.QueryRowContext(ctx, s.dialect.now).Scan(into{&now})
	return now, err
}
