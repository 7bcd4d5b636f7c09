package locallake

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Fault is a way for an operation to go wrong.
type Fault struct {
	Name  string        // one of Faults
	Times int           // how many calls it hits; 0 means until cleared
	Delay time.Duration // waited before, by Config.Clock; FaultSlow waits 5 s if none is given
}

// FaultInfo describes a fault for people.
type FaultInfo struct {
	Name, Title, Description string

	// Reaches says that LakeFormation itself sees the request (Server.StartCalls
	// counts it), Works that it does what was asked all the same.
	Reaches, Works bool
}

// Faults are all faults, in the order a person would look for them.
func Faults() []FaultInfo {
	infos := make([]FaultInfo, len(faultKinds))
	for i, k := range faultKinds {
		infos[i] = k.FaultInfo
	}
	return infos
}

// ActiveFault is a fault that waits for calls.
type ActiveFault struct {
	Op    Op
	Fault // Times is what is left of it
}

type faults struct {
	mu      sync.Mutex
	active  map[Op]Fault
	release map[Op]chan struct{} // closed to let the calls that a fault holds go on
}

func newFaults() *faults {
	return &faults{active: map[Op]Fault{}, release: map[Op]chan struct{}{}}
}

// armed is a fault that has hit a call.
type armed struct {
	Fault
	release <-chan struct{}
}

// take uses up one of the operation's own fault, else of OpAny's.
func (f *faults) take(op Op) (armed, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range []Op{op, OpAny} {
		fault, ok := f.active[key]
		if !ok || op == opElsewhere {
			continue
		}
		hit := armed{fault, f.release[key]}
		if fault.Times--; fault.Times == 0 {
			delete(f.active, key)
		} else if fault.Times > 0 {
			f.active[key] = fault
		}
		return hit, true
	}
	return armed{}, false
}

// clear forgets the fault of op and lets the calls it holds go on.
func (f *faults) clear(op Op) {
	delete(f.active, op)
	if held := f.release[op]; held != nil {
		close(held)
		delete(f.release, op)
	}
}

// SetFault makes an operation fail, in place of its earlier fault. An operation's
// own fault goes before that of OpAny. The error says which word is unknown.
func (s *Server) SetFault(op Op, fault Fault) error {
	switch {
	case !slices.Contains(Ops(), op):
		return fmt.Errorf("locallake: there is no operation %q", op)
	case kindOf(fault.Name) == nil:
		return fmt.Errorf("locallake: there is no fault %q", fault.Name)
	case fault.Times < 0 || fault.Delay < 0:
		return fmt.Errorf("locallake: fault %q: Times and Delay cannot be negative", fault.Name)
	}
	s.faults.mu.Lock()
	s.faults.clear(op)
	s.faults.active[op], s.faults.release[op] = fault, make(chan struct{})
	s.faults.mu.Unlock()
	s.bell.ring()
	return nil
}

// ClearFault ends the fault of one operation; a call it holds goes on if its
// client still waits.
func (s *Server) ClearFault(op Op) {
	s.faults.mu.Lock()
	s.faults.clear(op)
	s.faults.mu.Unlock()
	s.bell.ring()
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	for _, op := range Ops() {
		s.faults.clear(op)
	}
	s.faults.mu.Unlock()
	s.bell.ring()
}

// ActiveFaults are the faults that can still hit a call, in the order of Ops.
func (s *Server) ActiveFaults() []ActiveFault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	var active []ActiveFault
	for _, op := range Ops() {
		if fault, ok := s.faults.active[op]; ok {
			active = append(active, ActiveFault{op, fault})
		}
	}
	return active
}
