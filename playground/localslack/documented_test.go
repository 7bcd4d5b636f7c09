package localslack

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePageListsEveryMethodAndNoOther(t *testing.T) {
	page, err := os.ReadFile("../../docs/playground.md")
	require.NoError(t, err)
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z]+\\.[A-Za-z.]+)` \\|").FindAllSubmatch(page, -1) {
		listed = append(listed, string(row[1]))
	}
	require.Equal(t, slices.Sorted(maps.Keys(methods)), listed)
}
