package localslack

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// Fault is a way for a Web API method to go wrong. They combine in this order:
// Delay, then Hang, then Status or Error (nothing is done), else the work is done
// and DropAnswer cuts the connection instead of answering.
type Fault struct {
	Status     int    // HTTP status; 0 means 200, or 429 with RetryAfter
	Error      string // Slack's name of the error; "" with a Status answers with a body that is not JSON
	RetryAfter time.Duration
	Times      int // how many calls it hits; 0 means until ClearFaults
	DropAnswer bool
	Hang       bool // hold the call until the client gives up, ClearFaults or Close
	Delay      time.Duration
}

// Call is one request that reached the Web API or a response_url.
type Call struct {
	Method string            // chat.postMessage, or "response_url"
	Args   map[string]string // without the token; JSON values as JSON text
	At     time.Time
	Done   bool   // it was answered (a hanging call is not)
	Error  string // Slack's name of the error it was answered with, "" for success
}

const (
	callsKept = 1000
	// In Call.Error, beside Slack's own names:
	droppedAnswer = "answer_dropped"
	clientGone    = "client_gone"
)

// ledger holds faults, calls and rates. Server.mu guards it.
type ledger struct {
	faults  map[string]*Fault
	release chan struct{} // closed by ClearFaults
	calls   []*Call
	tiers   map[string]*rate.Limiter
}

func newLedger() ledger {
	return ledger{faults: map[string]*Fault{}, release: make(chan struct{}), tiers: map[string]*rate.Limiter{}}
}

// Fail makes a method fail: "chat.update", "response_url", "link" (the socket's own
// address), or "*" for all of these.
// A later Fail for the same method replaces the earlier one.
func (s *Server) Fail(method string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = &f
}

// ClearFaults ends all faults and lets hanging calls go on.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
	close(s.release)
	s.release = make(chan struct{})
}

// takeFault uses up one of a fault's Times.
func (s *Server) takeFault(method string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range []string{method, "*"} {
		f := s.faults[name]
		if f == nil {
			continue
		}
		hit := *f
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				delete(s.faults, name)
			}
		}
		return hit, true
	}
	return Fault{}, false
}

// suffer does what comes before the work; false when the call is over.
func (s *Server) suffer(w http.ResponseWriter, r *http.Request, call *Call, f Fault) bool {
	s.mu.Lock()
	release := s.release
	s.mu.Unlock()
	if f.Delay > 0 && !s.hold(r, time.After(f.Delay), nil) || f.Hang && !s.hold(r, nil, release) {
		s.finish(call, clientGone)
		panic(http.ErrAbortHandler)
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", seconds(f.RetryAfter))
		if f.Status == 0 {
			f.Status = http.StatusTooManyRequests
		}
		if f.Error == "" {
			f.Error = "ratelimited"
		}
	}
	switch {
	case f.Error == "" && f.Status == 0:
		return true
	case f.Error == "":
		s.finish(call, http.StatusText(f.Status))
		http.Error(w, http.StatusText(f.Status), f.Status)
	default:
		s.finish(call, f.Error)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(max(f.Status, http.StatusOK))
		_, _ = w.Write([]byte(`{"ok":false,"error":"` + f.Error + `"}`))
	}
	return false
}

// hold waits for one of the two; false when the client or the server went away first.
func (s *Server) hold(r *http.Request, delay <-chan time.Time, release <-chan struct{}) bool {
	select {
	case <-delay:
		return true
	case <-release:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// record notes a call as it arrives; finish notes how it was answered.
func (s *Server) record(method string, given args) *Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := &Call{Method: method, Args: given, At: s.now()}
	s.calls = append(s.calls, call)
	if len(s.calls) > callsKept {
		s.calls = slices.Delete(s.calls, 0, len(s.calls)-callsKept)
	}
	s.note()
	return call
}

func (s *Server) finish(call *Call, problem string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call.Done, call.Error = true, problem
	s.note()
}

// Calls are the last 1,000 calls, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Call, 0, len(s.calls))
	for _, c := range s.calls {
		call := *c
		call.Args = maps.Clone(c.Args)
		out = append(out, call)
	}
	return out
}
