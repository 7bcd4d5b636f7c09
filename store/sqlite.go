package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"slipway/approval"
)

// sqliteSettings hold for every connection. FULL: with NORMAL a power loss may forget the marker of a start. IMMEDIATE:
// a transaction takes the write lock when it begins, so that it cannot fail half way because another one wrote. Two
// seconds of waiting for that lock leave time to say so within Slack's three.
var sqliteSettings = url.Values{
	"_pragma": {"busy_timeout(2000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"},
	"_txlock": {"immediate"},
}

// sqliteReading is for looking on beside the process that writes.
var sqliteReading = url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(2000)", "query_only(1)"}}

// SQLitePath is the path in an address like sqlite:slipway.db; false for other addresses.
func SQLitePath(databaseURL string) (string, bool) { return strings.CutPrefix(databaseURL, "sqlite:") }

func (s *Store) openSQLite(ctx context.Context, databaseURL string, options Options) error {
	if s.clock == nil {
		s.clock = approval.Real{}
	}
	path, _ := SQLitePath(databaseURL)
	if err := checkSQLitePath(path); err != nil {
		return err
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("the database %s cannot be found: %w. Write its whole path into DATABASE_URL", path, err)
	}
	settings := sqliteSettings
	if options.ReadOnly {
		settings = sqliteReading
	}
	if options.ReadOnly || options.Beside {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("there is no database to read: %w. Check DATABASE_URL", err)
		}
	} else if err := createSQLite(path); err != nil {
		return err
	}
	address := url.URL{Scheme: "file", Path: path, RawQuery: settings.Encode()}
	if s.db, err = sql.Open("sqlite", address.String()); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(1)
	s.dialect = sqliteDialect
	if options.ReadOnly || options.Beside {
		return s.known(ctx, path)
	}
	if err := s.prepareSQLite(ctx); err != nil {
		s.db.Close()
		return fmt.Errorf("the database %s cannot be used: %w", path, err)
	}
	return nil
}

func (s *Store) prepareSQLite(ctx context.Context) error {
	var mode string
	if err := s.db.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("its file system does not allow write-ahead logging (journal mode %s). "+
			"Put it on a local disk, not on a network share", mode)
	}
	return s.migrate(ctx)
}

// checkSQLitePath refuses addresses that look like one thing and mean another.
func checkSQLitePath(path string) error {
	const hint = "Write sqlite:slipway.db, or sqlite:/var/lib/slipway/slipway.db"
	switch {
	case path == "":
		return errors.New("DATABASE_URL names no file. " + hint)
	case strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///"):
		return errors.New("DATABASE_URL begins with sqlite://, which can be read in two ways. " + hint)
	case strings.HasPrefix(path, ":memory:"):
		return errors.New("DATABASE_URL asks for a database in memory, which forgets approvals at every restart. " + hint)
	case strings.ContainsAny(path, "?\x00"):
		return errors.New("DATABASE_URL has settings behind its path; Slipway sets its own. " + hint)
	}
	return nil
}

// createSQLite makes the file where there is none, for nobody else to read: it holds reply URLs. What is wrong with the
// path shows here, in better words than SQLite has.
func createSQLite(path string) error {
	dir := filepath.Dir(path)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		err = file.Close()
	}
	if err == nil {
		err = writable(dir)
	}
	return sqliteFault(path, err)
}

// sqliteFault says what is wrong with the path of a database that cannot be opened or made; nil for nil.
func sqliteFault(path string, err error) error {
	dir := filepath.Dir(path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the directory %s for the database does not exist. Create it with: mkdir -p %s", dir, dir)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the database %s cannot be written: %w. Let Slipway's user write the file and its directory", path, err)
	}
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		return fmt.Errorf("the database %s is a directory. Name a file in it: sqlite:%s", path, filepath.Join(path, "slipway.db"))
	}
	return fmt.Errorf("the database %s cannot be opened: %w. Check DATABASE_URL", path, err)
}

// writable reports whether files can be made in the directory: SQLite keeps its log beside the database.
func writable(dir string) error {
	probe, err := os.CreateTemp(dir, ".slipway-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}
