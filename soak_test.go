package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
	"slipway/store"
)

// The soak: many requests at once, while processes are killed, sockets cut, and both services fail in every way they
// know. SLIPWAY_SOAK sets how many requests, SLIPWAY_SEED repeats a run's choices.

const soakWorkers = 16

// soak is one run of it.
type soak struct {
	*scene
	n     int
	r     *rand.Rand
	cuts  int
	kills int
	slips int // faults of the two services
}

func soakSize(t *testing.T) (n int, seed uint64) {
	t.Helper()
	n, seed = 40, 1
	if text := os.Getenv("SLIPWAY_SOAK"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err, "SLIPWAY_SOAK")
	}
	if text := os.Getenv("SLIPWAY_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "SLIPWAY_SEED")
	}
	return n, seed
}

func TestSoak(t *testing.T) {
	for _, c := range settingsOfTheMatrix() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n, seed := soakSize(t)
			s := &soak{scene: crashScene(t, c.database(t), crowd, jobs(n)), n: n, r: rand.New(rand.NewPCG(seed, 1))}
			for range c.replicas {
				s.keep()
			}
			s.run(t, c.name, seed)
		})
	}
}

func (s *soak) run(t *testing.T, where string, seed uint64) {
	calm := make(chan struct{})
	var chaos, people sync.WaitGroup
	chaos.Go(func() { s.chaos(calm) })
	next := make(chan int)
	for range soakWorkers {
		people.Go(func() {
			for i := range next {
				s.asks(i)
			}
		})
	}
	for i := range s.n {
		next <- i
	}
	close(next)
	people.Wait()
	close(calm)
	chaos.Wait()
	s.slack.ClearFaults()
	s.lake.ClearFaults()
	s.settle(t)
	s.count(t, where, seed)
}

// asks is one person who starts one job, and tries again what was not taken.
func (s *soak) asks(i int) {
	user, channel, job := crowdUser(i), crowdChannel(i), crowdJob(i)
	end := time.Now().Add(3 * time.Minute)
	for asked := false; !asked; {
		if time.Now().After(end) {
			s.t.Errorf("%s was never taken", job)
			return
		}
		d := s.slack.Type(user, channel, "/lf start "+job)
		said := string(d.AckPayload)
		asked = d.Acked && (strings.Contains(said, "looking up") || strings.Contains(said, "This is R-"))
		if !asked {
			s.pause()
		}
	}
	mine := "" // the request whose card is pressed: who asked twice, since an ack was lost, cancels the other
	for time.Now().Before(end) {
		changed := s.slack.Changed()
		shown, open := false, false
		for _, m := range s.slack.Messages(channel) {
			if m.ThreadTS != "" || m.EphemeralFor != "" || m.Deleted || !strings.Contains(localslack.PlainText(m), "`"+job+"`") {
				continue
			}
			shown = true
			if buttons := localslack.Buttons(m); len(buttons) > 1 && buttons[0].Text == "Start job" {
				open = true
				id := requestID.FindString(localslack.PlainText(m))
				mine = cmp.Or(mine, id)
				press := buttons[0]
				if id != mine {
					press = buttons[1]
				}
				s.slack.Press(user, channel, m.TS, press.ActionID)
			}
		}
		if shown && !open {
			return
		}
		select {
		case <-changed:
		case <-time.After(50 * time.Millisecond):
		}
		if told := s.slack.Visible(user, channel); !shown && refusedFor(told, job) {
			return
		}
	}
	s.t.Errorf("the card of %s never took the press", job)
}

var requestID = regexp.MustCompile(`R-[0-9]+`)

// refusedFor reports a private answer that the job could not be read: LakeFormation was down for too long.
func refusedFor(told []localslack.Message, job string) bool {
	for _, m := range told {
		if text := localslack.PlainText(m); m.EphemeralFor != "" && strings.Contains(text, "nothing was started") && strings.Contains(text, "R-") && !strings.Contains(text, "looking up") {
			return true
		}
	}
	return false
}

func (s *soak) pause() { <-time.After(30 * time.Millisecond) }

// chaos goes on until it is calm.
func (s *soak) chaos(calm <-chan struct{}) {
	for {
		select {
		case <-calm:
			return
		case <-time.After(time.Duration(100+s.r.IntN(300)) * time.Millisecond):
		}
		kind := s.r.IntN(6)
		if kind > 0 && !s.connected(calm) { // where processes start slowly, one of six kills may hit them in that
			return
		}
		switch kind {
		case 0, 1, 2:
			s.killOne()
			s.kills++
		case 3:
			s.slack.Cut()
			s.cuts++
		case 4:
			method := []string{"chat.postMessage", "chat.update", "users.info"}[s.r.IntN(3)]
			s.slack.Fail(method, []localslack.Fault{
				{RetryAfter: time.Second, Times: 3}, {Status: 502, Times: 2}, {Error: "internal_error", Times: 2}, {DropAnswer: true, Times: 1},
			}[s.r.IntN(4)])
			s.slips++
		case 5:
			op := []locallake.Op{locallake.OpStart, locallake.OpShow, locallake.OpList, locallake.OpHistory}[s.r.IntN(4)]
			faults := []string{locallake.FaultInternal, locallake.FaultReset, locallake.FaultUnavailable, locallake.FaultThrottled, locallake.FaultHTML502}
			if op == locallake.OpStart {
				faults = append(faults, locallake.FaultInternalButRuns, locallake.FaultTimeoutButRuns, locallake.FaultResetAfterAccept)
			}
			if err := s.lake.SetFault(op, locallake.Fault{Name: faults[s.r.IntN(len(faults))], Times: 1 + s.r.IntN(2)}); err != nil {
				s.t.Error(err)
			}
			s.slips++
		}
	}
}

// connected waits until a process has got as far as Slack; false: it is calm.
func (s *soak) connected(calm <-chan struct{}) bool {
	for s.slack.Connections() == 0 {
		select {
		case <-calm:
			return false
		case <-s.slack.Changed():
		case <-time.After(20 * time.Millisecond):
		}
	}
	return true
}

// killOne kills one of the processes that run.
func (s *scene) killOne() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.processes) > 0 {
		s.processes[0].Process.Kill()
		s.processes = append(s.processes[1:], s.processes[0])
	}
}

// settle waits until every request has its end, or is unknown, and every card shows it.
func (s *soak) settle(t *testing.T) {
	t.Helper()
	db := s.reader(t)
	end := time.Now().Add(4*time.Minute + time.Duration(s.n)*300*time.Millisecond)
	for {
		open, undrawn := 0, 0
		for _, r := range s.requests(t, db) {
			if !r.State.Ended() && r.State != approval.Unknown {
				open++
			}
			told := r.Card.Told == r.State || r.State == approval.Cancelled // who cancels knows it
			if r.Card.TS != "" && (r.Card.Shown < r.Version || !told) || r.Card.TS == "" && r.Card.Told == "" && !told {
				undrawn++
			}
		}
		if open == 0 && undrawn == 0 {
			return
		}
		require.True(t, time.Now().Before(end), "%d requests are open, %d cards are behind\n%s", open, undrawn, tail(s.childLog.String()))
		<-time.After(200 * time.Millisecond)
	}
}

func tail(text string) string { return text[max(0, len(text)-4000):] }

func (s *soak) reader(t *testing.T) *store.Store {
	t.Helper()
	db, err := store.Open(context.Background(), s.world.env["DATABASE_URL"], store.Options{ReadOnly: true})
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func (s *soak) requests(t *testing.T, db *store.Store) []approval.Request {
	t.Helper()
	found, err := db.Find(context.Background(), approval.Filter{Limit: 10 * s.n})
	require.NoError(t, err)
	return found
}

// count compares what LakeFormation did with what Slipway says, in its database and on its cards.
func (s *soak) count(t *testing.T, where string, seed uint64) {
	t.Helper()
	db := s.reader(t)
	states := map[approval.State]int{}
	asked := map[string]bool{}
	starts := map[string]int{} // requests of a job that started it
	var wrong, silent []string
	for _, r := range s.requests(t, db) {
		states[r.State]++
		asked[r.Ask.Job] = true
		if r.State == approval.Succeeded {
			starts[r.Ask.Job]++
		}
		if r.Card.TS != "" {
			m, ok := s.slack.Message(r.Card.Channel, r.Card.TS)
			if !ok || !strings.Contains(localslack.PlainText(m), wordOf(r.State)) {
				silent = append(silent, r.String()+": "+localslack.PlainText(m))
			}
		}
	}
	var twice, lost []string
	for i := range s.n {
		job := crowdJob(i)
		runs := len(s.lake.Runs(job))
		if runs > 1 {
			twice = append(twice, fmt.Sprintf("%s ran %d times", job, runs))
		}
		if runs != starts[job] {
			wrong = append(wrong, fmt.Sprintf("%s ran %d times, and %d requests say so", job, runs, starts[job]))
		}
		if !asked[job] {
			lost = append(lost, job)
		}
	}
	_, audit := approval.Verify(db.Audit(context.Background(), 0, ""), "")
	t.Logf("%s, seed %d: %d requests, %d kills, %d sockets cut, %d faults. Started twice %d, kept ones lost %d, silent %d, wrong %d, unsure %d. States %v",
		where, seed, s.n, s.kills, s.cuts, s.slips, len(twice), len(lost), len(silent), len(wrong), states[approval.Unknown], states)
	require.Empty(t, twice)
	require.Empty(t, lost)
	require.Empty(t, silent)
	require.Empty(t, wrong)
	require.NoError(t, audit, "the audit is whole")
}

// wordOf is what a card says in a state.
func wordOf(state approval.State) string {
	return map[approval.State]string{
		approval.Succeeded: "succeeded", approval.Unknown: "I can't tell whether", approval.Refused: "was not started",
		approval.Expired: "is over", approval.Failed: "failed", approval.Cancelled: "cancelled",
	}[state]
}
