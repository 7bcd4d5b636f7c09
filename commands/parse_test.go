package commands

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestParseForgives(t *testing.T) {
	want := Line{Verb: "start", Job: "nightly_sync", Rest: "source reloaded"}
	for name, text := range map[string]string{
		"plain":                 "start nightly_sync source reloaded",
		"blanks":                "  start \t nightly_sync\u00a0 source   reloaded ",
		"new lines":             "start\nnightly_sync\r\nsource reloaded",
		"back-ticks":            "start `nightly_sync` source reloaded",
		"straight quotes":       `start "nightly_sync" source reloaded`,
		"smart quotes":          "start “nightly_sync” source reloaded",
		"single smart quotes":   "start ‘nightly_sync’ source reloaded",
		"capital verb":          "Start nightly_sync source reloaded",
		"zero-width characters": "st\u200bart night\ufeffly_sync source reloaded",
		"direction marks":       "start \u202enightly_sync\u202c source reloaded",
		"control characters":    "start nightly\x07_sync\x00 source reloaded",
		"comma after the job":   "start nightly_sync, source reloaded",
		"broken UTF-8":          "start nightly_sync\xff source reloaded",
	} {
		require.Equal(t, want, Parse(text), name)
	}
}

func TestParseReadsFlags(t *testing.T) {
	for text, want := range map[string]Line{
		"start a --mode comparison --cascade why not": {Verb: "start", Job: "a", Mode: "COMPARISON", Cascade: true, Rest: "why not"},
		"start a —mode comparison":                    {Verb: "start", Job: "a", Mode: "COMPARISON"},
		"start a --mode=normal":                       {Verb: "start", Job: "a", Mode: "NORMAL"},
		"start a --cascade=false":                     {Verb: "start", Job: "a"},
		"start --cascade a":                           {Verb: "start", Job: "a", Cascade: true},
		"start a --break-glass on fire":               {Verb: "start", Job: "a", Break: true, Rest: "on fire"},
		"start —break-glass a on fire":                {Verb: "start", Job: "a", Break: true, Rest: "on fire"},
		"start a --break-glass=false on fire":         {Verb: "start", Job: "a", Rest: "on fire"},
		"start “--cascade” a":                         {Verb: "start", Job: "a", Cascade: true},
		"start \"\" a ! why":                          {Verb: "start", Job: "a", Rest: "! why"},
		"... start a":                                 {Verb: "start", Job: "a"},
		"jobs sync --page 3":                          {Verb: "jobs", Job: "sync", Page: 3},
		"start a --force":                             {Verb: "start", Job: "a", Unknown: "--force"},
		"start a -1 day of data":                      {Verb: "start", Job: "a", Rest: "-1 day of data"},
		"start a load — again":                        {Verb: "start", Job: "a", Rest: "load — again"},
		"start prod/nightly_sync":                     {Verb: "start", Instance: "prod", Job: "nightly_sync"},
		"":                                            {},
		"help":                                        {Verb: "help"},
	} {
		require.Equal(t, want, Parse(text), text)
	}
}

func TestCleanKeepsWhatPeopleWrite(t *testing.T) {
	require.Equal(t, "数据 مرحبا 🚀 naïve", Clean("数据  مرحبا 🚀\tnaïve"))
	long := Clean(strings.Repeat("ä", 9000))
	require.LessOrEqual(t, len(long), Longest)
	require.True(t, utf8.ValidString(long))
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "start a b", "start `x`", "——", "--", "start --mode", "a/b/c d", "start \x00", "! a", "start \"--x", "start --f\"", "<!channel>", "start “a” --page=9999999999999999999999", strings.Repeat("x ", 5000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := Parse(text)
		require.Equal(t, line, Parse(line.String()), "print and parse again is the same")
		for _, r := range line.String() {
			require.False(t, r < ' ' || r == '\u200b' || r == '\u202e', "%q came through", r)
		}
	})
}
