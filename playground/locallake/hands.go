package locallake

import (
	"bytes"
	"fmt"
)

// Wherever a method takes idOrName, an id is looked for first, then a name, in
// the order of Config.Instances. Its error says that there is no such job.

// Jobs are all jobs of all instances, oldest first.
func (s *Server) Jobs() []JobView {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	views := make([]JobView, len(s.world.jobs))
	for i, j := range s.world.jobs {
		views[i] = j.view()
	}
	return views
}

// Job is one job; false if there is none.
func (s *Server) Job(idOrName string) (JobView, bool) {
	var view JobView
	err := s.world.with(idOrName, func(j *job) error { view = j.view(); return nil })
	return view, err == nil
}

// AddJob adds a job as someone in the console would and returns its id.
func (s *Server) AddJob(j Job) (string, error) { return s.world.add(j) }

// EditJob changes a job's definition as someone in the console would. ID,
// InstanceID and History cannot be changed; edit must not call the server.
func (s *Server) EditJob(idOrName string, edit func(*Job)) error {
	return s.world.with(idOrName, func(j *job) error {
		def := j.copyDef()
		edit(&def)
		return s.world.redefine(j, def)
	})
}

// DeleteJob deletes a job, also one that is running.
func (s *Server) DeleteJob(idOrName string) error {
	return s.world.with(idOrName, func(j *job) error { s.world.remove(j); return nil })
}

// StartOutside begins a run as the console or a schedule would.
func (s *Server) StartOutside(idOrName string) error {
	return s.world.with(idOrName, func(j *job) error {
		s.world.begin(j, Run{Mode: "NORMAL", Outside: true})
		return nil
	})
}

// NextRunEnds decides how the next run of a job ends.
func (s *Server) NextRunEnds(idOrName string, status Status) error {
	if !status.ended() {
		return fmt.Errorf("locallake: a run cannot end as %q", status)
	}
	return s.world.with(idOrName, func(j *job) error { j.next = status; s.bell.ring(); return nil })
}

// Finish ends the newest run that is not over, now.
func (s *Server) Finish(idOrName string, status Status) error {
	if !status.ended() {
		return fmt.Errorf("locallake: a run cannot end as %q", status)
	}
	return s.world.with(idOrName, func(j *job) error {
		r := j.active()
		if r == nil {
			return fmt.Errorf("locallake: no run of %q is going on", j.def.Name)
		}
		s.world.end(r, status)
		return nil
	})
}

// HoldRuns(true) keeps runs from ending by themselves; Finish and stop still end
// them. HoldRuns(false) ends those whose time was over meanwhile.
func (s *Server) HoldRuns(hold bool) {
	w := s.world
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holdRuns = hold
	for _, j := range w.jobs {
		for _, r := range j.runs {
			if !hold && r.overdue && !r.over() {
				w.end(r, r.ends)
			}
		}
	}
	w.bell.ring()
}

// RefuseSecondStart(true) answers 400 to the start of a job that is running. The
// default is to begin a second run, so that a double start is seen as two runs.
func (s *Server) RefuseSecondStart(refuse bool) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.world.refuseSecond = refuse
	s.bell.ring()
}

// AuthorizeJobs authorises jobs, as an administrator does in the console.
func (s *Server) AuthorizeJobs() {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.world.unauthorized = false
	s.bell.ring()
}

// SetLog replaces what the log call answers, until the next run begins.
func (s *Server) SetLog(idOrName, text string) error {
	return s.world.with(idOrName, func(j *job) error { j.log = text; s.bell.ring(); return nil })
}

// Runs are all runs of a job, oldest first; nil if there is no such job.
func (s *Server) Runs(idOrName string) []Run {
	var runs []Run
	_ = s.world.with(idOrName, func(j *job) error {
		for _, r := range j.runs {
			runs = append(runs, r.Run)
		}
		return nil
	})
	return runs
}

// StartCalls counts the start calls for a job that reached LakeFormation, whatever
// it answered. Calls that the gateway or the network refused are not among them.
func (s *Server) StartCalls(idOrName string) int {
	view, _ := s.Job(idOrName)
	return view.StartCalls
}

// with does something with one job under the lock.
func (w *world) with(idOrName string, do func(*job) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	j, err := w.find(idOrName)
	if err != nil {
		return err
	}
	return do(j)
}

func (j *job) copyDef() Job {
	def := j.def
	def.Parameter = bytes.Clone(def.Parameter)
	return def
}

func (j *job) view() JobView {
	v := JobView{
		Job: j.copyDef(), Status: j.status(), LastSuccessRunTime: j.lastSuccess(),
		Log: j.shownLog(), Runs: len(j.runs), StartCalls: j.startCalls,
	}
	if r := j.last(); r != nil {
		v.StartTime, v.EndTime, v.ExecuteTime = r.StartTime, r.EndTime, r.executeTime()
	}
	return v
}
