package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

func TestSQLiteKeepsItsPromisesOnEveryConnection(t *testing.T) {
	w := onSQLite(t)
	settings := func() map[string]string {
		got := map[string]string{}
		for _, pragma := range []string{"journal_mode", "synchronous", "busy_timeout", "foreign_keys"} {
			var value string
			require.NoError(t, w.store.db.QueryRow("PRAGMA "+pragma).Scan(&value))
			got[pragma] = value
		}
		return got
	}
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "2000", "foreign_keys": "1"}
	require.Equal(t, want, settings())
	require.Equal(t, 1, w.store.db.Stats().MaxOpenConnections)

	w.store.db.SetMaxIdleConns(-1) // the next connection is a new one
	require.Equal(t, want, settings())
}

func TestSQLiteTakesTheWriteLockWhenATransactionBegins(t *testing.T) {
	w := onSQLite(t)
	other := w.replica()
	_, err := other.db.Exec("PRAGMA busy_timeout = 0")
	require.NoError(t, err)
	tx, err := w.store.db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	_, err = other.Open(context.Background(), receipt(), nightly(), approval.Reply{}, anyCrowd)
	require.ErrorContains(t, err, "the request could not be recorded: database is locked")
}

func TestAFullDiskIsSaidAndNothingIsHalfWritten(t *testing.T) {
	w := onSQLite(t)
	before := w.pending("j1")
	w.exec("PRAGMA max_page_count = 1") // no more pages than there are
	ask := nightly()
	ask.Reason = string(make([]byte, 1<<16))
	_, err := w.store.Open(context.Background(), receipt(), ask, approval.Reply{}, anyCrowd)
	require.ErrorContains(t, err, "the request could not be recorded: database or disk is full")
	require.Equal(t, 1, w.count("SELECT count(*) FROM requests"))
	require.Equal(t, before, w.request(before.ID))
}

func TestADatabaseThatTakesNoWritesIsNotReady(t *testing.T) {
	w := onSQLite(t)
	w.exec("PRAGMA query_only = 1")
	require.ErrorContains(t, w.store.Ready(context.Background()), "the database takes no changes now: attempt to write a readonly database")
}

func TestTheSQLiteFileIsForSlipwayAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slipway.db")
	s, err := Open(context.Background(), "sqlite:"+path, Options{})
	require.NoError(t, err)
	defer s.Close()
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".slipway-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestOpenRefusesWhatItCannotUseWithAHint(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(file, []byte("Dear diary, this is no database. It is only long enough to look like one."), 0o600))
	for address, words := range map[string]string{
		"":                                       "DATABASE_URL does not begin with sqlite: or postgres://.",
		"slipway.db":                             "Write sqlite:slipway.db for a file beside Slipway",
		"mysql://root:secret@h":                  "DATABASE_URL does not begin with sqlite: or postgres://.",
		"sqlite:":                                "DATABASE_URL names no file. Write sqlite:slipway.db",
		"sqlite://slipway.db":                    "can be read in two ways. Write sqlite:slipway.db",
		"sqlite::memory:":                        "forgets approvals at every restart. Write",
		"sqlite:a.db?mode=ro":                    "Slipway sets its own. Write",
		"sqlite:" + dir:                          "is a directory. Name a file in it: sqlite:" + dir + "/slipway.db",
		"sqlite:" + dir + "/no/slipway.db":       "does not exist. Create it with: mkdir -p " + dir + "/no",
		"sqlite:" + file + "/slipway.db":         "not a directory. Check DATABASE_URL",
		"sqlite:" + file:                         "cannot be used: file is not a database",
		"postgres:secret":                        "not an address of a PostgreSQL server. Write postgres://user:password@host:5432/database",
		"postgres://u:secret@h:port/d":           "not an address of a PostgreSQL server.",
		"postgres://u:secret@h/d?sslmode=secret": "DATABASE_URL cannot be used: ",
		"postgres://u:secret@h/d?sslrootcert=/secret":         "DATABASE_URL cannot be used: ",
		"postgres://u:%zzsecret@h/d":                          "not an address of a PostgreSQL server.",
		"postgresql://u:secret@127.0.0.1:1/d?sslmode=disable": "the database d on 127.0.0.1:1 cannot be reached: ",
	} {
		s, err := Open(context.Background(), address, Options{})
		require.Nil(t, s, address)
		require.ErrorContains(t, err, words, address)
		require.NotContains(t, err.Error(), "secret", address)
	}
	path, ok := SQLitePath("sqlite:/var/lib/slipway.db")
	require.True(t, ok)
	require.Equal(t, "/var/lib/slipway.db", path)
	_, ok = SQLitePath("postgres://h/d")
	require.False(t, ok)
}
