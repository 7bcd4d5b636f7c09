package commands

import (
	"strconv"
	"strings"
	"unicode"
)

// Line is a typed command, taken apart.
type Line struct {
	Verb     string // lower case; "" where nothing was typed
	Instance string // before the slash of instance/job
	Job      string // the word after the verb
	Rest     string // what follows: a reason or a filter
	Mode     string // --mode; upper case
	Cascade  bool   // --cascade
	Break    bool   // --break-glass
	Page     int    // --page; 0 where not given
	Unknown  string // a flag nobody knows, as typed
}

// Longest is how many bytes of a command are looked at; Slack lets people type more.
const Longest = 8000

// Parse takes a command's text apart. It forgives what phones and word processors do to it: smart quotes, back-ticks,
// long dashes before a flag, blanks of all kinds, invisible characters. It never fails: what makes no sense is in Line.
func Parse(text string) Line {
	words := strings.Fields(Clean(text))
	var line Line
	var plain []string
	for i := 0; i < len(words); i++ {
		word := words[i]
		if len(plain) < 2 { // verb and job lose their quotes; what is nothing but quotes is nothing
			if word = bare(word); word == "" {
				continue
			}
		}
		// A flag counts only after the verb, and a reason may hold dashes: only "--word" is a flag.
		name, isFlag := flag(word)
		if !isFlag || len(plain) == 0 {
			plain = append(plain, word)
			continue
		}
		name, value, given := strings.Cut(name, "=")
		next := func() string {
			if !given && i+1 < len(words) {
				i++
				value = words[i]
			}
			return bare(value)
		}
		switch strings.ToLower(name) {
		case "mode":
			line.Mode = strings.ToUpper(next())
		case "cascade":
			line.Cascade = !given || strings.EqualFold(value, "true")
		case "break-glass":
			line.Break = !given || strings.EqualFold(value, "true")
		case "page":
			line.Page, _ = strconv.Atoi(next())
		default:
			if line.Unknown == "" {
				line.Unknown = "--" + bare(name)
			}
		}
	}
	if len(plain) > 0 {
		line.Verb = strings.ToLower(plain[0])
	}
	if len(plain) > 1 {
		line.Job = plain[1]
		if instance, job, ok := strings.Cut(line.Job, "/"); ok && instance != "" {
			line.Instance, line.Job = instance, job
		}
	}
	if len(plain) > 2 {
		line.Rest = strings.TrimSpace(strings.Join(plain[2:], " "))
	}
	return line
}

// String types the Line again; Parse of it gives the same Line.
func (l Line) String() string {
	words := []string{l.Verb}
	if l.Job != "" || l.Instance != "" {
		job := l.Job
		if l.Instance != "" {
			job = l.Instance + "/" + job
		}
		words = append(words, job)
	}
	if l.Mode != "" {
		words = append(words, "--mode="+l.Mode)
	}
	if l.Cascade {
		words = append(words, "--cascade")
	}
	if l.Break {
		words = append(words, "--break-glass")
	}
	if l.Page != 0 {
		words = append(words, "--page="+strconv.Itoa(l.Page))
	}
	if l.Unknown != "" {
		words = append(words, l.Unknown)
	}
	if l.Rest != "" {
		words = append(words, l.Rest)
	}
	return strings.Join(words, " ")
}

// Clean makes one line of text: no control, format or private-use characters (which include zero-width and direction
// marks), every blank a single space, at most Longest bytes, cut between runes.
func Clean(text string) string {
	if len(text) > Longest {
		text = strings.ToValidUTF8(text[:Longest], "")
	}
	var b strings.Builder
	blank := true
	for _, r := range strings.ToValidUTF8(text, "") {
		switch {
		case unicode.IsSpace(r):
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
		default:
			b.WriteRune(r)
			blank = false
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// flag gives a flag's name without its dashes: "--mode", and "—mode" or "–mode" as phones write it.
func flag(word string) (string, bool) {
	for _, dashes := range []string{"--", "—", "–", "——"} {
		if name, ok := strings.CutPrefix(word, dashes); ok && name != "" && unicode.IsLetter([]rune(name)[0]) {
			return name, true
		}
	}
	return "", false
}

// quotes are what people and their keyboards put around a name.
const quotes = "\"'`´‘’‚“”„«»‹›*"

// bare strips quotes and a trailing comma or full stop around a name.
func bare(word string) string { return strings.Trim(word, quotes+",.;:!?") }
