package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// arrows says which of our packages each package may import. main may import all.
var arrows = map[string][]string{
	"approval":              {},
	"lakeformation":         {},
	"commands":              {"approval", "lakeformation"},
	"worker":                {"approval", "lakeformation"},
	"store":                 {"approval"},
	"bot":                   {"approval", "commands"},
	"playground":            {"playground/localslack", "playground/locallake"},
	"playground/localslack": {},
	"playground/locallake":  {},
}

// onlyIn names libraries that one package alone may import.
var onlyIn = map[string]string{
	"github.com/slack-go/slack":           "bot",
	"database/sql":                        "store",
	"github.com/go-resty/resty/v2":        "lakeformation",
	"github.com/prometheus/client_golang": ".",
}

func TestPackagesImportOnlyWhatTheArrowsAllow(t *testing.T) {
	imports := importsByPackage(t)
	for pkg, list := range imports {
		allowed, known := arrows[pkg]
		if pkg != "." {
			require.True(t, known, "package %s is new: say in arrows what it may import", pkg)
		}
		for path := range list {
			ours, isOurs := strings.CutPrefix(path, "slipway/")
			if isOurs && pkg != "." {
				require.Contains(t, allowed, ours, "package %s must not import %s: see “The house” in docs/architecture.md", pkg, ours)
			}
			for library, only := range onlyIn {
				if path == library || strings.HasPrefix(path, library+"/") {
					require.Equal(t, only, pkg, "only package %s may import %s", only, library)
				}
			}
		}
	}
}

func TestTheDomainStandsOnTheStandardLibraryAlone(t *testing.T) {
	for path := range importsByPackage(t)["approval"] {
		require.NotContains(t, strings.SplitN(path, "/", 2)[0], ".", "package approval imports %s", path)
	}
}

// importsByPackage reads the imports of all files that are not tests, by folder.
func importsByPackage(t *testing.T) map[string]map[string]bool {
	t.Helper()
	found := map[string]map[string]bool{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || slices.Contains([]string{"testdata", "node_modules"}, entry.Name())) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		if found[pkg] == nil {
			found[pkg] = map[string]bool{}
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[pkg][imported] = true
		}
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, found, "approval")
	return found
}
