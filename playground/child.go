package playground

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// childState is where the child process stands, in the words the page shows.
type childState string

const (
	childRunning childState = "running" // start put it here; the process's end moves it on
	childKilled  childState = "killed"  // by Kill: as a crash would, without a goodbye
	childStopped childState = "stopped" // by Restart or Close, on request
	childExited  childState = "exited"  // by itself, or by somebody outside
)

const (
	// stopWithin is how long a child may take to stop on SIGTERM before it is killed.
	stopWithin = 10 * time.Second
	// pipesWithin is how long a dead child's output is still waited for, when a
	// grandchild holds it open.
	pipesWithin = 2 * time.Second
)

// child is the one Slipway process: at most one at a time. Its methods may be
// called from any goroutine.
type child struct {
	command func(context.Context, []string) *exec.Cmd
	env     []string
	log     *logRing
	bell    *bell
	grace   time.Duration

	turn sync.Mutex // held by start and stop, so that they come one after the other

	mu     sync.Mutex // guards what follows
	state  childState
	asked  childState // what a coming end will be called
	cmd    *exec.Cmd
	ended  chan struct{} // closed when cmd is gone and its output is read
	since  time.Time
	exit   string // how the last process ended: "exit status 1"
	closed bool
}

var errClosed = errors.New("playground: it is closed")

// start starts the process, unless one is running.
func (c *child) start() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.startInTurn()
}

func (c *child) startInTurn() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return errClosed
	case c.state == childRunning:
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := c.command(ctx, c.env)
	if cmd.Env == nil {
		cmd.Env = c.env
	}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = c.log, c.log, pipesWithin
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		cancel()
		c.state, c.exit = childExited, err.Error()
		c.bell.ring()
		return fmt.Errorf("playground: start Slipway: %w", err)
	}
	c.state, c.asked, c.cmd = childRunning, childExited, cmd
	c.since, c.exit, c.ended = time.Now(), "", make(chan struct{})
	go c.watch(cmd, cancel, c.ended)
	c.bell.ring()
	return nil
}

// watch waits for the end of one process and writes down how it was.
func (c *child) watch(cmd *exec.Cmd, cancel context.CancelFunc, ended chan struct{}) {
	err := cmd.Wait()
	cancel()
	c.mu.Lock()
	c.state, c.since, c.exit = c.asked, time.Now(), "exit status 0"
	if cmd.ProcessState != nil {
		c.exit = cmd.ProcessState.String()
	} else if err != nil {
		c.exit = err.Error()
	}
	c.log.say(fmt.Sprintf("— playground: Slipway has ended (%s, %s)", c.state, c.exit))
	c.mu.Unlock()
	close(ended)
	c.bell.ring()
}

// kill ends the process as a crash would and returns when it is gone.
func (c *child) kill() error {
	ended, err := c.signal(childKilled, syscall.SIGKILL)
	if ended != nil && err == nil {
		<-ended
	}
	return err
}

// stop asks the process to end, kills it when it does not in time, and returns
// when it is gone.
func (c *child) stop() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.stopInTurn()
}

func (c *child) stopInTurn() error {
	ended, err := c.signal(childStopped, syscall.SIGTERM)
	if ended == nil {
		return nil
	}
	if err != nil { // there is no SIGTERM on Windows
		return c.kill()
	}
	timer := time.NewTimer(c.grace)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
		c.log.say("— playground: Slipway did not stop in time and is killed")
		return c.kill()
	}
}

// restart stops a running process and starts a new one.
func (c *child) restart() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	if err := c.stopInTurn(); err != nil {
		return err
	}
	return c.startInTurn()
}

// close stops the process and lets no other one start.
func (c *child) close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	return c.stop()
}

// signal sends a signal to a running process. The channel is closed when the
// process is gone, and nil when there is none.
func (c *child) signal(as childState, s syscall.Signal) (<-chan struct{}, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != childRunning {
		return nil, nil
	}
	err := c.cmd.Process.Signal(s)
	if errors.Is(err, os.ErrProcessDone) { // by itself, just now
		return c.ended, nil
	}
	c.asked = as
	return c.ended, err
}

// childView is what the page shows of the child.
type childView struct {
	State childState `json:"state"`
	PID   int        `json:"pid"`
	Since time.Time  `json:"since"`
	Exit  string     `json:"exit"`
}

func (c *child) view() childView {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := childView{State: c.state, Since: c.since, Exit: c.exit}
	if c.state == childRunning {
		v.PID = c.cmd.Process.Pid
	}
	return v
}
