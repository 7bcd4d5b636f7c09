package localslack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is a running local Slack. All its methods may be called from any goroutine.
type Server struct {
	cfg     Config
	url     string
	http    *http.Server
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup // every goroutine and every request being served

	mu      sync.Mutex // guards everything below
	closed  bool
	changed chan struct{}
	world
	wire
	ledger
}

// Start listens and serves until Close.
func Start(cfg Config) (*Server, error) {
	if err := cfg.fill(); err != nil {
		return nil, fmt.Errorf("local Slack: %w", err)
	}
	held := newWorld(cfg)
	if err := held.restore(cfg.Held); err != nil {
		return nil, fmt.Errorf("local Slack: %w", err)
	}
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("local Slack: %w", err)
	}
	s := &Server{cfg: cfg, url: "http://" + listener.Addr().String(), changed: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.world = held
	s.wire = newWire()
	s.ledger = newLedger()
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnContext:       func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, gateKey{}, c) },
	}
	s.running.Go(func() { _ = s.http.Serve(gatedListener{listener}) })
	return s, nil
}

// fill checks what must be there and sets the defaults.
func (c *Config) fill() error {
	if c.Addr == "" {
		c.Addr = defaultAddr
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return err
	}
	if !isLoopback(host) {
		return fmt.Errorf("address %s is not loopback; a playground is for this machine only", c.Addr)
	}
	if c.Team.ID == "" || c.Bot.ID == "" || c.AppID == "" {
		return errors.New("Team.ID, Bot.ID and AppID are needed; start from Playground()")
	}
	if !strings.HasPrefix(c.AppToken, "xapp-") || !strings.HasPrefix(c.BotToken, "xoxb-") {
		return errors.New("AppToken begins with xapp- and BotToken with xoxb-")
	}
	if err := checkShortcuts(c.Shortcuts); err != nil {
		return err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.PingEvery <= 0 {
		c.PingEvery = defaultPingEvery
	}
	if c.AckWithin <= 0 {
		c.AckWithin = defaultAckWithin
	}
	if c.RetryEvents == nil {
		c.RetryEvents = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	c.Bot.Bot = true
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// URL is the root, http://127.0.0.1:port.
func (s *Server) URL() string { return s.url }

// APIURL is the root of the Web API and ends in /api/, as slack-go's OptionAPIURL wants it.
func (s *Server) APIURL() string { return s.url + "/api/" }

// Close ends every connection and waits for all goroutines. A delivery that is
// still waiting for its ack ends with a Problem.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	open := s.everyConn()
	s.mu.Unlock()
	s.cancel()
	for _, c := range open {
		_ = c.ws.CloseNow()
	}
	_ = s.http.Close()
	s.running.Wait()
}

// enter counts the caller as running; after Close nobody gets in any more.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

// note wakes everybody who waits for a change. The caller holds mu.
func (s *Server) note() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /link/", s.serveSocket)
	mux.HandleFunc("POST /commands/", s.serveResponseURL)
	mux.HandleFunc("POST /actions/", s.serveResponseURL)
	mux.HandleFunc("POST "+uploadPath, s.serveUpload)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			panic(http.ErrAbortHandler)
		}
		defer s.running.Done()
		// A web page that rebinds its name to 127.0.0.1 must not reach us.
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !isLoopback(host) {
			http.Error(w, "this server answers to loopback names only", http.StatusForbidden)
			return
		}
		if fromAnotherSite(r) {
			http.Error(w, "pages of other sites may not use this server", http.StatusForbidden)
			return
		}
		w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
		mux.ServeHTTP(w, r)
	})
}

// fromAnotherSite says whether a browser sent this for a page. The socket checks Origin by itself: slack-go names
// Slack's own there.
func fromAnotherSite(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin != "" && origin != slackOrigin && origin != "http://"+r.Host || r.Header.Get("Sec-Fetch-Site") == "cross-site"
}
