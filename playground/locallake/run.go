package locallake

import (
	"cmp"
	"fmt"
	"time"
)

// run is one run and its timers. It goes signal received ("") → SUBMITTED →
// RUNNING → an ended status; world's lock guards it.
type run struct {
	Run
	ends    Status
	runFor  time.Duration
	overdue bool // its time is over, but runs are held
	timers  []func() bool
}

func (r *run) cancelTimers() {
	for _, stop := range r.timers {
		stop()
	}
	r.timers = nil
}

func (r *run) logLine(at time.Time, text string) {
	r.Log += fmt.Sprintf("%s INFO %s\n", at.UTC().Format(wireTime), text)
}

func pastRun(p PastRun) *run {
	r := &run{Run: Run{Mode: "NORMAL", Outside: true, StartTime: p.Start.UTC().Truncate(time.Millisecond)}}
	r.logLine(r.StartTime, "the run has been submitted")
	r.logLine(r.StartTime, "the run is running")
	r.end(r.StartTime.Add(p.Took), cmp.Or(p.Status, Success))
	return r
}

// begin makes a new run of j. Runs of one job may overlap: what start answers
// while one is running is not documented, and two runs show what went wrong.
func (w *world) begin(j *job, r Run) {
	next := &run{Run: r, ends: cmp.Or(j.next, j.def.Ends, Success), runFor: cmp.Or(j.def.RunFor, w.cfg.RunFor)}
	j.next, j.log = "", ""
	j.runs = append(j.runs, next)
	w.after(next, w.cfg.SignalFor, func() { w.submit(j, next) })
	w.bell.ring()
}

func (w *world) submit(j *job, r *run) {
	r.Status, r.StartTime = Submitted, w.startTime(j)
	r.logLine(r.StartTime, "the run has been submitted")
	w.willRun(r)
}

func (w *world) willRun(r *run) {
	w.after(r, w.cfg.SubmitFor, func() {
		r.Status = Running
		r.logLine(w.now(), "the run is running")
		w.willEnd(r)
	})
}

func (w *world) willEnd(r *run) {
	w.after(r, r.runFor, func() {
		if r.overdue = w.holdRuns; !r.overdue {
			w.end(r, r.ends)
		}
	})
}

// startTime is now, but never the start time of another run of the job: on the
// wire the start time is all that tells two runs apart.
func (w *world) startTime(j *job) time.Time {
	now := w.now()
	if last := j.last(); last != nil && !now.After(last.StartTime) {
		return last.StartTime.Add(time.Millisecond)
	}
	return now
}

func (w *world) end(r *run, status Status) {
	at := w.now()
	if r.StartTime.IsZero() { // ended before anything of it was seen
		r.StartTime = at
	}
	if at.Before(r.StartTime) {
		at = r.StartTime
	}
	r.end(at, status)
	r.cancelTimers()
	w.bell.ring()
}

// end writes down how the run ended. The words are this server's own.
func (r *run) end(at time.Time, status Status) {
	r.Status, r.EndTime = status, at
	switch status {
	case PartialSuccess:
		r.Info = "3 of 128 objects were not migrated"
		r.logLine(at, "table sales.orders_2019: unsupported column type, skipped")
	case Failed:
		r.Info = "cannot connect to the source: connection timed out"
		r.logLine(at, "cannot connect to the source: connection timed out")
	case Stopped:
		r.Info = "stopped on request"
	}
	r.logLine(at, "the run has ended: "+string(status))
}

// after does next when d is over, at once for 0, unless the run has ended by then.
func (w *world) after(r *run, d time.Duration, next func()) {
	if d <= 0 {
		next()
		return
	}
	r.timers = append(r.timers, w.clock.AfterFunc(d, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.closed || r.over() {
			return
		}
		next()
		w.bell.ring()
	}))
}
