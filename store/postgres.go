package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// connections are enough for four workers, the Announcer and the acks.
const connections = 12

func (s *Store) openPostgres(ctx context.Context, databaseURL string, options Options) error {
	config, err := postgresConfig(databaseURL)
	if err != nil {
		return err
	}
	if options.ReadOnly {
		config.RuntimeParams["default_transaction_read_only"] = "on"
	}
	s.dialect = postgresDialect
	s.db = stdlib.OpenDB(*config)
	s.db.SetMaxOpenConns(connections)
	s.db.SetMaxIdleConns(connections)
	where := fmt.Sprintf("the database %s on %s:%d", config.Database, config.Host, config.Port)
	if err := s.db.PingContext(ctx); err != nil {
		s.db.Close()
		return fmt.Errorf("%s cannot be reached: %w. Check DATABASE_URL, and that the server runs and lets this machine in", where, err)
	}
	if options.ReadOnly || options.Beside {
		return s.known(ctx, where)
	}
	if err := s.migrate(ctx); err != nil {
		s.db.Close()
		return fmt.Errorf("%s cannot be used: %w", where, err)
	}
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.background.Go(func() { s.listen(listening, config) })
	return nil
}

// postgresConfig reads an address, and sets what Slipway's promises need whatever the server's defaults are: a commit
// is on disk when it returns, and a statement sees what was committed before it.
func postgresConfig(databaseURL string) (*pgx.ConnConfig, error) {
	const hint = "Write postgres://user:password@host:5432/database, with odd characters of the password as %XX"
	address, err := url.Parse(databaseURL)
	if err != nil || address.Host == "" && !address.Query().Has("host") {
		return nil, errors.New("DATABASE_URL is not an address of a PostgreSQL server. " + hint)
	}
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL cannot be used: %s. %s", reason(err, address), hint)
	}
	config.RuntimeParams["synchronous_commit"] = "on"
	config.RuntimeParams["default_transaction_isolation"] = "read committed"
	// A replica that stops in the middle of a transaction must not keep its locks: the others wait for them.
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "5s"
	config.RuntimeParams["application_name"] = cmp.Or(config.RuntimeParams["application_name"], "slipway")
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, 5*time.Second)
	return config, nil
}

// reason is why an address cannot be used, without the secrets in it: pgx repeats the address, and hides the password
// as well as it can.
func reason(err error, address *url.URL) string {
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	words := err.Error()
	password, _ := address.User.Password()
	for _, secret := range []string{password, address.Query().Get("password"), address.Query().Get("sslpassword")} {
		if secret != "" {
			words = strings.NewReplacer(secret, "…", url.QueryEscape(secret), "…", url.PathEscape(secret), "…").Replace(words)
		}
	}
	return words
}
