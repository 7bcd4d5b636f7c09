package locallake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// snapshotForm is raised when an older snapshot can no longer be read.
const snapshotForm = 1

// snapshot is what all instances hold. Not in it: faults, issued tokens, and how far a run had come in its present
// status: that begins again.
type snapshot struct {
	Form int       `json:"form"`
	Jobs []heldJob `json:"jobs"`
}

type heldJob struct {
	Job        Job       `json:"job"`
	Runs       []heldRun `json:"runs"`
	Next       Status    `json:"next,omitempty"`
	Log        string    `json:"log,omitempty"`
	StartCalls int       `json:"start_calls"`
}

type heldRun struct {
	Run
	Ends   Status        `json:"ends,omitempty"`
	RunFor time.Duration `json:"run_for,omitempty"`
}

// Snapshot is what this LakeFormation holds, for the Config.Held of a later one.
func (s *Server) Snapshot() ([]byte, error) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	held := snapshot{Form: snapshotForm, Jobs: []heldJob{}}
	for _, j := range s.world.jobs {
		one := heldJob{Job: j.def, Next: j.next, Log: j.log, StartCalls: j.startCalls}
		for _, r := range j.runs {
			one.Runs = append(one.Runs, heldRun{r.Run, r.ends, r.runFor})
		}
		held.Jobs = append(held.Jobs, one)
	}
	return json.Marshal(held)
}

// restore adds the jobs of a snapshot with their runs.
func (w *world) restore(held []byte) error {
	var old snapshot
	if err := json.Unmarshal(held, &old); err != nil {
		return fmt.Errorf("locallake: what was held cannot be read: %w", err)
	}
	if old.Form != snapshotForm {
		return fmt.Errorf("locallake: what was held is in form %d, and this version reads %d", old.Form, snapshotForm)
	}
	for _, was := range old.Jobs {
		id, err := w.add(was.Job)
		if err != nil {
			return err
		}
		w.mu.Lock()
		j := w.shelves[was.Job.InstanceID].byID[id]
		j.next, j.log, j.startCalls = was.Next, was.Log, was.StartCalls
		for _, r := range was.Runs {
			next := &run{Run: r.Run, ends: cmp.Or(r.Ends, Success), runFor: r.RunFor}
			j.runs = append(j.runs, next)
			w.goOn(j, next)
		}
		w.mu.Unlock()
	}
	return nil
}

// goOn lets a run that was not over begin its present status again.
func (w *world) goOn(j *job, r *run) {
	switch r.Status {
	case "":
		w.after(r, w.cfg.SignalFor, func() { w.submit(j, r) })
	case Submitted:
		w.willRun(r)
	case Running:
		w.willEnd(r)
	}
}
