package lakeformation

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxRetryAfter bounds what an answer may ask us to wait.
const maxRetryAfter = time.Hour

// windowHint is the rate limit's window in the gateway's own words, as in "limit:5,time:1 minute".
var windowHint = regexp.MustCompile(`time:\s*1 (second|minute)`)

// answered makes an Error of an answer that is not a success. Reading the body may break off: the status stands.
func answered(op string, res *http.Response, header http.Header, now time.Time) *Error {
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	secrets := secretsOf(header)
	a := parseAnswer(body, secrets)
	e := &Error{
		Op: op, HTTPStatus: res.StatusCode, Code: a.code, Message: a.message, CommonCode: a.commonCode,
		Solution: a.solution, RequestID: a.requestID, Class: classify(res.StatusCode, a.code), Sent: true, why: a.why,
	}
	if id := tidy(res.Header.Get("X-Request-Id"), maxCode, secrets...); id != "" {
		e.RequestID = id
	}
	e.RetryAfter = retryAfter(res.Header.Get("Retry-After"), now)
	if e.RetryAfter == 0 && e.Class == Throttled {
		switch hint := windowHint.FindStringSubmatch(a.message); {
		case hint == nil:
		case hint[1] == "second":
			e.RetryAfter = time.Second
		default:
			e.RetryAfter = time.Minute
		}
	}
	return e
}

// retryAfter reads seconds or an HTTP date; what cannot be read is 0.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// unanswered makes an Error of an exchange that ended without an answer.
func unanswered(op string, a *attempt, err error) *Error {
	var authorize *authorizeError
	if errors.As(err, &authorize) {
		return unauthorizable(op, authorize.cause)
	}
	e := &Error{Op: op, Class: Unknown, Sent: a.sent(), why: reasonOf(err), cause: err}
	if !e.Sent {
		e.Class = NeverSent
	}
	e.Message = string(e.why) + ": " + tidy(innermost(err), maxMessage, secretsOf(a.header)...)
	return e
}

// unauthorizable: the credentials could not be had, so the request never left. IAM's status and class are its own: a
// 404 from IAM is no missing job. What IAM refuses for good is refused here, the rest may pass.
func unauthorizable(op string, cause error) *Error {
	e := &Error{Op: op, Class: NeverSent, why: whyCredentials, cause: cause}
	var iam *Error
	if !errors.As(cause, &iam) {
		e.Message = string(whyCredentials) + ": " + tidy(cause.Error(), maxMessage)
		return e
	}
	e.Message, e.Code, e.Solution, e.RequestID, e.RetryAfter = iam.Message, iam.Code, iam.Solution, iam.RequestID, iam.RetryAfter
	if iam.Class == Refused || iam.Class == Unauthorized {
		e.Class = Refused
	}
	return e
}

// innermost is the text below net/http's wrapping, which repeats the URL.
func innermost(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return err.Error()
}

func reasonOf(err error) why {
	var (
		dns         *net.DNSError
		op          *net.OpError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
		hostname    x509.HostnameError
		timeout     net.Error
	)
	switch {
	case errors.Is(err, errTooLate):
		return whyTooLate
	case errors.Is(err, context.Canceled):
		return whyGivenUp
	case errors.As(err, &dns):
		return whyDNS
	case errors.As(err, &certificate), errors.As(err, &record), errors.As(err, &alert), errors.As(err, &hostname),
		errors.Is(err, http.ErrSchemeMismatch), strings.Contains(innermost(err), "TLS handshake timeout"):
		return whyTLS
	case errors.Is(err, syscall.ECONNREFUSED):
		return whyNoListener
	case errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"):
		return whyDial
	case errors.As(err, &timeout) && timeout.Timeout():
		return whyTimeout
	}
	return whyBroken
}
