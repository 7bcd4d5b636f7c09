package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/bot"
	"slipway/lakeformation"
)

const (
	deafAfter  = 90 * time.Second // without a frame, ping or pong
	watchEvery = 10 * time.Second
	tokenEvery = 3 * time.Minute
	probeKept  = time.Second // probes within it share one try to write
	probeWait  = 2 * time.Second
)

// notReady is one thing that keeps Slipway from its work, or may.
type notReady struct {
	what, next string // what is wrong, and what to do
	warning    bool   // it works all the same
}

func (t notReady) String() string { return t.what + ". " + strings.TrimSuffix(t.next, ".") + "." }

// health is what Slipway knows of its own health, without asking anybody but its database.
type health struct {
	log    *logrus.Entry
	clock  approval.Clock
	socket func() bot.SocketStatus
	token  func(context.Context) (refused string, err error) // asks Slack
	write  func(context.Context) error                       // tries to write to the database

	mu           sync.Mutex
	tokenRefused string              // Slack's word; "": it takes the token, as far as is known
	lake         map[string]notReady // by instance: why LakeFormation refuses the credentials; zero: it does not, as far as is known

	probing sync.Mutex
	probed  time.Time
	wrote   error
}

// heard learns from a call what LakeFormation thinks of the credentials of an instance.
func (h *health) heard(instance string, c lakeformation.Call) {
	access := c.Access()
	if access == lakeformation.Untold {
		return
	}
	var refused notReady
	if access == lakeformation.Denied {
		refused = notReady{what: "LakeFormation refuses the credentials of instance " + instance, next: c.Err.Remedy().String()}
		if c.Err.NoCredentials() {
			refused.what = "there are no credentials for instance " + instance
		}
		if meaning := c.Err.Meaning(); !meaning.IsZero() {
			refused.what += ": " + meaning.String()
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lake[instance] = refused
}

// refusals are Slack's word about the token and, by instance, LakeFormation's about the credentials; zero is none.
func (h *health) refusals() (token string, lake map[string]notReady) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tokenRefused, maps.Clone(h.lake)
}

// troubles are those that are known without a try, the worst first.
func (h *health) troubles() []notReady {
	token, lake := h.refusals()
	found := socketTroubles(h.socket(), h.clock.Now())
	if token != "" {
		found = append(found, notReady{what: "Slack refuses the bot token (" + token + ")",
			next: "Put a valid token (xoxb-…, page “OAuth & Permissions”) into SLACK_BOT_TOKEN and restart Slipway"})
	}
	for _, instance := range slices.Sorted(maps.Keys(lake)) {
		if refused := lake[instance]; refused != (notReady{}) {
			found = append(found, refused)
		}
	}
	slices.SortStableFunc(found, func(a, b notReady) int { return int(yes(a.warning) - yes(b.warning)) })
	return found
}

// socketTroubles tells a deaf socket from one that works.
func socketTroubles(s bot.SocketStatus, now time.Time) []notReady {
	var found []notReady
	switch {
	case s.Stopping:
		found = append(found, notReady{what: "Slipway is stopping", next: "The next process goes on with its work"})
	case s.Connected == 0:
		found = append(found, notReady{what: "no connection to Slack", next: "No command or click arrives; Slipway tries again and the log says why. Check that this machine reaches Slack"})
	case s.LastTraffic.IsZero() || now.Sub(s.LastTraffic) >= deafAfter:
		found = append(found, notReady{what: "Slipway is deaf: it is connected to Slack, and nothing has come for 90 s",
			next: "Check proxies and firewalls on the way to Slack; restart Slipway if it stays so"})
	}
	if s.Others > 0 && !s.Stopping {
		found = append(found, notReady{warning: true, what: fmt.Sprintf("Slack counts %d more connections of this app than this process has", s.Others),
			next: "If no other Slipway should run, find and stop it: it takes a share of the commands and clicks"})
	}
	return found
}

// watch tells the log when a trouble begins and when it is over, until ctx ends, and asks Slack about the token.
func (h *health) watch(ctx context.Context) {
	told := map[string]notReady{}
	asked := h.clock.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.clock.After(watchEvery):
		}
		if now := h.clock.Now(); now.Sub(asked) >= tokenEvery {
			asked = now
			h.askToken(ctx)
		}
		if ctx.Err() == nil {
			told = h.tell(told)
		}
	}
}

// tell logs what is new and what is over, and returns what is told now. Warnings are the socket's to log.
func (h *health) tell(told map[string]notReady) map[string]notReady {
	now := map[string]notReady{}
	for _, t := range h.troubles() {
		if t.warning {
			continue
		}
		now[t.what] = t
		if _, known := told[t.what]; !known {
			h.log.WithField("next", t.next).Error(t.what)
		}
	}
	for what := range told {
		if _, still := now[what]; !still {
			h.log.WithField("was", what).Info("this trouble is over")
		}
	}
	return now
}

func (h *health) askToken(ctx context.Context) {
	ctx, done := context.WithTimeout(ctx, 10*time.Second)
	defer done()
	refused, err := h.token(ctx)
	if err != nil {
		h.log.WithError(err).Debug("Slack did not say whether it takes the bot token")
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tokenRefused = refused
}

// database tries to write, unless somebody has just tried.
func (h *health) database(ctx context.Context) error {
	h.probing.Lock()
	defer h.probing.Unlock()
	now := h.clock.Now()
	if !h.probed.IsZero() && now.Sub(h.probed) < probeKept {
		return h.wrote
	}
	ctx, done := context.WithTimeout(ctx, probeWait)
	defer done()
	if h.wrote = h.write(ctx); h.wrote != nil {
		h.log.WithError(h.wrote).Error("the database is not ready")
	}
	h.probed = now
	return h.wrote
}

// readyz answers 200 or 503, and each trouble in one line.
func (h *health) readyz(w http.ResponseWriter, r *http.Request) {
	found := h.troubles()
	// Not the request's context: who hangs up would spoil the answer for others.
	if h.database(context.WithoutCancel(r.Context())) != nil {
		found = slices.Insert(found, 0, notReady{what: "the database does not take writes", next: "The log says why. Check that its disk is not full, or that PostgreSQL can be reached and is no replica"})
	}
	ready := !slices.ContainsFunc(found, func(t notReady) bool { return !t.warning })
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if !ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	} else {
		fmt.Fprintln(w, "ready")
	}
	for _, t := range found {
		kind := "not ready: "
		if t.warning {
			kind = "warning: "
		}
		fmt.Fprintln(w, kind+t.String())
	}
}

// listen serves /healthz (the process lives), /readyz (it can do its work) and /metrics. None of them tells a secret,
// a name of a job or a person.
func (a *App) listen(addr string) (*http.Server, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", a.health.readyz)
	mux.Handle("GET /metrics", a.metrics.handler())
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("SLIPWAY_LISTEN: %w", err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.log.WithError(err).Error("the health endpoints have ended")
		}
	}()
	return server, nil
}
