package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every test that docs/threats.md names is one, each thing that can be stolen names some, and each line of a log, of
// /readyz and of a metric that it speaks of is one that Slipway writes.
func TestTheThreatModelNamesWhatThereIs(t *testing.T) {
	text, err := os.ReadFile("docs/threats.md")
	require.NoError(t, err)
	page := string(text)
	tests, code := sources(t, true), sources(t, false)
	rows := 0
	for _, row := range regexp.MustCompile(`(?m)^\| [^|]+\|[^|]+\|[^|]+\|[^|]*\|([^|]*)\|$`).FindAllStringSubmatch(page, -1) {
		if strings.TrimSpace(row[1]) == "tests" || strings.HasPrefix(row[1], "-") {
			continue
		}
		rows++
		require.Contains(t, row[1], "`Test", row[0])
	}
	require.Greater(t, rows, 14)
	for _, m := range regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(page, -1) {
		require.Contains(t, tests, "func "+m[1]+"(t *testing.T)")
	}
	for _, m := range regexp.MustCompile("`slipway_([a-z_]+)`").FindAllStringSubmatch(page, -1) {
		require.Contains(t, code, `"`+m[1]+`"`)
	}
	for _, line := range []string{"Slack refuses the bot token", "LakeFormation refuses the credentials", "there are no credentials", "a new policy is in force", "decision_refused", "command_refused"} {
		require.Contains(t, page, "`"+line)
		require.Contains(t, code, line)
	}
}
