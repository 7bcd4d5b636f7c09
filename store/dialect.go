package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is everything in which the SQL of the two databases differs, besides the migrations.
type dialect struct {
	folder     string // of its migrations
	goose      goose.Dialect
	forUpdate  string // behind a SELECT: lock its rows to the end of the transaction
	skipLocked string // the same, and pass over rows that others have locked
	lockOpens  string // one Open at a time, or two would count the same crowd; "": transactions already are
	lockFreeze string // nobody marks a start until the end of the transaction; "": transactions are one at a time already
	lockStarts string // nobody freezes starts until the end of the transaction; others may mark theirs
	now        string // the database's clock in microseconds; "": it has none of its own
	tables     string // counts goose's table: 0 before the first migration
	tryWrite   string // changes nothing, and fails where a change would
	notify     string // tells other processes; $1 is due or cards; "": there are none
	clashed    func(error) bool
}

// In SQLite every transaction is IMMEDIATE: it holds the one write lock from its first statement, which is what the row
// locks are for.
var sqliteDialect = dialect{
	folder: "sqlite",
	goose:  goose.DialectSQLite3,
	// It writes a page also where the number, which nobody reads, stays the same: a full disk is told, too.
	tryWrite: "PRAGMA user_version = 1",
	tables:   "SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'",
	clashed: func(err error) bool {
		var e *sqlite.Error
		return errors.As(err, &e) &&
			(e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
	},
}

var postgresDialect = dialect{
	folder:     "postgres",
	goose:      goose.DialectPostgres,
	forUpdate:  " FOR UPDATE",
	skipLocked: " FOR UPDATE SKIP LOCKED",
	lockOpens:  "SELECT pg_advisory_xact_lock(hashtext('slipway open ' || current_schema()))",
	lockFreeze: "SELECT pg_advisory_xact_lock(" + freezeLock + ")",
	lockStarts: "SELECT pg_advisory_xact_lock_shared(" + freezeLock + ")",
	now:        "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
	tables:     "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'goose_db_version'",
	tryWrite:   "DELETE FROM inbox WHERE envelope_id = ''", // there is none, but a replica refuses to try
	notify:     "SELECT pg_notify(" + notifyChannel + ", $1)",
	clashed: func(err error) bool {
		var e *pgconn.PgError
		if !errors.As(err, &e) {
			return false
		}
		switch e.Code {
		case "23505", "40001", "40P01": // unique_violation, serialization_failure, deadlock_detected
			return true
		}
		return false
	},
}

// notifyChannel is per schema: two Slipways in one database do not wake each other.
const notifyChannel = "left('slipway_' || current_schema(), 63)"

// freezeLock is what whoever freezes has alone, and whoever marks a start shares.
const freezeLock = "hashtext('slipway freeze ' || current_schema())"

// querier is a database or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
