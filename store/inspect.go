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

	"github.com/jackc/pgx/v5/stdlib"

	"slipway/approval"
)

// Inspection is how a database stands before anybody runs on it.
type Inspection struct {
	Where   string          // the file, or database and host
	New     bool            // no Slipway has used it yet; the first one makes its tables
	Version int             // of its schema
	Known   int             // the version this Slipway reads; an older one is brought up at the start
	Holder  string          // SQLite: another Slipway that serves it, such as " (process 7)"; "": none does
	Held    bool            // SQLite: another Slipway serves it
	Freeze  approval.Freeze // in force; read where the schema is the one this Slipway knows
}

// Inspect looks whether Slipway could run on a database: it can be reached, takes writes, and has no newer schema. It
// creates, migrates and changes nothing, and works beside a Slipway that runs. Its error says what to do.
func Inspect(ctx context.Context, databaseURL string) (Inspection, error) {
	scheme, _, _ := strings.Cut(databaseURL, ":")
	switch scheme {
	case "sqlite":
		return inspectSQLite(ctx, databaseURL)
	case "postgres", "postgresql":
		return inspectPostgres(ctx, databaseURL)
	}
	return Inspection{}, errAddress
}

func inspectSQLite(ctx context.Context, databaseURL string) (Inspection, error) {
	path, _ := SQLitePath(databaseURL)
	if err := checkSQLitePath(path); err != nil {
		return Inspection{}, err
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return Inspection{}, fmt.Errorf("the database %s cannot be found: %w. Write its whole path into DATABASE_URL", path, err)
	}
	i := Inspection{Where: path}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 && !info.IsDir() {
		i.New = true
		if i.Known, err = latest(sqliteDialect); err != nil {
			return i, err
		}
		return i, sqliteFault(path, writable(filepath.Dir(path)))
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		err = errors.Join(file.Close(), writable(filepath.Dir(path)))
	}
	if err != nil {
		return i, sqliteFault(path, err)
	}
	i.Holder, i.Held = holder(path)
	address := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(2000)"}, "_txlock": {"immediate"}}.Encode()}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return i, err
	}
	defer db.Close()
	return i, i.look(ctx, db, sqliteDialect)
}

func inspectPostgres(ctx context.Context, databaseURL string) (Inspection, error) {
	config, err := postgresConfig(databaseURL)
	if err != nil {
		return Inspection{}, err
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	i := Inspection{Where: fmt.Sprintf("%s on %s:%d", config.Database, config.Host, config.Port)}
	if err := db.PingContext(ctx); err != nil {
		return i, fmt.Errorf("the database %s cannot be reached: %w. Check DATABASE_URL, and that the server runs and lets this machine in", i.Where, err)
	}
	return i, i.look(ctx, db, postgresDialect)
}

// look reads the version and tries a write that changes nothing, which a database that takes none refuses all the same.
func (i *Inspection) look(ctx context.Context, db *sql.DB, d dialect) error {
	var err error
	if i.Known, err = latest(d); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return i.unwritable(err)
	}
	defer tx.Rollback()
	var tables int
	if err := tx.QueryRowContext(ctx, d.tables).Scan(&tables); err != nil {
		return i.unwritable(err)
	}
	if i.New = tables == 0; i.New {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE slipway_check (one integer)`); err != nil {
			return i.unwritable(err)
		}
		return nil
	}
	if err := tx.QueryRowContext(ctx, versionSQL).Scan(&i.Version); err != nil {
		return fmt.Errorf("%s is no database of Slipway's: %w. Name another in DATABASE_URL", i.Where, err)
	}
	if i.Version > i.Known {
		return fmt.Errorf("the database was written by a newer Slipway: its schema is version %d, and this one knows %d. "+
			"Run the newer Slipway, or restore a backup from before the upgrade", i.Version, i.Known)
	}
	if i.Version == i.Known {
		if i.Freeze, err = inForce(ctx, tx); err != nil {
			return fmt.Errorf("whether %s says that starts are frozen cannot be read: %w. Check that it is Slipway's database", i.Where, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE goose_db_version SET is_applied = is_applied WHERE version_id < 0`); err != nil {
		return i.unwritable(err)
	}
	return nil
}

func (i *Inspection) unwritable(err error) error {
	return fmt.Errorf("the database %s takes no changes: %w. Let Slipway's user write it, and see that its disk is neither full nor read-only", i.Where, err)
}
