package locallake

import (
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"
)

// world is all jobs and their runs. One lock guards everything in it; the bell
// is rung after each change.
type world struct {
	cfg   Config
	clock Clock
	bell  *bell

	mu           sync.Mutex
	closed       bool
	shelves      map[string]*shelf // by instance id
	jobs         []*job            // all, oldest first
	holdRuns     bool
	refuseSecond bool
	unauthorized bool // see Config.JobsUnauthorized
}

// shelf is the jobs of one instance.
type shelf struct {
	byID   map[string]*job
	byName map[string]*job
	byType map[Type][]*job // oldest first, so that a page of a list is a slice
}

// job is a definition and what became of it.
type job struct {
	def        Job
	runs       []*run // oldest first
	next       Status // how the next run ends, "" for as defined
	log        string // shown instead of the last run's log when set
	startCalls int
}

func newWorld(c Config, b *bell) *world {
	w := &world{cfg: c, clock: c.Clock, bell: b, shelves: map[string]*shelf{}, unauthorized: c.JobsUnauthorized}
	for _, i := range c.Instances {
		w.shelves[i.ID] = &shelf{byID: map[string]*job{}, byName: map[string]*job{}, byType: map[Type][]*job{}}
	}
	return w
}

// fill puts the jobs there: those of a snapshot, else the configured ones.
func (w *world) fill(c Config) error {
	if len(c.Held) > 0 {
		return w.restore(c.Held)
	}
	for _, j := range c.Jobs {
		if _, err := w.add(j); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) now() time.Time { return w.clock.Now().UTC().Truncate(time.Millisecond) }

// add puts a new job into its instance. The error is a sentence about the definition.
func (w *world) add(def Job) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if def.ID == "" {
		def.ID = newUUID()
	}
	if def.InstanceID == "" {
		def.InstanceID = w.cfg.Instances[0].ID
	}
	if def.CreateTime.IsZero() {
		def.CreateTime = w.now()
	}
	shelf := w.shelves[def.InstanceID]
	switch problem := def.problem(); {
	case shelf == nil:
		return "", fmt.Errorf("locallake: job %q: there is no instance %q", def.Name, def.InstanceID)
	case problem != "":
		return "", fmt.Errorf("locallake: job %q: %s", def.Name, problem)
	case shelf.byName[def.Name] != nil || shelf.byID[def.ID] != nil:
		return "", fmt.Errorf("locallake: job %q: %w", def.Name, errExists)
	}
	j := &job{def: def}
	for _, past := range def.History {
		j.runs = append(j.runs, pastRun(past))
	}
	j.def.History = nil
	w.jobs = append(w.jobs, j)
	shelf.byID[def.ID], shelf.byName[def.Name] = j, j
	shelf.byType[def.Type] = append(shelf.byType[def.Type], j)
	w.bell.ring()
	return def.ID, nil
}

// find looks a job up by id, then by name, in the order of the instances.
func (w *world) find(idOrName string) (*job, error) {
	for _, i := range w.cfg.Instances {
		if j := w.shelves[i.ID].byID[idOrName]; j != nil {
			return j, nil
		}
	}
	for _, i := range w.cfg.Instances {
		if j := w.shelves[i.ID].byName[idOrName]; j != nil {
			return j, nil
		}
	}
	return nil, fmt.Errorf("locallake: there is no job %q", idOrName)
}

// redefine replaces a job's definition; id and instance stay.
func (w *world) redefine(j *job, def Job) error {
	def.ID, def.InstanceID, def.History = j.def.ID, j.def.InstanceID, nil
	shelf := w.shelves[def.InstanceID]
	if problem := def.problem(); problem != "" {
		return fmt.Errorf("locallake: job %q: %s", def.Name, problem)
	}
	if other := shelf.byName[def.Name]; other != nil && other != j {
		return fmt.Errorf("locallake: job %q: %w", def.Name, errExists)
	}
	if def.Type != j.def.Type {
		shelf.byType[j.def.Type] = without(shelf.byType[j.def.Type], j)
		shelf.byType[def.Type] = append(shelf.byType[def.Type], j)
	}
	delete(shelf.byName, j.def.Name)
	shelf.byName[def.Name] = j
	j.def = def
	w.bell.ring()
	return nil
}

func (w *world) remove(j *job) {
	for _, r := range j.runs {
		r.cancelTimers()
	}
	shelf := w.shelves[j.def.InstanceID]
	delete(shelf.byID, j.def.ID)
	delete(shelf.byName, j.def.Name)
	shelf.byType[j.def.Type] = without(shelf.byType[j.def.Type], j)
	w.jobs = without(w.jobs, j)
	w.bell.ring()
}

func (w *world) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, j := range w.jobs {
		for _, r := range j.runs {
			r.cancelTimers()
		}
	}
}

func without(jobs []*job, j *job) []*job {
	return slices.DeleteFunc(jobs, func(other *job) bool { return other == j })
}

// last is the newest run that can be seen, nil if there is none.
func (j *job) last() *run {
	for _, r := range slices.Backward(j.runs) {
		if r.visible() {
			return r
		}
	}
	return nil
}

// active is the newest run that is not over, nil if there is none.
func (j *job) active() *run {
	for _, r := range slices.Backward(j.runs) {
		if !r.over() {
			return r
		}
	}
	return nil
}

// status is the definition's own, else the newest run's. A run begun twice is two
// runs, and the job looks like the younger one.
func (j *job) status() Status {
	if j.def.Status != "" {
		return j.def.Status
	}
	if r := j.last(); r != nil {
		return r.Status
	}
	return Created
}

func (j *job) lastSuccess() time.Time {
	for _, r := range slices.Backward(j.runs) {
		if r.Status == Success {
			return r.StartTime
		}
	}
	return time.Time{}
}

func (j *job) shownLog() string {
	if r := j.last(); j.log == "" && r != nil {
		return r.Log
	}
	return j.log
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
