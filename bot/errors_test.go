package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/commands"
	"slipway/lakeformation"
	"slipway/playground/locallake"
	"slipway/worker"
)

const errorCards = "testdata/cards/errors"

// outcome is what a start came to, and what somebody who asked for the jobs was told.
type outcome struct {
	start error
	read  commands.Reply
}

// Every documented error, every shape of answer, every fault of the network and of the local LakeFormation goes the
// whole way: bytes on a wire, the client's error, what it means for the Request, the card. Run with -update after a
// wanted change, and read the difference.
func TestEveryErrorHasItsCard(t *testing.T) {
	outcomes := map[string]func(*testing.T) outcome{}
	for name, c := range documented() {
		outcomes[name] = func(t *testing.T) outcome { return answered(t, c) }
	}
	maps.Copy(outcomes, unanswered())
	for _, fault := range locallake.Faults() {
		outcomes["fault-"+fault.Name] = func(t *testing.T) outcome { return faulty(t, fault.Name) }
	}
	rows := sync.Map{}
	t.Run("cards", func(t *testing.T) {
		for name, happens := range outcomes {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				o := happens(t)
				got := steady(story(t, o))
				require.NotContains(t, strings.ToLower(got), "canary", "a secret is shown")
				rows.Store(name, o.start)
				path := filepath.Join(errorCards, name+".golden")
				if *update {
					require.NoError(t, os.MkdirAll(errorCards, 0o755))
					require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
				}
				want, err := os.ReadFile(path)
				require.NoError(t, err, "this error has no card written down")
				require.Equal(t, string(want), got)
			})
		}
	})
	t.Run("no card without its error", func(t *testing.T) {
		files, err := os.ReadDir(errorCards)
		require.NoError(t, err)
		for _, file := range files {
			require.Contains(t, outcomes, strings.TrimSuffix(file.Name(), ".golden"))
		}
	})
	if !t.Failed() {
		t.Run("the page for people", func(t *testing.T) { page(t, &rows) })
	}
}

// story tells what people see: the card as it changes, the reply in its thread, and the answer to a read.
func story(t *testing.T, o outcome) string {
	var b strings.Builder
	r := request(approval.Starting, nil)
	var said *lakeformation.Error
	if o.start != nil {
		require.ErrorAs(t, o.start, &said)
	}
	e := worker.Heard(r, said)
	e.At = noon.Add(3 * time.Minute)
	fmt.Fprintf(&b, "=== a start: %s\n", e.Kind)
	if e.RetryIn > 0 {
		fmt.Fprintf(&b, "tried again after %s\n", e.RetryIn)
	}
	for {
		var err error
		r, err = approval.Apply(r, e)
		require.NoError(t, err)
		fmt.Fprintf(&b, "--- card, %s\n%s", r.State, shown(t, RenderCard(r, English)))
		if toldInThread(r) {
			fmt.Fprintf(&b, "--- reply\n%s", shown(t, RenderOutcome(r, English)))
		}
		switch r.State {
		case approval.Starting:
			e = approval.Event{Kind: approval.NoSign, At: noon.Add(5 * time.Minute)}
		case approval.Approved:
			e = approval.Event{Kind: approval.TimeExpired, At: noon.Add(15 * time.Minute)}
		default:
			if len(o.read.Rows) == 0 && o.read.Text != "" {
				fmt.Fprintf(&b, "=== /lf jobs\n%s", shown(t, RenderReply(o.read)))
			}
			return b.String()
		}
	}
}

// shown writes a message's blocks one a line: the kind of text, then the text.
func shown(t *testing.T, m Message) string {
	t.Helper()
	pretty(t, m)
	var blocks []struct {
		Text     *shownText
		Elements []struct {
			shownText
			Label json.RawMessage `json:"-"`
		}
	}
	raw := blocksOf(t, m)
	_ = json.Unmarshal(raw, &blocks)
	var b strings.Builder
	for _, block := range blocks {
		if block.Text != nil {
			b.WriteString(block.Text.line())
		}
		for _, e := range block.Elements {
			b.WriteString(e.line())
		}
	}
	return b.String()
}

type shownText struct {
	Type string
	Text any
}

func (s shownText) line() string {
	switch text := s.Text.(type) {
	case string:
		return s.Type + ": " + strings.ReplaceAll(text, "\n", "\n        ") + "\n"
	case map[string]any:
		return fmt.Sprintf("%s: [%s]\n", s.Type, text["text"])
	}
	return ""
}

// steady takes out what differs from run to run.
func steady(s string) string {
	s = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(s, "127.0.0.1:PORT")
	s = regexp.MustCompile(`request id [0-9a-f-]{32,36}`).ReplaceAllString(s, "request id ID")
	s = regexp.MustCompile(`(tls: failed to verify certificate: ).*`).ReplaceAllString(s, "${1}…") // each system has its words
	return regexp.MustCompile(`(time:)\d{8}T\d{6}Z`).ReplaceAllString(s, "${1}TIME")
}

const jobID = locallake.PlaygroundNightlySyncID

// calls makes a start and a read at an endpoint.
func calls(t *testing.T, endpoint string, credentials lakeformation.Credentials, change func(*lakeformation.Config), options lakeformation.StartOptions) outcome {
	config := lakeformation.Config{
		Endpoint: endpoint, ProjectID: locallake.PlaygroundProject, InstanceID: locallake.PlaygroundInstance, Credentials: credentials,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	if change != nil {
		change(&config)
	}
	client, err := lakeformation.New(config)
	require.NoError(t, err)
	defer client.Close()
	router := commands.NewRouter(approval.NewService(nil, &People{teamID: "T1"}), nil, approval.NewRulebook(approval.Standard()), nil, approval.Real{}, commands.Instances{"prod": client}, nil, quiet())
	read := router.Handle(t.Context(), commands.Invocation{By: approval.Actor{TeamID: "T1", UserID: "U1"}, Command: "/lf", Text: "jobs"}).Later(t.Context())
	return outcome{client.StartJob(t.Context(), jobID, options), read}
}

// answered is what comes of an answer.
func answered(t *testing.T, c errorCase) outcome {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v3/auth/tokens" && !c.iam {
			w.Header().Set("X-Subject-Token", "canary-fetched-token")
			w.WriteHeader(http.StatusCreated)
			return
		}
		if r.Method == http.MethodPut && !c.iam {
			http.NotFound(w, r) // a metadata service that knows no tokens
			return
		}
		if r.URL.Path == "/openstack/latest/securitykey" && !c.iam {
			_, _ = w.Write([]byte(`{"credential":{"access":"CANARYACCESSKEY1","secret":"canary-secret-key","securitytoken":"canary-security-token"}}`))
			return
		}
		c.answer(w, r)
	}))
	defer s.Close()
	var fetched lakeformation.Credentials = password(t, s.URL, nil)
	if c.by == "agency" {
		fetched = agency(t, s.URL)
	}
	return calls(t, s.URL, credentials(c.by, fetched), nil, lakeformation.StartOptions{})
}

func agency(t *testing.T, endpoint string) *lakeformation.ECSAgency {
	a, err := lakeformation.NewECSAgency(lakeformation.ECSAgencyConfig{Endpoint: endpoint})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

func password(t *testing.T, endpoint string, dial lakeformation.Dialer) *lakeformation.IAMPassword {
	p, err := lakeformation.NewIAMPassword(lakeformation.PasswordConfig{
		Endpoint: endpoint, Domain: "acme", User: "slipway", Password: "canary-password", ProjectID: locallake.PlaygroundProject, DialContext: dial,
	})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// faulty is what comes of a fault of the local LakeFormation.
func faulty(t *testing.T, name string) outcome {
	world := locallake.Playground(noon)
	world.Clock = nil
	world.AccessKey, world.SecretKey, world.SecurityToken, world.RejectOldSignatures = "CANARYACCESSKEY1", "canary-secret-key", "canary-security-token", false
	s, err := locallake.Start(world)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.SetFault(locallake.OpAny, locallake.Fault{Name: name, Delay: time.Millisecond}))
	return calls(t, s.URL(), credentials("temporary keys", nil), func(c *lakeformation.Config) {
		if strings.HasPrefix(name, "hang") {
			c.DialContext = silent
		}
	}, lakeformation.StartOptions{})
}

// unanswered are the ways of a network to keep an answer back.
func unanswered() map[string]func(*testing.T) outcome {
	dialing := func(endpoint string, err error) func(*testing.T) outcome {
		return func(t *testing.T) outcome {
			return calls(t, endpoint, credentials("keys", nil), func(c *lakeformation.Config) {
				c.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, err }
			}, lakeformation.StartOptions{})
		}
	}
	cut := func(reset bool) func(*testing.T) outcome {
		return func(t *testing.T) outcome {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn, _, _ := w.(http.Hijacker).Hijack()
				if reset {
					_ = conn.(*net.TCPConn).SetLinger(0)
				}
				_ = conn.Close()
			}))
			defer s.Close()
			return calls(t, s.URL, credentials("keys", nil), nil, lakeformation.StartOptions{})
		}
	}
	host := "https://lakeformation.example.com"
	return map[string]func(*testing.T) outcome{
		"network-no-such-host": dialing(host, &net.DNSError{Err: "no such host", Name: "lakeformation.example.com", IsNotFound: true}),
		"network-refused":      dialing(host, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
		"network-no-way-there": dialing(host, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.EHOSTUNREACH}),
		"network-agency-unreachable": func(t *testing.T) outcome {
			s := httptest.NewServer(http.NotFoundHandler())
			s.Close()
			return calls(t, host, agency(t, s.URL), nil, lakeformation.StartOptions{})
		},
		"network-iam-unreachable": func(t *testing.T) outcome {
			p := password(t, "https://iam.example.com", func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "iam.example.com", IsNotFound: true}
			})
			return calls(t, host, p, nil, lakeformation.StartOptions{})
		},
		"network-no-tls": func(t *testing.T) outcome {
			s := httptest.NewServer(http.NotFoundHandler())
			defer s.Close()
			return calls(t, strings.Replace(s.URL, "http:", "https:", 1), credentials("keys", nil), nil, lakeformation.StartOptions{})
		},
		"network-unknown-certificate": func(t *testing.T) outcome {
			s := httptest.NewUnstartedServer(http.NotFoundHandler())
			s.Config.ErrorLog = log.New(io.Discard, "", 0)
			s.StartTLS()
			defer s.Close()
			return calls(t, s.URL, credentials("keys", nil), nil, lakeformation.StartOptions{})
		},
		"network-reset":       cut(true),
		"network-end-of-file": cut(false),
		"network-timeout": func(t *testing.T) outcome {
			s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
			defer s.Close()
			return calls(t, s.URL, credentials("keys", nil), func(c *lakeformation.Config) { c.DialContext = silent }, lakeformation.StartOptions{})
		},
		"held-back-too-late": func(t *testing.T) outcome {
			o := calls(t, host, credentials("keys", nil), func(c *lakeformation.Config) {
				c.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("unreachable") }
			}, lakeformation.StartOptions{NotAfter: noon.AddDate(-10, 0, 0)})
			return outcome{start: o.start}
		},
	}
}

// silent is a connection that takes a request and then reports that no answer came in time.
func silent(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &silentConn{Conn: conn, asked: make(chan struct{})}, nil
}

type silentConn struct {
	net.Conn
	once  sync.Once
	asked chan struct{}
}

func (c *silentConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.once.Do(func() { close(c.asked) })
	return n, err
}

func (c *silentConn) Close() error {
	c.once.Do(func() { close(c.asked) })
	return c.Conn.Close()
}

func (c *silentConn) Read([]byte) (int, error) {
	<-c.asked
	return 0, os.ErrDeadlineExceeded
}

// quiet is a log that nobody reads.
func quiet() *logrus.Entry {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return logrus.NewEntry(l)
}

// page keeps docs/errors.md, the table for people who look an error up.
func page(t *testing.T, starts *sync.Map) {
	var b strings.Builder
	b.WriteString(pageHead)
	cases := documented()
	for _, group := range []string{"LakeFormation", "API gateway", "IAM", "Agency of an ECS", "Other shapes", "No answer"} {
		fmt.Fprintf(&b, "\n## %s\n\n| error | HTTP | the start is | what we know of it | our next step |\n|---|---|---|---|---|\n", group)
		for _, name := range errorNames(starts) {
			c, known := cases[name]
			if !known && !strings.HasPrefix(name, "fault-") {
				c.group = "No answer"
			}
			if err, _ := starts.Load(name); err != nil && c.group == group {
				b.WriteString(row(t, name, c, err.(error)))
			}
		}
	}
	const path = "../docs/errors.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

const pageHead = `# Errors

What a failed call means for a start, and the next step that a card suggests where LakeFormation sends no ` + "`solution_msg`" + `
of its own. Where it sends one, the card shows that instead. This page is written by a test from the bytes of each answer
(` + "`go test ./bot -update`" + `), which also keeps [a card for each](../bot/testdata/cards/errors).

*Refused* is sure: nothing was started. *Tried again* is sure too: nothing was started yet, and it is tried for ten minutes.
*Unclear* is neither: Slipway looks at the job, and never calls again.
`

func errorNames(starts *sync.Map) []string {
	var names []string
	starts.Range(func(name, _ any) bool { names = append(names, name.(string)); return true })
	slices.Sort(names)
	return names
}

func row(t *testing.T, name string, c errorCase, err error) string {
	var said *lakeformation.Error
	require.ErrorAs(t, err, &said)
	means := map[approval.Kind]string{approval.StartRefused: "refused", approval.StartNotSent: "tried again", approval.StartUnanswered: "unclear"}
	next := said.Remedy().String()
	if said.Solution != "" {
		next = "*as LakeFormation says*"
	}
	what, status := strings.ReplaceAll(name, "-", " "), "–"
	if said.Code != "" {
		number := regexp.MustCompile(`^(lakeformation|gateway|APIGW|page|iam)( (APIGW )?\d+)?`)
		what = strings.TrimSpace("`" + said.Code + "` " + strings.TrimSpace(number.ReplaceAllString(what, "")))
	}
	if c.status != 0 {
		status = fmt.Sprint(c.status)
	}
	return "| " + strings.Join([]string{what, status, means[worker.Heard(request(approval.Starting, nil), said).Kind], strings.TrimSuffix(said.Summary().String(), "."), next}, " | ") + " |\n"
}
