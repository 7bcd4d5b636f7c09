package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"
)

// slackEnd is Slack's end of Socket Mode, driven frame by frame by the test.
type slackEnd struct {
	t      *testing.T
	url    string
	client *http.Client
	opens  atomic.Int64
	peers  chan *peer
	room   int                                        // acks kept before Slack stops reading
	mute   atomic.Bool                                // no pong is sent
	refuse atomic.Int64                               // status of the handshake, when not zero
	onOpen func(ctx context.Context, nth int64) error // what apps.connections.open answers, when set
}

// peer is one connection as Slack sees it.
type peer struct {
	t      *testing.T
	ws     *websocket.Conn
	acks   chan string
	closed chan error // receives how the client ended
}

// overPipes makes a Slack for a synctest bubble.
func overPipes(t *testing.T) *slackEnd {
	conns := make(chan net.Conn)
	s := &slackEnd{t: t, url: "ws://slack.test/link/?ticket=s3cret", peers: make(chan *peer, 100), room: 1000}
	server := &http.Server{Handler: s}
	listener := &pipeListener{conns: conns, closed: make(chan struct{})}
	go func() { _ = server.Serve(listener) }()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case conns <- far:
			return near, nil
		case <-listener.closed:
			return nil, net.ErrClosed
		}
	}}
	s.client = &http.Client{Transport: transport}
	t.Cleanup(func() { _ = server.Close(); transport.CloseIdleConnections() })
	return s
}

// overLoopback makes a Slack behind real TCP, for what depends on the kernel.
func overLoopback(t *testing.T) *slackEnd {
	s := &slackEnd{t: t, peers: make(chan *peer, 100), room: 1000}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url, s.client = server.URL, server.Client()
	return s
}

func (s *slackEnd) open(ctx context.Context) (string, error) {
	nth := s.opens.Add(1)
	if s.onOpen != nil {
		if err := s.onOpen(ctx, nth); err != nil {
			return "", err
		}
	}
	return s.url, nil
}

func (s *slackEnd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status := s.refuse.Load(); status != 0 {
		w.WriteHeader(int(status))
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true,
		OnPingReceived:     func(context.Context, []byte) bool { return !s.mute.Load() },
	})
	if err != nil {
		return
	}
	defer ws.CloseNow()
	p := &peer{t: s.t, ws: ws, acks: make(chan string, s.room), closed: make(chan error, 1)}
	s.peers <- p
	for {
		_, frame, err := ws.Read(context.Background())
		if err != nil {
			close(p.acks)
			p.closed <- err
			return
		}
		p.acks <- string(frame)
	}
}

func (p *peer) send(frame string) {
	require.NoError(p.t, p.ws.Write(context.Background(), websocket.MessageText, []byte(frame)))
}

func (p *peer) hello(connections int) *peer {
	p.send(fmt.Sprintf(`{"type":"hello","num_connections":%d,"debug_info":{"host":"applink-1"},"connection_info":{"app_id":"A111"}}`, connections))
	return p
}

func (p *peer) disconnect(reason string) {
	p.send(fmt.Sprintf(`{"type":"disconnect","reason":%q,"debug_info":{"host":"applink-1"}}`, reason))
}

func (p *peer) command(id string) {
	p.send(fmt.Sprintf(`{"envelope_id":%q,"type":"slash_commands","accepts_response_payload":true,"payload":{"command":"/lf","text":"start nightly_sync","user_id":"UANA"}}`, id))
}

func (p *peer) ack() string {
	frame, open := <-p.acks
	require.True(p.t, open, "the connection ended without the ack")
	return frame
}

// rest returns every ack that came until the connection ended.
func (p *peer) rest() (frames []string) {
	for frame := range p.acks {
		frames = append(frames, frame)
	}
	return frames
}

func bare(id string) string { return fmt.Sprintf(`{"envelope_id":%q}`, id) }

// run is a Socket at work.
type run struct {
	*Socket
	stop  context.CancelFunc
	ended chan error
	log   *logbook
}

func (s *slackEnd) start(cfg SocketConfig) *run {
	book := &logbook{}
	log := logrus.New()
	log.SetOutput(book)
	log.SetLevel(logrus.DebugLevel)
	cfg.Open, cfg.HTTPClient, cfg.Log = s.open, s.client, logrus.NewEntry(log)
	if cfg.Handle == nil {
		cfg.Handle = func(ctx context.Context, d *Delivery) { _ = d.Ack(ctx, nil) }
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &run{Socket: NewSocket(cfg), stop: stop, ended: make(chan error, 1), log: book}
	go func() { r.ended <- r.Run(ctx) }()
	s.t.Cleanup(stop)
	return r
}

// finish stops the Socket and expects it to end well.
func (r *run) finish(t *testing.T) {
	r.stop()
	require.NoError(t, <-r.ended)
}

type logbook struct {
	mu   sync.Mutex
	text []byte
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

type pipeListener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, io.EOF
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "slack.test"} }

// textOf returns the text of the message an ack carries.
func textOf(t *testing.T, frame string) string {
	var ack struct {
		Payload struct {
			Text string `json:"text"`
		} `json:"payload"`
	}
	require.NoError(t, json.Unmarshal([]byte(frame), &ack))
	return ack.Payload.Text
}

func words(text string) map[string]string { return map[string]string{"text": text} }

// pass lets time pass on the bubble's clock.
func pass(d time.Duration) { <-time.After(d) }

// timeline notes when things happened, on the bubble's clock.
type timeline struct {
	mu    sync.Mutex
	times []time.Time
}

func (l *timeline) note() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.times = append(l.times, time.Now())
}

func (l *timeline) gap(n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.times[n].Sub(l.times[n-1])
}
