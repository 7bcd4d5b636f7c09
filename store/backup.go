package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// backupGap is how many request numbers a backup leaves out. Cards of requests that came after it stay in Slack: no
// request of a restored database may have one of their numbers.
const backupGap = 1000

// Backup writes a copy of a SQLite database to a file that must not exist yet, as it stands at one moment. It may run
// beside a Slipway that serves the database. The copy is on disk when it returns.
func Backup(ctx context.Context, databaseURL, to string) (err error) {
	path, isSQLite := SQLitePath(databaseURL)
	if !isSQLite {
		return errors.New("slipway backup copies SQLite databases only. For PostgreSQL use: pg_dump --format=custom --file=slipway.dump DATABASE")
	}
	s, err := Open(ctx, databaseURL, Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer s.Close()
	// Made here so that nobody else can read it: it holds what the database holds.
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists already, and a backup never writes over one. Name a new file", to)
	}
	if err != nil {
		return fmt.Errorf("the backup cannot be written: %w", err)
	}
	defer func() {
		err = errors.Join(err, file.Close())
		if err != nil {
			err = errors.Join(err, os.Remove(to))
		}
	}()
	// query_only would forbid the copy, too; the database itself stays open for reading only.
	if _, err := s.db.ExecContext(ctx, `PRAGMA query_only = 0; VACUUM INTO $1`, to); err != nil {
		return fmt.Errorf("the database %s cannot be copied: %w", path, err)
	}
	if err := leaveGap(ctx, to); err != nil {
		return fmt.Errorf("the backup cannot be finished: %w", err)
	}
	return file.Sync()
}

func leaveGap(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	address := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"mode": {"rw"}, "_pragma": {"journal_mode(MEMORY)"}}.Encode()}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `UPDATE sqlite_sequence SET seq = seq + $1 WHERE name = 'requests'`, backupGap)
	return errors.Join(err, db.Close())
}
