package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

// halfWritten takes away the tables that are written last, one at a time.
func halfWritten(t *testing.T, w *world) {
	before := w.pending("j1")
	press := approval.By{Receipt: receipt()}
	for _, table := range []string{"decisions", "events", "inbox"} {
		events := w.count("SELECT count(*) FROM events")
		w.exec("ALTER TABLE " + table + " RENAME TO away")
		_, err := w.store.Update(context.Background(), before.ID, press, saying(approval.Event{Kind: approval.VoteApproved, By: ben}))
		require.ErrorContains(t, err, "the change of R-1001 could not be recorded: ")
		w.exec("ALTER TABLE away RENAME TO " + table)
		require.Equal(t, before, w.request(before.ID), table)
		require.Equal(t, events, w.count("SELECT count(*) FROM events"))
	}
	_, err := w.store.Update(context.Background(), before.ID, press, saying(approval.Event{Kind: approval.VoteApproved, By: ben}))
	require.NoError(t, err, "the same press counts once it can be written")
}

func halfOpened(t *testing.T, w *world) {
	w.deafen()
	w.woken()
	mine := receipt()
	for _, table := range []string{"events", "inbox"} {
		w.exec("ALTER TABLE " + table + " RENAME TO away")
		_, err := w.store.Open(context.Background(), mine, nightly(), approval.Reply{}, anyCrowd)
		require.ErrorContains(t, err, "the request could not be recorded: ")
		w.exec("ALTER TABLE away RENAME TO " + table)
		require.Zero(t, w.count("SELECT count(*) FROM requests"), table)
	}
	due, cards := w.woken()
	require.False(t, due || cards, "nothing was committed")
	_, err := w.store.Open(context.Background(), mine, nightly(), approval.Reply{}, anyCrowd)
	require.NoError(t, err)
}

func closedDatabase(t *testing.T, w *world) {
	ctx := context.Background()
	r := w.open(nightly())
	claim := w.claimed()
	require.NoError(t, w.store.Close())
	_, err := w.store.Open(ctx, receipt(), nightly(), approval.Reply{}, anyCrowd)
	require.ErrorContains(t, err, "the request could not be recorded: ")
	_, err = w.store.Update(ctx, r.ID, approval.By{}, saying())
	require.ErrorContains(t, err, "the change of R-1001 could not be recorded: ")
	_, err = w.store.Seen(ctx, receipt())
	require.ErrorContains(t, err, "whether this was recorded cannot be read: ")
	_, err = w.store.Request(ctx, r.ID)
	require.ErrorContains(t, err, "R-1001 cannot be read: ")
	_, err = w.store.Find(ctx, approval.Filter{})
	require.ErrorContains(t, err, "the requests cannot be read: ")
	_, err = w.store.Events(ctx, r.ID)
	require.ErrorContains(t, err, "the events of R-1001 cannot be read: ")
	_, err = w.store.ClaimDue(ctx, 1, lease)
	require.ErrorContains(t, err, "work could not be claimed: ")
	_, err = w.store.ClaimCards(ctx, 1, lease)
	require.ErrorContains(t, err, "cards could not be claimed: ")
	require.ErrorContains(t, w.store.Renew(ctx, claim, lease), "the lease on R-1001 could not be renewed: ")
	require.ErrorContains(t, w.store.CardShown(ctx, claim, approval.Shown{}), "the card of R-1001 could not be recorded: ")
	require.ErrorContains(t, w.store.CardLater(ctx, claim, 0), "the card of R-1001 could not be put off: ")
	require.ErrorContains(t, w.store.Ready(ctx), "the database takes no changes now: ")
}

func ready(t *testing.T, w *world) {
	w.open(nightly())
	require.NoError(t, w.store.Ready(context.Background()))
	require.Equal(t, 1, w.count("SELECT count(*) FROM inbox"))
}

func newerSchema(t *testing.T, w *world) {
	known := w.count("SELECT max(version_id) FROM goose_db_version")
	w.exec(fmt.Sprintf("INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, %s)", known+6,
		map[string]string{"sqlite": "1", "postgres": "true"}[w.store.dialect.folder]))
	_, err := Open(context.Background(), w.url, Options{})
	require.ErrorContains(t, err, fmt.Sprintf("the database was written by a newer Slipway: its schema is version %d, and this one knows %d.", known+6, known))
}

// noScans asks each database how it would run the statements that must stay fast with a million ended requests.
func noScans(t *testing.T, w *world) {
	if w.store.dialect.folder == "postgres" {
		// Many rows, none of them open: with an empty table PostgreSQL would rightly scan.
		w.exec(`INSERT INTO requests (version, terms, state, action, team, requester, channel, instance, asked_job, job_id,
				job_name, created_at, ended_at, body)
			SELECT 1, 1, 'failed', 'start', 'T1', 'U' || (n % 50), 'C' || (n % 50), 'i' || (n % 50), 'job' || n, 'id' || n, 'name' || n, n, n, '{}'
			FROM generate_series(1, 20000) AS n`, `ANALYZE`)
	}
	statement := func(sql string, args ...any) func() (string, []any) {
		return func() (string, []any) { return sql, args }
	}
	finding := func(f approval.Filter) func() (string, []any) {
		return func() (string, []any) { return findSQL(f) }
	}
	for what, c := range map[string]struct {
		statement func() (string, []any)
		index     string // that SQLite follows
	}{
		"claiming work":             {statement(claimDue(w.store.dialect), 1, 2, 3), "requests_due (due_at<?)"},
		"claiming cards":            {statement(claimCards(w.store.dialect), 1, 2, 3), "requests_card_due (card_due_at<?)"},
		"a person's crowd":          {statement(crowdSQL, "U1", "T1", "C1"), "requests_crowd_requester (requester=? AND ended_at=?)"},
		"a person's starts":         {statement(startsSQL, "U1", "T1", "start", 29), "requests_requester (requester=?)"},
		"a channel's crowd":         {statement(crowdSQL, "U1", "T1", "C1"), "requests_crowd_channel (channel=? AND ended_at=?)"},
		"a twin":                    {statement(twinSQL, "U1", "T1", "start", "prod", "job1", 1), "requests_crowd_requester (requester=? AND ended_at=?)"},
		"an envelope":               {statement(receiptSQL, "envelope", "key"), "sqlite_autoindex_inbox_1 (envelope_id=?)"},
		"a press":                   {statement(receiptSQL, "envelope", "key"), "sqlite_autoindex_inbox_2 (natural_key=?)"},
		"who holds a job":           {statement(holderSQL, "key", 1), "sqlite_autoindex_requests_1 (open_key=?)"},
		"old reply URLs":            {statement(sweepRepliesSQL, 1), "requests_reply (reply_until<?)"},
		"old deliveries":            {statement(sweepReceiptsSQL, 1), "inbox_at (at<?)"},
		"the newest":                {finding(approval.Filter{}), ""},
		"a person's":                {finding(approval.Filter{By: "U1", Channel: "C1"}), "requests_requester (requester=?)"},
		"a channel's":               {finding(approval.Filter{Channel: "C1", Instance: "i1"}), "requests_channel (channel=?)"},
		"an instance's":             {finding(approval.Filter{Instance: "i1"}), "requests_instance (instance=?)"},
		"what is open":              {finding(approval.Filter{Open: true}), "requests_open"},
		"a job's open":              {finding(approval.Filter{Open: true, Job: "job1", By: "U1", Channel: "C1", Instance: "i1"}), "requests_open"},
		"a job as typed":            {finding(approval.Filter{Job: "job1"}), "requests_asked_job (asked_job=?)"},
		"a job by id":               {finding(approval.Filter{Job: "job1"}), "requests_job_id (job_id=?)"},
		"a job by name, in a place": {finding(approval.Filter{Job: "job1", Channel: "C1", Instance: "i1"}), "requests_job_name (job_name=?)"},
	} {
		sql, args := c.statement()
		plan := strings.Join(w.plan(sql, args), "\n")
		if w.store.dialect.folder == "postgres" {
			require.NotContains(t, plan, "Seq Scan on requests", what)
		} else {
			require.Contains(t, plan, c.index, what)
		}
	}
}

// plan is how the database would run a statement, a line a step.
func (w *world) plan(statement string, args []any) []string {
	explain := "EXPLAIN QUERY PLAN "
	if w.store.dialect.folder == "postgres" {
		explain = "EXPLAIN "
	}
	rows, err := w.store.db.Query(explain+statement, args...)
	require.NoError(w.t, err, statement)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(w.t, err)
	var steps []string
	for rows.Next() {
		values := make([]any, len(columns))
		var step string
		for i := range values {
			values[i] = new(any)
		}
		values[len(values)-1] = &step
		require.NoError(w.t, rows.Scan(values...))
		steps = append(steps, step)
	}
	require.NoError(w.t, rows.Err())
	require.NotEmpty(w.t, steps)
	return steps
}
