package main

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// cable is the way to a database; it can be pulled.
type cable struct {
	net.Listener
	to string

	mu     sync.Mutex
	pulled bool
	open   map[net.Conn]bool
}

func newCable(t *testing.T, to string) *cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cable{Listener: listener, to: to, open: map[net.Conn]bool{}}
	t.Cleanup(func() { c.Close(); c.pull(true) })
	go c.serve()
	return c
}

func (c *cable) serve() {
	for {
		near, err := c.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", c.to)
		if err != nil || !c.keep(near, far) {
			near.Close()
			continue
		}
		go func() { io.Copy(far, near); far.Close() }()
		go func() { io.Copy(near, far); near.Close() }()
	}
}

// keep remembers both ends, or closes them when the cable is pulled.
func (c *cable) keep(ends ...net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range ends {
		if c.pulled {
			end.Close()
		} else {
			c.open[end] = true
		}
	}
	return !c.pulled
}

func (c *cable) pull(out bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pulled = out
	for end := range c.open {
		end.Close()
		delete(c.open, end)
	}
}

func TestTheDatabaseIsGoneForAWhile(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(schema(t))
	require.NoError(t, err)
	cable := newCable(t, address.Host)
	address.Host = cable.Addr().String()
	w := unstarted(t)
	w.env["DATABASE_URL"] = address.String()
	w.start()
	w.as("ana").types("/lf start nightly_sync")
	ts, action := w.as("ana").button("Start job")
	ready := func() bool { code, _ := w.readyz(); return code == http.StatusOK }
	w.until("it is ready", func() bool { return ready() })

	cable.pull(true)
	d := w.slack.Type(people["ben"], channel, "/lf start weekly_discovery")
	require.True(t, d.Acked, d.Problem)
	require.Contains(t, string(d.AckPayload), "I can't tell whether this was recorded: my database does not answer.")
	require.False(t, w.slack.Press(people["ana"], channel, ts, action).Acked, "Slack then shows that the press did not count")
	w.until("it says so", func() bool { return !ready() })
	require.Zero(t, w.lake.StartCalls("nightly_sync"))

	cable.pull(false)
	w.until("it is ready again", func() bool { return ready() })
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	w.as("ben").types("/lf start weekly_discovery")
	w.cardSays("Start `weekly_discovery` on default?")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
}
