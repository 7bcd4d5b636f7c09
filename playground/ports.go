package playground

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// listen opens the page's port, and says what a person should know about it.
func (p *Playground) listen() (net.Listener, error) {
	asked := p.cfg.Addr
	if asked == "" {
		asked = DefaultAddr
	}
	host, port, err := loopback(asked)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address(host, port))
	switch {
	case err == nil:
	case !errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("playground: listen: %w", err)
	case p.cfg.Addr != "":
		return nil, fmt.Errorf("playground: port %d is taken by another program; choose another one, or leave --addr out and free ports are found", port)
	default:
		if listener, err = net.Listen("tcp", address(host, 0)); err != nil {
			return nil, fmt.Errorf("playground: listen: %w", err)
		}
		p.note("%s is taken, so the page is on another port.", asked)
	}
	p.asked.host, p.asked.port = host, port
	return listener, nil
}

// placeOf is where a service is looked for: where it was before, as Slipway takes a LakeFormation at another address for another one, and
// what a person pasted names the ports. Else it is a little after the page.
func (p *Playground) placeOf(s service) string {
	if before := p.addresses[s.key]; before != "" {
		return before
	}
	port := p.asked.port + s.after
	if p.asked.port == 0 || port > 65535 {
		port = 0
	}
	return address(p.asked.host, port)
}

// service is one of the two, as ports go.
type service struct {
	key   string
	name  string
	after int // how far after the page
}

var (
	theSlack = service{"slack", "the local Slack", 1}
	theLake  = service{"lakeformation", "the local LakeFormation", 2}
)

// beside starts a service in its place, or on any free port where that is taken.
func beside[S any](p *Playground, what service, start func(addr string) (S, error)) (S, error) {
	place := p.placeOf(what)
	running, err := start(place)
	if errors.Is(err, syscall.EADDRINUSE) {
		p.note("%s is taken, so %s is on another port.", place, what.name)
		if what == theLake && p.addresses[what.key] != "" {
			p.note("Slipway takes it for another LakeFormation: what was asked before and has not started will not start.")
		}
		running, err = start(address(p.asked.host, 0))
	}
	if err != nil {
		err = fmt.Errorf("playground: %w", err)
	}
	return running, err
}

func (p *Playground) note(format string, a ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, a...))
}

func address(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// loopback takes an address apart. Names are refused, "localhost" excepted: what a
// name resolves to is somebody else's decision.
func loopback(addr string) (host string, port int, err error) {
	host, digits, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("playground: address %q: %w; give it as %s", addr, err, DefaultAddr)
	}
	number, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("playground: address %q: %q is not a port; give it as %s", addr, digits, DefaultAddr)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", 0, fmt.Errorf("playground: %q is not a loopback address; the page lets anyone press any button, so it is for this machine only: use 127.0.0.1 or ::1", host)
	}
	return host, int(number), nil
}
