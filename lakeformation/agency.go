package lakeformation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/go-resty/resty/v2"
)

// MetadataEndpoint is where an ECS asks Huawei Cloud about itself. The address is never routed further.
const MetadataEndpoint = "http://169.254.169.254"

const (
	// agencyEarly lies within the ten minutes before the end of its keys in which the service has new ones already;
	// asked earlier, it gives the same again. https://support.huaweicloud.com/intl/en-us/usermanual-ecs/ecs_03_0166.html
	agencyEarly = 9 * time.Minute
	// metadataTokenLife is in seconds, and as long as the documentation advises.
	metadataTokenLife = "21600"
	maxMetadata       = 256 << 10 // bytes of an answer
)

// ECSAgencyConfig says where to ask for an agency's keys.
type ECSAgencyConfig struct {
	Endpoint  string           // "": MetadataEndpoint; any other is on this machine
	UserAgent string           // "" means "lakeformation-client"
	Now       func() time.Time // nil: time.Now
}

// ECSAgency signs with the temporary keys of the ECS's own agency, so that no secret is kept anywhere. It asks the metadata
// service for them, shares them among all callers, renews them before they end, and once more when LakeFormation
// refuses them earlier. Where a renewal fails, the old keys are used while they last.
type ECSAgency struct {
	endpoint  string
	resty     *resty.Client
	transport *http.Transport
	keys      renewed[AKSK]
}

// NewECSAgency gives credentials of the agency. It makes no request; the first call fetches the keys.
func NewECSAgency(config ECSAgencyConfig) (*ECSAgency, error) {
	if config.Endpoint == "" {
		config.Endpoint = MetadataEndpoint
	}
	if config.Endpoint != MetadataEndpoint {
		u, err := url.Parse(config.Endpoint)
		if err != nil || u.Scheme != "http" || !loopback(u.Hostname()) {
			return nil, errors.New("another metadata service must be on this machine, such as http://127.0.0.1:8000: keys must come from nowhere else")
		}
	}
	if config.UserAgent == "" {
		config.UserAgent = "lakeformation-client"
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	transport := newTransport(nil)
	transport.Proxy = nil // the keys of this machine are no business of a proxy
	a := &ECSAgency{endpoint: config.Endpoint, resty: newResty(transport, config.UserAgent), transport: transport}
	a.keys.fetch, a.keys.early, a.keys.now = a.fetch, agencyEarly, config.Now
	return a, nil
}

// Authorize signs the request, fetching keys first where none are at hand. Its error is an *Error with Op AgencyKeys,
// or the request context's.
func (a *ECSAgency) Authorize(req *http.Request) error {
	keys, err := a.keys.current(req.Context())
	if err != nil {
		return err
	}
	return keys.signAt(req, a.keys.now())
}

// Refused drops the keys that the headers were signed with, unless they are less than a minute old.
func (a *ECSAgency) Refused(header http.Header) bool {
	return a.keys.refused(func(k AKSK) bool { return header.Get("X-Security-Token") == k.SecurityToken })
}

// Ends fetches keys where none are at hand, and tells when those that are in use end.
func (a *ECSAgency) Ends(ctx context.Context) (time.Time, error) {
	if _, err := a.keys.current(ctx); err != nil {
		return time.Time{}, err
	}
	a.keys.mu.Lock()
	defer a.keys.mu.Unlock()
	return a.keys.ends, nil
}

// UseClock sets the clock that tells how old the keys are. Call it before the first use.
func (a *ECSAgency) UseClock(now func() time.Time) { a.keys.now = now }

// Close closes idle connections to the metadata service.
func (a *ECSAgency) Close() { a.transport.CloseIdleConnections() }

// String keeps the keys out of logs.
func (*ECSAgency) String() string { return "ECSAgency(masked)" }

// GoString keeps the keys out of logs.
func (a *ECSAgency) GoString() string { return a.String() }

// fetch asks the metadata service for keys. Where the service gives tokens to ask with, it is asked with one, as an ECS
// may insist on it; an older service does not know them.
func (a *ECSAgency) fetch(ctx context.Context) (keys AKSK, ends time.Time, _ *Error) {
	token, status, e := a.ask(ctx, http.MethodPut, "/meta-data/latest/api/token", "X-Metadata-Token-Ttl-Seconds", metadataTokenLife)
	switch {
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusServiceUnavailable:
		token = nil
	case e != nil:
		return keys, ends, e
	case headerSafe("", string(token)) != nil:
		return keys, ends, noKeys(http.MethodPut, status, "its token cannot be sent")
	}
	body, status, e := a.ask(ctx, http.MethodGet, "/openstack/latest/securitykey", "X-Metadata-Token", string(token))
	if e != nil {
		return keys, ends, e
	}
	var said struct {
		Credential struct {
			Access        string `json:"access"`
			Secret        string `json:"secret"`
			SecurityToken string `json:"securitytoken"`
			ExpiresAt     moment `json:"expires_at"`
		} `json:"credential"`
	}
	if json.Unmarshal(body, &said) != nil {
		return keys, ends, noKeys(http.MethodGet, status, "its answer cannot be read")
	}
	c := said.Credential
	keys = AKSK{AccessKey: c.Access, SecretKey: c.Secret, SecurityToken: c.SecurityToken}
	if keys.Validate() != nil || keys.SecurityToken == "" {
		return AKSK{}, ends, noKeys(http.MethodGet, status, "its answer holds no keys that can be used")
	}
	if ends = c.ExpiresAt.Time; ends.IsZero() {
		ends = a.keys.now().Add(lifeUnknown)
	}
	return keys, ends, nil
}

// ask makes one request of the metadata service. status is 0 where there was no answer.
func (a *ECSAgency) ask(ctx context.Context, method, path, header, value string) (body []byte, status int, _ *Error) {
	req := a.resty.R().SetContext(ctx)
	if value != "" {
		req.SetHeader(header, value)
	}
	res, err := req.Execute(method, a.endpoint+path)
	if err != nil {
		e := noKeys(method, 0, "")
		e.Class, e.Sent, e.why, e.cause = NeverSent, false, reasonOf(err), err
		e.Message = "the metadata service gave no keys: " + string(e.why) + ": " + tidy(innermost(err), maxMessage)
		return nil, 0, e
	}
	raw := res.RawResponse
	defer func() { _ = raw.Body.Close() }()
	if raw.StatusCode != http.StatusOK {
		e := answered(OpAgencyKeys, raw, http.Header{"X-Auth-Token": {value}}, a.keys.now())
		e.Method = method
		return nil, raw.StatusCode, e
	}
	body, err = io.ReadAll(io.LimitReader(raw.Body, maxMetadata))
	if err != nil {
		return nil, raw.StatusCode, noKeys(method, raw.StatusCode, "its answer broke off")
	}
	return body, raw.StatusCode, nil
}

// noKeys is an answer of which no keys can be made. The answer itself is not repeated: it may hold some.
func noKeys(method string, status int, problem string) *Error {
	return &Error{Op: OpAgencyKeys, Method: method, HTTPStatus: status, Class: Unknown, Sent: true, why: whyGarbage,
		Message: fmt.Sprintf("the metadata service gave no keys: %s", problem)}
}

// Validate exists so that a nil *ECSAgency is told at start-up.
func (a *ECSAgency) Validate() error {
	if a == nil {
		return errors.New("the ECS agency is missing")
	}
	return nil
}
