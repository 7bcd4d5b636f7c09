package lakeformation

import (
	"errors"
	"net"
	"sync"
	"time"
)

var (
	errTooLate = errors.New("the time limit for sending had passed")
	errShut    = errors.New("nothing more may be written on this connection")
)

// gate knows whether any byte of a request has left, and keeps it from leaving too late. It is armed when the
// transport hands over a ready connection: what was written before that (TLS, a proxy's CONNECT) is no request.
type gate struct {
	now      func() time.Time
	notAfter time.Time // zero: no limit

	mu    sync.Mutex
	armed bool
	sent  bool
	shut  bool // for good, so that "nothing was sent" stays true once it was said
}

func newGate(now func() time.Time, notAfter time.Time) *gate {
	// Round(0) drops the monotonic reading, which stands still while a machine sleeps.
	return &gate{now: now, notAfter: notAfter.Round(0)}
}

func (g *gate) arm() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.armed = true
}

// late reports whether the time limit has passed.
func (g *gate) late() bool {
	return !g.notAfter.IsZero() && g.now().Round(0).After(g.notAfter)
}

func (g *gate) wasArmed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.armed
}

func (g *gate) wasSent() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sent
}

// enter is asked before each write and reports whether it is the request's first.
func (g *gate) enter() (first bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.shut:
		return false, errShut
	case !g.armed || g.sent:
		return false, nil
	case g.late():
		g.shut = true
		return false, errTooLate
	}
	g.sent = true // said before the write, so that nobody reads "not sent" while it is under way
	return true, nil
}

// nothingLeft takes "sent" back after a first write of which no byte got through.
func (g *gate) nothingLeft() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent, g.shut = false, true
}

// gatedConn is the raw connection below TLS and proxy, so that the gate sees the bytes that really leave.
type gatedConn struct {
	net.Conn
	gate *gate
}

func (c *gatedConn) Write(b []byte) (int, error) {
	first, err := c.gate.enter()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(b)
	if first && n == 0 && err != nil {
		c.gate.nothingLeft()
	}
	return n, err
}
