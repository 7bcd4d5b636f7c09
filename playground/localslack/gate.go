package localslack

import (
	"net"
	"sync/atomic"
)

// gate is a TCP connection that can be made half-open: what is written to it is
// swallowed below the websocket, so neither pongs nor close frames escape.
type gate struct {
	net.Conn
	frozen atomic.Bool
}

type gateKey struct{} // the context key under which a request finds its gate

func (g *gate) Write(p []byte) (int, error) {
	if g.frozen.Load() {
		return len(p), nil
	}
	return g.Conn.Write(p)
}

type gatedListener struct{ net.Listener }

func (l gatedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &gate{Conn: c}, nil
}
