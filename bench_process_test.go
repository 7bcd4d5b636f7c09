package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/store"
)

// program builds Slipway as it is released, for figures that the test binary would spoil.
func program(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "slipway")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(b, err, string(out))
	return path
}

// launched runs the program in this world until the benchmark ends, and tells how long it took to its first socket.
func (w *world) launched(path string) (pid int, connected time.Duration) {
	w.t.Helper()
	cmd := exec.Command(path, "run")
	for name, value := range w.env {
		if name != "LOG_LEVEL" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Stderr = &w.childLog
	began := time.Now()
	require.NoError(w.t, cmd.Start())
	w.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for w.slack.Connections() == 0 {
		changed := w.slack.Changed()
		if w.slack.Connections() == 0 {
			<-changed
		}
	}
	return cmd.Process.Pid, time.Since(began)
}

// resident is how much memory a process holds, in MB.
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("only Linux tells how much memory a process holds")
	}
	_, after, found := bytes.Cut(status, []byte("VmRSS:"))
	require.True(b, found)
	kB, err := strconv.ParseFloat(string(bytes.Fields(after)[0]), 64)
	require.NoError(b, err)
	return kB / 1024
}

// processor is how much processor time a process has used.
func processor(b *testing.B, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(b, err)
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, err := strconv.Atoi(fields[11])
	require.NoError(b, err)
	system, err := strconv.Atoi(fields[12])
	require.NoError(b, err)
	return time.Duration(user+system) * 10 * time.Millisecond // the kernel's unit is a hundredth of a second
}

// BenchmarkProcess measures a released binary as a process of its own: how soon its socket is up, the memory it holds
// after 1,000 requests and with 10,000 that wait for decisions, acks meanwhile, and what it costs to idle.
func BenchmarkProcess(b *testing.B) {
	path := program(b)
	b.Run("first-socket", func(b *testing.B) {
		var took times
		for b.Loop() {
			w := unstarted(b, realTime)
			_, connected := w.launched(path)
			took = append(took, connected)
		}
		took.report(b, "socket")
	})
	b.Run("after-1000-requests", func(b *testing.B) {
		for b.Loop() {
			w := unstarted(b, realTime, crowd, jobs(1000))
			pid, _ := w.launched(path)
			for i := range 1000 {
				d := w.slack.Type(crowdUser(i%100), crowdChannel(i), "/lf start "+crowdJob(i))
				require.True(b, d.Acked, d.Problem)
			}
			w.settled(1000)
			b.ReportMetric(resident(b, pid), "MB")
		}
	})
	b.Run("with-10000-pending", func(b *testing.B) {
		for b.Loop() {
			w := unstarted(b, realTime, crowd, jobs(10))
			w.pending(10_000)
			pid, _ := w.launched(path)
			var acks times
			for i := range 200 {
				d := w.slack.Type(crowdUser(i), crowdChannel(i), "/lf start nothing_like_it")
				require.True(b, d.Acked, d.Problem)
				acks = append(acks, d.Took)
			}
			acks.report(b, "ack")
			b.ReportMetric(resident(b, pid), "MB")
			before := processor(b, pid)
			const idle = 20 * time.Second
			<-time.After(idle)
			b.ReportMetric(100*(processor(b, pid)-before).Seconds()/idle.Seconds(), "idle-%")
		}
	})
}

// settled waits until so many cards are posted: in real time, at the pace that Slack allows.
func (w *world) settled(cards int) {
	ctx, done := context.WithTimeout(context.Background(), 3*time.Minute)
	defer done()
	err := w.slack.WaitFor(ctx, func() bool { return w.crowdCards() >= cards })
	require.NoError(w.t, err, "%d cards of %d", w.crowdCards(), cards)
}

// pending writes so many Requests whose cards wait for a decision.
func (w *world) pending(n int) {
	w.t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, w.env["DATABASE_URL"], store.Options{})
	require.NoError(w.t, err)
	defer s.Close()
	for i := range n {
		by := approval.Actor{TeamID: "T0SLIPWAY1", UserID: fmt.Sprintf("U0WAITS%04d", i/10), Name: "User"}
		receipt := approval.Receipt{EnvelopeID: fmt.Sprint("pending-", i), Key: fmt.Sprint("pending-", i)}
		r, err := s.Open(ctx, receipt, approval.Ask{Action: approval.Start, Instance: "default", Job: crowdJob(i), By: by, Channel: fmt.Sprintf("C0WAITS%04d", i/50)}, approval.Reply{},
			func(approval.Crowd) error { return nil })
		require.NoError(w.t, err)
		described := approval.Described{Job: approval.Job{ID: fmt.Sprint("job-", i), Name: crowdJob(i)}, Rule: approval.BuiltIn()}
		_, err = s.Update(ctx, r.ID, approval.By{}, func(approval.Request, time.Time) ([]approval.Event, error) {
			return []approval.Event{{Kind: approval.JobDescribed, Described: &described}}, nil
		})
		require.NoError(w.t, err)
	}
	claims, err := s.ClaimCards(ctx, n, time.Hour)
	require.NoError(w.t, err)
	for _, c := range claims {
		card := approval.Card{Channel: c.Request.Ask.Channel, TS: fmt.Sprintf("1790000000.%06d", c.Request.ID), Shown: c.Request.Version}
		require.NoError(w.t, s.CardShown(ctx, c, approval.Shown{Card: card, ExpiresAt: time.Now().Add(time.Hour)}))
	}
}
