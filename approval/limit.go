package approval

import (
	"maps"
	"sync"
	"time"
)

// How often one person may do what others have to see, or what is recorded. Stops are not limited, and a decision that
// counts is not either.
const (
	// StartsPerPerson within StartsWithin. They are counted in the database, so that replicas and restarts do not matter.
	StartsPerPerson = 30
	StartsWithin    = time.Hour

	// RefusalsAtOnce are recorded of one person, and then one every RefusalEvery. They are counted in memory: to count them in the
	// database would be the commit that is to be saved. So each replica counts for itself, and a restart begins anew.
	RefusalsAtOnce = 30
	RefusalEvery   = 10 * time.Second
)

// mostRefused is how many people are remembered before those that were quiet since are forgotten.
const mostRefused = 10_000

// refusals keeps one person from filling the audit with what they may not do.
type refusals struct {
	now        func() time.Time
	unrecorded func()

	mu   sync.Mutex
	even map[Actor]time.Time // when a person's refusals of before no longer count
}

func newRefusals() *refusals {
	return &refusals{now: time.Now, unrecorded: func() {}, even: map[Actor]time.Time{}}
}

// take counts a refusal. It is not to be recorded where wait is more than 0: one after that time is. last: it is the last
// that is recorded at once.
func (r *refusals) take(by Actor) (wait time.Duration, last bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	const most = RefusalsAtOnce * RefusalEvery
	now, who := r.now(), Actor{TeamID: by.TeamID, UserID: by.UserID}
	even := r.even[who]
	if even.Before(now) {
		even = now
	}
	even = even.Add(RefusalEvery)
	if wait = even.Sub(now) - most; wait > 0 {
		r.unrecorded()
		return wait, false
	}
	if len(r.even) >= mostRefused {
		maps.DeleteFunc(r.even, func(_ Actor, even time.Time) bool { return even.Before(now) })
	}
	r.even[who] = even
	return 0, wait > -RefusalEvery
}

// whole is how many units have surely passed d.
func whole(unit, d time.Duration) int { return int((d + unit - 1) / unit) }
