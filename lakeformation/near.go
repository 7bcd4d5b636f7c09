package lakeformation

import (
	"cmp"
	"slices"
	"strings"
)

const (
	maxNear = 3
	// maxName is the longest name that the service takes, in characters; a longer one is near to nothing.
	maxName = 255
	// maxDistance is how many slips of the finger are forgiven; short names forgive fewer.
	maxDistance = 4
)

// Nearest gives up to three of the names that are the fewest slips away from the wanted one, whatever their case.
// The work is bounded: a name whose length differs too much is not looked at, and a comparison stops once it cannot
// make the list.
func Nearest(wanted string, names []string) []string {
	type hit struct {
		name     string
		distance int
	}
	goal := []rune(strings.ToLower(wanted))
	if len(goal) > maxName {
		return nil
	}
	limit := min(max(len(goal)/3, 1), maxDistance)
	var hits []hit
	for _, name := range names {
		if abs(len(goal)-len(name)) > limit && len(name) < len(goal) || len(name) > 4*(len(goal)+limit) {
			continue // bytes: too few, or more than that many characters can take
		}
		d := distance(goal, []rune(strings.ToLower(name)), limit)
		if d > limit || slices.ContainsFunc(hits, func(h hit) bool { return h.name == name }) {
			continue
		}
		hits = append(hits, hit{name, d})
		slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(a.distance-b.distance, strings.Compare(a.name, b.name)) })
		if len(hits) > maxNear {
			hits = hits[:maxNear]
		}
		if len(hits) == maxNear {
			limit = hits[maxNear-1].distance // as near as the last one may still win by its name
		}
	}
	var near []string
	for _, h := range hits {
		near = append(near, h.name)
	}
	return near
}

// distance counts the slips (a letter more, less, other, or two swapped) between a and b, and is limit+1 where there
// are more than limit. Only the cells within limit of the diagonal are computed.
func distance(a, b []rune, limit int) int {
	if abs(len(a)-len(b)) > limit {
		return limit + 1
	}
	far := limit + 1
	row := func() []int { return slices.Repeat([]int{far}, len(b)+1) }
	before, last, this := row(), row(), row()
	for j := 0; j <= min(limit, len(b)); j++ {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := range this {
			this[j] = far
		}
		if i <= limit {
			this[0] = i
		}
		best := this[0]
		for j := max(1, i-limit); j <= min(len(b), i+limit); j++ {
			d := min(last[j]+1, this[j-1]+1)
			if a[i-1] == b[j-1] {
				d = min(d, last[j-1])
			} else {
				d = min(d, last[j-1]+1)
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			this[j] = min(d, far)
			best = min(best, this[j])
		}
		if best == far {
			return far
		}
		before, last, this = last, this, before
	}
	return last[len(b)]
}

func abs(n int) int { return max(n, -n) }
