package playground_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground"
)

// pageState is what these tests read of the page's state.
type pageState struct {
	Only     string
	People   []struct{ ID, Name, Role, DM string }
	Channels []struct {
		ID, Name string
		HasBot   bool
	}
	Messages map[string][]struct{ Text, User, OnlyFor string }
	Jobs     []struct {
		ID, Name, Instance, Status, Ends string
		Runs                             int
		Active                           bool
		Past                             []struct {
			Status  string
			Seconds float64
			Outside bool
		}
		Log []string
	}
	Deleted []string
	Faults  struct {
		Kinds  []struct{ Name, Title, Description string }
		Active []struct {
			Op, Title string
			Times     int
		}
	}
	Slack struct {
		Connections int
		Lasting     []string
	}
	Child struct {
		State, Exit string
		PID         int
	}
	Log []string
}

func split(p *playground.Playground) (address, key string) {
	address, key, _ = strings.Cut(p.URL(), "/#")
	return address, key
}

// until follows the page's stream until the state is as wanted.
func until(t *testing.T, p *playground.Playground, wanted func(pageState) bool) pageState {
	t.Helper()
	address, key := split(p)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/api/state", nil)
	require.NoError(t, err)
	r.Header.Set("X-Playground-Key", key)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	var now pageState
	for lines := bufio.NewReader(response.Body); ; {
		line, err := lines.ReadString('\n')
		require.NoError(t, err, "the stream ended before it came true; last seen: %+v", now)
		if data, isData := strings.CutPrefix(line, "data: "); isData {
			// Parts that did not change are not sent: they stay as they were.
			require.NoError(t, json.Unmarshal([]byte(data), &now))
			if wanted(now) {
				return now
			}
		}
	}
}

// press posts what a button of the page does and returns the problem it is told.
func press(t *testing.T, p *playground.Playground, path string, body map[string]any) string {
	t.Helper()
	address, key := split(p)
	sent, err := json.Marshal(body)
	require.NoError(t, err)
	status, answer := send(t, http.MethodPost, address+path, bytes.NewReader(sent), map[string]string{"X-Playground-Key": key})
	require.Equal(t, http.StatusOK, status, answer)
	var told struct{ Problem string }
	require.NoError(t, json.Unmarshal([]byte(answer), &told))
	return told.Problem
}

// send sends any request; the header Host goes where net/http wants it.
func send(t *testing.T, method, url string, body io.Reader, header map[string]string) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	require.NoError(t, err)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	if host := header["Host"]; host != "" {
		r.Host = host
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(read)
}
