package playground

import (
	"bytes"
	"io"
	"slices"
	"sync"
)

// What is kept of the child's log. A line beyond the limit is cut.
const (
	logLines   = 200
	logLineMax = 2000
)

// logRing is a writer that keeps the last lines. Every write goes to tee as well.
type logRing struct {
	tee  io.Writer
	bell *bell

	mu      sync.Mutex
	lines   []string
	partial []byte // of a line that has not ended yet
}

func (l *logRing) Write(p []byte) (int, error) {
	_, _ = l.tee.Write(p) // a closed terminal does not stop the child
	l.mu.Lock()
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		room := max(0, logLineMax-len(l.partial))
		l.partial = append(l.partial, line[:min(len(line), room)]...)
		if ended {
			l.add(string(bytes.TrimRight(l.partial, "\r")))
			l.partial = l.partial[:0]
		}
		rest = after
	}
	l.mu.Unlock()
	l.bell.ring()
	return len(p), nil
}

// say adds a line of the playground's own.
func (l *logRing) say(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(line)
}

func (l *logRing) add(line string) {
	l.lines = append(l.lines, line)
	if len(l.lines) > logLines {
		l.lines = slices.Delete(l.lines, 0, len(l.lines)-logLines)
	}
}

func (l *logRing) last(n int) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines[max(0, len(l.lines)-n):])
}
