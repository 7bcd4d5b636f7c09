package locallake

import (
	"slices"
	"strings"
)

var modes = []string{"NORMAL", "COMPARISON"}

// startJob is StartJobByInstance: 202 and no body means that the signal to run
// has been received. What it answers for a running or frozen job is not
// documented: a second run (see RefuseSecondStart), and 400; nor is what it
// answers where jobs are not authorised: 400.
func (s *Server) startJob(c *call) answer {
	mode, cascade := c.query.Get("mode"), c.query.Get("cascade")
	return s.withJob(c, func(j *job) answer {
		switch {
		case mode != "" && !slices.Contains(modes, mode), cascade != "" && cascade != "true" && cascade != "false":
			return jsonText(400, body400)
		case strings.HasPrefix(string(j.def.Status), "FROZEN_"):
			return badState("the job is " + string(j.def.Status) + " and cannot be run")
		case s.world.unauthorized:
			return badState("the agency lakeformation_job_trust does not exist")
		case s.world.refuseSecond && j.active() != nil:
			return badState("the job is already submitted or running")
		}
		if mode == "" {
			mode = "NORMAL"
		}
		s.world.begin(j, Run{Mode: mode, Cascade: cascade == "true"})
		return answer{status: 202}
	})
}

// stopJob is StopJobByInstance. Its success code is not known, 202 was taken from
// start, whose page has the same form; stopping what does not run is a 400.
func (s *Server) stopJob(c *call) answer {
	return s.withJob(c, func(j *job) answer {
		r := j.active()
		if r == nil {
			return badState("the job is not submitted or running")
		}
		s.world.after(r, s.cfg.StopFor, func() { s.world.end(r, Stopped) })
		return answer{status: 202}
	})
}

// showLog is ShowJobLogByInstance: the log of the last run.
func (s *Server) showLog(c *call) answer {
	return s.withJob(c, func(j *job) answer { return jsonAnswer(200, map[string]string{"log": j.shownLog()}) })
}

// showHistory is ShowJobHistoryByInstance.
func (s *Server) showHistory(c *call) answer {
	page, refusal := c.page()
	if refusal != nil {
		return *refusal
	}
	status, refusal := c.statusFilter()
	if refusal != nil {
		return *refusal
	}
	mode := c.query.Get("mode")
	if mode != "" && !slices.Contains(modes, mode) {
		return jsonText(400, body400)
	}
	return s.withJob(c, func(j *job) answer {
		order := slices.Backward(j.runs)
		if s.cfg.HistoryOldestFirst {
			order = slices.All(j.runs)
		}
		found := jobPage{Jobs: []jobInfo{}}
		for _, r := range order {
			if !r.visible() || status != "" && r.Status != status || mode != "" && r.Mode != mode {
				continue
			}
			if page.holds(found.Total) {
				found.Jobs = append(found.Jobs, s.wireRun(j, r))
			}
			found.Total++
		}
		return jsonAnswer(200, found)
	})
}
