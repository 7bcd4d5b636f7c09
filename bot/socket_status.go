package bot

import (
	"context"
	"maps"
	"slices"
	"time"
)

// SocketStatus is how the Socket stands with Slack, for readiness, metrics and people.
type SocketStatus struct {
	Connected   int       // usable connections; one more than configured while one is being replaced
	LastTraffic time.Time // when a frame, ping or pong last came from Slack; zero before the first
	Counted     int       // the app's connections as Slack counted them in the last hello
	Others      int       // of Counted, those that were not this process's: they take a share of the envelopes
	Stopping    bool      // Run's ctx has ended
	LastProblem error     // why a connection failed or had to be replaced; nil once another is usable
}

// Status reports how the Socket stands now.
func (s *Socket) Status() SocketStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := s.status
	status.Connected = len(s.usable)
	return status
}

// Ready reports whether Slack can reach Slipway: a connection is usable and Run is not stopping.
func (s *Socket) Ready() bool {
	status := s.Status()
	return status.Connected > 0 && !status.Stopping
}

func (s *Socket) connections() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.usable))
}

func (s *Socket) noteUsable(c *connection) {
	s.mu.Lock()
	s.usable[c] = struct{}{}
	s.status.LastProblem = nil
	s.status.Counted = c.hello.NumConnections
	s.status.Others = max(0, c.hello.NumConnections-len(s.usable))
	counted, others := s.status.Counted, s.status.Others
	s.mu.Unlock()

	context.AfterFunc(c.life, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.usable, c)
	})
	log := s.cfg.Log.WithField("num_connections", counted)
	log.Info("connected to Slack")
	if others > 0 {
		log.Warnf("Slack counts %d connections of this app that are not this process's: if no other Slipway should run, "+
			"another process takes a share of the commands and clicks", others)
	}
}

func (s *Socket) noteTraffic() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.LastTraffic = s.cfg.Now()
}

func (s *Socket) noteProblem(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.LastProblem = err
}

func (s *Socket) stopping() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Stopping = true
}
