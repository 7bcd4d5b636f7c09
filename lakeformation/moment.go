package lakeformation

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// moment reads a time in any form the service may use: RFC 3339 with or without fractions and zone, milliseconds
// since 1970 as a number or a text. What is absent, empty or unreadable is the zero time: every time of a job is
// optional, and one odd value must not hide the job.
type moment struct{ time.Time }

var layouts = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05"}

func (m *moment) UnmarshalJSON(b []byte) error {
	m.Time = time.Time{}
	text := string(b)
	if text == "null" || json.Unmarshal(b, &text) != nil && len(b) > 0 && b[0] == '"' {
		return nil
	}
	text = strings.TrimSpace(text)
	if number, err := strconv.ParseInt(text, 10, 64); err == nil {
		m.Time = fromEpoch(number)
		return nil
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			m.Time = at.UTC()
			return nil
		}
	}
	return nil
}

// fromEpoch takes milliseconds, or seconds where milliseconds would mean the early seventies.
func fromEpoch(number int64) time.Time {
	const (
		year1973 = 100_000_000_000     // in milliseconds; in seconds, the year 5138
		year9999 = 253_402_300_799_999 // in milliseconds; later years do not print
	)
	switch {
	case number <= 0 || number > year9999:
		return time.Time{}
	case number < year1973:
		return time.Unix(number, 0).UTC()
	}
	return time.UnixMilli(number).UTC()
}
