package localslack

import (
	"encoding/json"
	"time"
)

// What a person is told when an envelope got no ack. Slack's own words differ;
// its names for the two cases are kept.
const (
	noAnswer      = "operation_timeout"
	noConnection  = "dispatch_failed"
	serverClosed  = "the local Slack was closed"
	resendsKept   = 1000
	retryReason   = "timeout"
	eventEnvelope = "events_api"
)

// envelope is one frame on its way, with what its sender sees afterwards.
type envelope struct {
	id    string
	frame []byte
	// Both run under mu. They return the Problem, if there is one.
	acked  func(payload json.RawMessage) string
	missed func(reason string) string
}

type waiter struct{ ack chan json.RawMessage }

// newEnvelope wraps a payload as Socket Mode does.
func newEnvelope(kind string, acceptsPayload bool, payload any, extra map[string]any) envelope {
	id := newID()
	fields := map[string]any{"envelope_id": id, "type": kind, "accepts_response_payload": acceptsPayload, "payload": payload}
	for k, v := range extra {
		fields[k] = v
	}
	frame, _ := json.Marshal(fields)
	return envelope{id: id, frame: frame}
}

// takeAck hands an ack to the oldest delivery of that envelope still waiting.
// Acks without one (too late, twice, or of "hello") go nowhere, as at Slack.
func (s *Server) takeAck(frame []byte) {
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(frame, &ack) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.waiting[ack.EnvelopeID]
	if len(queue) == 0 {
		return
	}
	s.forget(ack.EnvelopeID, queue[0])
	queue[0].ack <- ack.Payload
}

// forget takes a waiter out of its queue. The caller holds mu.
func (s *Server) forget(id string, w *waiter) {
	var rest []*waiter
	for _, other := range s.waiting[id] {
		if other != w {
			rest = append(rest, other)
		}
	}
	if len(rest) == 0 {
		delete(s.waiting, id)
		return
	}
	s.waiting[id] = rest
}

// carry delivers an envelope to one connection and waits for its ack.
func (s *Server) carry(e envelope) Delivery {
	begun := time.Now()
	d := Delivery{EnvelopeID: e.id}
	w := &waiter{ack: make(chan json.RawMessage, 1)}
	s.mu.Lock()
	c := s.pick()
	s.remember(e)
	if e.id != "" {
		s.waiting[e.id] = append(s.waiting[e.id], w)
	}
	s.mu.Unlock()

	reason := noConnection
	if c != nil {
		reason = s.exchange(c, e, w, &d)
	}
	d.Took = time.Since(begun)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(e.id, w)
	if d.Acked && e.acked != nil {
		d.Problem = e.acked(d.AckPayload)
	}
	if !d.Acked {
		d.Problem = reason
		if e.missed != nil && reason != serverClosed {
			d.Problem = e.missed(reason)
		}
	}
	s.note()
	return d
}

// exchange writes the frame and waits; it returns why there was no ack.
// A frame that could not be written is lost: Slack has no second try for it.
func (s *Server) exchange(c *conn, e envelope, w *waiter, d *Delivery) string {
	deadline := time.NewTimer(s.cfg.AckWithin)
	defer deadline.Stop()
	c.write(s.ctx, e.frame)
	if e.id == "" {
		return "the frame has no envelope_id, so nothing can ack it"
	}
	select {
	case d.AckPayload = <-w.ack:
		d.Acked = true
		return ""
	case <-deadline.C:
		return noAnswer
	case <-s.ctx.Done():
		return serverClosed
	}
}

// remember keeps the frame for Resend. The caller holds mu.
func (s *Server) remember(e envelope) {
	if _, again := s.sent[e.id]; again || e.id == "" {
		return
	}
	s.sent[e.id] = e.frame
	s.sentIDs = append(s.sentIDs, e.id)
	if len(s.sentIDs) > resendsKept {
		delete(s.sent, s.sentIDs[0])
		s.sentIDs = s.sentIDs[1:]
	}
}

// carryEvent delivers an event and goes on delivering it in the background until
// an ack comes or Slack gives up. The event_id stays, the envelope_id does not.
func (s *Server) carryEvent(event map[string]any) Delivery {
	d := s.carry(s.eventEnvelope(event, 0))
	if !d.Acked && s.enter() {
		go s.retryEvent(event)
	}
	return d
}

func (s *Server) retryEvent(event map[string]any) {
	defer s.running.Done()
	for i, wait := range s.cfg.RetryEvents {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
			return
		}
		if s.carry(s.eventEnvelope(event, i+1)).Acked {
			return
		}
	}
}

func (s *Server) eventEnvelope(event map[string]any, attempt int) envelope {
	reason := ""
	if attempt > 0 {
		reason = retryReason
	}
	return newEnvelope(eventEnvelope, false, event, map[string]any{"retry_attempt": attempt, "retry_reason": reason})
}
