package lakeformation

import (
	"errors"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

// PasswordConfig says which IAM user to sign in as. ProjectID or ProjectName is required, all before them too.
type PasswordConfig struct {
	Endpoint    string // of IAM, see IAMEndpointForRegion; plain http to this machine only
	Domain      string // account name
	User        string // IAM user name
	Password    string `json:"-"`
	ProjectID   string // scope of the token
	ProjectName string // scope by name, which is the region id for a default project
	UserAgent   string // "" means "lakeformation-client"

	DialContext Dialer           // nil: the network
	Now         func() time.Time // nil: time.Now
}

// tokenEarly is how long before its end a token is renewed.
const tokenEarly = 30 * time.Minute

// IAMPassword fetches a token with a user and password, shares it among all callers, renews it before it ends, and
// once more when LakeFormation refuses it earlier. Where a renewal fails, the old token is used while it lasts.
type IAMPassword struct {
	url       string
	body      []byte // of the token request; holds the password
	password  string
	resty     *resty.Client
	transport *http.Transport
	token     renewed[string]
}

// Authorize sets X-Auth-Token, fetching a token first where none is at hand. Its error is an *Error with
// Op CreateToken, or the request context's.
func (p *IAMPassword) Authorize(req *http.Request) error {
	token, err := p.token.current(req.Context())
	if err != nil {
		return err
	}
	req.Header.Set("X-Auth-Token", token)
	return nil
}

// Refused drops the token that the headers carry. A token of less than a minute is kept: it was wrong from the start,
// and fetching one after the other would not help.
func (p *IAMPassword) Refused(header http.Header) bool {
	return p.token.refused(func(token string) bool { return header.Get("X-Auth-Token") == token })
}

// UseClock sets the clock that tells how old a token is. Call it before the first use.
func (p *IAMPassword) UseClock(now func() time.Time) { p.token.now = now }

// Close closes idle connections to IAM.
func (p *IAMPassword) Close() { p.transport.CloseIdleConnections() }

// String keeps the password out of logs.
func (*IAMPassword) String() string { return "IAMPassword(masked)" }

// GoString keeps the password out of logs.
func (p *IAMPassword) GoString() string { return p.String() }

// Validate exists so that a nil *IAMPassword is told at start-up; NewIAMPassword has checked the rest.
func (p *IAMPassword) Validate() error {
	if p == nil {
		return errors.New("the IAM user and password are missing")
	}
	return nil
}
