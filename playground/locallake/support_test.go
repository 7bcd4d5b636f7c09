package locallake

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const jobsPath = "/v1/" + PlaygroundProject + "/instances/" + PlaygroundInstance + "/lf-jobs"
const nightly = jobsPath + "/" + PlaygroundNightlySyncID

// handClock stands still until a test advances it.
type handClock struct {
	mu    sync.Mutex
	once  sync.Once
	now   time.Time
	calls []*laterCall
	first chan struct{} // closed at the first AfterFunc
}

type laterCall struct {
	at time.Time
	f  func()
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) AfterFunc(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	call := &laterCall{c.now.Add(d), f}
	c.calls = append(c.calls, call)
	c.once.Do(func() { close(c.first) })
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		before := len(c.calls)
		c.calls = slices.DeleteFunc(c.calls, func(other *laterCall) bool { return other == call })
		return len(c.calls) < before
	}
}

// Advance moves the clock and makes all calls that are due, in order.
func (c *handClock) Advance(d time.Duration) {
	c.mu.Lock()
	end := c.now.Add(d)
	c.mu.Unlock()
	for {
		c.mu.Lock()
		slices.SortStableFunc(c.calls, func(a, b *laterCall) int { return a.at.Compare(b.at) })
		if len(c.calls) == 0 || c.calls[0].at.After(end) {
			c.now = end
			c.mu.Unlock()
			return
		}
		call := c.calls[0]
		c.now, c.calls = call.at, c.calls[1:]
		c.mu.Unlock()
		call.f()
	}
}

// armed is closed once somebody has asked to be woken up.
func (c *handClock) armed() <-chan struct{} { return c.first }

func (c *handClock) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls)
}

// lake is a server in the Playground's world, at noon, with one fact changed.
func lake(t testing.TB, change ...func(*Config)) (*Server, *handClock) {
	t.Helper()
	clock := &handClock{now: noon, first: make(chan struct{})}
	config := Playground(noon)
	config.Clock = clock
	for _, c := range change {
		c(&config)
	}
	s, err := Start(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, clock
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) into(t testing.TB, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(r.body), v), r.body)
}

// client follows no redirect and keeps no connection.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func try(r *http.Request) (reply, error) {
	resp, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(body)}, err
}

func send(t testing.TB, r *http.Request) reply {
	t.Helper()
	got, err := try(r)
	require.NoError(t, err)
	require.Len(t, got.header.Get("X-Request-Id"), 32)
	return got
}

// plain is a request without credentials.
func plain(t testing.TB, s *Server, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, s.URL()+path, strings.NewReader(body))
	require.NoError(t, err)
	return r
}

// authorized is a request with the fixed token.
func authorized(t testing.TB, s *Server, method, path, body string) *http.Request {
	t.Helper()
	r := plain(t, s, method, path, body)
	r.Header.Set("X-Auth-Token", PlaygroundToken)
	return r
}

func do(t testing.TB, s *Server, method, path, body string) reply {
	t.Helper()
	return send(t, authorized(t, s, method, path, body))
}

// soon waits for something that another goroutine is about to do. It may be
// called on any goroutine.
func soon(t testing.TB, s *Server, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // only reached by a defect
	defer cancel()
	assert.NoError(t, s.WaitUntil(ctx, cond))
}
