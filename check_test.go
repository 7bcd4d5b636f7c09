package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// docs/check.md lists the checks that there are, in their order, and marks those of each instance.
func TestThePageListsEveryCheck(t *testing.T) {
	page, err := os.ReadFile("docs/check.md")
	require.NoError(t, err)
	type row struct {
		name string
		each bool
	}
	var listed, there []row
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z ]+)`( ✱)? \\|").FindAllStringSubmatch(string(page), -1) {
		listed = append(listed, row{m[1], m[2] != ""})
	}
	for _, c := range checks {
		there = append(there, row{c.name, c.each})
	}
	require.Equal(t, there, listed)
}

// A check that is named after one that comes later, or not at all, would never wait for it.
func TestChecksComeAfterWhatTheyNeed(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range checks {
		for _, need := range c.after {
			require.True(t, seen[need], "%s comes after %s", c.name, need)
		}
		seen[c.name] = true
	}
}
