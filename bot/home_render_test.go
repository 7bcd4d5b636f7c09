package bot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/commands"
	"slipway/playground/localslack"
)

// homeCases are Homes that differ in what there is.
func homeCases() map[string]commands.Home {
	all := cases()
	next := approval.ID(1042)
	of := func(names ...string) (list []approval.Request) {
		for _, name := range names {
			r := all[name]
			r.ID = next
			next++
			list = append(list, r)
		}
		return list
	}
	return map[string]commands.Home{
		"empty":   {Command: "/lf"},
		"refused": {Refused: "Only full members of this workspace may ask."},
		"full": {
			Command: "/lf-staging",
			Waiting: of("pending", "pending-two", "pending-stop", "unknown"), Asked: of("pending-from"),
			Running: of("running"), Ended: of("failed", "denied", "expired"),
		},
		"busy": crowded("nightly_sync", "source reloaded", "Ana"),
	}
}

// crowded is the Home of somebody whom fifty requests of each kind concern.
func crowded(job, reason, who string) commands.Home {
	h := commands.Home{Command: "/lf", Frozen: "All starts are frozen."}
	for i := range 50 {
		of := func(name string, id int) approval.Request {
			r := cases()[name]
			r.ID = approval.ID(id + i)
			r.Job.Name, r.Ask.Job, r.Ask.Reason, r.Ask.By.Name, r.Rule.Name = job, job, reason, who, job
			return r
		}
		h.Waiting, h.Asked = append(h.Waiting, of("pending-two", 1000)), append(h.Asked, of("pending-two", 2000))
		h.Running, h.Ended = append(h.Running, of("running", 3000)), append(h.Ended, of("failed", 4000))
	}
	return h
}

// Every Home looks as written down. Run with -update after a wanted change, and read the difference.
func TestHomesLookAsWrittenDown(t *testing.T) {
	api := publisher(t)
	for name, h := range homeCases() {
		t.Run(name, func(t *testing.T) {
			viewTaken(t, api, h, English)
			var out bytes.Buffer
			enc := json.NewEncoder(&out)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			require.NoError(t, enc.Encode(RenderHome(h, English)))
			path := filepath.Join("testdata", "home", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), out.String())
		})
	}
}

// publisher speaks to a local Slack, which checks views against Slack's limits.
func publisher(t *testing.T) *slack.Client {
	t.Helper()
	server, err := localslack.Start(localslack.Playground())
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return slack.New(localslack.PlaygroundBotTok, slack.OptionAPIURL(server.APIURL()))
}

// viewTaken publishes a Home; the local Slack must take it.
func viewTaken(t *testing.T, api *slack.Client, h commands.Home, l Language) string {
	t.Helper()
	view := RenderHome(h, l)
	_, err := api.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: localslack.UserAna, View: view})
	require.NoError(t, err, "%s", slackDetail(err))
	raw, err := json.Marshal(view)
	require.NoError(t, err)
	return string(raw)
}

// Whatever stands in the requests, a Home keeps Slack's limits, and nothing from outside becomes markup.
func TestAHomeKeepsSlacksLimits(t *testing.T) {
	api := publisher(t)
	for i, h := range []commands.Home{
		{}, {Refused: strings.Repeat("x<", 4000)},
		crowded("nightly_sync", "source reloaded", "Ana"),
		crowded(strings.Repeat("&", 255), strings.Repeat("<!here> ", 500), "<!channel>*Ana*"),
		crowded(strings.Repeat("ä", 255), strings.Repeat("🚀", 4000), strings.Repeat("<", 80)),
		crowded("`x` <!channel>", "<https://e.example|x>", "<@U1>"),
	} {
		for _, l := range []Language{English, Chinese} {
			raw := viewTaken(t, api, h, l)
			for _, live := range []string{"<!channel", "<!here", "<!everyone", "<http", "<@U1>"} {
				require.NotContains(t, mrkdwnOf(t, raw), live, "case %d", i)
			}
		}
	}
}

// mrkdwnOf are the texts in which Slack reads markup.
func mrkdwnOf(t *testing.T, raw string) string {
	t.Helper()
	var texts []string
	var walk func(any)
	walk = func(v any) {
		switch is := v.(type) {
		case []any:
			for _, inner := range is {
				walk(inner)
			}
		case map[string]any:
			if is["type"] == "mrkdwn" {
				texts = append(texts, fmt.Sprint(is["text"]))
			}
			for _, inner := range is {
				walk(inner)
			}
		}
	}
	var v any
	require.NoError(t, json.Unmarshal([]byte(raw), &v))
	walk(v)
	require.NotEmpty(t, texts)
	return strings.Join(texts, "\n")
}

// What is cut is said to be cut, and how to see it.
func TestACrowdedHomeSaysWhatItLeavesOut(t *testing.T) {
	view := RenderHome(crowded("nightly_sync", strings.Repeat("x", 4000), "Ana"), English)
	require.LessOrEqual(t, len(view.Blocks.BlockSet), 100)
	raw, err := json.Marshal(view)
	require.NoError(t, err)
	text := mrkdwnOf(t, string(raw))
	require.Contains(t, text, "And 32 more: type `/lf pending` in their channel.")
	require.Contains(t, text, "And 42 more: type `/lf status` in their channel.")
	require.Contains(t, text, "And 42 more: type `/lf history` in their channel.")
	require.NotContains(t, string(raw), strings.Repeat("x", homeReason+1))
	require.Contains(t, string(raw), "…")
}
