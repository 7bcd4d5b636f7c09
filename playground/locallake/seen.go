package locallake

import (
	"sync"
	"time"
)

// Seen is one request and how it was answered. Headers and bodies are not kept:
// they hold credentials and job parameters.
type Seen struct {
	At        time.Time
	Method    string
	Path      string
	Query     string // as on the wire
	Op        Op     // "" for a path that does not exist
	Job       string // the job id in the path
	Status    int    // 0 when the connection was cut or the client gave up
	Fault     string // the name of the fault that was played
	RequestID string
}

const seenKept = 1000

// ring keeps the last requests.
type ring struct {
	mu    sync.Mutex
	kept  []Seen
	first int // index of the oldest once kept is full
}

func (r *ring) add(s Seen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.kept) < seenKept {
		r.kept = append(r.kept, s)
		return
	}
	r.kept[r.first] = s
	r.first = (r.first + 1) % seenKept
}

func (r *ring) all() []Seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append(append([]Seen(nil), r.kept[r.first:]...), r.kept[:r.first]...)
}

// Requests are the last 1,000 requests, oldest first. A request is listed when
// its answer is decided, just before the client can read it.
func (s *Server) Requests() []Seen { return s.seen.all() }
