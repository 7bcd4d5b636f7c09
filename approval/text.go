package approval

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Text is something to say to people that is not said yet: an English format and what goes into it, so that a Voice can
// say it in the reader's language. The format is the key of its translation. Text keeps only strings, whole numbers and
// other Texts: it is stored as it is.
type Text struct {
	Format string
	Args   []any
}

// T makes a Text. Arguments are strings, ints, other Texts, and what has Parts.
func T(format string, args ...any) Text {
	t := Text{Format: format}
	for _, arg := range args {
		switch a := arg.(type) {
		case interface{ Parts() (string, []any) }:
			format, args := a.Parts()
			t.Args = append(t.Args, T(format, args...))
		case int, string, Text:
			t.Args = append(t.Args, a)
		default:
			t.Args = append(t.Args, fmt.Sprint(a))
		}
	}
	return t
}

// TextOf makes a Text of another package's.
func TextOf(words interface{ Parts() (string, []any) }) Text {
	format, args := words.Parts()
	return T(format, args...)
}

// Sentences puts one after the other, without the empty ones.
func Sentences(texts ...Text) Text {
	var all Text
	for _, t := range texts {
		switch {
		case t.IsZero():
		case all.IsZero():
			all = t
		default:
			all = T("%s %s", all, t)
		}
	}
	return all
}

// IsZero reports whether there is nothing to say.
func (t Text) IsZero() bool { return t.Format == "" }

// String is the Text in English, for logs and the audit.
func (t Text) String() string { return Plain.Text(t) }

// MarshalJSON writes a format without arguments as a string, and any other Text as a list: format, arguments. A Text
// among the arguments is always a list: a string is none.
func (t Text) MarshalJSON() ([]byte, error) {
	if len(t.Args) == 0 {
		return json.Marshal(t.Format)
	}
	return json.Marshal(t.list())
}

func (t Text) list() []any {
	list := []any{t.Format}
	for _, arg := range t.Args {
		if nested, ok := arg.(Text); ok {
			arg = nested.list()
		}
		list = append(list, arg)
	}
	return list
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Text) UnmarshalJSON(data []byte) error {
	var read any
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	text, ok := textFrom(read)
	if !ok {
		return errors.New("not a text: it is a string, or a list of a format and what goes into it")
	}
	*t = text
	return nil
}

func textFrom(read any) (Text, bool) {
	switch is := read.(type) {
	case string:
		return Text{Format: is}, true
	case []any:
		if len(is) == 0 {
			return Text{}, false
		}
		format, ok := is[0].(string)
		if !ok {
			return Text{}, false
		}
		t := Text{Format: format}
		for _, arg := range is[1:] {
			switch a := arg.(type) {
			case string:
				t.Args = append(t.Args, a)
			case float64:
				if a != math.Trunc(a) || math.Abs(a) > 1<<53 {
					return Text{}, false
				}
				t.Args = append(t.Args, int(a))
			default:
				nested, ok := textFrom(a)
				if !ok {
					return Text{}, false
				}
				t.Args = append(t.Args, nested)
			}
		}
		return t, true
	}
	return Text{}, false
}

// Voice is how a medium and a language say what there is to say to people: names must come out harmless there.
type Voice struct {
	// Print translates a format and fills it; nil: fmt.Sprintf, in English.
	Print func(format string, args ...any) string

	Code     func(string) string // a name or a command, set apart
	Person   func(Actor) string
	Approver func(Approver) string // somebody whom a rule names
	Time     func(time.Time) string
	Date     func(time.Time) string // with the day
}

// Plain is the Voice of logs, lists and screen readers, in English.
var Plain = Voice{
	Code:     func(s string) string { return "`" + strings.ReplaceAll(s, "`", "'") + "`" },
	Person:   func(a Actor) string { return a.Name },
	Approver: func(a Approver) string { return a.Name },
	Time:     func(t time.Time) string { return t.UTC().Format("15:04 UTC") },
	Date:     func(t time.Time) string { return t.UTC().Format("2 Jan 15:04 UTC") },
}

// Say fills a format in the Voice's language. It writes Texts, Actors, times and durations as the Voice does. An empty
// argument takes the blank behind it along: "%s jobs" is "jobs" where Slipway needs no name.
func (v Voice) Say(format string, args ...any) string {
	said := make([]any, len(args))
	for i, arg := range args {
		switch a := arg.(type) {
		case Text:
			said[i] = v.Text(a)
		case Actor:
			said[i] = v.Person(a)
		case Approver:
			said[i] = v.Approver(a)
		case time.Time:
			said[i] = v.Time(a)
		case time.Duration:
			said[i] = v.Duration(a)
		default:
			said[i] = a
		}
		if said[i] == "" {
			said[i] = nothing
		}
	}
	return strings.NewReplacer(nothing+" ", "", nothing, "").Replace(v.print(format, said...))
}

// nothing stands for an empty argument while a format is filled.
const nothing = "\x00"

func (v Voice) print(format string, args ...any) string {
	switch {
	case v.Print != nil:
		return v.Print(format, args...)
	case len(args) == 0:
		return format
	}
	return fmt.Sprintf(format, args...)
}

// Text says a Text.
func (v Voice) Text(t Text) string {
	if t.IsZero() {
		return ""
	}
	return v.Say(t.Format, t.Args...)
}

// Duration writes a duration as people say it: 40 s, 11 min 40 s, 2 h 5 min.
func (v Voice) Duration(d time.Duration) string {
	d = d.Round(time.Second)
	hours, minutes, seconds := int(d/time.Hour), int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case d < time.Minute:
		return v.Say("%d s", seconds)
	case d < time.Hour && seconds != 0:
		return v.Say("%d min %d s", minutes, seconds)
	case d < time.Hour:
		return v.Say("%d min", minutes)
	case minutes != 0:
		return v.Say("%d h %d min", hours, minutes)
	}
	return v.Say("%d h", hours)
}

// All joins names: "Ben and Chen".
func (v Voice) All(names []string) string {
	if len(names) == 0 {
		return ""
	}
	text := names[0]
	for _, name := range names[1:] {
		text = v.Say("%s and %s", text, name)
	}
	return text
}
