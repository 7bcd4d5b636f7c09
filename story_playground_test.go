package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

// played is `slipway playground` as a process, used through its page's door.
type played struct {
	t       *testing.T
	ctx     context.Context
	cmd     *exec.Cmd
	address string
	key     string
	said    string // in the terminal, to the last line
	log     transcript
}

// plays starts a playground on free ports and waits for its last line.
func plays(t *testing.T, env []string, flags ...string) *played {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // only a hanging story takes so long
	t.Cleanup(cancel)
	p := &played{t: t, ctx: ctx}
	p.cmd = exec.CommandContext(ctx, os.Args[0], append([]string{"playground", "--addr", "127.0.0.1:0"}, flags...)...)
	p.cmd.Env = append([]string{asProcess + "=1", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}, env...)
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(p.ends)
	lines := bufio.NewReader(out)
	for !strings.HasSuffix(p.said, "Ctrl-C ends it.\n") {
		line, err := lines.ReadString('\n')
		require.NoError(t, err, "%s%s", p.said, p.log.String())
		p.said += line
	}
	url := regexp.MustCompile(`(http://\S+)/#(\w+)`).FindStringSubmatch(p.said)
	require.NotNil(t, url, p.said)
	p.address, p.key = url[1], url[2]
	return p
}

// ends stops it as Ctrl-C does.
func (p *played) ends() {
	p.t.Helper()
	if p.cmd.ProcessState != nil {
		return
	}
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGINT))
	require.NoError(p.t, p.cmd.Wait(), p.log.String())
}

func (p *played) ask(method, path string, body any) *http.Response {
	p.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(p.t, err)
	r, err := http.NewRequestWithContext(p.ctx, method, p.address+path, bytes.NewReader(text))
	require.NoError(p.t, err)
	r.Header.Set("X-Playground-Key", p.key)
	response, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	require.Equal(p.t, http.StatusOK, response.StatusCode)
	return response
}

// does what a button of the page does.
func (p *played) does(path string, body map[string]any) {
	p.t.Helper()
	response := p.ask(http.MethodPost, path, body)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	require.JSONEq(p.t, `{"problem":""}`, string(answer))
}

// shown is what these stories read of the page.
type shown struct {
	Only     string
	Messages map[string][]struct {
		TS, Text, Thread, OnlyFor string
	}
	Jobs []struct {
		ID, Name, Status string
		StartCalls       int
	}
	Child struct{ State string }
	Slack struct{ Connections int }
}

// shows waits until the page shows something.
func (p *played) shows(what string, wanted func(shown) bool) shown {
	p.t.Helper()
	response := p.ask(http.MethodGet, "/api/state", nil)
	defer response.Body.Close()
	var now shown
	for lines := bufio.NewReader(response.Body); ; {
		line, err := lines.ReadString('\n')
		require.NoError(p.t, err, "it never showed: %s; last seen: %+v\n%s", what, now, p.log.String())
		if data, isData := strings.CutPrefix(line, "data: "); isData {
			require.NoError(p.t, json.Unmarshal([]byte(data), &now))
			if wanted(now) {
				return now
			}
		}
	}
}

// card is the card about a job, if there is one that says these words.
func (s shown) card(job, words string) (ts string, says bool) {
	for _, m := range s.Messages[channel] {
		if m.Thread == "" && m.OnlyFor == "" && strings.Contains(m.Text, "`"+job+"`") {
			return m.TS, strings.Contains(m.Text, words)
		}
	}
	return "", false
}

// asks types a start and waits for its card.
func (p *played) asks(job string) (ts string) {
	p.t.Helper()
	p.shows("Slipway is connected", func(s shown) bool { return s.Slack.Connections > 0 })
	p.does("/api/type", map[string]any{"user": localslack.UserAna, "channel": channel, "text": "/lf start " + job})
	asked := p.shows("the card", func(s shown) bool { _, says := s.card(job, "Only Ana can confirm"); return says })
	ts, _ = asked.card(job, "")
	return ts
}

func (p *played) confirms(ts string) {
	p.t.Helper()
	p.does("/api/press", map[string]any{"user": localslack.UserAna, "channel": channel, "ts": ts, "button": 0, "action": "approve"})
}

func TestAPlaygroundGoesOnFromItsDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mine")
	p := plays(t, nil, "--data", dir)
	require.Contains(t, p.said, "kept in "+dir)
	p.confirms(p.asks("nightly_sync"))
	p.shows("the run", func(s shown) bool { _, says := s.card("nightly_sync", "is running"); return says })
	asked := p.asks("permissions_sync")

	second := exec.Command(os.Args[0], "playground", "--data", dir)
	second.Env = []string{asProcess + "=1"}
	refused, err := second.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(refused), "another playground uses "+dir)

	p.ends()
	again := plays(t, nil, "--data", dir)
	again.shows("Slipway is connected", func(s shown) bool { return s.Slack.Connections > 0 })
	again.confirms(asked)
	now := again.shows("the run", func(s shown) bool { _, says := s.card("permissions_sync", "is running"); return says })
	at, _ := now.card("permissions_sync", "")
	require.Equal(t, asked, at, "the card of before is drawn again, not posted again")
	require.Equal(t, 1, now.Jobs[0].StartCalls, "LakeFormation remembers the start of before")
	require.Equal(t, 1, now.Jobs[1].StartCalls)
}

func TestAPlaygroundWithoutADirectoryLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	p := plays(t, nil)
	p.ends()
	for _, variable := range p.cmd.Env {
		if dir, is := strings.CutPrefix(variable, "TMPDIR="); is {
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left)
		}
	}
}

// pasted runs Slipway in a shell into which the lines that the playground printed were pasted.
func (p *played) pasted(env ...string) {
	p.t.Helper()
	var lines []string
	for line := range strings.Lines(p.said) {
		if strings.HasPrefix(line, "export ") || strings.HasPrefix(line, "unset ") {
			lines = append(lines, line)
		}
	}
	require.NotEmpty(p.t, lines, p.said)
	slipway := exec.Command("sh", "-ec", strings.Join(lines, "")+`exec "$SLIPWAY" run`)
	slipway.Dir = p.t.TempDir()
	slipway.Env = append(env, asProcess+"=1", "SLIPWAY="+os.Args[0], "PATH="+os.Getenv("PATH"))
	slipway.Stderr = &p.log
	require.NoError(p.t, slipway.Start())
	p.t.Cleanup(func() {
		slipway.Process.Kill()
		slipway.Wait()
	})
}

func TestARealWorkspaceTriesTheLocalLakeFormation(t *testing.T) {
	t.Parallel()
	p := plays(t, nil, "--lakeformation-only")
	w := unstarted(t, realTime) // its Slack stands for the real one
	p.pasted("SLACK_APP_TOKEN="+w.env["SLACK_APP_TOKEN"], "SLACK_BOT_TOKEN="+w.env["SLACK_BOT_TOKEN"], "SLACK_API_URL="+w.env["SLACK_API_URL"],
		"LAKEFORMATION_REGION=ap-southeast-4", "HUAWEICLOUD_SDK_SECURITY_TOKEN=of-the-real-one")
	w.until("Slipway is connected", func() bool { return w.slack.Connections() > 0 })
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	now := p.shows("the start", func(s shown) bool { return s.Jobs[0].StartCalls == 1 })
	require.Equal(t, "lakeformation", now.Only)
	require.Equal(t, "nightly_sync", now.Jobs[0].Name)
	require.Empty(t, now.Child.State)
	w.cardSays("is running")
}

func TestARealLakeFormationIsTriedFromTheLocalSlack(t *testing.T) {
	t.Parallel()
	p := plays(t, nil, "--slack-only")
	require.Contains(t, p.said, "started for real")
	w := unstarted(t, realTime) // its LakeFormation stands for the real one
	var env []string
	for name, value := range w.env {
		if !strings.HasPrefix(name, "SLACK_") {
			env = append(env, name+"="+value)
		}
	}
	p.pasted(env...)
	p.confirms(p.asks("nightly_sync"))
	w.until("the start", func() bool { return w.lake.StartCalls("nightly_sync") == 1 })
}

func TestThePlaygroundOpensTheBrowser(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	fifo := filepath.Join(bin, "told")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "xdg-open"), []byte("#!/bin/sh\nprintf '%s' \"$1\" > "+fifo+"\n"), 0o700))
	p := plays(t, []string{"PATH=" + bin + ":" + os.Getenv("PATH")}, "--open")
	told, err := os.ReadFile(fifo)
	require.NoError(t, err)
	require.Equal(t, p.address+"/#"+p.key, string(told))
}

func TestThePlaygroundSaysWhatDoesNotFit(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { taken.Close() })
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	own := write("own.yaml", "instances:\n  prod: {region: ap-southeast-4, project_id: p, instance_id: i, ak: a, sk: s}\nrules:\n  - {name: r, approvals: 1, approvers: [requester]}\n")
	wrong := write("wrong.yaml", "rules:\n  - {name: r, approvals: maybe}\n")
	for _, c := range []struct{ flags, says string }{
		{"--slack-only --lakeformation-only", "exclude each other"},
		{"--slack-only --policy x.yaml", "export SLIPWAY_CONFIG=x.yaml"},
		{"--lakeformation-only --logs", "its log is in your terminal"},
		{"--scopes files:write", "for another app that you try with --slack-only"},
		{"--policy " + dir + "/none.yaml", "cannot be read"},
		{"--policy " + own, "Try a copy without instances:"},
		{"--policy " + wrong, "2:26: approvals is no number"},
		{"--data " + wrong, "choose a directory that you may write to"},
		{"--addr " + taken.Addr().String(), "is taken by another program; choose another one, or leave --addr out"},
		{"--addr 0.0.0.0:1", "for this machine only"},
		{"--colour", "unknown flag --colour"},
	} {
		t.Run(c.flags, func(t *testing.T) {
			err := run(t.Context(), append([]string{"playground"}, strings.Fields(c.flags)...), func(string) string { return "" }, io.Discard, io.Discard)
			require.ErrorContains(t, err, c.says)
		})
	}
}
