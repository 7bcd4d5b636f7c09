package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// The crash matrix: Slipway is killed, as a power cut does it, beside each of its commits and on both sides of each call
// it makes. Then it is started again, and what it took must come to its right end: LakeFormation started the job once
// at the most, and exactly once where that could be known; the card and its thread tell the truth.

// crashRate is how much faster the clock of the killed processes runs: a lease of ten seconds takes one.
const crashRate = 10

// scene is one case: a world, the processes in it, and where one of them dies.
type scene struct {
	*world
	toll *toll
	env  []string // of the processes, besides the world's

	mu        sync.Mutex
	processes []*exec.Cmd // those that run
	ended     atomic.Bool
	deaths    atomic.Int32
	keepers   sync.WaitGroup
}

// toll stands on the way of every outgoing call, and may end the process that makes it.
type toll struct {
	mu     sync.Mutex
	calls  []string
	fatal  int    // the call at which to kill, from 1; 0: none
	side   string // before or after
	kill   func()
	killed string // the call it was
}

// at names the call at which to kill, counted from 1, and how.
func (t *toll) at(side string, n int, kill func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.side, t.fatal, t.kill = side, n, kill
}

// passes counts a call, and kills the process at the fatal one. True: the process is dead.
func (t *toll) passes(side, call string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if side == "before" {
		t.calls = append(t.calls, call)
	}
	if t.killed != "" || t.fatal == 0 || len(t.calls) < t.fatal || t.side != side {
		return false
	}
	if side == "after" && t.calls[t.fatal-1] != call {
		return false
	}
	t.killed = side + " " + call
	t.kill()
	return true
}

// gate is a service with a toll before it. It keeps the Host, which LakeFormation's signature covers.
func (s *scene) gate(service string, name func(*http.Request) string) string {
	target, err := url.Parse(service)
	require.NoError(s.t, err)
	proxy := &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { panic(http.ErrAbortHandler) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := name(r)
		if s.toll.passes("before", call) {
			panic(http.ErrAbortHandler)
		}
		answer := httptest.NewRecorder()
		proxy.ServeHTTP(answer, r)
		if s.toll.passes("after", call) {
			panic(http.ErrAbortHandler)
		}
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	}))
	server.Config.ErrorLog = nil
	s.t.Cleanup(server.Close)
	return server.URL
}

func lakeCall(r *http.Request) string {
	parts := strings.Split(r.URL.Path, "/")
	switch last := parts[len(parts)-1]; {
	case r.Method == http.MethodPost:
		return last
	case last == "jobs":
		return "list"
	case strings.Contains(r.URL.Path, "histor") || strings.Contains(last, "histor"):
		return "history"
	}
	return "show"
}

// crashScene sets a case up on a database; nothing runs yet.
func crashScene(t *testing.T, database string, changes ...func(*localslack.Config, *locallake.Config)) *scene {
	t.Helper()
	from := time.Now()
	clock := quickClock{from, crashRate}
	w := unstarted(t, append(changes, func(s *localslack.Config, l *locallake.Config) {
		s.Now, l.Clock = clock.Now, nil
		s.AckWithin = 3 * time.Second
		l.SubmitFor, l.RunFor = 50*time.Millisecond, 300*time.Millisecond
	})...)
	s := &scene{world: w, toll: &toll{}}
	w.env["SLACK_API_URL"] = s.gate(w.slack.URL(), func(r *http.Request) string { return path.Base(r.URL.Path) }) + "/api/"
	w.env["LAKEFORMATION_ENDPOINT"] = s.gate(w.lake.URL(), lakeCall)
	if database != "" {
		w.env["DATABASE_URL"] = database
	}
	w.env["LOG_LEVEL"] = "info"
	s.env = []string{asProcess + "=1", fmt.Sprintf("%s=%d", clockFrom, from.UnixNano()), fmt.Sprintf("%s=%d", clockRate, crashRate)}
	t.Cleanup(s.close)
	return s
}

// schema is a schema of its own on the PostgreSQL server, as an address.
func schema(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TEST_POSTGRES_URL")
	if server == "" {
		require.Empty(t, os.Getenv("CI"), "TEST_POSTGRES_URL is not set, and CI tests PostgreSQL")
		t.Skip("TEST_POSTGRES_URL is not set; PostgreSQL is not tested")
	}
	admin, err := sql.Open("pgx", server)
	require.NoError(t, err)
	name := fmt.Sprintf("slipway_crash_%d_%d", os.Getpid(), schemas.Add(1))
	_, err = admin.Exec("CREATE SCHEMA " + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP SCHEMA " + name + " CASCADE")
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	address, err := url.Parse(server)
	require.NoError(t, err)
	query := address.Query()
	query.Set("search_path", name)
	address.RawQuery = query.Encode()
	return address.String()
}

var schemas atomic.Int64

// keep runs a process, and starts it again whenever it dies. extra is for its first life only.
func (s *scene) keep(extra ...string) {
	s.keepers.Go(func() {
		for !s.ended.Load() {
			cmd := exec.Command(os.Args[0], "run")
			cmd.Env = append(append([]string{}, s.env...), extra...)
			for name, value := range s.world.env {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			cmd.Stderr = &s.childLog
			s.mu.Lock()
			err := cmd.Start()
			s.processes = append(s.processes, cmd)
			s.mu.Unlock()
			if err != nil {
				s.t.Error(err)
				return
			}
			cmd.Wait()
			s.mu.Lock()
			s.processes = slices.DeleteFunc(s.processes, func(one *exec.Cmd) bool { return one == cmd })
			s.mu.Unlock()
			s.deaths.Add(1)
			extra = nil
		}
	})
}

// killAll kills every process that runs now.
func (s *scene) killAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cmd := range s.processes {
		cmd.Process.Kill()
	}
	s.processes = nil
}

func (s *scene) close() {
	s.ended.Store(true)
	for {
		s.killAll()
		done := make(chan struct{})
		go func() { s.keepers.Wait(); close(done) }()
		select {
		case <-done:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// plays is the story: Ana asks and confirms, as often as it takes, until the card tells an end. She is somebody who sees
// that a command or a press was not taken, and tries again.
func (s *scene) plays() string {
	s.t.Helper()
	const job = "nightly_sync"
	ends := []string{"succeeded after", "I can't tell whether", "was not started"}
	end := time.Now().Add(2 * time.Minute)
	asked := false
	for {
		text := s.card()
		for _, words := range ends {
			if strings.Contains(text, words) {
				return words
			}
		}
		require.True(s.t, time.Now().Before(end), "no end; died %s\n%s\n%s", s.killedAt(), s.everything(), s.childLog.String())
		changed := s.slack.Changed()
		if s.slack.Connections() > 0 {
			if !asked {
				asked = s.asks(job)
			} else if cards := s.cards(); len(cards) > 0 {
				newest := cards[len(cards)-1]
				if buttons := localslack.Buttons(newest); len(buttons) > 0 && buttons[0].Text == "Start job" {
					s.slack.Press(people["ana"], channel, newest.TS, buttons[0].ActionID)
				}
			}
		}
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// asks has Ana ask for the job, and tells whether that was taken: a process that dies may not have said so.
func (s *scene) asks(job string) bool {
	d := s.slack.Type(people["ana"], channel, "/lf start "+job)
	return d.Acked && !strings.Contains(string(d.AckPayload), "not recorded")
}

// holds checks what must be so at the end of every case.
func (s *scene) holds(t *testing.T, end string, before int) {
	t.Helper()
	t.Logf("killed %s; %d deaths; the end: %s", s.killedAt(), s.deaths.Load(), end)
	started := len(s.lake.Runs("nightly_sync")) - before
	require.LessOrEqual(t, started, 1, "started twice: died %s", s.killedAt())
	require.LessOrEqual(t, s.lake.StartCalls("nightly_sync"), 1, "called twice: died %s", s.killedAt())
	switch end {
	case "succeeded after":
		require.Equal(t, 1, started)
	case "I can't tell whether":
		// The marker was committed, and the call not made or not taken: only looking is left, and it shows nothing.
		require.Zero(t, started, "it ran, and that was to be seen: died %s", s.killedAt())
		require.NotZero(t, s.deaths.Load(), "nobody died, and nothing was unclear")
	default:
		t.Fatalf("it was refused: died %s\n%s", s.killedAt(), s.everything())
	}
	s.untilReal("the thread tells it, too", func() bool {
		for _, card := range s.cards() {
			for _, m := range s.slack.Thread(channel, card.TS) {
				if m.TS != card.TS && strings.Contains(localslack.PlainText(m), end) {
					return true
				}
			}
		}
		return false
	})
	require.LessOrEqual(t, len(s.cards()), 2, "a second card is possible, and no third")
}

// killedAt says where the process was killed: at a call, or at a commit, which it says itself.
func (s *scene) killedAt() string {
	s.toll.mu.Lock()
	defer s.toll.mu.Unlock()
	if s.toll.killed != "" {
		return s.toll.killed
	}
	_, at, _ := strings.Cut(s.childLog.String(), "dies ")
	at, _, _ = strings.Cut(at, "\n")
	return at
}

// untilReal waits in the machine's time.
func (s *scene) untilReal(what string, is func() bool) {
	s.t.Helper()
	end := time.Now().Add(2 * time.Minute)
	for !is() {
		require.True(s.t, time.Now().Before(end), "waited too long until %s\n%s\n%s", what, s.everything(), s.childLog.String())
		changed := s.slack.Changed()
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// setting is one way to run Slipway in the matrix.
type setting struct {
	name     string
	replicas int
	database func(testing.TB) string
}

func settingsOfTheMatrix() []setting {
	return []setting{
		{"SQLite", 1, func(testing.TB) string { return "" }},
		{"PostgreSQL, one replica", 1, schema},
		{"PostgreSQL, three replicas", 3, schema},
	}
}

func TestCrashesBesideEveryCall(t *testing.T) {
	for _, c := range settingsOfTheMatrix() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; n <= 22; n++ {
				for _, side := range []string{"before", "after"} {
					t.Run(fmt.Sprint(side, " ", n), func(t *testing.T) {
						t.Parallel()
						s := crashScene(t, c.database(t))
						before := len(s.lake.Runs("nightly_sync"))
						s.toll.at(side, n, s.killAll)
						for range c.replicas {
							s.keep()
						}
						end := s.plays()
						s.holds(t, end, before)
					})
				}
			}
		})
	}
}

func TestCrashesBesideEveryCommit(t *testing.T) {
	for _, c := range settingsOfTheMatrix() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; n <= 20; n++ {
				for _, side := range []string{"before", "after"} {
					t.Run(fmt.Sprint(side, " ", n), func(t *testing.T) {
						t.Parallel()
						s := crashScene(t, c.database(t))
						before := len(s.lake.Runs("nightly_sync"))
						for range c.replicas {
							s.keep(fmt.Sprintf("%s=%s:%d", diesAt, side, n))
						}
						end := s.plays()
						s.holds(t, end, before)
					})
				}
			}
		})
	}
}
