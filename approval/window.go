package approval

import (
	"slices"
	"time"
	_ "time/tzdata" // a static binary on a bare image has no zones of its own
)

const (
	dateOnly = "2006-01-02"
	allDay   = 24 * 60
	// farthest is how far ahead the end of a Window is looked for.
	farthest = 400 * 24 * time.Hour
)

// ClosedAt gives the Window that keeps a Rule's jobs from starting at that time, and when it ends; false: none does.
// Where several do, the one that ends last.
func (r Rule) ClosedAt(at time.Time) (w Window, until time.Time, closed bool) {
	for _, one := range r.Closed {
		if end, holds := one.ClosedAt(at); holds && end.After(until) {
			w, until, closed = one, end, true
		}
	}
	return w, until, closed
}

// ClosedAt reports whether the Window holds at that time, and when it ends. It holds while the clocks of its zone show a
// time in it: where they are put back and show an hour twice, both times; an hour that they skip never comes. A zone that
// is not known closes for good: a freeze must not be missed because of a spelling.
func (w Window) ClosedAt(at time.Time) (until time.Time, closed bool) {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		return at.Add(farthest), true
	}
	if !w.holds(at.In(zone)) {
		return time.Time{}, false
	}
	here := at.In(zone).Truncate(time.Minute)
	for end := here.Add(farthest); here.Before(end); {
		y, m, d := here.Date()
		if next := time.Date(y, m, d+1, 0, 0, 0, 0, zone); w.From == 0 && w.To == allDay && w.begins(y, m, d) && next.After(here) {
			here = next
		} else {
			here = here.Add(time.Minute)
		}
		if !w.holds(here) {
			break
		}
	}
	return here, true
}

// holds reads the clock: the Window may have begun today, or yesterday and go on into today.
func (w Window) holds(here time.Time) bool {
	y, m, d := here.Date()
	minute := here.Hour()*60 + here.Minute()
	overMidnight := w.To <= w.From
	today := minute >= w.From && (minute < w.To || overMidnight) && w.begins(y, m, d)
	return today || overMidnight && minute < w.To && w.begins(y, m, d-1)
}

// begins reports whether the Window begins on that day.
func (w Window) begins(y int, m time.Month, d int) bool {
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	text := day.Format(dateOnly)
	return anyOf(w.Days, day.Weekday()) && (len(w.Dates) == 0 || slices.ContainsFunc(w.Dates, func(r Dates) bool {
		return r.First <= text && text <= r.Last
	}))
}
