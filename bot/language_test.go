package bot

import (
	"go/ast"
	"go/constant"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"slipway/lakeformation"
)

// spoken are the functions that say something to people, and which of their arguments are formats.
var spoken = map[string][]int{"T": {0}, "Say": {0}, "say": {0}, "print": {0}, "refuse": {1, 2}, "joined": {0}}

// spokenIn are the packages whose texts people in Slack read. Some of their files speak to operators alone, on the
// command line, in logs and in errors at the start.
var (
	spokenIn     = []string{"approval", "commands", "bot", "worker", "store"}
	forOperators = regexp.MustCompile(`^(approval/(flaws|prove|audit|bound|window|moves|policy|event|rule|match)|bot/(bot|roster|probe|socket.*|connection.*|delivery|envelope|backoff|language|pace)|store/.*)\.go$`)
	handsOn      = regexp.MustCompile(`^(approval/(text|errors|evaluate)|commands/reply|bot/language)\.go$`) // pass formats on
)

// text is a format and where it stands.
type text struct{ format, at string }

// texts reads the code: what is said by a Voice, and what looks like words for people but is not.
func texts(t *testing.T) (said, hardCoded, notConstant []text) {
	t.Helper()
	for _, dir := range spokenIn {
		files := gotoken.NewFileSet()
		paths, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
		require.NoError(t, err)
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(files, path, nil, 0)
			require.NoError(t, err)
			name := filepath.ToSlash(strings.TrimPrefix(path, "../"))
			r := reader{files: files, name: name}
			r.read(file)
			said, notConstant = append(said, r.said...), append(notConstant, r.notConstant...)
			if !forOperators.MatchString(name) {
				hardCoded = append(hardCoded, r.hardCoded...)
			}
		}
	}
	for _, format := range lakeformation.Texts() {
		said = append(said, text{format, "lakeformation.Texts"})
	}
	return said, hardCoded, notConstant
}

type reader struct {
	files *gotoken.FileSet
	name  string

	said, hardCoded, notConstant []text
}

func (r *reader) read(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch is := n.(type) {
		case *ast.ImportSpec, *ast.Field: // paths and tags
			_, isField := n.(*ast.Field)
			return isField && is.(*ast.Field).Tag == nil
		case *ast.CallExpr:
			return r.call(is)
		case *ast.BasicLit:
			if s, ok := constantString(is); ok && wordy.MatchString(s) && !slices.Contains(typedByPeople, s) {
				r.hardCoded = append(r.hardCoded, text{s, r.place(is)})
			}
		}
		return true
	})
}

// wordy tells a sentence from a name: three words in a row, at least.
var wordy = regexp.MustCompile(`\p{L}[\p{L}’',]*\s+\p{L}[\p{L}’',]*\s+\p{L}`)

// typedByPeople are commands as they are typed, the same in every language.
var typedByPeople = []string{"[job or R-id]", "stop nightly_sync wrong source", "start nightly_sync source reloaded", " start nightly_sync source reloaded", "nightly_sync source reloaded", "nightly_sync wrong source"}

// call takes a call apart; false: there is nothing more to see in it.
func (r *reader) call(call *ast.CallExpr) bool {
	name := calledName(call)
	if forLogs.MatchString(name) {
		return false
	}
	formats := spoken[name]
	if name == "refuse" && !strings.HasPrefix(r.name, "approval/") {
		formats = nil // another function of that name
	}
	for _, i := range formats {
		if i >= len(call.Args) {
			continue
		}
		s, ok := constantString(call.Args[i])
		switch {
		case ok && s != "":
			r.said = append(r.said, text{s, r.place(call)})
		case !ok && !handsOn.MatchString(r.name):
			r.notConstant = append(r.notConstant, text{name, r.place(call)})
		}
	}
	if len(formats) == 0 {
		return true
	}
	for i, arg := range call.Args {
		if !slices.Contains(formats, i) {
			ast.Inspect(arg, func(n ast.Node) bool {
				if inner, ok := n.(*ast.CallExpr); ok {
					return r.call(inner)
				}
				return true
			})
		}
	}
	return false
}

// forLogs are calls whose texts go to logs and to errors that nobody in Slack reads.
var forLogs = regexp.MustCompile(`^(Errorf|New|Debug|Info|Warn|Error|Debugf|Infof|Warnf|panic|MustCompile|WithField)$`)

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// constantString is the value of a literal, or of literals that are added up.
func constantString(e ast.Expr) (string, bool) {
	switch is := e.(type) {
	case *ast.BasicLit:
		if is.Kind == gotoken.STRING {
			return constant.StringVal(constant.MakeFromLiteral(is.Value, is.Kind, 0)), true
		}
	case *ast.BinaryExpr:
		left, ok := constantString(is.X)
		right, ok2 := constantString(is.Y)
		return left + right, ok && ok2
	}
	return "", false
}

func (r *reader) place(n ast.Node) string {
	p := r.files.Position(n.Pos())
	return r.name + ":" + strings.TrimPrefix(p.String(), p.Filename+":")
}

// sayable: what holds no letter beside its verbs needs no translation.
var verb = regexp.MustCompile(`%(\[(\d+)\])?[sd]`)

func sayable(format string) bool {
	return regexp.MustCompile(`\p{L}`).MatchString(verb.ReplaceAllString(format, ""))
}

func TestEveryTextIsInTheCatalogue(t *testing.T) {
	said, hardCoded, notConstant := texts(t)
	require.Greater(t, len(said), 200, "the code was read")
	all, err := translations()
	require.NoError(t, err)
	used, missing := map[string]bool{}, []string(nil)
	for _, s := range said {
		if !sayable(s.format) || used[s.format] {
			continue
		}
		used[s.format] = true
		if all[s.format] == "" {
			missing = append(missing, s.at+"\t"+s.format)
		}
	}
	if path := os.Getenv("SLIPWAY_MISSING_TEXTS"); path != "" { // for whoever translates them
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(missing, "\n")), fs.FileMode(0o600)))
	}
	assert.Empty(t, missing, "these have no translation in languages/zh.yaml")
	for format := range all {
		require.True(t, used[format], "languages/zh.yaml translates what nobody says: %s", format)
	}
	require.Empty(t, hardCoded, "these look like words for people: say them with a Voice or a Text")
	require.Empty(t, notConstant, "a format is a constant, so that it can be translated")
}

// TestTranslationsSayTheSame holds every translation to the arguments of its format.
func TestTranslationsSayTheSame(t *testing.T) {
	all, err := translations()
	require.NoError(t, err)
	for format, translated := range all {
		require.ElementsMatch(t, arguments(format), arguments(translated), "%q and %q", format, translated)
		require.NotContains(t, translated, "  ", "%q", translated)
		require.Regexp(t, `\p{Han}|^[^\p{L}]*$|LakeFormation|IAM|Slipway`, translated, "%q is not Chinese", translated)
	}
}

// arguments are which arguments a format uses, and as what.
func arguments(format string) []string {
	var list []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(strings.ReplaceAll(format, "%%", ""), -1) {
		at := m[2]
		if at == "" {
			at = string(rune('0' + next))
		}
		next++
		list = append(list, at+m[0][len(m[0])-1:])
	}
	return list
}

func TestLanguageOfALocale(t *testing.T) {
	for locale, want := range map[string]Language{"zh-CN": Chinese, "zh-TW": Chinese, "zh": Chinese, "en-US": English, "en-GB": English, "ZH-cn": Chinese} {
		got, ok := ParseLanguage(locale)
		require.True(t, ok, locale)
		require.Equal(t, want, got, locale)
	}
	for _, locale := range []string{"", "de-DE", "zhx", "-"} {
		_, ok := ParseLanguage(locale)
		require.False(t, ok, locale)
	}
}
