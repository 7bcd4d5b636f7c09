package lakeformation

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// metadata is an ECS's metadata service by a clock: its agency's keys last an hour, and new ones are there ten minutes
// before. It wants the token that it gives.
type metadata struct {
	wall   *clock
	mu     sync.Mutex
	n      int
	ends   time.Time
	broken http.HandlerFunc // in place of all answers
}

func (m *metadata) answer(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.broken != nil:
		m.broken(w, r)
	case r.Method == http.MethodPut && r.URL.Path == "/meta-data/latest/api/token" && r.Header.Get("X-Metadata-Token-Ttl-Seconds") == "21600":
		_, _ = fmt.Fprint(w, "metadata-token")
	case r.Method == http.MethodGet && r.URL.Path == "/openstack/latest/securitykey" && r.Header.Get("X-Metadata-Token") == "metadata-token":
		if now := m.wall.Now(); now.After(m.ends.Add(-10 * time.Minute)) {
			m.n, m.ends = m.n+1, now.Add(time.Hour)
		}
		_, _ = fmt.Fprintf(w, `{"credential":{"access":"AK%d","secret":"canary-secret-%d","securitytoken":"canary-token-%d","expires_at":%q}}`,
			m.n, m.n, m.n, m.ends.Format("2006-01-02T15:04:05.000000Z"))
	default:
		answering(401, `{"error":{"message":"Unauthorized","code":401}}`)(w, r)
	}
}

func (m *metadata) breaks(how http.HandlerFunc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = how
}

func agencyAt(t *testing.T) (*ECSAgency, *metadata, *service) {
	t.Helper()
	m := &metadata{wall: newClock()}
	s := serve(t, m.answer)
	a, err := NewECSAgency(ECSAgencyConfig{Endpoint: s.URL, Now: m.wall.Now})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a, m, s
}

// keyOf is the access key that the agency would sign with now.
func keyOf(t *testing.T, a *ECSAgency) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "https://lakeformation.example.com", nil)
	require.NoError(t, err)
	require.NoError(t, a.Authorize(req))
	_, rest, _ := strings.Cut(req.Header.Get("Authorization"), "Access=")
	key, _, _ := strings.Cut(rest, ",")
	require.Equal(t, strings.Replace(key, "AK", "canary-token-", 1), req.Header.Get("X-Security-Token"))
	require.Contains(t, req.Header.Get("Authorization"), "SignedHeaders=x-sdk-date;x-security-token")
	return key
}

func TestAnAgencysKeysAreFetchedOnceAndSharedByAll(t *testing.T) {
	a, _, s := agencyAt(t)
	lake := serve(t, answering(200, listPage))
	c := clientOf(t, lake, func(config *Config) { config.Credentials = a })
	results := make(chan error)
	for range 20 {
		go func() {
			_, err := c.ListJobs(t.Context(), ListOptions{Type: MetadataMigration})
			results <- err
		}()
	}
	for range 20 {
		require.NoError(t, <-results)
	}
	require.Len(t, s.requests(), 2, "a token and the keys")
	for _, r := range lake.requests() {
		require.Equal(t, "canary-token-1", r.Header.Get("X-Security-Token"))
		require.Contains(t, r.Header.Get("Authorization"), "Access=AK1,")
		require.Contains(t, r.Header.Get("Authorization"), "SignedHeaders=x-project-id;x-sdk-date;x-security-token,")
	}
}

func TestAnAgencysKeysAreRenewedBeforeTheyEnd(t *testing.T) {
	a, m, s := agencyAt(t)
	require.Equal(t, "AK1", keyOf(t, a))
	m.wall.move(50 * time.Minute)
	require.Equal(t, "AK1", keyOf(t, a))
	require.Len(t, s.requests(), 2, "the service has no others yet, and is not asked")
	m.wall.move(2 * time.Minute)
	require.Equal(t, "AK2", keyOf(t, a))
	ends, err := a.Ends(t.Context())
	require.NoError(t, err)
	require.Equal(t, m.wall.Now().Add(time.Hour), ends)
}

func TestOldKeysServeWhileTheMetadataServiceIsDown(t *testing.T) {
	a, m, s := agencyAt(t)
	keyOf(t, a)
	m.breaks(answering(500, ""))
	m.wall.move(52 * time.Minute)
	require.Equal(t, "AK1", keyOf(t, a))
	require.Equal(t, "AK1", keyOf(t, a))
	require.Len(t, s.requests(), 3, "it is left alone for a minute")
	m.wall.move(9 * time.Minute)
	_, err := a.keys.current(t.Context())
	require.Equal(t, 500, failed(t, err).HTTPStatus, "but not beyond their end")
	m.breaks(nil)
	require.Equal(t, "AK2", keyOf(t, a), "and it comes back by itself")
}

func TestKeysThatAreRefusedEarlyAreFetchedOnceMore(t *testing.T) {
	a, m, s := agencyAt(t)
	keyOf(t, a)
	m.wall.move(50*time.Minute + 30*time.Second) // the service has others by now
	lake := serve(t, inTurn(answering(401, body401), answering(200, detailPage)))
	_, err := clientOf(t, lake, func(c *Config) { c.Credentials = a }).ShowJob(t.Context(), jobID)
	require.NoError(t, err)
	require.Len(t, s.requests(), 4)
	require.Equal(t, "canary-token-2", lake.requests()[1].Header.Get("X-Security-Token"))
}

func TestAStartWithKeysThatAreRefusedIsSentOnceAndTheNextHasOthers(t *testing.T) {
	a, m, _ := agencyAt(t)
	keyOf(t, a)
	m.wall.move(50*time.Minute + time.Second)
	lake := serve(t, inTurn(answering(401, body401), answering(202, "")))
	c := clientOf(t, lake, func(config *Config) { config.Credentials = a })
	e := failed(t, c.StartJob(t.Context(), jobID, StartOptions{}))
	require.True(t, e.Renewable)
	require.Len(t, lake.requests(), 1)
	require.NoError(t, c.StartJob(t.Context(), jobID, StartOptions{}))
	require.Equal(t, "canary-token-2", lake.requests()[1].Header.Get("X-Security-Token"))
}

func TestAnAgencyThatGivesNoKeysIsToldInWordsAndStartsNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		class  Class
		words  string
	}{
		{"there is none", answering(401, `{"error":{"message":"Please configure Cloud Service Agency first","code":401}}`), Refused, "this machine has no agency"},
		{"a fault", answering(500, ""), NeverSent, "the metadata service is not working at the moment"},
		{"no keys", answering(200, `{}`), NeverSent, "its answer holds no keys that can be used"},
		{"permanent keys", answering(200, `{"credential":{"access":"canary-ak","secret":"canary-sk"}}`), NeverSent, "its answer holds no keys that can be used"},
		{"a line break", answering(200, `{"credential":{"access":"canary-ak","secret":"canary-sk","securitytoken":"canary\ntoken"}}`), NeverSent, "its answer holds no keys that can be used"},
		{"no JSON", answering(200, `canary`), NeverSent, "its answer cannot be read"},
		{"a web page as the token", answering(200, "<html>canary page</html>"), NeverSent, "its token cannot be sent"},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/canary", http.StatusFound) }, NeverSent, "the metadata service is not working"},
		{"a reset", cut(true), NeverSent, "the metadata service cannot be reached"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, m, _ := agencyAt(t)
			m.breaks(c.answer)
			lake := serve(t, answering(202, ""))
			client := clientOf(t, lake, func(config *Config) { config.Credentials = a })
			e := failed(t, client.StartJob(t.Context(), jobID, StartOptions{}))
			require.Equal(t, c.class, e.Class)
			require.True(t, e.NoCredentials())
			require.False(t, e.Sent)
			require.Zero(t, e.HTTPStatus)
			require.Contains(t, e.Error(), c.words)
			require.Equal(t, Denied, Call{Attempts: 1, Err: e}.Access())
			require.NotContains(t, e.Error()+e.Summary().String()+e.Remedy().String(), "canary-")
			require.Empty(t, lake.requests())
		})
	}
}

// An older service knows no tokens to ask with.
func TestAMetadataServiceWithoutTokensServesToo(t *testing.T) {
	for _, status := range []int{404, 405, 503} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPut:
				w.WriteHeader(status)
			case r.Header.Get("X-Metadata-Token") != "":
				w.WriteHeader(400)
			default:
				_, _ = fmt.Fprint(w, `{"credential":{"access":"AK1","secret":"s","securitytoken":"canary-token-1"}}`)
			}
		})
		a, err := NewECSAgency(ECSAgencyConfig{Endpoint: s.URL})
		require.NoError(t, err)
		require.Equal(t, "AK1", keyOf(t, a))
		a.Close()
	}
}

func TestKeysComeFromThisMachineAloneAndThroughNoProxy(t *testing.T) {
	for _, elsewhere := range []string{"http://169.254.169.253", "http://metadata.example.com", "https://127.0.0.1", "127.0.0.1", "http://"} {
		_, err := NewECSAgency(ECSAgencyConfig{Endpoint: elsewhere})
		require.ErrorContains(t, err, "must be on this machine", elsewhere)
	}
	a, err := NewECSAgency(ECSAgencyConfig{})
	require.NoError(t, err)
	require.Equal(t, "http://169.254.169.254", a.endpoint)
	require.Nil(t, a.transport.Proxy)
	_, err = New(Config{Credentials: (*ECSAgency)(nil)})
	require.ErrorContains(t, err, "the ECS agency is missing")
}

func TestAnAgencyDoesNotPrintItsKeys(t *testing.T) {
	a, _, _ := agencyAt(t)
	keyOf(t, a)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", a, a, a, []Credentials{a}), "canary")
}
