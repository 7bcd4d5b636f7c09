package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// page is a document, read as GitHub reads it.
type page struct {
	path   string
	source []byte
	root   ast.Node
}

func readPage(t testing.TB, path string) page {
	t.Helper()
	source, err := os.ReadFile(path)
	require.NoError(t, err)
	return page{path, source, goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))}
}

// pages are all documents of the repository.
func pages(t testing.TB) []page {
	t.Helper()
	var found []page
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		if err == nil && filepath.Ext(path) == ".md" {
			found = append(found, readPage(t, path))
		}
		return err
	}))
	return found
}

// each calls do for every node of a kind under from, in order.
func each[N ast.Node](from ast.Node, do func(N)) {
	_ = ast.Walk(from, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if n, ok := node.(N); ok && entering {
			do(n)
		}
		return ast.WalkContinue, nil
	})
}

// words is the text of a node, without its marks.
func (p page) words(node ast.Node) string {
	var b strings.Builder
	each(node, func(n *ast.Text) { b.Write(n.Value(p.source)) })
	return b.String()
}

// codes are the code spans under a node.
func (p page) codes(node ast.Node) []string {
	var found []string
	each(node, func(n *ast.CodeSpan) { found = append(found, p.words(n)) })
	return found
}

// anchors are what a link to this page may end in after its #: GitHub makes them of the headings.
func (p page) anchors() map[string]bool {
	found := map[string]bool{}
	each(p.root, func(n *ast.Heading) {
		found[strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, p.words(n))] = true
	})
	return found
}
