package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"slipway/lakeformation"
)

const (
	listFresh = time.Minute      // so long a list is used without a thought
	listKept  = 30 * time.Minute // so long it is used while a newer one is read
	listRead  = 30 * time.Second // so long reading a list may take
)

// jobList keeps the jobs of one instance for type-ahead, which has no time to ask LakeFormation. It is for suggestions
// only: what is asked for is looked up again.
type jobList struct {
	read func(ctx context.Context, pattern string) (jobs []lakeformation.Job, more bool, err error)
	now  func() time.Time

	mu      sync.Mutex
	jobs    []listed
	more    bool // there are jobs that only a pattern reaches
	at      time.Time
	reading chan struct{} // closed when the reading under way ends; nil: none is
	err     error         // of the last reading
}

// listed is a job and its name as it is searched.
type listed struct {
	lakeformation.Job
	lower string
}

// warm begins to read the jobs where that is due, and gives those there are; false: none yet.
func (l *jobList) warm(ctx context.Context) (jobs []listed, have bool, reading <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	age := l.now().Sub(l.at)
	have = !l.at.IsZero() && age < listKept
	if (!have || age >= listFresh) && l.reading == nil {
		l.reading = make(chan struct{})
		go l.refresh(context.WithoutCancel(ctx), l.reading)
	}
	return l.jobs, have, l.reading
}

// get gives the jobs, sorted by name; it waits for them only where there are none yet, no longer than ctx.
func (l *jobList) get(ctx context.Context) ([]listed, error) {
	jobs, have, reading := l.warm(ctx)
	if have {
		return jobs, nil
	}
	select {
	case <-reading:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.jobs, l.err
}

func (l *jobList) refresh(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, listRead)
	defer cancel()
	read, more, err := l.read(ctx, "")
	jobs := asListed(read)
	slices.SortFunc(jobs, func(a, b listed) int { return cmp.Or(strings.Compare(a.lower, b.lower), strings.Compare(a.ID, b.ID)) })
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err = err; err == nil {
		l.jobs, l.more, l.at = jobs, more, l.now()
	}
	l.reading = nil
	close(done)
}

func asListed(jobs []lakeformation.Job) []listed {
	list := make([]listed, len(jobs))
	for i, job := range jobs {
		list[i] = listed{job, strings.ToLower(job.Name)}
	}
	return list
}

// search gives the jobs that fit best, at most that many, and how many fit. Where not all jobs can be listed LakeFormation
// is asked for those of that name, too; what it does not say in time is left out.
func (l *jobList) search(ctx context.Context, typed string, most int) ([]listed, int, error) {
	jobs, err := l.get(ctx)
	if err != nil {
		return nil, 0, err
	}
	l.mu.Lock()
	more := l.more
	l.mu.Unlock()
	if typed = strings.TrimSpace(typed); more && typed != "" {
		if others, _, err := l.read(ctx, "*"+typed+"*"); err == nil {
			jobs = merged(jobs, asListed(others))
		}
	}
	best, fit := search(jobs, typed, most)
	return best, fit, nil
}

// merged adds the jobs that are not there yet.
func merged(jobs, others []listed) []listed {
	known := make(map[string]bool, len(jobs))
	for _, job := range jobs {
		known[job.ID] = true
	}
	return append(slices.Clip(jobs), slices.DeleteFunc(others, func(job listed) bool { return known[job.ID] })...)
}

// rank says how well a job fits what was typed, the smaller the better; -1: not at all.
func (j listed) rank(typed string) int {
	switch at := strings.Index(j.lower, typed); {
	case j.lower == typed:
		return 0
	case at == 0:
		return 1
	case at > 0 && j.lower[at-1] == '_':
		return 2
	case at > 0:
		return 3
	case strings.HasPrefix(j.ID, typed):
		return 4
	}
	return -1
}

func search(jobs []listed, typed string, most int) (best []listed, fit int) {
	typed = strings.ToLower(typed)
	var ranked [5][]listed
	for _, job := range jobs {
		r := 1
		if typed != "" {
			r = job.rank(typed)
		}
		if r < 0 {
			continue
		}
		fit++
		if len(ranked[r]) < most {
			ranked[r] = append(ranked[r], job)
		}
	}
	for _, some := range ranked {
		best = append(best, some[:min(len(some), most-len(best))]...)
	}
	return best, fit
}
