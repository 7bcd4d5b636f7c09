package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLinksInTheDocsLeadSomewhere(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	found := 0
	for _, page := range append(pages, "README.md", "CHANGELOG.md", "SECURITY.md") {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			found++
			_, err := os.Stat(filepath.Join(filepath.Dir(page), link[1]))
			require.NoError(t, err, "%s links to %s", page, link[1])
		}
	}
	require.NotZero(t, found)
}

// Every variable that the program reads is explained, and nothing is explained that it does not read.
func TestTheSettingsPageListsEverySetting(t *testing.T) {
	page, err := os.ReadFile("docs/settings.md")
	require.NoError(t, err)
	read := map[string]bool{}
	_, err = LoadConfig(func(name string) string { read[name] = true; return "" })
	require.Error(t, err)
	_, err = LoadConfig(func(name string) string {
		read[name] = true
		return map[string]string{"LAKEFORMATION_IAM_DOMAIN": "d", "LAKEFORMATION_IAM_USER": "u", "LAKEFORMATION_IAM_PASSWORD": "password"}[name]
	})
	require.Error(t, err)
	explained := map[string]bool{}
	for _, name := range regexp.MustCompile("`([A-Z][A-Z_]+)`").FindAllStringSubmatch(string(page), -1) {
		explained[name[1]] = true
	}
	require.Equal(t, explained, read)
}
