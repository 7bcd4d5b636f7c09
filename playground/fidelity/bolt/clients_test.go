// Package bolt_test runs Slack's own JavaScript clients against the local Slack, unchanged: what they cannot talk to
// is no Slack. It needs Node.js 20 and, once, `npm install --no-package-lock` in this folder.
package bolt_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

const (
	ana, platform = localslack.UserAna, localslack.ChannelPlatform
	patience      = time.Minute // only a hanging test waits this long
)

// node starts a script with these settings; its output is read to the end. It is killed with the test.
func node(t *testing.T, script string, settings ...string) io.Reader {
	t.Helper()
	absent := t.Skip
	if os.Getenv("CI") != "" {
		absent = t.Fatal
	}
	program, err := exec.LookPath("node")
	if err != nil {
		absent("Node.js is not here, so Slack's own clients are not tried")
	}
	if _, err := os.Stat("node_modules/@slack/bolt"); err != nil {
		absent("Slack's clients are not here: npm install --no-package-lock in playground/fidelity/bolt")
	}
	cmd := exec.Command(program, script)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, settings...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return out
}

func settings(s *localslack.Server) []string {
	return []string{"SLACK_BOT_TOKEN=" + localslack.PlaygroundBotTok, "SLACK_APP_TOKEN=" + localslack.PlaygroundAppTok, "SLACK_API_URL=" + s.APIURL()}
}

func start(t *testing.T, change func(*localslack.Config)) *localslack.Server {
	t.Helper()
	cfg := localslack.Playground()
	change(&cfg)
	s, err := localslack.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func until(t *testing.T, s *localslack.Server, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, s.WaitFor(ctx, done))
}

// tried is one line of clients.mjs.
type tried struct {
	What   string
	Code   string // of the client's error
	Answer json.RawMessage
	Data   struct {
		OK       bool
		Error    string
		Needed   string
		Provided string
		Errors   []string
		Metadata struct {
			Scopes   []string
			Accepted []string `json:"acceptedScopes"`
			Messages []string
		} `json:"response_metadata"`
	}
}

func TestSlacksOwnClientsWorkHereUnchanged(t *testing.T) {
	granted := []string{"commands", "chat:write", "channels:read", "users:read", "files:write"}
	s := start(t, func(c *localslack.Config) { c.Scopes = granted })
	s.Fail("conversations.info", localslack.Fault{RetryAfter: time.Second, Times: 1})
	s.Fail("users.info", localslack.Fault{RetryAfter: time.Minute, Times: 1})
	out := node(t, "clients.mjs", append(settings(s), "CHANNEL="+platform, "OTHER_CHANNEL="+localslack.ChannelAnalytics)...)
	came := map[string]tried{}
	for scanner := bufio.NewScanner(out); len(came) < 12 && scanner.Scan(); {
		var one tried
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &one), scanner.Text())
		came[one.What] = one
	}

	for what, code := range map[string]string{
		"wrong token": "invalid_auth", "app token": "not_allowed_token_type", "unknown method": "unknown_method",
		"not a member": "not_in_channel", "bad blocks": "invalid_blocks", "missing scope": "missing_scope",
	} {
		require.Equal(t, "slack_webapi_platform_error", came[what].Code, what)
		require.Equal(t, code, came[what].Data.Error, what)
	}
	require.Equal(t, "slack_webapi_rate_limited_error", came["limited"].Code)
	for _, what := range []string{"auth.test", "pages", "posted", "limited, then not", "file"} {
		require.Empty(t, came[what].Code, what)
		require.NotEmpty(t, came[what].Answer, what)
	}
	require.JSONEq(t, `["U0GUEST005","U0ANA00001","U0BEN00002","U0CHEN0003","U0DEV00004","U0SLIPWAY0",4,2,"data-platform","analytics"]`, string(came["pages"].Answer))
	missing := came["missing scope"].Data
	require.Equal(t, "reactions:write", missing.Needed)
	require.Equal(t, "commands,chat:write,channels:read,users:read,files:write", missing.Provided)
	require.Equal(t, granted, missing.Metadata.Scopes)
	require.Equal(t, []string{"reactions:write"}, missing.Metadata.Accepted)
	require.Empty(t, came["wrong token"].Data.Metadata.Scopes, "of a token that is not known nothing is said")
	require.Equal(t, []string{"connections:write"}, came["app token"].Data.Metadata.Scopes)
	require.Equal(t, []string{"[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"}, came["bad blocks"].Data.Metadata.Messages)
	files := s.Messages(platform)
	require.Equal(t, "began\nended\n", files[len(files)-1].Files[0].Content)

	hears := func() {
		until(t, s, func() bool { return s.Connections() == 1 })
		require.True(t, s.Type(ana, platform, "/lf one").Acked)
		heard := s.Visible(ana, platform)
		require.Equal(t, "heard one", heard[len(heard)-1].Text)
	}
	hears()
	opened := len(s.Calls())
	s.Disconnect("refresh_requested")
	until(t, s, func() bool { return len(s.Calls()) > opened })
	hears()
}
