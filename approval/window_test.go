package approval

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05 -0700", text)
	require.NoError(t, err)
	return at
}

func TestWindows(t *testing.T) {
	weekend := Window{Days: []time.Weekday{time.Saturday, time.Sunday}, To: allDay, Zone: "Asia/Shanghai"}
	night := Window{From: 22 * 60, To: 6 * 60, Zone: "Europe/Berlin"}
	fridayNight := Window{Days: []time.Weekday{time.Friday}, From: 22 * 60, To: 6 * 60, Zone: "Europe/Berlin"}
	early := Window{From: 2*60 + 15, To: 2*60 + 45, Zone: "Europe/Berlin"}
	newYork := Window{From: 60, To: 2 * 60, Zone: "America/New_York"}
	howe := Window{From: 105, To: 135, Zone: "Australia/Lord_Howe"} // clocks change by half an hour there
	yearEnd := Window{To: allDay, Zone: "UTC", Dates: []Dates{{"2026-12-24", "2027-01-02"}}}
	leap := Window{To: allDay, Zone: "UTC", Dates: []Dates{{"2028-02-29", "2028-02-29"}}}
	for _, c := range []struct {
		name  string
		w     Window
		at    string
		until string // "": open
	}{
		{"the last second before the weekend", weekend, "2026-11-27 23:59:59 +0800", ""},
		{"the weekend's first", weekend, "2026-11-28 00:00:00 +0800", "2026-11-30 00:00:00 +0800"},
		{"the weekend's last", weekend, "2026-11-29 23:59:59 +0800", "2026-11-30 00:00:00 +0800"},
		{"Monday", weekend, "2026-11-30 00:00:00 +0800", ""},
		{"elsewhere it is still Friday", weekend, "2026-11-27 16:30:00 +0000", "2026-11-30 00:00:00 +0800"},
		{"over midnight, before", night, "2026-11-24 21:59:59 +0100", ""},
		{"over midnight, evening", night, "2026-11-24 22:00:00 +0100", "2026-11-25 06:00:00 +0100"},
		{"over midnight, morning", night, "2026-11-25 05:59:59 +0100", "2026-11-25 06:00:00 +0100"},
		{"over midnight, after", night, "2026-11-25 06:00:00 +0100", ""},
		{"Friday's night ends on Saturday", fridayNight, "2026-11-28 05:00:00 +0100", "2026-11-28 06:00:00 +0100"},
		{"Saturday's night is free", fridayNight, "2026-11-28 23:00:00 +0100", ""},
		{"Friday's morning is Thursday's night", fridayNight, "2026-11-27 05:00:00 +0100", ""},
		{"skipped in spring", early, "2026-03-29 01:59:59 +0100", ""},
		{"skipped in spring, right after", early, "2026-03-29 03:00:00 +0200", ""},
		{"twice in autumn, first", early, "2026-10-25 02:30:00 +0200", "2026-10-25 02:45:00 +0200"},
		{"twice in autumn, between", early, "2026-10-25 02:50:00 +0200", ""},
		{"twice in autumn, second", early, "2026-10-25 02:30:00 +0100", "2026-10-25 02:45:00 +0100"},
		{"the doubled hour in New York", newYork, "2026-11-01 01:30:00 -0400", "2026-11-01 02:00:00 -0500"},
		{"half an hour twice on Lord Howe", howe, "2026-04-05 01:50:00 +1100", "2026-04-05 01:30:00 +1030"},
		{"half an hour skipped on Lord Howe", howe, "2026-10-04 01:50:00 +1030", "2026-10-04 02:30:00 +1100"},
		{"the day before the freeze", yearEnd, "2026-12-23 23:59:59 +0000", ""},
		{"the freeze", yearEnd, "2026-12-24 00:00:00 +0000", "2027-01-03 00:00:00 +0000"},
		{"the freeze's last second", yearEnd, "2027-01-02 23:59:59 +0000", "2027-01-03 00:00:00 +0000"},
		{"after the freeze", yearEnd, "2027-01-03 00:00:00 +0000", ""},
		{"a leap day", leap, "2028-02-29 12:00:00 +0000", "2028-03-01 00:00:00 +0000"},
		{"before a leap day", leap, "2028-02-28 23:59:59 +0000", ""},
		{"after a leap day", leap, "2028-03-01 00:00:00 +0000", ""},
	} {
		until, closed := c.w.ClosedAt(moment(t, c.at))
		require.Equal(t, c.until != "", closed, c.name)
		if closed {
			require.True(t, moment(t, c.until).Equal(until), "%s: until %s, not %s", c.name, until, c.until)
		}
	}
	_, closed := Window{From: 0, To: 60, Zone: "Mars/Olympus"}.ClosedAt(moment(t, "2026-11-27 12:00:00 +0000"))
	require.True(t, closed, "a zone that is not known closes")
}

// The end of a window is the first minute at which it no longer holds, whatever the zone's clocks do on that day.
func TestTheEndOfAWindowIsItsFirstOpenMinute(t *testing.T) {
	zones := []string{"UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"}
	rapid.Check(t, func(t *rapid.T) {
		w := Window{
			Days: rapid.SliceOfNDistinct(rapid.Map(rapid.IntRange(0, 6), func(d int) time.Weekday { return time.Weekday(d) }), 0, 3, rapid.ID[time.Weekday]).Draw(t, "days"),
			From: rapid.IntRange(0, allDay-1).Draw(t, "from"), To: rapid.IntRange(0, allDay).Draw(t, "to"),
			Zone: rapid.SampledFrom(zones).Draw(t, "zone"),
		}
		at := time.Unix(rapid.Int64Range(1_760_000_000, 1_860_000_000).Draw(t, "at"), 0)
		until, closed := w.ClosedAt(at)
		if !closed {
			return
		}
		if until.Sub(at) > 10*24*time.Hour {
			return // every day, all day: it has no end
		}
		zone, err := time.LoadLocation(w.Zone)
		require.NoError(t, err)
		_, still := w.ClosedAt(until)
		require.False(t, still, "open again at its end")
		for m := at.Truncate(time.Minute); m.Before(until); m = m.Add(time.Minute) {
			if m.Before(at) {
				continue
			}
			if !w.holds(m.In(zone)) {
				t.Fatalf("open at %s, before its end", m.In(zone))
			}
		}
	})
}
