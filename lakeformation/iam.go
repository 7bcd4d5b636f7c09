package lakeformation

import (
	"context"
	"errors"
	"net/http"
	"sync"
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

const (
	iamTimeout = 10 * time.Second
	// renewEarly is how long before its end a token is renewed; of a short-lived one, a quarter of its life.
	renewEarly = 30 * time.Minute
	// lifeUnknown stands in where IAM does not say when the token ends; its documentation says 24 hours.
	lifeUnknown = time.Hour
	// freshToken is the age below which a refused token is not replaced: another would be refused as well.
	freshToken = time.Minute
	// afterNo keeps a refused password from being tried again and again: IAM locks a user after a few.
	afterNo = 5 * time.Minute
)

// IAMPassword fetches a token with a user and password, shares it among all callers, renews it before it ends, and
// once more when LakeFormation refuses it earlier. Where a renewal fails, the old token is used while it lasts.
type IAMPassword struct {
	url       string
	body      []byte // of the token request; holds the password
	password  string
	resty     *resty.Client
	transport *http.Transport
	now       func() time.Time

	mu      sync.Mutex
	token   string
	fetched time.Time
	renewAt time.Time
	ends    time.Time
	no      *Error // a definite refusal, repeated until noUntil
	noUntil time.Time
	flight  *flight // the one fetch under way, if any
}

// flight is one fetch that several callers wait for.
type flight struct {
	done  chan struct{}
	token string
	err   error
}

// Authorize sets X-Auth-Token, fetching a token first where none is at hand. Its error is an *Error with
// Op CreateToken, or the request context's.
func (p *IAMPassword) Authorize(req *http.Request) error {
	token, err := p.current(req.Context())
	if err != nil {
		return err
	}
	req.Header.Set("X-Auth-Token", token)
	return nil
}

// Refused drops the token that the headers carry. A token of less than a minute is kept: it was wrong from the start,
// and fetching one after the other would not help.
func (p *IAMPassword) Refused(header http.Header) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if header.Get("X-Auth-Token") != p.token {
		return true // somebody has renewed it already
	}
	if p.now().Sub(p.fetched) < freshToken {
		return false
	}
	p.token = ""
	return true
}

// UseClock sets the clock that tells how old a token is. Call it before the first use.
func (p *IAMPassword) UseClock(now func() time.Time) { p.now = now }

// Close closes idle connections to IAM.
func (p *IAMPassword) Close() { p.transport.CloseIdleConnections() }

// String keeps the password out of logs.
func (*IAMPassword) String() string { return "IAMPassword(masked)" }

// GoString keeps the password out of logs.
func (p *IAMPassword) GoString() string { return p.String() }

func (p *IAMPassword) current(ctx context.Context) (string, error) {
	p.mu.Lock()
	now := p.now()
	switch {
	case p.token != "" && now.Before(p.renewAt):
		defer p.mu.Unlock()
		return p.token, nil
	case p.no != nil && now.Before(p.noUntil):
		defer p.mu.Unlock()
		return "", p.no
	}
	f := p.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		p.flight = f
		// A caller that gives up must not spoil the token for the others.
		go p.fly(context.WithoutCancel(ctx), f)
	}
	p.mu.Unlock()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-f.done:
		return f.token, f.err
	}
}

// fly fetches a token, keeps it, and tells all who wait.
func (p *IAMPassword) fly(ctx context.Context, f *flight) {
	ctx, cancel := context.WithTimeout(ctx, iamTimeout)
	defer cancel()
	token, ends, e := p.fetch(ctx)

	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	switch {
	case e == nil:
		life := max(ends.Sub(now), freshToken)
		p.token, p.fetched, p.ends, p.no = token, now, now.Add(life), nil
		p.renewAt = p.ends.Add(-min(renewEarly, life/4))
	case p.token != "" && now.Before(p.ends):
		token = p.token
		p.renewAt = now.Add(freshToken)
	default:
		f.err = e
		if e.Class == Unauthorized || e.Class == Refused {
			p.no, p.noUntil = e, now.Add(afterNo)
		}
	}
	f.token = token
	p.flight = nil
	close(f.done)
}

// Validate exists so that a nil *IAMPassword is told at start-up; NewIAMPassword has checked the rest.
func (p *IAMPassword) Validate() error {
	if p == nil {
		return errors.New("the IAM user and password are missing")
	}
	return nil
}
