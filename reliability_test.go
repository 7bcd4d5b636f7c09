package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every test that docs/reliability.md names is one.
func TestTheFaultTableNamesTestsThatThereAre(t *testing.T) {
	page, err := os.ReadFile("docs/reliability.md")
	require.NoError(t, err)
	source := sources(t, true)
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(named), 30)
	for _, m := range named {
		require.Contains(t, source, "func "+m[1]+"(t *testing.T)")
	}
}

// sources is the text of all tests, or of all other Go files.
func sources(t *testing.T, tests bool) string {
	t.Helper()
	var source strings.Builder
	for _, pattern := range []string{"*.go", "*/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") != tests {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			source.Write(text)
		}
	}
	return source.String()
}
