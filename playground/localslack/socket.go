package localslack

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// Socket Mode as in https://docs.slack.dev/apis/events-api/using-socket-mode.
const (
	maxConnections  = 10
	ackLimit        = 20480            // an ack of this many bytes or more is dropped without a word
	ticketLife      = 30 * time.Second // Slack says "short-lived" only
	disconnectGrace = 10 * time.Second
	slackOrigin     = "https://api.slack.com"
	writeLimit      = 5 * time.Second
)

// wire is the state of Socket Mode. Server.mu guards it.
type wire struct {
	tickets map[string]time.Time
	conns   []*conn
	waiting map[string][]*waiter // by envelope id, first come first served
	sent    map[string][]byte    // frames for Resend
	sentIDs []string             // oldest first
}

func newWire() wire {
	return wire{tickets: map[string]time.Time{}, waiting: map[string][]*waiter{}, sent: map[string][]byte{}}
}

// conn is one open connection after its hello.
type conn struct {
	ws      *websocket.Conn
	tcp     *gate
	leaving bool // was told to go; takes envelopes only while there is no other
}

func (s *Server) connectionsOpen(args) (answer, *failure) {
	ticket := newID()
	s.tickets[ticket] = s.now()
	return answer{"url": "ws" + strings.TrimPrefix(s.url, "http") + "/link/?ticket=" + ticket + "&app_id=" + s.cfg.AppID}, nil
}

// takeTicket spends a ticket; a URL from apps.connections.open works once.
func (s *Server) takeTicket(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	issued, ok := s.tickets[ticket]
	delete(s.tickets, ticket)
	return ok && s.now().Sub(issued) <= ticketLife && !s.revoked
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if fault, hit := s.takeFault("link"); hit && !s.suffer(w, r, s.record("link", args{}), fault) {
		return
	}
	if !s.takeTicket(r.URL.Query().Get("ticket")) {
		http.Error(w, "this link was used, has expired or never existed", http.StatusNotFound)
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{slackOrigin}})
	if err != nil {
		return
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(4 << 20)
	tcp, _ := r.Context().Value(gateKey{}).(*gate)
	c := &conn{ws: ws, tcp: tcp}
	if !s.welcome(c, r.URL.Query().Get("debug_reconnects") == "true") {
		return
	}
	ctx, stop := context.WithCancel(s.ctx)
	defer stop()
	s.running.Go(func() { s.keepPinging(ctx, c) })
	for {
		kind, frame, err := ws.Read(ctx)
		if err != nil {
			break
		}
		if kind == websocket.MessageText && !c.tcp.frozen.Load() && len(frame) < ackLimit {
			s.takeAck(frame)
		}
	}
	s.mu.Lock()
	s.conns = slices.DeleteFunc(s.conns, func(other *conn) bool { return other == c })
	s.note()
	s.mu.Unlock()
}

// welcome sends hello and counts the connection as open, or turns away the eleventh.
// The lock is held over the write so that no envelope overtakes the hello.
func (s *Server) welcome(c *conn, short bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if len(s.conns) >= maxConnections {
		c.write(s.ctx, disconnectFrame("too_many_websockets"))
		return false
	}
	seconds := 18060
	if short {
		seconds = 360
	}
	hello, _ := json.Marshal(map[string]any{
		"type": "hello", "num_connections": len(s.conns) + 1,
		"debug_info":      map[string]any{"host": debugHost, "build_number": 10, "approximate_connection_time": seconds},
		"connection_info": map[string]any{"app_id": s.cfg.AppID},
	})
	if !c.write(s.ctx, hello) {
		return false
	}
	s.conns = append(s.conns, c)
	s.note()
	return true
}

const debugHost = "applink-playground"

func disconnectFrame(reason string) []byte {
	frame, _ := json.Marshal(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": debugHost}})
	return frame
}

func (c *conn) write(ctx context.Context, frame []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	return c.ws.Write(ctx, websocket.MessageText, frame) == nil
}

func (s *Server) keepPinging(ctx context.Context, c *conn) {
	tick := time.NewTicker(s.cfg.PingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			// A late pong is not held against the client: Slack's patience is undocumented.
			wait, cancel := context.WithTimeout(ctx, s.cfg.PingEvery)
			_ = c.ws.Ping(wait)
			cancel()
		}
	}
}

// pick chooses the connection for an envelope as Slack does: any of them.
// The caller holds mu.
func (s *Server) pick() *conn {
	staying := slices.DeleteFunc(slices.Clone(s.conns), func(c *conn) bool { return c.leaving })
	if len(staying) == 0 {
		staying = s.conns
	}
	if len(staying) == 0 {
		return nil
	}
	return staying[rand.IntN(len(staying))]
}

func (s *Server) everyConn() []*conn { return slices.Clone(s.conns) }

// Connections is how many sockets have had their hello and are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Disconnect sends Slack's disconnect frame to every connection: "warning",
// "refresh_requested", "link_disabled" or "too_many_websockets". After the first
// two the connection still takes acks for 10 s, and envelopes while there is no
// newer one; after the others it is closed at once.
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	open := s.everyConn()
	for _, c := range open {
		c.leaving = true
	}
	s.mu.Unlock()
	gentle := reason == "warning" || reason == "refresh_requested"
	for _, c := range open {
		c.write(s.ctx, disconnectFrame(reason))
		if !gentle {
			_ = c.ws.CloseNow()
		} else if s.enter() {
			go s.closeLater(c)
		}
	}
}

func (s *Server) closeLater(c *conn) {
	defer s.running.Done()
	grace := time.NewTimer(disconnectGrace)
	defer grace.Stop()
	select {
	case <-grace.C:
		_ = c.ws.Close(websocket.StatusNormalClosure, "")
	case <-s.ctx.Done():
	}
}

// Cut closes every TCP connection without a word.
func (s *Server) Cut() {
	s.mu.Lock()
	open := s.everyConn()
	s.mu.Unlock()
	for _, c := range open {
		_ = c.ws.CloseNow()
	}
}

// Freeze makes the connections of this moment half-open: they stay, what the
// client sends is swallowed, and nothing (no ping, no pong, no envelope) is sent.
// Connections opened later work. Freeze(false) thaws them; what was swallowed is lost.
func (s *Server) Freeze(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.tcp.frozen.Store(on)
	}
}
