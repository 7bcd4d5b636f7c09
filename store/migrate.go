package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date. A schema that is newer than this binary is refused: what the newer one means
// is not known here.
func (s *Store) migrate(ctx context.Context) error {
	folder, err := fs.Sub(migrations, "migrations/"+s.dialect.folder)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true)}
	if s.dialect.goose == goose.DialectPostgres {
		// Replicas that start together migrate one after the other: tried every second, for a minute.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(s.dialect.goose, s.db, folder, options...)
	if err != nil {
		return err
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("the version of the database's schema cannot be read: %w", err)
	}
	if current > known {
		return fmt.Errorf("the database was written by a newer Slipway: its schema is version %d, and this one knows %d. "+
			"Run the newer Slipway, or restore a backup from before the upgrade", current, known)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("the database's schema cannot be brought from version %d to %d: %w", current, known, err)
	}
	return nil
}

// known reports whether a database that is only read has a schema that this binary knows, and closes it otherwise.
func (s *Store) known(ctx context.Context, where string) error {
	var version int
	err := s.db.QueryRowContext(ctx, versionSQL).Scan(&version)
	if err != nil {
		s.db.Close()
		return fmt.Errorf("%s is no database of Slipway's, or one that no Slipway has used yet: %w", where, err)
	}
	known, err := latest(s.dialect)
	if err == nil && version != known {
		err = fmt.Errorf("%s has schema version %d, and this Slipway reads version %d. Use the Slipway that serves it", where, version, known)
	}
	if err != nil {
		s.db.Close()
	}
	return err
}

const versionSQL = `SELECT max(version_id) FROM goose_db_version WHERE is_applied`

// latest is the schema version of this binary: its migrations are numbered from 1 without gaps.
func latest(d dialect) (int, error) {
	files, err := fs.Glob(migrations, "migrations/"+d.folder+"/*.sql")
	return len(files), err
}
