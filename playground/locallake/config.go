package locallake

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// Config describes one project of a Huawei Cloud account. Start from Playground
// and change one fact, or fill in your own.
type Config struct {
	Addr string // where to listen, default "127.0.0.1:0"; anything but loopback is refused

	ProjectID string
	Region    string     // also the name of the default project, accepted in a token's scope
	Instances []Instance // at least one; a Job without an InstanceID goes to the first
	Jobs      []Job
	Held      []byte // what Snapshot gave, in the place of Jobs

	// At least one of the four kinds of credentials: keys (with a SecurityToken
	// they are temporary ones, and the token must be sent and signed), fixed
	// X-Auth-Tokens, or an IAM user that fetches tokens.
	AccessKey, SecretKey, SecurityToken string
	Tokens                              []string
	Domain, User, Password              string
	TokenFor                            time.Duration // how long a fetched token is valid, default 24 h
	Agency                              bool          // Server is also the metadata service of an ECS whose agency may do all

	// How a started run goes on; 0 means at once. The real service documents none of these.
	SignalFor time.Duration // from the 202 until anything of the run can be seen
	SubmitFor time.Duration // SUBMITTED, then RUNNING
	RunFor    time.Duration // RUNNING, then the end; a Job may have its own
	StopFor   time.Duration // from an accepted stop to STOPPED; the run may end by itself before

	Clock Clock // default the real one

	StatusAsString      bool // print status as the pages' tables say, not as the object of their examples
	SparseDetail        bool // show leaves out all times, as the page's example does
	HistoryOldestFirst  bool // the order of history is not documented; default newest first
	JobsUnauthorized    bool // nobody has authorised jobs: the agency lakeformation_job_trust does not exist
	RejectOldSignatures bool // refuse an X-Sdk-Date more than 15 minutes away from Clock
}

// Instance is a LakeFormation instance.
type Instance struct {
	ID          string
	Name        string
	Description string
	Status      string // default RUNNING
	CreateTime  time.Time
}

// Clock tells the time and wakes up later. AfterFunc may call f on any goroutine,
// but not before it returns; stop reports whether it kept f from being called.
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

func (c Config) withDefaults() Config {
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	if c.TokenFor == 0 {
		c.TokenFor = 24 * time.Hour
	}
	if c.Clock == nil {
		c.Clock = realClock{}
	}
	return c
}

func (c Config) validate() error {
	addr, err := net.ResolveTCPAddr("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("locallake: address %q: %w", c.Addr, err)
	}
	switch {
	case !addr.IP.IsLoopback():
		return fmt.Errorf("locallake: %q is not a loopback address; use 127.0.0.1 or ::1", c.Addr)
	case c.ProjectID == "":
		return errors.New("locallake: Config.ProjectID is empty")
	case len(c.Instances) == 0:
		return errors.New("locallake: Config.Instances is empty")
	case (c.AccessKey == "") != (c.SecretKey == ""):
		return errors.New("locallake: AccessKey and SecretKey belong together")
	case c.AccessKey == "" && len(c.Tokens) == 0 && c.User == "" && !c.Agency:
		return errors.New("locallake: no credentials: nobody could call")
	}
	return nil
}
