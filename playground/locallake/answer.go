package locallake

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
)

// answer is what a request is answered with; nothing is written before it is complete.
type answer struct {
	status int
	header map[string]string
	body   []byte
	ending ending
}

type ending int

const (
	whole ending = iota // the answer is written
	cut                 // the connection is reset, nothing is written
	gone                // nobody waits for the answer any more
)

func (a answer) accepted() bool { return a.ending == whole && a.status < 300 }

func jsonAnswer(status int, v any) answer {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return internalError()
	}
	return jsonText(status, string(bytes.TrimSuffix(body.Bytes(), []byte("\n"))))
}

func jsonText(status int, body string) answer {
	return answer{status: status, body: []byte(body), header: map[string]string{"Content-Type": "application/json"}}
}

func htmlAnswer(status int, body string) answer {
	return answer{status: status, body: []byte(body), header: map[string]string{"Content-Type": "text/html"}}
}

// write sends the answer, or cuts the connection as the answer's ending says.
func (a answer) write(w http.ResponseWriter) {
	switch a.ending {
	case gone:
		panic(http.ErrAbortHandler)
	case cut:
		reset(w)
		return
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that has left is no news here
}

// reset closes the connection with a RST instead of a FIN.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
