package approval

import (
	"fmt"
	"strings"
	"time"
)

// Voice is how a medium writes what the sentences about a Request hold: names must come out harmless there.
type Voice struct {
	Code     func(string) string // a name or a command, set apart
	Person   func(Actor) string
	Approver func(Approver) string // somebody whom a rule names
	Time     func(time.Time) string
}

// Plain is the Voice of logs, lists and screen readers.
var Plain = Voice{
	Code:     func(s string) string { return "`" + strings.ReplaceAll(s, "`", "'") + "`" },
	Person:   func(a Actor) string { return a.Name },
	Approver: func(a Approver) string { return a.Name },
	Time:     func(t time.Time) string { return t.UTC().Format("15:04 UTC") },
}

// Headline says in one sentence how a Request stands.
func (r Request) Headline(v Voice) string {
	job := v.Code(r.JobName())
	verb, done := string(r.Ask.Action), r.Ask.Action.Done()
	switch r.State {
	case Opened:
		return "Looking up " + job + "…"
	case Pending:
		if r.Rule.ConfirmsOnly() {
			return upper(verb) + " " + job + " on " + r.Ask.Instance + "?"
		}
		return v.Person(r.Ask.By) + " asks to " + verb + " " + job + " on " + r.Ask.Instance
	case Approved:
		return job + " is about to be " + done + "."
	case Starting:
		if r.Problem.Words != "" {
			return "LakeFormation gave no clear answer to the " + verb + " of " + job + "; I am looking what it did."
		}
		return "Asking LakeFormation to " + verb + " " + job + "…"
	case Accepted:
		if r.Ask.Action == Stop {
			return "The stop of " + job + " was accepted by LakeFormation at " + v.Time(r.AcceptedAt) + "."
		}
		return job + " was accepted by LakeFormation at " + v.Time(r.AcceptedAt) + "."
	case Running:
		return r.running(v, job)
	case Unknown:
		return "I can't tell whether " + job + " " + done + "."
	case Refused:
		return job + " was not " + done + "."
	case Denied:
		return "The " + verb + " of " + job + " was denied; nothing was " + done + "."
	case Cancelled:
		return v.Person(r.Ask.By) + " cancelled the " + verb + " of " + job + "; nothing was " + done + "."
	case Expired:
		return "The time to " + verb + " " + job + " is over; nothing was " + done + "."
	case Unwatched:
		return "I can no longer see how " + job + " ends."
	case Unresolved:
		return "It was never found out whether " + job + " " + done + "."
	}
	return r.ended(v, job)
}

func (r Request) running(v Voice, job string) string {
	switch {
	case r.Ask.Action == Stop:
		return job + " is stopping."
	case r.SaidBy.UserID != "":
		return v.Person(r.SaidBy) + " says that " + job + " started; I am watching it."
	case r.Sure():
		return job + " was accepted by LakeFormation at " + v.Time(r.AcceptedAt) + " and is running."
	case r.Run.StartedAt.IsZero():
		return "A run of " + job + " began."
	}
	return "A run of " + job + " began at " + v.Time(r.Run.StartedAt) + "."
}

func (r Request) ended(v Voice, job string) string {
	how := map[State]string{Succeeded: "succeeded", Partial: "partly succeeded", Failed: "failed", Stopped: "was stopped"}[r.State]
	after := ""
	if took := r.Took(); took > 0 {
		after = " after " + Duration(took)
	}
	if r.perhapsOthers() {
		job = "A run of " + job
		if !r.Run.StartedAt.IsZero() {
			job += " that began at " + v.Time(r.Run.StartedAt)
		}
	}
	if r.Ask.Action == Stop && r.State != Stopped {
		return job + " " + how + after + ", before it could be stopped."
	}
	return job + " " + how + after + "."
}

// perhapsOthers reports whether the run seen may be one that somebody else or a schedule began: LakeFormation never
// said that it took the start, and no person did.
func (r Request) perhapsOthers() bool {
	return r.Ask.Action == Start && !r.Sure() && r.SaidBy.UserID == ""
}

// Explain adds what the Headline leaves open: why, what it means, what to do next. One sentence or two a line.
func (r Request) Explain(v Voice) []string {
	job := v.Code(r.JobName())
	var lines []string
	if r.Run.Status != "" && r.perhapsOthers() {
		lines = append(lines, "LakeFormation gave no clear answer to the start, so this may also be a run that somebody else or a schedule began.")
	}
	switch r.State {
	case Accepted, Running:
		line := "I'll say here when it ends"
		if usual := r.Job.Usual(); usual > 0 && r.Ask.Action == Start {
			line += " (usually " + Duration(usual) + ")"
		}
		lines = append(lines, line+".")
	case Partial:
		lines = append(lines, "Some objects were not migrated; read "+v.Code(r.Ask.Command+" log "+r.JobName())+" before you run it again.")
	case Failed:
		lines = append(lines, "To see why, read "+v.Code(r.Ask.Command+" log "+r.JobName())+"; it may be started again.")
	case Unknown:
		why := "LakeFormation accepted it but"
		if r.AcceptedAt.IsZero() {
			why = "LakeFormation gave no clear answer and"
		}
		if r.Ask.Action == Stop {
			lines = append(lines, why+" the run does not end. I won't try again by myself.")
		} else {
			lines = append(lines, why+" shows no new run since "+v.Time(r.MarkedAt)+". I won't try again by myself, so it can't run twice.")
		}
		lines = append(lines, "Look in the LakeFormation console, then press what you saw.")
	case Unwatched:
		lines = append(lines, "Please look in the LakeFormation console.")
	case Unresolved:
		lines = append(lines, "Nobody answered within a day. "+job+" may be asked for again.")
	case Denied:
		for _, d := range r.Decisions {
			if !d.Approve {
				lines = append(lines, v.Person(d.By)+" said no at "+v.Time(d.At)+".")
			}
		}
	}
	return lines
}

// Took is how long the run took; 0 where LakeFormation did not say.
func (r Request) Took() time.Duration {
	if r.Run.Took > 0 {
		return r.Run.Took
	}
	if r.Run.StartedAt.IsZero() || r.Run.EndedAt.Before(r.Run.StartedAt) {
		return 0
	}
	return r.Run.EndedAt.Sub(r.Run.StartedAt)
}

// Duration writes a duration as people say it: 40 s, 11 min 40 s, 2 h 5 min.
func Duration(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour && d%time.Minute != 0:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d%time.Hour/time.Minute != 0:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d h", d/time.Hour)
}

// NoSuchJob says that a name leads nowhere, with what may have been meant.
func NoSuchJob(name string, near []string) string {
	text := "There is no job " + Plain.Code(Short(name)) + "."
	if len(near) == 0 {
		return text
	}
	quoted := make([]string, len(near))
	for i, n := range near {
		quoted[i] = Plain.Code(Short(n))
	}
	return text + " Did you mean " + strings.Join(quoted, " or ") + "?"
}

// Short cuts what somebody typed, so that an answer stays an answer.
func Short(s string) string { return cut(s, 60) }

// cut leaves at most that many runes.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
