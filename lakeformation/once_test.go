package lakeformation

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAStartIsOnePlainRequest(t *testing.T) {
	for _, status := range []int{200, 202} {
		s := serve(t, answering(status, ""))
		c := clientOf(t, s)
		require.NoError(t, c.StartJob(t.Context(), jobID, StartOptions{Mode: ComparisonMode, Cascade: true}))
		require.NoError(t, c.StartJob(t.Context(), jobID, StartOptions{}))
		require.NoError(t, c.StopJob(t.Context(), jobID, time.Time{}))

		require.Len(t, s.requests(), 3)
		for i, target := range []string{"/start?cascade=true&mode=COMPARISON", "/start", "/stop"} {
			r := s.requests()[i]
			require.Equal(t, "POST "+jobsPath+"/"+jobID+target, r.Method+" "+r.RequestURI)
			require.Equal(t, "HTTP/1.1", r.Proto)
			require.Equal(t, "application/json", r.Header.Get("Content-Type"))
			require.True(t, r.Close, "the connection is not kept")
			require.NotContains(t, r.Header, "Idempotency-Key")
			require.NotContains(t, r.Header, "X-Idempotency-Key")
		}
		require.NotEqual(t, s.requests()[0].RemoteAddr, s.requests()[1].RemoteAddr, "each has a connection of its own")
	}
}

func TestAStartIsSentOnceWhateverIsAnswered(t *testing.T) {
	elsewhere := serve(t, answering(202, ""))
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		class  Class
	}{
		{"reset", cut(true), Unknown},
		{"end of file", cut(false), Unknown},
		{"408", answering(408, body408), Unknown},
		{"500", answering(500, body500), Unknown},
		{"502 HTML", answering(502, body502HTML), Unknown},
		{"another 2xx", answering(204, ""), Unknown},
		{"redirect", http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect).ServeHTTP, Unknown},
		{"redirect to itself", http.RedirectHandler("/x", http.StatusPermanentRedirect).ServeHTTP, Unknown},
		{"throttled", answering(429, bodyThrottle), Throttled},
		{"another 429", answering(429, ""), Unknown},
		{"400", answering(400, body400), Refused},
		{"401", answering(401, body401), Unauthorized},
		{"403", answering(403, body403), Refused},
		{"404", answering(404, body404), Refused},
		{"409", answering(409, body400), Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, c.answer)
			for _, err := range []error{
				clientOf(t, s).StartJob(t.Context(), jobID, StartOptions{}),
				clientOf(t, s).StopJob(t.Context(), jobID, time.Time{}),
			} {
				e := failed(t, err)
				require.Equal(t, c.class, e.Class)
				require.True(t, e.Sent)
				require.Equal(t, "POST", e.Method)
			}
			require.Len(t, s.requests(), 2, "one for the start, one for the stop")
		})
	}
	require.Empty(t, elsewhere.requests())
}

func TestAStartThatIsGivenUpWhileItHangsIsUnknown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) { cancel(); <-release })
	t.Cleanup(func() { close(release) })
	err := clientOf(t, s).StartJob(ctx, jobID, StartOptions{})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, Unknown, failed(t, err).Class)
	require.Len(t, s.requests(), 1)
}

func TestAStartThatIsNeverAnsweredEndsAsUnknownAfterHalfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		c := clientAt(t, "http://127.0.0.1", func(config *Config) {
			config.DialContext = func(context.Context, string, string) (net.Conn, error) { return ours, nil }
		})
		received := make(chan string, 1)
		go func() {
			all, _ := io.ReadAll(theirs)
			received <- string(all)
		}()
		e := failed(t, c.StartJob(t.Context(), jobID, StartOptions{}))
		require.Equal(t, Unknown, e.Class)
		require.True(t, e.Sent)
		require.Equal(t, whyTimeout, e.why)
		require.Contains(t, e.Remedy().String(), "Look at the job's status before you ask again")
		sent := <-received
		require.Equal(t, 1, strings.Count(sent, "POST "))
		require.Contains(t, sent, "\r\nContent-Length: 0\r\n")
		require.True(t, strings.HasSuffix(sent, "\r\n\r\n"), "there is no body")
	})
}

func TestWhatCouldNotConnectWasNeverSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	plain := serve(t, answering(202, ""))
	secure := httptest.NewUnstartedServer(answering(202, ""))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	dialing := func(err error) Dialer {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	for _, c := range []struct {
		name, endpoint string
		dial           Dialer
		why            why
	}{
		{"no listener", "http://" + listener.Addr().String(), nil, whyNoListener},
		{"no such host", "https://lakeformation.example.com", dialing(&net.DNSError{Err: "no such host", Name: "lakeformation.example.com", IsNotFound: true}), whyDNS},
		{"no way there", "https://lakeformation.example.com", dialing(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.EHOSTUNREACH}), whyDial},
		{"a certificate nobody knows", secure.URL, nil, whyTLS},
		{"plain http where TLS was expected", strings.Replace(plain.URL, "http:", "https:", 1), nil, whyTLS},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := clientAt(t, c.endpoint, func(config *Config) { config.DialContext = c.dial })
			e := failed(t, client.StartJob(t.Context(), jobID, StartOptions{}))
			require.Equal(t, NeverSent, e.Class)
			require.False(t, e.Sent)
			require.Equal(t, c.why, e.why, e.Error())
			require.NotContains(t, e.Remedy().String(), "Look at the job's status")
		})
	}
	require.Empty(t, plain.requests())
}

// brokenConn fails its first write after letting some bytes through.
type brokenConn struct {
	net.Conn
	through int
}

func (c *brokenConn) Write(b []byte) (int, error) {
	n, _ := c.Conn.Write(b[:min(c.through, len(b))])
	return n, errors.New("broken")
}

func TestAWriteThatFailsIsUnknownOnlyIfAByteLeft(t *testing.T) {
	for through, want := range map[int]Class{0: NeverSent, 1: Unknown} {
		s := serve(t, answering(202, ""))
		c := clientOf(t, s, func(config *Config) {
			config.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
				return &brokenConn{conn, through}, err
			}
		})
		e := failed(t, c.StartJob(t.Context(), jobID, StartOptions{}))
		require.Equal(t, want, e.Class)
		require.Equal(t, through > 0, e.Sent)
		require.Empty(t, s.requests())
	}
}

func TestAStartThatIsLateBeforeItBeginsDialsNobody(t *testing.T) {
	wall := newClock()
	c := clientAt(t, "https://lakeformation.example.com", func(config *Config) {
		config.Now = wall.Now
		config.DialContext = func(context.Context, string, string) (net.Conn, error) {
			t.Error("dialed")
			return nil, errors.New("dialed")
		}
	})
	e := failed(t, c.StopJob(t.Context(), jobID, wall.Now().Add(-time.Second)))
	require.Equal(t, NeverSent, e.Class)
	require.Contains(t, e.Error(), "its time limit had passed")
}

func TestTheTimeLimitIsTheLastMomentItself(t *testing.T) {
	wall := newClock()
	s := serve(t, answering(202, ""))
	c := clientOf(t, s, func(config *Config) { config.Now = wall.Now })
	require.NoError(t, c.StartJob(t.Context(), jobID, StartOptions{NotAfter: wall.Now()}))
	require.Len(t, s.requests(), 1)
}

// countedConn keeps the bytes that leave after the mark is set.
type countedConn struct {
	net.Conn
	marked *atomic.Bool
	after  *bytes.Buffer
}

func (c *countedConn) Write(b []byte) (int, error) {
	if c.marked.Load() {
		c.after.Write(b)
	}
	return c.Conn.Write(b)
}

func TestAStartThatBecomesLateWhileConnectingWritesNothing(t *testing.T) {
	wall := newClock()
	for _, c := range []struct {
		name   string
		secure bool
		proxy  bool
	}{{"plain", false, false}, {"TLS", true, false}, {"TLS behind a proxy", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			s := &service{}
			s.Server = httptest.NewUnstartedServer(s.keeping(answering(202, "")))
			s.EnableHTTP2 = true
			if c.secure {
				s.StartTLS()
			} else {
				s.Start()
			}
			t.Cleanup(s.Close)

			var late atomic.Bool
			var after bytes.Buffer
			client := clientOf(t, s, func(config *Config) {
				config.Now = wall.Now
				config.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
					return &countedConn{conn, &late, &after}, err
				}
			})
			if c.secure {
				client.wire.once.TLSClientConfig = &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
			}
			if c.proxy {
				client.wire.once.Proxy = http.ProxyURL(connectProxy(t))
			}
			// The connection is ready, and then time passes.
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
				late.Store(true)
				wall.move(time.Hour)
			}})

			e := failed(t, client.StartJob(ctx, jobID, StartOptions{NotAfter: wall.Now().Add(time.Minute)}))
			require.Equal(t, NeverSent, e.Class)
			require.ErrorIs(t, e, errTooLate)
			require.Empty(t, s.requests())
			require.Zero(t, after.Len(), "not even a farewell")

			require.NoError(t, client.StartJob(t.Context(), jobID, StartOptions{NotAfter: wall.Now().Add(time.Minute)}))
			require.Equal(t, "HTTP/1.1", s.requests()[0].Proto)
		})
	}
}

// connectProxy is a proxy that knows CONNECT.
func connectProxy(t *testing.T) *url.URL {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upstream, err := net.Dial("tcp", r.Host)
		if r.Method != http.MethodConnect || err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(upstream, conn); _ = upstream.Close() }()
		_, _ = io.Copy(conn, upstream)
		_ = conn.Close()
	}))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	return address
}
