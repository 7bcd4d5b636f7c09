package main

import (
	"database/sql"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/bot"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
	"slipway/store"
)

// readyz is what /readyz answers.
func (w *world) readyz() (int, string) {
	answer := httptest.NewRecorder()
	w.app.health.readyz(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	return answer.Code, answer.Body.String()
}

// isReady waits until Slipway says so.
func (w *world) isReady() {
	w.t.Helper()
	w.until("it is ready", func() bool { code, _ := w.readyz(); return code == http.StatusOK })
}

// isNotReady waits until /readyz says all of this, in one line, and that it is not ready.
func (w *world) isNotReady(words ...string) {
	w.t.Helper()
	w.until("it is not ready: "+strings.Join(words, ", "), func() bool {
		code, body := w.readyz()
		for line := range strings.Lines(body) {
			if code == http.StatusServiceUnavailable && containsAll(line, append([]string{"not ready: "}, words...)) {
				return true
			}
		}
		return false
	})
}

// listens lets Slipway listen, before it starts, and returns what asks it.
func (w *world) listens() (get func(path string) (int, string)) {
	w.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(w.t, err)
	addr := listener.Addr().String()
	require.NoError(w.t, listener.Close())
	w.env["SLIPWAY_LISTEN"] = addr
	return func(path string) (int, string) {
		answer, err := http.Get("http://" + addr + path)
		require.NoError(w.t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		require.NoError(w.t, err)
		return answer.StatusCode, string(body)
	}
}

func TestHealthTellsTheTruth(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	get := w.listens()
	w.start()
	w.until("it is ready", func() bool { code, _ := get("/readyz"); return code == http.StatusOK })
	_, body := get("/readyz")
	require.Equal(t, "ready\n", body)
	code, body := get("/healthz")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "alive\n", body)
	w.slack.Fail("apps.connections.open", localslack.Fault{Error: "internal_error"})
	w.slack.Cut()
	w.until("it is not ready", func() bool { code, _ := get("/readyz"); return code == http.StatusServiceUnavailable })
	_, body = get("/readyz")
	require.Equal(t, "not ready: no connection to Slack. No command or click arrives; Slipway tries again and the log says why. Check that this machine reaches Slack.\n", body)
	code, body = get("/healthz")
	require.Equal(t, http.StatusOK, code, "it lives all the same: to kill it would help nobody")
	require.Equal(t, "alive\n", body)
	w.slack.ClearFaults()
	w.until("it is ready again", func() bool { code, _ := get("/readyz"); return code == http.StatusOK })
}

// The socket is open and half-open at the same time: nothing comes any more, not even a pong.
func TestADeafSlipwayIsNamed(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	var log transcript
	w.log = &log
	w.start()
	w.isReady()
	w.slack.Freeze(true)
	w.clock.Advance(2 * time.Minute)
	w.isNotReady("Slipway is deaf: it is connected to Slack, and nothing has come for 90 s", "Check proxies and firewalls")
	w.until("the log names it", func() bool { return strings.Contains(log.String(), "Slipway is deaf") })
	require.Greater(t, w.metric("slipway_socket_silence_seconds"), 90.0)
	w.slack.Freeze(false)
	w.as("ana").types("/lf help")
	w.isReady()
	w.until("the log says that it is over", func() bool { return strings.Contains(log.String(), "this trouble is over") })
	require.Less(t, w.metric("slipway_socket_silence_seconds"), 90.0)
}

func TestASecondProcessOfTheAppIsNamed(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	other := &world{t: t, slack: w.slack, lake: w.lake, clock: w.clock, log: io.Discard, env: maps.Clone(w.env)}
	other.env["DATABASE_URL"] = "sqlite:" + t.TempDir() + "/other.db"
	other.start()
	t.Cleanup(other.end)
	var log transcript
	w.log = &log
	w.start()
	w.until("Slack has counted", func() bool { return w.app.bot.Status().Others == 1 })
	w.isReady()
	_, body := w.readyz()
	require.Equal(t, "ready\nwarning: Slack counts 1 more connections of this app than this process has. "+
		"If no other Slipway should run, find and stop it: it takes a share of the commands and clicks.\n", body)
	require.Equal(t, 1.0, w.metric("slipway_socket_other_connections"))
	w.until("the log names it", func() bool {
		return strings.Contains(log.String(), "Slack counts 1 connections of this app that are not this process's")
	})
}

func TestARevokedTokenIsNamed(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"token_revoked", "invalid_auth", "account_inactive"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			w := unstarted(t)
			var log transcript
			w.log = &log
			w.start()
			w.isReady()
			w.slack.Fail("auth.test", localslack.Fault{Error: "internal_error", Times: 1})
			w.passes(4 * time.Minute)
			w.as("ana").types("/lf help")
			w.isReady()
			w.slack.Fail("auth.test", localslack.Fault{Error: word})
			w.passes(4 * time.Minute)
			w.isNotReady("Slack refuses the bot token ("+word+")", "SLACK_BOT_TOKEN and restart Slipway")
			w.until("the log names it", func() bool { return strings.Contains(log.String(), "Slack refuses the bot token") })
			require.Equal(t, 1.0, w.metric("slipway_slack_token_refused"))
			w.slack.ClearFaults()
			w.passes(4 * time.Minute)
			w.as("ana").types("/lf help")
			w.isReady()
		})
	}
}

func TestCredentialsThatLakeFormationRefusesAreNamed(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.isReady()
	require.Empty(t, w.lake.Requests(), "readiness costs no call")
	require.NoError(t, w.lake.SetFault(locallake.OpList, locallake.Fault{Name: locallake.FaultSignatureEcho}))
	w.as("ana").types("/lf jobs")
	w.isNotReady("LakeFormation refuses the credentials of instance default: the signature is wrong. Check the secret key")
	require.Equal(t, 1.0, w.metric(`slipway_lakeformation_credentials_refused{instance="default"}`))
	calls := len(w.lake.Requests())
	w.readyz()
	require.Len(t, w.lake.Requests(), calls, "readiness costs no call")
	require.NoError(t, w.lake.SetFault(locallake.OpList, locallake.Fault{Name: locallake.FaultInternal}))
	w.as("ben").types("/lf jobs")
	w.isNotReady("LakeFormation refuses the credentials")
	w.lake.ClearFaults()
	w.as("chen").types("/lf jobs")
	w.isReady()
	require.Zero(t, w.metric(`slipway_lakeformation_credentials_refused{instance="default"}`))
}

func TestADatabaseThatTakesNoWritesIsNamed(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.isReady()
	path, _ := store.SQLitePath(w.env["DATABASE_URL"])
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	require.NoError(t, err)
	defer db.Close()
	tx, err := db.Begin()
	require.NoError(t, err)
	w.isNotReady("the database does not take writes. The log says why.")
	require.NoError(t, tx.Rollback())
	w.isReady()
}

func TestWhatTheSocketShowsIsToldApart(t *testing.T) {
	now := time.Now()
	for want, s := range map[string]bot.SocketStatus{
		"":                         {Connected: 1, LastTraffic: now.Add(-89 * time.Second)},
		"Slipway is deaf":          {Connected: 1, LastTraffic: now.Add(-90 * time.Second)},
		"no connection to Slack":   {LastTraffic: now},
		"Slipway is stopping":      {Connected: 1, LastTraffic: now, Stopping: true, Others: 1},
		"Slack counts 2 more conn": {Connected: 1, LastTraffic: now, Others: 2},
	} {
		found := socketTroubles(s, now)
		if want == "" {
			require.Empty(t, found)
			continue
		}
		require.Len(t, found, 1)
		require.Contains(t, found[0].what, want)
		require.Equal(t, s.Others == 2, found[0].warning)
	}
}
