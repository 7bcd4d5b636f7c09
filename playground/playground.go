package playground

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// Playground is a running playground. Its methods may be called from any goroutine.
type Playground struct {
	cfg        Config
	dir        string
	dirIsOurs  bool // made by Start, removed by Close
	lakeConfig locallake.Config

	slack *localslack.Server
	lake  *locallake.Server
	child *child
	log   *logRing
	bell  *bell
	tools tools

	page   *http.Server
	host   string // the page's host:port
	key    string // who has it may press buttons; new at each start
	served sync.WaitGroup
	done   chan struct{} // closed by Close, ends the streams
	once   sync.Once
	err    error // of Close
}

// Start starts both services, the page and Slipway. ctx is for starting only;
// what was started lives until Close.
func Start(ctx context.Context, cfg Config) (*Playground, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Playground{cfg: cfg, key: rand.Text(), bell: newBell(), done: make(chan struct{})}
	p.log = &logRing{tee: cfg.Stderr, bell: p.bell}
	if err := p.start(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Playground) start(ctx context.Context) error {
	err := p.prepareDir()
	if err != nil {
		return err
	}
	if p.slack, err = localslack.Start(localslack.Playground()); err != nil {
		return fmt.Errorf("playground: %w", err)
	}
	p.lakeConfig = lakeConfig()
	if p.lake, err = locallake.Start(p.lakeConfig); err != nil {
		return fmt.Errorf("playground: %w", err)
	}
	p.child = &child{
		command: p.cfg.Command, env: slices.Concat(withoutSlipway(os.Environ()), p.Settings()),
		log: p.log, bell: p.bell, grace: stopWithin,
	}
	listener, err := listen(p.cfg.Addr)
	if err != nil {
		return err
	}
	p.servePage(listener)
	if err := ctx.Err(); err != nil {
		return err
	}
	return p.child.start()
}

// prepareDir makes the directory of the database, and puts the rules there.
func (p *Playground) prepareDir() error {
	p.dir = p.cfg.Dir
	var err error
	if p.dirIsOurs = p.dir == ""; p.dirIsOurs {
		p.dir, err = os.MkdirTemp("", "slipway-playground-")
	} else {
		err = os.MkdirAll(p.dir, 0o700)
	}
	if err == nil && p.cfg.Rules != "" {
		err = os.WriteFile(p.rulesPath(), []byte(p.cfg.Rules), 0o600)
	}
	if err != nil {
		return fmt.Errorf("playground: a place for Slipway's database: %w", err)
	}
	return nil
}

// URL is the page's address with the key in its fragment, which browsers never
// send: the page itself is open to whoever can reach the port, its buttons are not.
func (p *Playground) URL() string { return "http://" + p.host + "/#" + p.key }

// Slack is the local Slack.
func (p *Playground) Slack() *localslack.Server { return p.slack }

// LakeFormation is the local LakeFormation.
func (p *Playground) LakeFormation() *locallake.Server { return p.lake }

// Kill ends Slipway as a crash would, and returns when its process is gone.
func (p *Playground) Kill() error { return p.child.kill() }

// Restart asks Slipway to stop, waits (at most 10 s, then it is killed), and
// starts it again, on the same database. It also starts one that was killed.
func (p *Playground) Restart() error { return p.child.restart() }

// Close stops Slipway as Restart does, then everything else, and removes the
// temporary directory. It returns when all of it is gone.
func (p *Playground) Close() error {
	p.once.Do(func() { p.err = p.close() })
	return p.err
}

func (p *Playground) close() error {
	var problems []error
	if p.child != nil {
		problems = append(problems, p.child.close())
	}
	close(p.done)
	if p.page != nil {
		problems = append(problems, p.page.Close())
	}
	if p.slack != nil {
		p.slack.Close()
	}
	if p.lake != nil {
		problems = append(problems, p.lake.Close())
	}
	p.served.Wait()
	if p.dirIsOurs && p.dir != "" {
		problems = append(problems, os.RemoveAll(p.dir))
	}
	return errors.Join(problems...)
}
