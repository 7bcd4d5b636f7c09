package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	extast "github.com/yuin/goldmark/extension/ast"
)

// Every test that the pages name is one.
func TestTheDocsNameTestsThatThereAre(t *testing.T) {
	source := sources(t, true)
	named := 0
	for _, p := range pages(t) {
		for _, code := range p.codes(p.root) {
			if regexp.MustCompile(`^Test[A-Za-z0-9]+$`).MatchString(code) {
				require.Contains(t, source, "func "+code+"(t *testing.T)", p.path)
				named++
			}
		}
	}
	require.Greater(t, named, 70)
}

// The figures of the promises are those of the benchmarks.
func TestTheFiguresAreThoseOfTheBenchmarks(t *testing.T) {
	measured, err := os.ReadFile("docs/benchmarks.md")
	require.NoError(t, err)
	p := readPage(t, "docs/promises.md")
	rows := 0
	each(p.root, func(row *extast.TableRow) {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, string(cell.Lines().Value(p.source)))
		}
		require.Contains(t, string(measured), "| "+strings.Join(cells, " | ")+" |")
		rows++
	})
	require.Greater(t, rows, 3)
}
