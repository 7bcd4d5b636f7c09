package lakeformation

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestTheTailOfALogIsItsEnd(t *testing.T) {
	long := strings.Repeat("line\n", 99) + "the end\n\n"
	for name, c := range map[string]struct {
		log   string
		tail  []string
		total int
	}{
		"empty":                  {"", nil, 0},
		"blank":                  {" \n\t\r\n", nil, 0},
		"short":                  {"one\n  two\r\n", []string{"one", "  two"}, 2},
		"long":                   {long, []string{"line", "line", "the end"}, 100},
		"one line that is long":  {strings.Repeat("x ", 500), nil, 1},
		"control characters":     {"a\x00b\u202ec\x1b[31m\td", []string{"abc[31m d"}, 1},
		"an empty line between":  {"a\n\nb", []string{"a", "", "b"}, 3},
		"bytes that are no text": {"a\xffb", []string{"ab"}, 1},
	} {
		tail, total := Tail(c.log, 3, 100)
		require.Equal(t, c.tail, tail, name)
		require.Equal(t, c.total, total, name)
	}
	tail, _ := Tail(strings.Repeat("数", 1000), 3, 1000)
	require.Equal(t, longestLine, utf8.RuneCountInString(tail[0]))
}

func TestALogTellsNoSecret(t *testing.T) {
	for _, line := range []string{
		`jdbc:mysql://root:canary@db.example.com/hive`, `javax.jdo.option.ConnectionPassword=canary`, `fs.obs.access.key=canary`,
		`fs.obs.secret.key: canary`, `{"parameter":"{\"password\":\"canary\"}"}`, `db_password = canary`, `AK=canary SK=canary`, `metastore_ak: canary`,
		`X-Auth-Token: canary`, `access_token=canary`, `canonicalRequest:GET|x-security-token:canary`, `pwd=canary`, `Authorization: Basic canary`,
		`MIIcanary` + strings.Repeat("x", 40), strings.Repeat("canary", 12),
	} {
		tail, _ := Tail("before\n"+line+"\nafter", 9, 1000)
		require.NotContains(t, strings.Join(tail, "\n"), "canary", line)
		require.Equal(t, []string{"before", tail[1], "after"}, tail, "only that line is masked")
		require.Contains(t, tail[1], masked)
	}
	for _, harmless := range []string{"table sales.orders_2019: unsupported column type, skipped", "access denied to obs://lake/x", "a task: 12 of 30"} {
		tail, _ := Tail(harmless, 1, 1000)
		require.Equal(t, []string{harmless}, tail)
	}
}

func FuzzTail(f *testing.F) {
	f.Add("a\nb\npassword=x", 3, 20)
	f.Fuzz(func(t *testing.T, log string, lines, runes int) {
		tail, total := Tail(log, lines, runes)
		require.LessOrEqual(t, len(tail), max(lines, 0))
		require.LessOrEqual(t, len(tail), total)
		require.LessOrEqual(t, utf8.RuneCountInString(strings.Join(tail, "\n")), max(runes, 0))
		require.True(t, utf8.ValidString(strings.Join(tail, "")))
	})
}
