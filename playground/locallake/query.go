package locallake

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	maxOffset = 1000
	maxLimit  = 1000
)

// page is a demanded offset and limit. Whether offset counts records or pages is
// not documented; it counts records here.
type page struct{ offset, limit int }

func (c *call) page() (page, *answer) {
	offset, refusal := c.number("offset", 0, maxOffset)
	if refusal != nil {
		return page{}, refusal
	}
	limit, refusal := c.number("limit", 1, maxLimit)
	return page{offset, limit}, refusal
}

func (c *call) number(name string, low, high int) (int, *answer) {
	text := c.query.Get(name)
	if text == "" {
		return 0, refuseInput("Required request parameter '%s' is not present", name)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		a := jsonText(400, body400)
		return 0, &a
	}
	if n < low || n > high {
		return 0, refuseInput("%s must be between %d and %d", name, low, high)
	}
	return n, nil
}

// statusFilter is "" when none was asked for.
func (c *call) statusFilter() (Status, *answer) {
	status := Status(c.query.Get("status"))
	if status != "" && !status.filterable() {
		return "", refuseInput("status '%s' is not one to filter by", status)
	}
	return status, nil
}

func refuseInput(format string, args ...any) *answer {
	a := badInput(fmt.Sprintf(format, args...))
	return &a
}

// holds says whether the i-th match is on the page.
func (p page) holds(i int) bool { return i >= p.offset && i < p.offset+p.limit }

// namePattern is name_pattern. Its grammar is not documented: a pattern with "*"
// must match the whole name, one without is looked for anywhere in it.
type namePattern []string

func newNamePattern(text string) namePattern {
	if !strings.Contains(text, "*") {
		text = "*" + text + "*"
	}
	return strings.Split(text, "*")
}

func (p namePattern) matches(name string) bool {
	first, middle, last := p[0], p[1:len(p)-1], p[len(p)-1]
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	for _, part := range middle {
		_, after, found := strings.Cut(name, part)
		if !found {
			return false
		}
		name = after
	}
	return strings.HasSuffix(name, last)
}
