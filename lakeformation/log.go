package lakeformation

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// longestLine is how many runes of one line of a log are kept.
const longestLine = 400

// keyLine is a line that holds nothing but a long code, as the lines of a private key do.
var keyLine = regexp.MustCompile(`^\s*[A-Za-z0-9+/=]{40,}\s*$`)

// Tail gives the last lines of a log, at most so many lines and runes, and how many lines the log has in all. Secrets
// are masked line by line, control characters dropped, long lines cut. It is still text from outside.
func Tail(log string, lines, runes int) (tail []string, total int) {
	all := strings.Split(strings.TrimRight(log, "\r\n\t "), "\n")
	if len(all) == 1 && strings.TrimSpace(all[0]) == "" {
		return nil, 0
	}
	for _, line := range slices.Backward(all) {
		line = strings.TrimRight(plain(line), " ")
		if keyLine.MatchString(line) {
			line = masked
		}
		line = clip(mask(line), longestLine)
		if runes -= utf8.RuneCountInString(line) + 1; runes < 0 || len(tail) >= lines {
			break
		}
		tail = append(tail, line)
	}
	slices.Reverse(tail)
	return tail, len(all)
}
