package lakeformation

import (
	"errors"
	"net/http"
	"strings"
)

// Credentials authorize one raw request, just before it is sent and again for each retry. Authorize may set headers
// and must not touch the URL or the body. An implementation of its own may read rotating keys each time and hand the
// work to AKSK. It must be safe for concurrent use.
type Credentials interface {
	Authorize(req *http.Request) error
}

// Renewable credentials can get over a 401: IAMPassword and ECSAgency are, AKSK and FixedToken are not.
type Renewable interface {
	Credentials
	// Refused tells that a request with these headers was refused for its token. It reports whether the next
	// Authorize will bring another token that may do better.
	Refused(header http.Header) bool
}

// FixedToken is an IAM token fetched elsewhere. It lasts 24 hours at most and is never renewed: for trials only.
type FixedToken string

// Authorize sets X-Auth-Token.
func (t FixedToken) Authorize(req *http.Request) error {
	req.Header.Set("X-Auth-Token", string(t))
	return nil
}

// Validate says in words what is wrong with the token.
func (t FixedToken) Validate() error {
	if t == "" {
		return errors.New("the token is empty: set an IAM token, or better an access key and a secret key")
	}
	return headerSafe("the token", string(t))
}

// String keeps the token out of logs.
func (FixedToken) String() string { return "FixedToken(masked)" }

// GoString keeps the token out of logs.
func (t FixedToken) GoString() string { return t.String() }

// MarshalText keeps the token out of JSON.
func (t FixedToken) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// headerSafe refuses what a header cannot carry, most often the line break of a file that was read whole.
func headerSafe(what, value string) error {
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return errors.New(what + " holds a space, a line break or another character that cannot be sent: check how it was copied")
	}
	return nil
}
