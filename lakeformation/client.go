package lakeformation

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/go-resty/resty/v2"
)

// Config says where the jobs are and how to be let in. Endpoint to Credentials are required.
type Config struct {
	Endpoint    string // https://host, see EndpointForRegion; plain http to this machine only
	ProjectID   string // the project that owns the instance
	InstanceID  string // the LakeFormation instance, a UUID
	Credentials Credentials
	UserAgent   string     // "" means "lakeformation-client"
	Observe     func(Call) // called once after each call; it must return quickly

	DialContext Dialer                                           // nil: the network
	Now         func() time.Time                                 // nil: time.Now; wall clock of StartOptions.NotAfter
	Sleep       func(ctx context.Context, d time.Duration) error // nil: between retries, until d or ctx is over
}

// Call is what Observe gets: one call of this API, with all its retries.
type Call struct {
	Op         string // OpListJobs, …
	Method     string
	HTTPStatus int // of the last answer; 0: there was none
	Attempts   int // requests made; 0: refused before the first
	Duration   time.Duration
	Date       time.Time // of the last answer, by the service's clock; zero: it did not say
	Class      Class     // "" is success
	RequestID  string
	Err        *Error // nil is success
}

// Client calls one LakeFormation instance. It is safe for concurrent use.
type Client struct {
	endpoint    string // https://host
	at          string // URL of the instance
	jobs        string // URL of the job collection
	instance    string
	credentials Credentials
	resty       *resty.Client
	wire        *wire
	observe     func(Call)
	now         func() time.Time
	sleep       func(context.Context, time.Duration) error
}

// Host is where LakeFormation is reached.
func (c *Client) Host() string {
	u, err := url.Parse(c.jobs)
	if err != nil {
		return ""
	}
	return u.Host
}

// InstanceID is the instance whose jobs these are.
func (c *Client) InstanceID() string { return c.instance }

// New gives a client, or an error that names every problem of the Config in words. It makes no request.
func New(config Config) (*Client, error) {
	endpoint, problem := checkEndpoint("LakeFormation", config.Endpoint)
	err := errors.Join(problem, checkID("project id", config.ProjectID), checkID("instance id", config.InstanceID),
		checkCredentials(config.Credentials))
	if err != nil {
		return nil, err
	}
	if config.UserAgent == "" {
		config.UserAgent = "lakeformation-client"
	}
	if config.Observe == nil {
		config.Observe = func(Call) {}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Sleep == nil {
		config.Sleep = sleep
	}
	w := newWire(config.Credentials, config.DialContext)
	at := endpoint + "/v1/" + config.ProjectID + "/instances/" + config.InstanceID
	return &Client{
		endpoint:    endpoint,
		at:          at,
		jobs:        at + "/lf-jobs",
		instance:    config.InstanceID,
		credentials: config.Credentials,
		resty:       newResty(w, config.UserAgent).SetHeader("X-Project-Id", config.ProjectID),
		wire:        w,
		observe:     config.Observe,
		now:         config.Now,
		sleep:       config.Sleep,
	}, nil
}

// Close closes idle connections, also those of credentials that hold some. Calls under way go on.
func (c *Client) Close() {
	c.wire.closeIdle()
	if closer, ok := c.credentials.(interface{ Close() }); ok {
		closer.Close()
	}
}

// GoString keeps the credentials out of logs.
func (c *Client) GoString() string { return c.String() }

// String names the instance and keeps the credentials out of logs.
func (c *Client) String() string { return "LakeFormation instance " + c.instance }

func checkID(what, id string) error {
	switch {
	case id == "":
		return fmt.Errorf("the %s is missing: the LakeFormation console shows it", what)
	case !idShape.MatchString(id):
		return fmt.Errorf("the %s must be 1 to 64 letters, digits, _ or -: copy it from the LakeFormation console", what)
	}
	return nil
}

func checkCredentials(credentials Credentials) error {
	if credentials == nil {
		return errors.New("credentials are missing: give an access key and a secret key, an IAM user and password, or a token")
	}
	if v, ok := credentials.(interface{ Validate() error }); ok {
		return v.Validate()
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
