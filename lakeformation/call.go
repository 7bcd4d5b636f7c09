package lakeformation

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

const (
	readTimeout = 10 * time.Second // of each attempt
	onceTimeout = 30 * time.Second
	maxBody     = 8 << 20 // bytes of a good answer; a job's log is the largest
)

// request is one call of the API, before it is known how it went.
type request struct {
	op     string
	method string
	path   string // below the job collection; ids in it were checked
	query  url.Values

	address string // the whole URL of what is not below the job collection; "": path and query say it

	once     bool      // never repeated, and only its status counts
	notAfter time.Time // of the first byte, wall clock; zero: no limit
}

// get reads one resource into out and repeats what may pass.
func (c *Client) get(ctx context.Context, op, path string, query url.Values, out any) error {
	r := request{op: op, method: http.MethodGet, path: path, query: query}
	return c.watched(r, func(call *Call) *Error { return c.retried(ctx, r, out, call) })
}

// post makes one attempt to have something done.
func (c *Client) post(ctx context.Context, op, path string, query url.Values, notAfter time.Time) error {
	r := request{op: op, method: http.MethodPost, path: path, query: query, once: true, notAfter: notAfter}
	return c.watched(r, func(call *Call) *Error { return c.attempt(ctx, r, nil, call) })
}

// watched tells Observe how a call went.
func (c *Client) watched(r request, do func(*Call) *Error) error {
	call := Call{Op: r.op, Method: r.method}
	began := c.now()
	e := do(&call)
	call.Duration = c.now().Sub(began)
	if e != nil {
		e.Method = r.method
		call.HTTPStatus, call.Class, call.RequestID, call.Err = e.HTTPStatus, e.Class, e.RequestID, e
	}
	c.observe(call)
	if e != nil {
		return e // not "return e" always: a nil *Error would be an error
	}
	return nil
}

// attempt makes one HTTP exchange. A nil out means that only the status counts.
func (c *Client) attempt(ctx context.Context, r request, out any, call *Call) *Error {
	timeout := readTimeout
	if r.once {
		timeout = onceTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	a := &attempt{once: r.once, gate: newGate(c.now, r.notAfter)}
	if a.gate.late() {
		return unanswered(r.op, a, errTooLate)
	}
	call.Attempts++
	res, err := c.resty.R().SetContext(context.WithValue(ctx, attemptKey{}, a)).Execute(r.method, c.target(r))
	if err != nil {
		return unanswered(r.op, a, err)
	}
	raw := res.RawResponse
	defer func() { _ = raw.Body.Close() }()
	call.HTTPStatus = raw.StatusCode
	call.Date, _ = http.ParseTime(raw.Header.Get("Date"))
	call.RequestID = tidy(raw.Header.Get("X-Request-Id"), maxCode, secretsOf(a.header)...)
	if raw.StatusCode == http.StatusOK || (r.once && raw.StatusCode == http.StatusAccepted) {
		if out == nil {
			return nil
		}
		return c.decode(r.op, raw, a, out)
	}
	e := answered(r.op, raw, a.header, c.now())
	e.by = signInOf(c.credentials, a.header)
	if renewable, ok := c.credentials.(Renewable); ok && aboutToken(e) {
		e.Renewable = renewable.Refused(a.header)
	}
	return e
}

// target is the URL of a request.
func (c *Client) target(r request) string {
	switch {
	case r.address != "":
		return r.address
	case len(r.query) > 0:
		return c.jobs + r.path + "?" + canonicalQuery(r.query)
	}
	return c.jobs + r.path
}

// namesTokenHeader matches the documented 403, "X-Auth-Token is invalid in the request".
var namesTokenHeader = regexp.MustCompile(`(?i)x-auth-token`)

// aboutToken reports whether an answer may be cured by another token: LakeFormation and its gateway say so with a 401,
// with a 403 that names the header, and with a code of its own on a 400.
func aboutToken(e *Error) bool {
	return e.HTTPStatus == http.StatusUnauthorized ||
		e.HTTPStatus == http.StatusForbidden && namesTokenHeader.MatchString(e.Message) ||
		e.Code == "lakeformation.00000015"
}

// decode reads a good answer.
func (c *Client) decode(op string, raw *http.Response, a *attempt, out any) *Error {
	e := &Error{Op: op, HTTPStatus: raw.StatusCode, Class: Unknown, Sent: true, RequestID: tidy(raw.Header.Get("X-Request-Id"), maxCode, secretsOf(a.header)...)}
	body, err := io.ReadAll(io.LimitReader(raw.Body, maxBody+1))
	switch {
	case err != nil:
		e.why, e.cause = reasonOf(err), err
	case len(body) > maxBody:
		e.why = whyTooLarge
	default:
		if err = json.Unmarshal(body, out); err == nil {
			return nil
		}
		e.why, e.cause = whyGarbage, err
	}
	e.Message = string(e.why)
	if err != nil {
		e.Message += ": " + tidy(err.Error(), maxMessage, secretsOf(a.header)...)
	}
	return e
}
