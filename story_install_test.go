package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark/ast"

	"slipway/playground/localslack"
)

// terminal runs one command of a page in a directory, as a person does who has pasted these settings before.
func terminal(t *testing.T, dir, settings, command string) (*exec.Cmd, *transcript) {
	t.Helper()
	cmd := exec.Command("sh", "-c", settings+"\nexec "+command)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	out := &transcript{}
	cmd.Stdout, cmd.Stderr = out, out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd, out
}

// shows waits until a terminal shows what matches.
func shows(t *testing.T, out *transcript, pattern string) []string {
	t.Helper()
	end := time.Now().Add(time.Minute)
	for {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(out.String()); m != nil {
			return m
		}
		require.True(t, time.Now().Before(end), "no %s in:\n%s", pattern, out.String())
		<-time.After(20 * time.Millisecond)
	}
}

// A stranger does what docs/install.md says, to the end of its fourth step.
func TestTheInstallPageIsTrue(t *testing.T) {
	t.Parallel()
	p := readPage(t, "docs/install.md")
	var steps []string
	each(p.root, func(n *ast.FencedCodeBlock) {
		steps = append(steps, strings.TrimSpace(string(n.Lines().Value(p.source))))
	})
	require.Len(t, steps, 6)
	dir := t.TempDir()
	require.Equal(t, "go build -o slipway .", steps[0])
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "slipway"), ".")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	_, slack := terminal(t, dir, "", steps[1])
	_, lake := terminal(t, dir, "", steps[2])
	page := shows(t, slack, `(http://[0-9.:]+)/#(\w+)`)
	shows(t, slack, "Ctrl-C ends it")
	shows(t, lake, "Ctrl-C ends it")
	settings := strings.Join(regexp.MustCompile(`(?m)^(export|unset) .*$`).FindAllString(slack.String()+lake.String(), -1), "\n")

	check, found := terminal(t, dir, settings, steps[3])
	require.NoError(t, check.Wait(), found.String())
	for line := range strings.Lines(found.String()) {
		require.True(t, strings.HasPrefix(line, "ok "), line)
	}
	require.Equal(t, len(checks), strings.Count(found.String(), "\n"))

	_, log := terminal(t, dir, settings, steps[4])
	shows(t, log, "connected to Slack")
	does := func(what string, body map[string]any) {
		t.Helper()
		raw, err := json.Marshal(body)
		require.NoError(t, err)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page[1]+"/api/"+what, bytes.NewReader(raw))
		require.NoError(t, err)
		r.Header.Set("X-Playground-Key", page[2])
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		said, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.StatusCode, string(said))
	}
	seen := &transcript{}
	stream, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page[1]+"/api/state", nil)
	require.NoError(t, err)
	stream.Header.Set("X-Playground-Key", page[2])
	answer, err := http.DefaultClient.Do(stream)
	require.NoError(t, err)
	t.Cleanup(func() { answer.Body.Close() })
	go func() { _, _ = io.Copy(seen, answer.Body) }()

	does("type", map[string]any{"user": localslack.UserAna, "channel": channel, "text": "/lf start nightly_sync"})
	shows(t, seen, "Only Ana can confirm")
	card := shows(t, seen, `"ts":"([0-9.]+)","thread":"","user":"\w+","text":"[^"]*Start `)
	does("press", map[string]any{"user": localslack.UserAna, "channel": channel, "ts": card[1], "button": 0, "action": "approve"})
	shows(t, seen, "succeeded after")
}
