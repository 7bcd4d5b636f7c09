package lakeformation

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/go-resty/resty/v2"
)

// Dialer opens a connection, like net.Dialer.DialContext.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

const (
	dialTimeout = 5 * time.Second
	// maxHeaderBytes leaves room for IAM's X-Subject-Token, documented with up to 100,000 characters.
	maxHeaderBytes = 256 << 10
)

// attempt is one HTTP exchange: what the layers below resty need to know of it, and what they found out.
type attempt struct {
	once   bool // a fresh connection, gated: for requests that must not be sent twice
	gate   *gate
	header http.Header // as authorized, to renew a refused token and to mask what an answer echoes
}

func (a *attempt) sent() bool {
	if a.once {
		return a.gate.wasSent()
	}
	return a.gate.wasArmed()
}

type attemptKey struct{}

// authorizeError marks a failure to get credentials, with which the request itself never left.
type authorizeError struct{ cause error }

func (e *authorizeError) Error() string { return e.cause.Error() }
func (e *authorizeError) Unwrap() error { return e.cause }

// wire is the RoundTripper below resty: it authorizes each attempt anew, after resty fixed URL and body, and picks the
// transport. The trace is set only behind Authorize, whose own requests (for a token) must not arm the gate.
type wire struct {
	credentials Credentials
	reads       *http.Transport
	once        *http.Transport
}

func newWire(credentials Credentials, dial Dialer) *wire {
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	once := newTransport(func(ctx context.Context, network, addr string) (net.Conn, error) {
		a, ok := ctx.Value(attemptKey{}).(*attempt)
		if !ok {
			return nil, errors.New("no gate to dial through")
		}
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &gatedConn{Conn: conn, gate: a.gate}, nil
	})
	once.DisableKeepAlives = true
	once.Protocols = new(http.Protocols)
	once.Protocols.SetHTTP1(true)
	return &wire{credentials: credentials, reads: newTransport(dial), once: once}
}

func newTransport(dial Dialer) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    dialTimeout,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	a, ok := req.Context().Value(attemptKey{}).(*attempt)
	if !ok {
		return nil, errors.New("not sent by a client of this package")
	}
	out := req.Clone(req.Context())
	// No call here has a body; without this net/http would announce a chunked one.
	out.Body, out.ContentLength = http.NoBody, 0
	if err := w.credentials.Authorize(out); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // a RoundTripper owns the body; it is empty here
		}
		return nil, &authorizeError{err}
	}
	a.header = out.Header
	out = out.WithContext(httptrace.WithClientTrace(out.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { a.gate.arm() },
	}))
	if a.once {
		return w.once.RoundTrip(out)
	}
	return w.reads.RoundTrip(out)
}

func (w *wire) closeIdle() {
	w.reads.CloseIdleConnections()
	w.once.CloseIdleConnections()
}

// newResty gives a resty client that neither retries, nor follows redirects, nor reads bodies, nor writes a log: each
// of these is decided in this package.
func newResty(transport http.RoundTripper, userAgent string) *resty.Client {
	return resty.NewWithClient(&http.Client{Transport: transport}).
		SetRedirectPolicy(resty.RedirectPolicyFunc(func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		})).
		SetDoNotParseResponse(true).
		SetLogger(silent{}).
		SetHeader("User-Agent", userAgent).
		SetHeader("Content-Type", "application/json") // also on a GET and on an empty POST, as the service's own SDK does
}

type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
