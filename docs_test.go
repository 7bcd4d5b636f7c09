package main

import (
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// A link leads to a file of the repository, and where it ends in #… to a heading of that page.
func TestLinksInTheDocsLeadSomewhere(t *testing.T) {
	found := 0
	for _, p := range pages(t) {
		follow := func(link string) {
			if strings.Contains(link, "://") {
				return
			}
			found++
			path, anchor, _ := strings.Cut(link, "#")
			if path == "" {
				path = filepath.Base(p.path)
			}
			path = filepath.Join(filepath.Dir(p.path), path)
			_, err := os.Stat(path)
			require.NoError(t, err, "%s links to %s", p.path, link)
			if anchor != "" {
				require.True(t, readPage(t, path).anchors()[anchor], "%s links to %s, and there is no such heading", p.path, link)
			}
		}
		each(p.root, func(n *ast.Link) { follow(string(n.Destination)) })
		each(p.root, func(n *ast.Image) {
			follow(string(n.Destination))
			require.NotEmpty(t, p.words(n), "%s: %s says nothing to who cannot see it", p.path, n.Destination)
		})
	}
	require.Greater(t, found, 60)
}

// commandLines are what a page tells people to type in a shell, in fenced blocks; and what it names in its text.
func (p page) commandLines() (typed, named []string) {
	each(p.root, func(n *ast.FencedCodeBlock) {
		switch string(n.Language(p.source)) {
		case "", "sh", "console":
			var block strings.Builder
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				block.Write(line.Value(p.source))
			}
			for line := range strings.Lines(strings.ReplaceAll(block.String(), "\\\n", " ")) {
				line, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "$ "), " #")
				for _, one := range regexp.MustCompile(`&&|\||;|>`).Split(line, -1) {
					typed = append(typed, strings.TrimSpace(one))
				}
			}
		}
	})
	for _, code := range p.codes(p.root) {
		if regexp.MustCompile(`^([A-Z_]+=\S+ )*(slipway|go run \.|go test|make) `).MatchString(code) {
			named = append(named, code)
		}
	}
	return typed, named
}

var quoted = regexp.MustCompile(`"[^"]*"|'[^']*'`)

var assignment = regexp.MustCompile(`^[A-Z_]+=\S*$`)

// ours finds in a command line what is said to Slipway; nil: it is about something else.
func ours(line string) []string {
	words := strings.Fields(quoted.ReplaceAllString(line, "quoted"))
	for len(words) > 0 && assignment.MatchString(words[0]) {
		words = words[1:]
	}
	if len(words) > 3 && words[0] == "go" && words[1] == "run" && words[2] == "." {
		return words[3:]
	}
	for i, word := range words {
		after := i == 0 || words[i-1] == "--" || strings.Contains(line, "compose") && words[i-1] == "--rm" || path.IsAbs(word) && words[0] == "systemd-run"
		if after && path.Base(word) == "slipway" && i+1 < len(words) {
			return words[i+1:]
		}
	}
	return nil
}

// What the pages tell people to type is taken: by Slipway's own command line, by make, and by go test.
func TestCommandsInTheDocsAreTaken(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	targets := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	source, tried := sources(t, true), map[string]int{}
	for _, p := range pages(t) {
		typed, named := p.commandLines()
		for i, line := range append(typed, named...) {
			words := strings.Fields(line)
			if args := ours(line); args != nil {
				parser, err := kong.New(&verbs{}, kong.Name("slipway"), kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard))
				require.NoError(t, err)
				_, err = parser.Parse(args)
				lacks := err != nil && (strings.HasPrefix(err.Error(), "expected ") || strings.HasPrefix(err.Error(), "missing flags"))
				if i < len(typed) || !lacks { // what is only named may lack its end
					require.NoError(t, err, "%s: %s", p.path, line)
				}
				tried["slipway"]++
			}
			if len(words) > 1 && words[0] == "make" {
				require.True(t, targets[words[1]], "%s: %s", p.path, line)
				tried["make"]++
			}
			if m := regexp.MustCompile(`^(?:[A-Z_]+=\S+ )*go test .*-run '?(Test\w+)`).FindStringSubmatch(line); m != nil {
				require.Contains(t, source, "func "+m[1], "%s: %s", p.path, line)
				tried["go test"]++
			}
		}
	}
	require.Greater(t, tried["slipway"], 30)
	require.Greater(t, tried["make"], 1)
	require.Greater(t, tried["go test"], 1)
}

// A variable of ours that a page names is one that the program reads, or a test.
func TestSettingsInTheDocsAreRead(t *testing.T) {
	names, source := known(), sources(t, true)
	found := 0
	for _, p := range pages(t) {
		for _, name := range regexp.MustCompile(`\b(?:SLACK|LAKEFORMATION|HUAWEICLOUD|SLIPWAY|DATABASE|LOG|TEST)_[A-Z_]+\b`).FindAllString(string(p.source), -1) {
			require.True(t, names[name] || strings.Contains(source, `"`+name+`"`), "%s names %s, which nothing reads", p.path, name)
			found++
		}
	}
	require.Greater(t, found, 50)
}

// sources is the text of all tests, or of all other Go files.
func sources(t *testing.T, tests bool) string {
	t.Helper()
	var source strings.Builder
	require.NoError(t, filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") != tests {
			return err
		}
		text, err := os.ReadFile(path)
		source.Write(text)
		return err
	}))
	return source.String()
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

// The sentences that docs/using.md explains are Slipway's.
func TestTheUsersPageQuotesWhatSlipwaySays(t *testing.T) {
	text, err := os.ReadFile("bot/languages/zh.yaml")
	require.NoError(t, err)
	var catalogue map[string]string
	require.NoError(t, yaml.Unmarshal(text, &catalogue))
	p, quoted := readPage(t, "docs/using.md"), 0
	each(p.root, func(row *extast.TableRow) {
		for _, m := range regexp.MustCompile(`“([^”]+)”`).FindAllStringSubmatch(p.words(row.FirstChild()), -1) {
			pattern := strings.ReplaceAll(regexp.QuoteMeta(m[1]), "…", "%s")
			require.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(catalogue)), regexp.MustCompile(pattern).MatchString), "nobody says %q", m[1])
			quoted++
		}
	})
	require.Greater(t, quoted, 12)
}

// What the pages tell people to type in Slack is what Slipway knows.
func TestWhatTheDocsTypeInSlackIsKnown(t *testing.T) {
	t.Parallel()
	typed := map[string]bool{}
	for _, p := range pages(t) {
		if p.path == "docs/contributing.md" { // it adds a command
			continue
		}
		for _, m := range regexp.MustCompile("[`\n]/lf ([a-z]+)").FindAllStringSubmatch(string(p.source), -1) {
			typed[m[1]] = true
		}
	}
	require.Greater(t, len(typed), 13)
	w := stage(t)
	for word := range typed {
		w.as("ana").types("/lf help " + word)
		w.as("ana").reads("/lf " + word)
	}
	require.NotContains(t, w.everything(), "I don't know")
}
