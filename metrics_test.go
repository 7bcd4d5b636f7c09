package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/bot"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
	"slipway/store"
)

// scrape is what /metrics answers.
func (w *world) scrape() string {
	w.t.Helper()
	answer := httptest.NewRecorder()
	w.app.metrics.handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(w.t, http.StatusOK, answer.Code, answer.Body.String())
	return answer.Body.String()
}

// metric is the value of one series, written as a scrape does; 0 where it is not there.
func (w *world) metric(series string) float64 {
	w.t.Helper()
	for line := range strings.Lines(w.scrape()) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			require.NoError(w.t, err)
			return n
		}
	}
	return 0
}

// counts waits until a series has this value: what is read of the database may be some seconds old.
func (w *world) counts(series string, want float64) {
	w.t.Helper()
	w.until(series+" is "+strconv.FormatFloat(want, 'g', -1, 64), func() bool { return w.metric(series) == want })
}

func TestAStoryIsCounted(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	get := w.listens()
	w.start()
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync because of ana")
	w.as("ana").button("Start job")
	w.counts(`slipway_requests{state="pending"}`, 1)
	w.as("ben").presses("Start job")
	w.as("ben").reads("Only Ana can confirm")
	w.as("ana").presses("Start job")
	w.cardSays("is running")
	w.counts(`slipway_requests{state="running"}`, 1)
	w.counts(`slipway_requests{state="pending"}`, 0)
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Failed))
	w.threadSays("failed after")
	require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultForbidden, Times: 1}))
	w.as("ana").types("/lf start weekly_discovery")
	w.as("ana").presses("Start job")
	w.cardSays("was not started")

	code, body := get("/metrics")
	require.Equal(t, http.StatusOK, code)
	for _, line := range []string{
		`slipway_requests_opened_total{action="start"} 2`,
		`slipway_decisions_total{decision="approved"} 2`,
		`slipway_decisions_total{decision="turned_away"} 1`,
		`slipway_starts_total{action="start",outcome="accepted"} 1`,
		`slipway_starts_total{action="start",outcome="refused"} 1`,
		`slipway_requests_ended_total{action="start",state="failed"} 1`,
		`slipway_requests_ended_total{action="start",state="refused"} 1`,
		`slipway_lakeformation_call_seconds_count{method="StartJob",result="ok"} 1`,
		`slipway_lakeformation_call_seconds_count{method="StartJob",result="refused"} 1`,
		`slipway_ack_seconds_count{type="slash_commands"} 2`,
		`slipway_ack_seconds_count{type="interactive"} 3`,
		`slipway_slack_call_seconds_count{method="auth.test",result="ok"} 1`,
		`slipway_commit_seconds_count{change="open",result="ok"} 2`,
		`slipway_socket_connections 1`,
		`slipway_socket_other_connections 0`,
		`slipway_database_readable 1`,
	} {
		require.Contains(t, body, line+"\n")
	}
	require.Contains(t, body, `slipway_looks_total{result="news"}`)
	require.Contains(t, body, `slipway_build_info{`)
	for _, hidden := range []string{"nightly_sync", "weekly_discovery", people["ana"], people["ben"], channel, "because of ana"} {
		require.NotContains(t, body, hidden, "labels are few and name nobody")
	}
}

func TestWhatGoesWrongIsCounted(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.slack.Fail("chat.postMessage", localslack.Fault{RetryAfter: time.Second, Times: 1})
	require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultInternalButRuns, Times: 1}))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	w.slack.Fail("chat.postMessage", localslack.Fault{Error: "internal_error", Times: 1})
	w.as("ana").types("/lf start weekly_discovery")
	w.as("ana").button("Start job")
	require.Equal(t, 1.0, w.metric(`slipway_starts_total{action="start",outcome="unanswered"}`))
	require.Equal(t, 1.0, w.metric(`slipway_lakeformation_call_seconds_count{method="StartJob",result="unknown"}`))
	require.Equal(t, 1.0, w.metric(`slipway_slack_call_seconds_count{method="chat.postMessage",result="throttled"}`))
	require.Equal(t, 1.0, w.metric(`slipway_slack_call_seconds_count{method="chat.postMessage",result="refused"}`))
}

func TestADeliveryWithoutAnAckIsCounted(t *testing.T) {
	w := &world{t: t, app: &App{metrics: newMetrics()}}
	w.app.metrics.settled(bot.Settled{Type: "interactive"})
	w.app.metrics.settled(bot.Settled{Type: "whatever Slack may think of", Acked: true, Took: time.Millisecond})
	require.Equal(t, 1.0, w.metric(`slipway_unacked_total{type="interactive"}`))
	require.Equal(t, 1.0, w.metric(`slipway_ack_seconds_count{type="other"}`))
}

// A database that does not answer leaves out what is not known, and nothing else.
func TestAScrapeSurvivesTheDatabase(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.isReady()
	g := &gauges{socket: w.app.bot.Status, health: w.app.health, now: w.clock.Now,
		standing: func(ctx context.Context) (store.Standing, error) { return store.Standing{}, errors.New("gone") }}
	w.app.metrics = newMetrics()
	w.app.metrics.add(g)
	body := w.scrape()
	require.Contains(t, body, "slipway_database_readable 0\n")
	require.Contains(t, body, "slipway_socket_connections 1\n")
	require.NotContains(t, body, "slipway_requests{")
	require.NotContains(t, body, "slipway_queue_age_seconds")
}

// The page and the code name the same metrics, with the same labels.
func TestTheMetricsPageListsEveryMetric(t *testing.T) {
	m := newMetrics()
	m.add(&gauges{})
	counted := map[string]string{}
	described := regexp.MustCompile(`fqName: "(\w+)".*variableLabels: \{([^}]*)\}`)
	for _, c := range m.ours {
		ch := make(chan *prometheus.Desc, 50)
		c.Describe(ch)
		close(ch)
		for d := range ch {
			found := described.FindStringSubmatch(d.String())
			require.NotNil(t, found, d.String())
			counted[found[1]] = found[2]
		}
	}
	page, err := os.ReadFile("docs/metrics.md")
	require.NoError(t, err)
	listed := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(slipway_\\w+)` \\|([^|]*)\\|").FindAllStringSubmatch(string(page), -1) {
		require.NotContains(t, listed, row[1], "it is listed twice")
		var labels []string
		for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row[2], -1) {
			labels = append(labels, name[1])
		}
		listed[row[1]] = strings.Join(labels, ",")
	}
	require.Equal(t, counted, listed)
	for _, name := range regexp.MustCompile(`slipway_\w+`).FindAllString(string(page), -1) {
		base := regexp.MustCompile(`_(bucket|count|sum)$`).ReplaceAllString(name, "")
		require.Contains(t, counted, base, "the page speaks of it")
	}
	for _, value := range []string{limitedStart, limitedRefusal} {
		require.Contains(t, string(page), "`"+value+"`")
	}
	for _, values := range []map[approval.Kind]string{decisions, outcomes, results} {
		for _, value := range values {
			require.Contains(t, string(page), "`"+value+"`", "a value of a label is not explained")
		}
	}
}
