package commands

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the README, the app's hint in Slack and the playground's page say can be typed is what can be typed.
func TestEveryCommandIsInTheDocs(t *testing.T) {
	for file, before := range map[string]string{"../README.md": "`/lf ", "../manifest.yaml": " ", "../playground/page/hints.js": `insert: "/lf `} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, c := range list() {
			require.Contains(t, string(text), before+c.word, file)
		}
	}
}
