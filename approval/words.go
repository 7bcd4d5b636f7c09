package approval

import (
	"strings"
	"time"
)

// Headline says in one sentence how a Request stands.
func (r Request) Headline(v Voice) string {
	job := v.Code(r.JobName())
	if r.Ask.Action == Stop {
		return r.stopHeadline(v, job)
	}
	switch r.State {
	case Opened:
		return v.Say("Looking up %s…", job)
	case Pending:
		if r.Rule.ConfirmsOnly() {
			return v.Say("Start %s on %s?", job, r.Ask.Instance)
		}
		return v.Say("%s asks to start %s on %s", r.Ask.By, job, r.Ask.Instance)
	case Approved:
		if r.Frozen() {
			return v.Say("%s is approved, and waits: all starts are frozen.", job)
		}
		return v.Say("%s is about to be started.", job)
	case Starting:
		if !r.Problem.Words.IsZero() {
			return v.Say("LakeFormation gave no clear answer to the start of %s; I am looking what it did.", job)
		}
		return v.Say("Asking LakeFormation to start %s…", job)
	case Accepted:
		return v.Say("%s was accepted by LakeFormation at %s.", job, r.AcceptedAt)
	case Running:
		return r.running(v, job)
	case Unknown:
		return v.Say("I can't tell whether %s started.", job)
	case Refused:
		return v.Say("%s was not started.", job)
	case Denied:
		return v.Say("The start of %s was denied; nothing was started.", job)
	case Cancelled:
		return v.Say("%s cancelled the start of %s; nothing was started.", r.Ask.By, job)
	case Expired:
		return v.Say("The time to start %s is over; nothing was started.", job)
	case Unwatched:
		return v.Say("I can no longer see how %s ends.", job)
	case Unresolved:
		return v.Say("It was never found out whether %s started.", job)
	}
	return r.ended(v, job)
}

func (r Request) stopHeadline(v Voice, job string) string {
	switch r.State {
	case Opened:
		return v.Say("Looking up %s…", job)
	case Pending:
		if r.Rule.ConfirmsOnly() {
			return v.Say("Stop %s on %s?", job, r.Ask.Instance)
		}
		return v.Say("%s asks to stop %s on %s", r.Ask.By, job, r.Ask.Instance)
	case Approved:
		return v.Say("%s is about to be stopped.", job)
	case Starting:
		if !r.Problem.Words.IsZero() {
			return v.Say("LakeFormation gave no clear answer to the stop of %s; I am looking what it did.", job)
		}
		return v.Say("Asking LakeFormation to stop %s…", job)
	case Accepted:
		return v.Say("The stop of %s was accepted by LakeFormation at %s.", job, r.AcceptedAt)
	case Running:
		return v.Say("%s is stopping.", job)
	case Unknown:
		return v.Say("I can't tell whether %s stopped.", job)
	case Refused:
		return v.Say("%s was not stopped.", job)
	case Denied:
		return v.Say("The stop of %s was denied; nothing was stopped.", job)
	case Cancelled:
		return v.Say("%s cancelled the stop of %s; nothing was stopped.", r.Ask.By, job)
	case Expired:
		return v.Say("The time to stop %s is over; nothing was stopped.", job)
	case Unwatched:
		return v.Say("I can no longer see how %s ends.", job)
	case Unresolved:
		return v.Say("It was never found out whether %s stopped.", job)
	case Stopped:
		return r.ended(v, job)
	}
	return v.Say("%s It could not be stopped before.", r.ended(v, job))
}

func (r Request) running(v Voice, job string) string {
	switch {
	case r.SaidBy.UserID != "":
		return v.Say("%s says that %s started; I am watching it.", r.SaidBy, job)
	case r.Sure():
		return v.Say("%s was accepted by LakeFormation at %s and is running.", job, r.AcceptedAt)
	case r.Run.StartedAt.IsZero():
		return v.Say("A run of %s began.", job)
	}
	return v.Say("A run of %s began at %s.", job, r.Run.StartedAt)
}

// ended says how the run ended, and after how long where that is known.
func (r Request) ended(v Voice, job string) string {
	if r.perhapsOthers() {
		if r.Run.StartedAt.IsZero() {
			job = v.Say("A run of %s", job)
		} else {
			job = v.Say("A run of %s that began at %s", job, r.Run.StartedAt)
		}
	}
	took, usual := r.Took(), r.usual()
	switch {
	case took <= 0:
		return map[State]string{
			Succeeded: v.Say("%s succeeded.", job), Partial: v.Say("%s partly succeeded.", job),
			Failed: v.Say("%s failed.", job), Stopped: v.Say("%s was stopped.", job),
		}[r.State]
	case usual > 0 && r.State != Stopped:
		return map[State]string{
			Succeeded: v.Say("%s succeeded after %s, usually %s.", job, took, usual),
			Partial:   v.Say("%s partly succeeded after %s, usually %s.", job, took, usual),
			Failed:    v.Say("%s failed after %s, usually %s.", job, took, usual),
		}[r.State]
	}
	return map[State]string{
		Succeeded: v.Say("%s succeeded after %s.", job, took), Partial: v.Say("%s partly succeeded after %s.", job, took),
		Failed: v.Say("%s failed after %s.", job, took), Stopped: v.Say("%s was stopped after %s.", job, took),
	}[r.State]
}

// perhapsOthers reports whether the run seen may be one that somebody else or a schedule began: LakeFormation never
// said that it took the start, and no person did.
func (r Request) perhapsOthers() bool {
	return r.Ask.Action == Start && !r.Sure() && r.SaidBy.UserID == ""
}

// Explain adds what the Headline leaves open: why, what it means, what to do next. One sentence or two a line.
func (r Request) Explain(v Voice) []string {
	job, log := v.Code(r.JobName()), v.Code(strings.TrimSpace(r.Ask.Command+" log "+r.JobName()))
	var lines []string
	if r.Run.Status != "" && r.perhapsOthers() {
		lines = append(lines, v.Say("LakeFormation gave no clear answer to the start, so this may also be a run that somebody else or a schedule began."))
	}
	switch r.State {
	case Pending, Approved:
		return append(lines, r.untilThawed(v)...)
	case Accepted, Running:
		return append(lines, r.untilItEnds(v))
	case Partial:
		return append(lines, v.Say("Some objects were not migrated; read %s before you run it again.", log))
	case Failed:
		return append(lines, v.Say("To see why, read %s; it may be started again.", log))
	case Unknown:
		return append(lines, r.unsure(v), v.Say("Look in the LakeFormation console, then press what you saw."))
	case Unwatched:
		return append(lines, v.Say("Please look in the LakeFormation console."))
	case Unresolved:
		return append(lines, v.Say("Nobody answered within a day. %s may be asked for again.", job))
	case Denied:
		for _, d := range r.Decisions {
			if !d.Approve {
				lines = append(lines, v.Say("%s said no at %s.", d.By, d.At))
			}
		}
	}
	return lines
}

// untilItEnds says when the end may be expected, without the clock: the same row gives the same words.
func (r Request) untilItEnds(v Voice) string {
	usual, began := r.usual(), r.Run.StartedAt
	switch {
	case usual <= 0:
		return v.Say("I'll say here when it ends.")
	case r.State != Running || began.IsZero() || usual >= 24*time.Hour:
		return v.Say("I'll say here when it ends (usually %s).", usual)
	}
	return v.Say("I'll say here when it ends (usually %s; it began at %s, so about %s).", usual, began, began.Add(usual))
}

// unsure says why it is not known what a call did.
func (r Request) unsure(v Voice) string {
	accepted := !r.AcceptedAt.IsZero()
	switch {
	case r.Ask.Action == Stop && accepted:
		return v.Say("LakeFormation accepted it but the run does not end. I won't try again by myself.")
	case r.Ask.Action == Stop:
		return v.Say("LakeFormation gave no clear answer and the run does not end. I won't try again by myself.")
	case accepted:
		return v.Say("LakeFormation accepted it but shows no new run since %s. I won't try again by myself, so it can't run twice.", r.MarkedAt)
	}
	return v.Say("LakeFormation gave no clear answer and shows no new run since %s. I won't try again by myself, so it can't run twice.", r.MarkedAt)
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

// NoSuchJob says that a name leads nowhere, with what may have been meant.
func NoSuchJob(name string, near []string) Text {
	quoted := make([]string, len(near))
	for i, n := range near {
		quoted[i] = Plain.Code(Short(n))
	}
	name = Plain.Code(Short(name))
	switch len(quoted) {
	case 0:
		return T("There is no job %s.", name)
	case 1:
		return T("There is no job %s. Did you mean %s?", name, quoted[0])
	case 2:
		return T("There is no job %s. Did you mean %s or %s?", name, quoted[0], quoted[1])
	}
	return T("There is no job %s. Did you mean %s, %s or %s?", name, quoted[0], quoted[1], quoted[2])
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
