package locallake

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePageListsEveryPathAndNoOther(t *testing.T) {
	page, err := os.ReadFile("../../docs/playground.md")
	require.NoError(t, err)
	var listed, served []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]+)` \\|").FindAllSubmatch(page, -1) {
		listed = append(listed, string(row[1]))
	}
	for _, r := range routes() {
		if r.op != opElsewhere { // a sign-in page, no API
			served = append(served, r.method+" "+r.pattern)
		}
	}
	require.ElementsMatch(t, served, listed)
}
