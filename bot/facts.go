package bot

import (
	"strings"

	"slipway/approval"
	"slipway/commands"
)

// facts are what helps to decide: what the last runs did, how long they usually take, and who else asked lately.
func (c *card) facts(r approval.Request) []string {
	lines := []string{c.lastRun(r.Job)}
	if before := c.before(r.Job); before != "" {
		lines = append(lines, before)
	}
	if usual := r.Job.Usual(); usual > 0 && len(r.Job.Last) > 1 {
		lines = append(lines, c.v.Say("Usually it takes %s.", usual))
	}
	if len(r.Job.Others) > 0 {
		var others []string
		for _, a := range r.Job.Others {
			others = append(others, c.v.Say("%s by %s (%s)", a.ID, a.By, commands.StateWord(a.State)))
		}
		lines = append(lines, c.v.Say("Also asked within a day: %s", strings.Join(others, ", ")))
	}
	return lines
}

// before are the runs before the last one, the newest first.
func (c *card) before(j approval.Job) string {
	var runs []string
	for _, run := range j.Last[min(1, len(j.Last)):] {
		how := escape(c.plain.Text(commands.StatusWord(run.Status)))
		if run.Took > 0 {
			how = c.v.Say("%s in %s", how, run.Took)
		}
		runs = append(runs, how)
	}
	if len(runs) == 0 {
		return ""
	}
	return c.v.Say("Before that: %s", strings.Join(runs, ", "))
}

// careful warns of a run that writes to the same place. It may have ended since, so the time is said.
func (c *card) careful(other approval.Beside) string {
	job, catalog := c.v.Code(approval.Short(other.Job)), c.v.Code(approval.Short(other.Catalog))
	if other.Database == "" {
		return c.v.Say("Careful: %s is running on the same catalog %s, as seen at %s.", job, catalog, other.At)
	}
	return c.v.Say("Careful: %s is running on the same database %s of the catalog %s, as seen at %s.", job, c.v.Code(approval.Short(other.Database)), catalog, other.At)
}

// RenderNote is what the thread is told though nothing has happened, see approval.Request.NoteAt.
func RenderNote(r approval.Request, l Language) Message {
	if r.State == approval.Running {
		return renderLate(r, l)
	}
	return RenderReminder(r, l)
}

// renderLate says that a run takes much longer than usual.
func renderLate(r approval.Request, l Language) Message {
	c := newCard(l)
	job, stop := c.v.Code(r.JobName()), c.v.Code(strings.TrimSpace(r.Ask.Command+" stop "+r.JobName()))
	c.lines([]string{
		toAsker(r) + c.v.Say("%s has been running since %s, much longer than usual (%s).", job, r.Run.StartedAt, r.Job.Usual()),
		c.v.Say("I go on watching. If that is too long, look in the LakeFormation console, or ask to stop it: %s", stop),
	})
	return c.message()
}
