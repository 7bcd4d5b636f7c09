package locallake

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const maxRequestBody = 1 << 20

// Server is a running local LakeFormation. All its methods are safe for
// concurrent use.
type Server struct {
	cfg    Config
	url    string
	http   *http.Server
	routes []route
	served sync.WaitGroup
	done   chan struct{} // closed by Close, lets held requests go
	once   sync.Once

	bell   *bell
	world  *world
	tokens *tokens
	ecs    *ecs
	faults *faults
	seen   ring
}

// Start listens and serves until Close. An error says what in c is wrong.
func Start(c Config) (*Server, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	b := newBell()
	s := &Server{
		cfg: c, routes: routes(), done: make(chan struct{}), bell: b,
		world: newWorld(c, b), tokens: newTokens(c), ecs: newECS(), faults: newFaults(),
	}
	if err := s.world.fill(c); err != nil {
		s.world.close()
		return nil, err
	}
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		s.world.close()
		return nil, fmt.Errorf("locallake: listen: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	// Tokens are several kB long, up to 100 kB by the documentation.
	s.http = &http.Server{
		Handler: guarded(s.serve), ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes: 256 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}
	s.served.Go(func() { _ = s.http.Serve(listener) })
	return s, nil
}

// URL is the endpoint, for LakeFormation and for IAM: "http://127.0.0.1:port".
func (s *Server) URL() string { return s.url }

// Close stops listening, cuts all connections and ends all timers. Held requests
// are let go without an answer.
func (s *Server) Close() error {
	var err error
	s.once.Do(func() {
		close(s.done)
		err = s.http.Close()
		s.served.Wait()
		s.world.close()
	})
	return err
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, requestID: newRequestID()}
	w.Header().Set("X-Request-Id", c.requestID)
	w.Header().Set("Date", s.cfg.Clock.Now().UTC().Format(http.TimeFormat))
	a, fault := s.answer(w, c)
	if a.ending != whole {
		a.status = 0
	}
	s.seen.add(Seen{
		At: s.cfg.Clock.Now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Op: c.op, Job: c.job, Status: a.status, Fault: fault, RequestID: c.requestID,
	})
	s.bell.ring()
	a.write(w)
}

// answer goes the way of a request: the gateway finds the API, checks the
// credentials, and hands it to LakeFormation. The second result names the fault
// that was played.
func (s *Server) answer(w http.ResponseWriter, c *call) (answer, string) {
	if !c.routed(s.routes) {
		return gatewayError(c, 404, "APIG.0101", "The API does not exist or has not been published in the environment"), ""
	}
	var err error
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, c.Body, maxRequestBody)); err != nil {
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			return gatewayError(c, 413, "APIG.0201", "Request entity too large"), ""
		}
		return answer{ending: gone}, ""
	}
	if c.query, err = url.ParseQuery(c.URL.RawQuery); err != nil {
		return gatewayError(c, 400, "APIG.0201", "Bad request"), ""
	}
	f, failing := s.faults.take(c.op)
	if !failing {
		return s.admit(c, func() answer { return c.handle(s, c) }), ""
	}
	return s.play(f, c), f.Name
}

// admit lets a caller with good credentials through to LakeFormation. A start is
// counted here, before anything can hold or fail it.
func (s *Server) admit(c *call, next func() answer) answer {
	if !c.open {
		if refusal := s.authenticate(c); refusal != nil {
			return *refusal
		}
	}
	if c.op == OpStart {
		s.withJob(c, func(j *job) answer { j.startCalls++; return answer{} })
		s.bell.ring()
	}
	return next()
}

// elsewhere is a page such as a captive portal shows: 200, and no API at all.
func (s *Server) elsewhere(*call) answer {
	return htmlAnswer(200, "<html><body><h1>Sign in to continue</h1></body></html>")
}

func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// guarded lets nobody in but programs: no page of a browser has business here.
func guarded(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if fromAnotherSite(r) {
			http.Error(w, "only programs on this machine may use this server", http.StatusForbidden)
			return
		}
		serve(w, r)
	}
}

// fromAnotherSite says whether a browser sent this for a page, or for a name that was rebound to this machine.
func fromAnotherSite(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host != "localhost" && (ip == nil || !ip.IsLoopback()) || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") == "cross-site"
}
