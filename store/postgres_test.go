package store

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

func TestPostgreSQLGivesTheTimeWhereNobodyElseDoes(t *testing.T) {
	w := onPostgres(t, postgresServer(t))
	s, err := Open(context.Background(), w.url, Options{})
	require.NoError(t, err)
	defer s.Close()
	databaseTime := func() (now time.Time) {
		require.NoError(t, w.store.db.QueryRow(postgresDialect.now).Scan(into{&now}))
		return now
	}
	begin := databaseTime()
	opened, err := s.Open(context.Background(), receipt(), nightly(), approval.Reply{}, anyCrowd)
	require.NoError(t, err)
	var decided time.Time
	_, err = s.Update(context.Background(), opened.ID, approval.By{}, func(_ approval.Request, now time.Time) ([]approval.Event, error) {
		decided = now
		return nil, nil
	})
	require.NoError(t, err)
	claims, err := s.ClaimDue(context.Background(), 1, lease)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	require.True(t, !opened.CreatedAt.Before(begin) && !decided.Before(opened.CreatedAt) && !databaseTime().Before(decided))
}

func TestPostgreSQLSessionsCommitToDiskWhateverTheServersDefault(t *testing.T) {
	w := onPostgres(t, postgresServer(t))
	for setting, want := range map[string]string{"synchronous_commit": "on", "transaction_isolation": "read committed", "application_name": "slipway"} {
		var got string
		require.NoError(t, w.store.db.QueryRow("SELECT current_setting($1)", setting).Scan(&got))
		require.Equal(t, want, got, setting)
	}
}

func TestPostgreSQLListensAgainAfterItsConnectionIsLost(t *testing.T) {
	w := onPostgres(t, postgresServer(t))
	due, cards := w.store.Wake()
	<-due // it listens
	<-cards
	var ended int
	require.NoError(t, w.store.db.QueryRow(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE query LIKE 'LISTEN%' || current_schema() || '%' AND pid <> pg_backend_pid()`).Scan(&ended))
	require.Equal(t, 1, ended)
	<-due // it looks once, for what was said meanwhile
	<-cards

	w.replica().mustOpen(t)
	<-due
}

func (s *Store) mustOpen(t *testing.T) {
	_, err := s.Open(context.Background(), receipt(), nightly(), approval.Reply{}, anyCrowd)
	require.NoError(t, err)
}

func TestAReadOnlyPostgreSQLIsNotReady(t *testing.T) {
	w := onPostgres(t, postgresServer(t))
	w.store.db.SetMaxOpenConns(1)
	w.exec("SET default_transaction_read_only = on")
	require.ErrorContains(t, w.store.Ready(context.Background()), "the database takes no changes now: ")
}

func TestALostPostgreSQLConnectionLosesNothing(t *testing.T) {
	server := postgresServer(t)
	w := onPostgres(t, server)
	admin, err := sql.Open("pgx", server)
	require.NoError(t, err)
	defer admin.Close()
	before := w.pending("j1")
	press := approval.By{Receipt: receipt()}
	_, err = w.store.Update(context.Background(), before.ID, press, func(approval.Request, time.Time) ([]approval.Event, error) {
		_, err := admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE mode = 'RowShareLock'
			AND relation = (SELECT oid FROM pg_class WHERE relname = 'requests' AND relnamespace = to_regnamespace($1))`, w.schema())
		return []approval.Event{{Kind: approval.VoteApproved, By: ben}}, err
	})
	require.ErrorContains(t, err, "the change of R-1001 could not be recorded: ")
	require.Equal(t, before, w.request(before.ID))
	_, err = w.store.Update(context.Background(), before.ID, press, vote(ben))
	require.NoError(t, err)
}

func (w *world) schema() string {
	var schema string
	require.NoError(w.t, w.store.db.QueryRow("SELECT current_schema()").Scan(&schema))
	return schema
}

func TestReplicasThatStartTogetherMigrateOnce(t *testing.T) {
	w := onPostgres(t, postgresServer(t))
	w.exec("DROP TABLE freezes, watches, inbox, events, audit_head, decisions, requests, goose_db_version", "DROP FUNCTION events_stay")
	var errs [3]error
	atOnce(len(errs), func(i int) {
		s, err := Open(context.Background(), w.url, Options{})
		if errs[i] = err; err == nil {
			s.Close()
		}
	})
	require.Equal(t, [3]error{}, errs)
	require.EqualValues(t, 1001, w.open(nightly()).ID)
}

// A replica that was stopped in a transaction holds the newest event of the audit, which every other one wants.
func TestPostgreSQLEndsATransactionThatStopped(t *testing.T) {
	w := onPostgres(t, postgresServer(t))
	stopped, err := w.replica().db.Begin()
	require.NoError(t, err)
	defer stopped.Rollback()
	var seq int64
	require.NoError(t, stopped.QueryRow("SELECT seq FROM audit_head FOR UPDATE").Scan(&seq))
	w.open(nightly()) // waits until the lock is gone
	require.Error(t, stopped.Commit())
}
