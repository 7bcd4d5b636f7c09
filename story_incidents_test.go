package main

import (
	"database/sql"
	"maps"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
	"slipway/store"
)

// incidents are what docs/runbooks.md is about, by its headings. Each is in full swing when its function returns, and
// mend ends it, as the page says.
var incidents = map[string]func(*testing.T) *incident{
	"No connection to Slack": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.isReady()
		in.slack.Fail("apps.connections.open", localslack.Fault{Error: "internal_error"})
		in.slack.Cut()
		in.mend = in.slack.ClearFaults
		return in
	},
	"Slipway is deaf": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.isReady()
		in.slack.Freeze(true)
		in.clock.Advance(2 * time.Minute)
		in.mend = func() { in.slack.Freeze(false); in.as("ana").types("/lf help") }
		return in
	},
	"The bot token is refused": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.isReady()
		in.slack.Fail("auth.test", localslack.Fault{Error: "token_revoked"})
		in.passes(3 * time.Minute)
		in.as("ana").types("/lf help") // somebody types all the time, so that it is not deaf
		in.mend = func() { in.slack.ClearFaults(); in.passes(3 * time.Minute); in.as("ana").types("/lf help") }
		return in
	},
	"Socket Mode is off, or the app token is refused": func(t *testing.T) *incident {
		in := troubled(t)
		in.slack.Fail("apps.connections.open", localslack.Fault{Error: "link_disabled"})
		in.ends()
		in.mend = func() { in.slack.ClearFaults(); in.start() }
		return in
	},
	"Another process takes a share": func(t *testing.T) *incident {
		in := troubled(t)
		other := &world{t: t, slack: in.slack, lake: in.lake, clock: in.clock, log: &transcript{}, env: maps.Clone(in.env)}
		other.env["DATABASE_URL"] = "sqlite:" + filepath.Join(t.TempDir(), "other.db")
		other.start()
		t.Cleanup(other.end)
		in.start()
		in.mend = func() { other.end(); in.restart() }
		return in
	},
	"PostgreSQL is gone": func(t *testing.T) *incident {
		address, err := url.Parse(schema(t))
		require.NoError(t, err)
		cable := newCable(t, address.Host)
		address.Host = cable.Addr().String()
		in := troubled(t)
		in.env["DATABASE_URL"] = address.String()
		in.start()
		in.isReady()
		cable.pull(true)
		in.ack = string(in.slack.Type(people["ben"], channel, "/lf start weekly_discovery").AckPayload)
		in.mend = func() { cable.pull(false) }
		return in
	},
	"The SQLite file is locked": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.isReady()
		db, err := sql.Open("sqlite", "file:"+in.databasePath()+"?_txlock=immediate")
		require.NoError(t, err)
		t.Cleanup(func() { db.Close() })
		tx, err := db.Begin()
		require.NoError(t, err)
		in.mend = func() { require.NoError(t, tx.Rollback()) }
		return in
	},
	"The disk is full or refuses": func(t *testing.T) *incident {
		in := away(t)
		in.until("it is ready", func() bool { return in.shows("/readyz", []string{"ready"}) })
		grow := func(limit uint64) {
			limitFiles(t, in.process.cmd.Process.Pid, limit)
		}
		grow(0) // no file of this process may grow, nor be written beyond its first byte
		in.ack = string(in.slack.Type(people["ana"], channel, "/lf start nightly_sync").AckPayload)
		in.mend = func() { grow(math.MaxUint64) }
		return in
	},
	"The SQLite file is read-only": func(t *testing.T) *incident {
		in := troubled(t)
		in.readOnly()
		in.ends()
		in.mend = func() {
			require.NoError(t, os.Remove(in.databasePath()))
			in.start()
		}
		return in
	},
	"Slack asks to wait": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.slack.Fail("chat.postMessage", localslack.Fault{RetryAfter: 30 * time.Second})
		in.as("ana").types("/lf start nightly_sync")
		in.mend = in.slack.ClearFaults
		return in
	},
	"Slack does not take messages": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.slack.Fail("chat.postMessage", localslack.Fault{Error: "internal_error"})
		in.as("ana").types("/lf start nightly_sync")
		in.mend = in.slack.ClearFaults
		return in
	},
	"A scope is missing": func(t *testing.T) *incident {
		in := troubled(t)
		scopes := readManifest(t).OAuth.Scopes.Bot
		in.slack.Reinstall(slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == "chat:write" })...)
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.mend = func() { in.slack.Reinstall(scopes...); in.as("ana").types("/lf start nightly_sync") }
		return in
	},
	"The bot cannot post in a channel": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.as("ana").typesIn(localslack.ChannelAnalytics, "/lf start nightly_sync")
		in.mend = func() {
			in.slack.SetMember(localslack.ChannelAnalytics, true)
			in.as("ana").typesIn(localslack.ChannelAnalytics, "/lf start nightly_sync")
		}
		return in
	},
	"A key is wrong or was revoked": func(t *testing.T) *incident {
		in := troubled(t)
		right := in.env["HUAWEICLOUD_SDK_SK"]
		in.env["HUAWEICLOUD_SDK_SK"] = "a-secret-key-that-was-revoked"
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.mend = func() { in.env["HUAWEICLOUD_SDK_SK"] = right; in.restart() }
		return in
	},
	"A token has expired": func(t *testing.T) *incident {
		in := troubled(t)
		ak, sk := in.env["HUAWEICLOUD_SDK_AK"], in.env["HUAWEICLOUD_SDK_SK"]
		in.env["HUAWEICLOUD_SDK_AK"], in.env["HUAWEICLOUD_SDK_SK"], in.env["LAKEFORMATION_TOKEN"] = "", "", "a-token-of-yesterday"
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.mend = func() {
			in.env["HUAWEICLOUD_SDK_AK"], in.env["HUAWEICLOUD_SDK_SK"], in.env["LAKEFORMATION_TOKEN"] = ak, sk, ""
			in.restart()
		}
		return in
	},
	"A permission is missing": func(t *testing.T) *incident {
		in := troubled(t)
		require.NoError(t, in.lake.SetFault(locallake.OpList, locallake.Fault{Name: locallake.FaultNoPermission}))
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.mend = in.lake.ClearFaults
		return in
	},
	"The clock is wrong": func(t *testing.T) *incident {
		var wrong *drifting
		in := troubled(t, func(_ *localslack.Config, l *locallake.Config) {
			wrong = &drifting{handClock: l.Clock.(*handClock)}
			l.Clock = wrong
		})
		wrong.by.Store(int64(20 * time.Minute))
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.mend = func() { wrong.by.Store(0) }
		return in
	},
	"Nobody has authorised jobs": func(t *testing.T) *incident {
		in := troubled(t, func(_ *localslack.Config, l *locallake.Config) { l.JobsUnauthorized = true })
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.as("ana").presses("Start job")
		in.mend = in.lake.AuthorizeJobs
		return in
	},
	"The rule names people who are not there": func(t *testing.T) *incident {
		in := troubled(t)
		in.group()
		in.env["SLIPWAY_CONFIG"] = file(t, twoLeadsFile)["SLIPWAY_CONFIG"]
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.mend = func() {
			in.group("ben", "chen")
			in.passes(time.Minute)
			in.as("ben").presses("Approve")
		}
		return in
	},
	"A changed policy is not in force": func(t *testing.T) *incident {
		in := troubled(t)
		in.env["SLIPWAY_CONFIG"] = file(t, anaConfirms)["SLIPWAY_CONFIG"]
		write := func(text string) { require.NoError(t, os.WriteFile(in.env["SLIPWAY_CONFIG"], []byte(text), 0o600)) }
		in.start()
		write("rules: [{name: nobody, approvals: 1}]\n")
		in.mend = func() { write(benApproves) }
		return in
	},
	"Nobody knows whether a job started": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		require.NoError(t, in.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultInternal, Times: 1}))
		in.as("ana").types("/lf start nightly_sync")
		in.as("ana").presses("Start job")
		in.mend = func() { in.as("ana").presses("It did not") }
		return in
	},
	"A replica was paused": func(t *testing.T) *incident {
		s := pausedInTheStart(t)
		return &incident{world: s.world, log: &s.childLog, mend: s.goOn}
	},
	"LakeFormation does not answer before the start": func(t *testing.T) *incident {
		in := away(t)
		in.as("ana").types("/lf start nightly_sync")
		in.as("ana").button("Start job")
		in.breaks(locallake.OpShow, locallake.FaultUnavailable)
		in.as("ana").presses("Start job")
		return in
	},
	"LakeFormation does not answer when a job is looked up": func(t *testing.T) *incident {
		in := away(t)
		in.breaks(locallake.OpAny, locallake.FaultUnavailable)
		in.as("ana").types("/lf start nightly_sync")
		return in
	},
	"All starts are frozen": func(t *testing.T) *incident {
		in := troubled(t)
		in.env["SLIPWAY_CONFIG"] = file(t, benFreezes)["SLIPWAY_CONFIG"]
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.as("ana").button("Start job")
		in.as("ben").types("/lf freeze the source is broken")
		in.everybodyReads("All starts are frozen: Ben froze them")
		in.as("ana").presses("Start job")
		in.mend = func() { in.as("ben").types("/lf thaw") }
		return in
	},
	"Another Slipway has the database": func(t *testing.T) *incident {
		in := troubled(t)
		other := &world{t: t, slack: in.slack, lake: in.lake, clock: in.clock, log: &transcript{}, env: in.env}
		other.start()
		t.Cleanup(other.end)
		in.ends()
		in.mend = func() { other.end(); in.start() }
		return in
	},
	"The database is newer than the program": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.world.end()
		db, err := sql.Open("sqlite", in.databasePath())
		require.NoError(t, err)
		t.Cleanup(func() { db.Close() })
		_, err = db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
		require.NoError(t, err)
		in.ends()
		in.mend = func() {
			_, err := db.Exec("DELETE FROM goose_db_version WHERE version_id = 999") // the backup from before the upgrade has no such row
			require.NoError(t, err)
			in.start()
		}
		return in
	},
	"A setting is wrong": func(t *testing.T) *incident {
		in := troubled(t)
		in.env["SLACK_CONNECTIONS"] = "99"
		in.ends()
		in.mend = func() { in.env["SLACK_CONNECTIONS"] = "1"; in.start() }
		return in
	},
	"The policy file does not load": func(t *testing.T) *incident {
		in := troubled(t)
		in.env["SLIPWAY_CONFIG"] = file(t, "rules:\n  - {name: all, match: {job: [nightly_sync]}, approvals: 1, approvers: [requester]}\n")["SLIPWAY_CONFIG"]
		in.ends()
		in.mend = func() {
			require.NoError(t, os.WriteFile(in.env["SLIPWAY_CONFIG"], []byte(anaConfirms), 0o600))
			in.start()
		}
		return in
	},
	"A backup was restored": func(t *testing.T) *incident {
		in := troubled(t)
		in.start()
		in.as("ana").types("/lf start nightly_sync")
		in.as("ana").button("Start job")
		backup := filepath.Join(t.TempDir(), "backup.db")
		_, err := tool(t, in.env, "backup", backup)
		require.NoError(t, err)
		in.as("ben").types("/lf start weekly_discovery")
		in.cardSays("Start `weekly_discovery`")
		ts, action := in.as("ben").button("Start job")
		in.world.end()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			require.True(t, os.Remove(in.databasePath()+suffix) == nil || suffix != "")
		}
		require.NoError(t, os.Rename(backup, in.databasePath()))
		in.start()
		require.True(t, in.slack.Press(people["ben"], channel, ts, action).Acked)
		in.mend = func() { in.as("ben").types("/lf start weekly_discovery") }
		return in
	},
}

// away is a world in which Slipway is a process of its own, in the machine's time: calls are tried again in that time.
func away(t *testing.T) *incident {
	t.Helper()
	in := troubled(t, realTime)
	in.get = in.listens()
	in.process, in.log = in.spawn(), &in.childLog
	in.mend = in.lake.ClearFaults
	return in
}

const twoLeadsFile = "rules: [{name: two leads, approvals: 2, approvers: [\"@data-leads\"], requester_may_approve: false}]\n"

// drifting is a clock that goes wrong, and is set right.
type drifting struct {
	*handClock
	by atomic.Int64
}

func (c *drifting) Now() time.Time { return c.handClock.Now().Add(time.Duration(c.by.Load())) }

func (w *world) databasePath() string {
	path, _ := store.SQLitePath(w.env["DATABASE_URL"])
	return path
}
