package bot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/localslack"
)

// What a channel hears of a job that it watches looks as written down.
func TestWatchesLookAsWrittenDown(t *testing.T) {
	w := approval.Watch{ID: 7, Channel: "C1", Instance: "prod", JobName: "nightly_sync", Typed: "prod/nightly_sync", By: ana, Command: "/lf-staging"}
	run := func(status string, took time.Duration) approval.Run {
		return approval.Run{Status: status, StartedAt: noon, Took: took}
	}
	sure := request(approval.Succeeded, accepted)
	for name, m := range map[string]Message{
		"succeeded-outside": RenderWatch(w, run("SUCCESS", 12*time.Minute), approval.Request{}, English),
		"succeeded-untimed": RenderWatch(w, run("SUCCESS", 0), sure, English),
		"failed-with":       RenderWatch(w, run("FAILED", 40*time.Second), sure, English),
		"partial-perhaps":   RenderWatch(w, run("PARTIAL_SUCCESS", time.Hour), request(approval.Partial, nil), English),
		"stopped":           RenderWatch(w, run("STOPPED", time.Minute), request(approval.Stopped, func(r *approval.Request) { r.SaidBy = ben }), English),
		"ended":             RenderWatchEnded(w, approval.T("I can't post there any more."), English),
	} {
		t.Run(name, func(t *testing.T) {
			got, path := pretty(t, m), filepath.Join("testdata", "watches", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// Whatever a job is called, the message keeps Slack's limits, and nothing from outside becomes markup.
func TestAWatchKeepsSlacksLimits(t *testing.T) {
	for _, evil := range []string{strings.Repeat("ä", 255), strings.Repeat("&", 255), "<!channel>`x` *b*", "<https://e.example|x>"} {
		w := approval.Watch{Channel: "C1", Instance: evil, JobName: evil, Typed: evil, By: approval.Actor{Name: evil}, Command: "/lf"}
		for _, l := range []Language{English, Chinese} {
			for _, m := range []Message{
				RenderWatch(w, approval.Run{Status: "FAILED"}, request(approval.Failed, func(r *approval.Request) { r.Ask.By.Name = evil }), l),
				RenderWatchEnded(w, approval.T("Slipway no longer knows the instance %s.", evil), l),
			} {
				require.Empty(t, localslack.ValidateBlocks(blocksOf(t, m)))
				require.NotContains(t, m.Text, "<!channel")
				require.NotContains(t, m.Text, "<http")
			}
		}
	}
}
