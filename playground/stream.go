package playground

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// settle is how long a change waits for others, so that a burst is one event.
	settle = 50 * time.Millisecond
	// beat is how often a silent stream says that it is alive.
	beat = 15 * time.Second
)

// stream sends the whole state, then, after each change, the parts that differ,
// as the data of server-sent events.
func (p *Playground) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	// A stream outlives the server's limit for reading a request.
	_ = out.SetReadDeadline(time.Time{})
	sent := map[string]json.RawMessage{}
	for {
		slack, lake := p.serviceChanges()
		ours := p.bell.next()
		event, err := p.changes(sent)
		if err == nil && event != nil {
			_, err = fmt.Fprintf(w, "data: %s\n\n", event)
		}
		if err != nil || out.Flush() != nil {
			return
		}
		if !p.wait(r, w, slack, lake, ours) {
			return
		}
	}
}

// serviceChanges are closed at the next change of either service; nil for one that is not here.
func (p *Playground) serviceChanges() (slack, lake <-chan struct{}) {
	if p.slack != nil {
		slack = p.slack.Changed()
	}
	if p.lake != nil {
		lake = p.lake.Changed()
	}
	return slack, lake
}

// wait waits for a change and lets it settle; false when the stream is over.
func (p *Playground) wait(r *http.Request, w http.ResponseWriter, slack, lake, ours <-chan struct{}) bool {
	alive := time.NewTicker(beat)
	defer alive.Stop()
	for waiting := true; waiting; {
		select {
		case <-slack:
			waiting = false
		case <-lake:
			waiting = false
		case <-ours:
			waiting = false
		case <-alive.C:
			if _, err := w.Write([]byte(": alive\n\n")); err != nil || http.NewResponseController(w).Flush() != nil {
				return false
			}
		case <-r.Context().Done():
			return false
		case <-p.done:
			return false
		}
	}
	select {
	case <-time.After(settle):
		return true
	case <-p.done:
		return false
	}
}

// changes are the parts of the state that differ from what was sent, which it
// brings up to date; nil when there are none.
func (p *Playground) changes(sent map[string]json.RawMessage) (json.RawMessage, error) {
	whole, err := json.Marshal(p.state())
	if err != nil {
		return nil, err
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(whole, &parts); err != nil {
		return nil, err
	}
	for name, part := range parts {
		if bytes.Equal(part, sent[name]) {
			delete(parts, name)
			continue
		}
		sent[name] = part
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return json.Marshal(parts)
}
