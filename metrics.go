package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"regexp"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"slipway/approval"
	"slipway/bot"
	"slipway/lakeformation"
	"slipway/store"
)

// metrics is what Slipway counts; docs/metrics.md explains each of them. No label holds a job, a person or a channel.
type metrics struct {
	registry *prometheus.Registry
	ours     []prometheus.Collector // those of docs/metrics.md

	acks      *prometheus.HistogramVec
	unacked   *prometheus.CounterVec
	opened    *prometheus.CounterVec
	limited   *prometheus.CounterVec
	decisions *prometheus.CounterVec
	starts    *prometheus.CounterVec
	looks     *prometheus.CounterVec
	ended     *prometheus.CounterVec
	commits   *prometheus.HistogramVec
	slack     *prometheus.HistogramVec
	lake      *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	callTimes := []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	m.acks = m.histogram("ack_seconds", "From the arrival of a command, click or form to its ack.", []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 2.5, 3}, "type")
	m.unacked = m.counter("unacked_total", "Deliveries of Slack that were not acked: the person was told that they did not count.", "type")
	m.opened = m.counter("requests_opened_total", "Requests that were recorded.", "action")
	m.limited = m.counter("limited_total", "What one person did more often than they may.", "what")
	m.decisions = m.counter("decisions_total", "What people said on cards.", "decision")
	m.starts = m.counter("starts_total", "Calls to start or stop a job, by what LakeFormation answered.", "action", "outcome")
	m.looks = m.counter("looks_total", "Looks at a job that is started, stopped or about to be.", "result")
	m.ended = m.counter("requests_ended_total", "Requests that ended, by how.", "action", "state")
	m.commits = m.histogram("commit_seconds", "Changes in the database, from the begin to the commit.", []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}, "change", "result")
	m.slack = m.histogram("slack_call_seconds", "Calls to Slack.", callTimes, "method", "result")
	m.lake = m.histogram("lakeformation_call_seconds", "Calls to LakeFormation, with their retries.", callTimes, "method", "result")
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "slipway_build_info", Help: "1; the labels tell what runs."}, []string{"version", "go"})
	build.WithLabelValues(versionWords(), runtime.Version()).Set(1)
	m.add(build)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) add(c prometheus.Collector) {
	m.registry.MustRegister(c)
	m.ours = append(m.ours, c)
}

func (m *metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "slipway_" + name, Help: help}, labels)
	m.add(c)
	return c
}

func (m *metrics) histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "slipway_" + name, Help: help, Buckets: buckets}, labels)
	m.add(h)
	return h
}

// handler serves the registry. Two scrapes at once are enough.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 5 * time.Second, ErrorHandling: promhttp.ContinueOnError})
}

// settled counts the end of a delivery. Slack's type is a label only where it is one that Slipway knows.
func (m *metrics) settled(d bot.Settled) {
	kind := "other"
	switch d.Type {
	case "slash_commands", "interactive", "events_api":
		kind = d.Type
	}
	if d.Acked {
		m.acks.WithLabelValues(kind).Observe(d.Took.Seconds())
	} else {
		m.unacked.WithLabelValues(kind).Inc()
	}
}

// lakeformation counts a call.
func (m *metrics) lakeformation(c lakeformation.Call) {
	result := "ok"
	if c.Class != "" {
		result = string(c.Class)
	}
	m.lake.WithLabelValues(c.Op, result).Observe(c.Duration.Seconds())
}

// slackCalls counts what goes to Slack's Web API and to response_urls.
type slackCalls struct {
	to      http.RoundTripper
	metrics *metrics
}

// apiMethod is the last step of a Web API address.
var apiMethod = regexp.MustCompile(`^[a-z]+(\.[a-zA-Z]+)+$`)

func (s slackCalls) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	res, err := s.to.RoundTrip(req)
	method, result := path.Base(req.URL.Path), "no_answer"
	if !apiMethod.MatchString(method) {
		method = "response_url"
	}
	if err == nil {
		result = slackResult(res)
	}
	s.metrics.slack.WithLabelValues(method, result).Observe(time.Since(began).Seconds())
	return res, err
}

var refusedBySlack = regexp.MustCompile(`^\s*\{[^{\[]*"ok"\s*:\s*false`)

// slackResult reads the beginning of an answer and leaves it there to be read again: Slack says no with a 200.
func slackResult(res *http.Response) string {
	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		return "throttled"
	case res.StatusCode >= 500:
		return "failed"
	case res.StatusCode >= 300:
		return "refused"
	}
	body := bufio.NewReader(res.Body)
	begin, _ := body.Peek(512)
	res.Body = struct {
		io.Reader
		io.Closer
	}{body, res.Body}
	if refusedBySlack.Match(begin) {
		return "refused"
	}
	return "ok"
}

// countingStore counts and times the changes that pass through it.
type countingStore struct {
	approval.Store
	metrics *metrics
}

// committed notes a change. Not every error is a failure: some are the database's answer.
func (s countingStore) committed(change string, began time.Time, err error, answered bool) {
	var said *approval.Error
	result := "ok"
	switch {
	case err == nil:
	case answered, errors.As(err, &said), errors.Is(err, approval.ErrSeen), errors.Is(err, approval.ErrLeaseLost):
		result = "refused"
	default:
		result = "failed"
	}
	s.metrics.commits.WithLabelValues(change, result).Observe(time.Since(began).Seconds())
}

func (s countingStore) Open(ctx context.Context, receipt approval.Receipt, ask approval.Ask, reply approval.Reply, check func(approval.Crowd) error) (approval.Request, error) {
	began, refused := time.Now(), false
	r, err := s.Store.Open(ctx, receipt, ask, reply, func(c approval.Crowd) error {
		err := check(c)
		refused = err != nil
		return err
	})
	s.committed("open", began, err, refused)
	if err == nil {
		s.metrics.opened.WithLabelValues(string(ask.Action)).Inc()
	}
	if approval.CodeOf(err) == approval.TooOften {
		s.metrics.limited.WithLabelValues(limitedStart).Inc()
	}
	return r, err
}

func (s countingStore) Update(ctx context.Context, id approval.ID, by approval.By, decide func(approval.Request, time.Time) ([]approval.Event, error)) (approval.Request, error) {
	began, refused := time.Now(), false
	var before approval.Request
	var events []approval.Event
	after, err := s.Store.Update(ctx, id, by, func(r approval.Request, now time.Time) ([]approval.Event, error) {
		var err error
		before = r
		events, err = decide(r, now)
		refused = err != nil
		return events, err
	})
	s.committed("update", began, err, refused)
	if err == nil {
		s.metrics.happened(before, after, events)
	}
	return after, err
}

func (s countingStore) Note(ctx context.Context, id approval.ID, e approval.Event) error {
	began := time.Now()
	err := s.Store.Note(ctx, id, e)
	s.committed("note", began, err, false)
	if err == nil && e.Kind == approval.DecisionRefused {
		s.metrics.decisions.WithLabelValues("turned_away").Inc()
	}
	return err
}

// What is limited, for one person.
const (
	limitedStart   = "start"
	limitedRefusal = "refusal"
)

// decisions, outcomes and results are the labels of what happens to a Request.
var (
	decisions = map[approval.Kind]string{
		approval.VoteApproved: "approved", approval.VoteDenied: "denied", approval.RequesterCancelled: "cancelled",
		approval.PersonSaysStarted: "said_started", approval.PersonSaysNot: "said_not_started",
	}
	outcomes = map[approval.Kind]string{
		approval.StartAccepted: "accepted", approval.StartRefused: "refused", approval.StartNotSent: "not_sent", approval.StartUnanswered: "unanswered",
	}
	results = map[approval.Kind]string{
		approval.Looked: "nothing_new", approval.LookFailed: "failed", approval.RunSeen: "news", approval.RunSucceeded: "news",
		approval.RunPartly: "news", approval.RunFailed: "news", approval.RunStopped: "news", approval.RunLost: "lost", approval.NoSign: "lost", approval.GaveUp: "lost",
	}
)

// happened counts the Events of one commit. A look counts once, also where it brings a run and its end.
func (m *metrics) happened(before, after approval.Request, events []approval.Event) {
	action, look := string(after.Ask.Action), ""
	for _, e := range events {
		if decision, ok := decisions[e.Kind]; ok {
			m.decisions.WithLabelValues(decision).Inc()
		}
		if outcome, ok := outcomes[e.Kind]; ok {
			m.starts.WithLabelValues(action, outcome).Inc()
		}
		if result, ok := results[e.Kind]; ok {
			look = result
		}
	}
	if look != "" {
		m.looks.WithLabelValues(look).Inc()
	}
	if !before.State.Ended() && after.State.Ended() {
		m.ended.WithLabelValues(action, string(after.State)).Inc()
	}
}

const (
	standingKept = 3 * time.Second // scrapes within it share one reading
	standingWait = 2 * time.Second
)

// gauges are read when they are asked for: of the store, of the socket and of what health knows.
type gauges struct {
	standing func(context.Context) (store.Standing, error)
	socket   func() bot.SocketStatus
	health   *health
	now      func() time.Time

	mu   sync.Mutex
	at   time.Time
	last store.Standing
	err  error
}

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("slipway_"+name, help, labels, nil)
}

var (
	requestsNow   = gauge("requests", "Requests that have not ended, by state.", "state")
	queueAge      = gauge("queue_age_seconds", "How long the oldest due request has waited for a worker.")
	cardsAge      = gauge("cards_age_seconds", "How long the oldest due card has waited to be drawn.")
	databaseReads = gauge("database_readable", "1 if the last scrape could read the database; without it requests and ages are missing.")
	socketsNow    = gauge("socket_connections", "Usable connections to Slack.")
	socketSilence = gauge("socket_silence_seconds", "How long nothing has come from Slack: no frame, ping or pong.")
	socketOthers  = gauge("socket_other_connections", "Connections of this app that are not this process's, as Slack counted at its last hello.")
	tokenRefused  = gauge("slack_token_refused", "1 if Slack no longer takes the bot token.")
	frozenNow     = gauge("frozen", "1 if all starts are frozen.")
	lakeRefused   = gauge("lakeformation_credentials_refused", "1 if LakeFormation's last answer refused the credentials, or none could be had.", "instance")
)

func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{requestsNow, queueAge, cardsAge, databaseReads, socketsNow, socketSilence, socketOthers, tokenRefused, lakeRefused, frozenNow} {
		ch <- d
	}
}

func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	set := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	status := g.socket()
	set(socketsNow, float64(status.Connected))
	set(socketOthers, float64(status.Others))
	if !status.LastTraffic.IsZero() {
		set(socketSilence, max(g.now().Sub(status.LastTraffic), 0).Seconds())
	}
	token, lake := g.health.refusals()
	set(tokenRefused, yes(token != ""))
	for instance, refused := range lake {
		set(lakeRefused, yes(refused != notReady{}), instance)
	}
	standing, err := g.read()
	set(databaseReads, yes(err == nil))
	if err != nil {
		return
	}
	set(queueAge, standing.DueFor.Seconds())
	set(frozenNow, yes(standing.Frozen))
	set(cardsAge, standing.CardDueFor.Seconds())
	for _, state := range approval.States() {
		if !state.Ended() {
			set(requestsNow, float64(standing.Open[state]), string(state))
		}
	}
}

// read asks the store, unless it has just answered.
func (g *gauges) read() (store.Standing, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if !g.at.IsZero() && now.Sub(g.at) < standingKept {
		return g.last, g.err
	}
	ctx, done := context.WithTimeout(context.Background(), standingWait)
	defer done()
	g.last, g.err = g.standing(ctx)
	g.at = now
	return g.last, g.err
}

func yes(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
