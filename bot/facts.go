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
