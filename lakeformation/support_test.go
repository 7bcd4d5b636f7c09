package lakeformation

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	project  = "0123456789abcdef0123456789abcdef"
	instance = "2180518f-42b8-4947-b20b-adfc53981a25"
	jobID    = "03141229-84cd-4b1b-9733-dd124320c125"
	jobsPath = "/v1/" + project + "/instances/" + instance + "/lf-jobs"
)

// service is a LakeFormation of which each test says the answer; it keeps what it was asked.
type service struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
}

func serve(t *testing.T, answer http.HandlerFunc) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(s.keeping(answer))
	t.Cleanup(s.Close)
	return s
}

func (s *service) keeping(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r)
		s.mu.Unlock()
		answer(w, r)
	}
}

func (s *service) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// answering gives the same status and body each time.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn gives one answer after the other, and the last one from then on.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		mu.Unlock()
		now(w, r)
	}
}

// cut ends the connection without an answer: with a reset, or with a plain end.
func cut(reset bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		if reset {
			_ = conn.(*net.TCPConn).SetLinger(0)
		}
		_ = conn.Close()
	}
}

// naps remembers what a client would have slept.
type naps struct {
	mu   sync.Mutex
	each []time.Duration
}

func (n *naps) sleep(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.each = append(n.each, d)
	return ctx.Err()
}

// clock is a wall clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var testKeys = AKSK{AccessKey: "AKIDEXAMPLE", SecretKey: "SKEXAMPLE"}

func clientAt(t *testing.T, endpoint string, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		Endpoint: endpoint, ProjectID: project, InstanceID: instance, Credentials: testKeys,
		Sleep: (&naps{}).sleep,
	}
	for _, c := range change {
		c(&config)
	}
	client, err := New(config)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func clientOf(t *testing.T, s *service, change ...func(*Config)) *Client {
	t.Helper()
	return clientAt(t, s.URL, change...)
}

// failed gives the *Error that every failed call returns.
func failed(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	return e
}
