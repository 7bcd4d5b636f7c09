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
	unlock     func() error
	kept       []*kept // none in a temporary directory
	lakeConfig locallake.Config

	asked struct { // where the page was to be
		host string
		port int // 0 for any
	}
	addresses map[string]string // where the services were before, then where they are
	notes     []string          // what a person should know about the ports

	slack *localslack.Server // nil with LakeFormationOnly
	lake  *locallake.Server  // nil with SlackOnly
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
	if err := p.prepareDir(); err != nil {
		return err
	}
	listener, err := p.listen()
	if err != nil {
		return err
	}
	if err := p.startServices(); err != nil {
		return errors.Join(err, listener.Close())
	}
	p.child = &child{
		command: p.cfg.Command, env: slices.Concat(withoutSlipway(os.Environ()), p.Settings()),
		log: p.log, bell: p.bell, grace: stopWithin,
	}
	p.servePage(listener)
	if err := ctx.Err(); err != nil {
		return err
	}
	if p.cfg.Only != BothSides {
		return nil
	}
	return p.child.start()
}

func (p *Playground) startServices() error {
	if p.cfg.Only != LakeFormationOnly {
		if err := p.startSlack(); err != nil {
			return err
		}
	}
	if p.cfg.Only != SlackOnly {
		if err := p.startLake(); err != nil {
			return err
		}
	}
	if p.dirIsOurs {
		return nil
	}
	p.served.Go(p.keep)
	return p.keepAddresses()
}

func (p *Playground) startSlack() error {
	path, held, err := p.remembered("slack.json")
	if err != nil {
		return fmt.Errorf("playground: what the local Slack held: %w", err)
	}
	cfg := localslack.Playground()
	cfg.Held, cfg.Scopes = held, append(cfg.Scopes, p.cfg.Scopes...)
	// Where somebody else's app is tried, Slack's limits are part of the trial.
	cfg.RateTiers = p.cfg.Only == SlackOnly
	if p.slack, err = beside(p, theSlack, func(addr string) (*localslack.Server, error) {
		cfg.Addr = addr
		return localslack.Start(cfg)
	}); err != nil {
		return fromFile(err, path, held)
	}
	if !p.dirIsOurs {
		p.kept = append(p.kept, &kept{path: path, snapshot: p.slack.Snapshot, last: held})
	}
	return nil
}

func (p *Playground) startLake() error {
	path, held, err := p.remembered("lakeformation.json")
	if err != nil {
		return fmt.Errorf("playground: what the local LakeFormation held: %w", err)
	}
	p.lakeConfig = lakeConfig()
	p.lakeConfig.Held = held
	if p.lake, err = beside(p, theLake, func(addr string) (*locallake.Server, error) {
		p.lakeConfig.Addr = addr
		return locallake.Start(p.lakeConfig)
	}); err != nil {
		return fromFile(err, path, held)
	}
	if !p.dirIsOurs {
		p.kept = append(p.kept, &kept{path: path, snapshot: p.lake.Snapshot, last: held})
	}
	return nil
}

// URL is the page's address with the key in its fragment, which browsers never
// send: the page itself is open to whoever can reach the port, its buttons are not.
func (p *Playground) URL() string { return "http://" + p.host + "/#" + p.key }

// Slack is the local Slack, nil with LakeFormationOnly.
func (p *Playground) Slack() *localslack.Server { return p.slack }

// LakeFormation is the local LakeFormation, nil with SlackOnly.
func (p *Playground) LakeFormation() *locallake.Server { return p.lake }

// Kill ends Slipway as a crash would, and returns when its process is gone.
func (p *Playground) Kill() error { return p.child.kill() }

var errNotOurs = errors.New("playground: with one side alone Slipway is started and stopped by you")

// Restart asks Slipway to stop, waits (at most 10 s, then it is killed), and
// starts it again, on the same database. It also starts one that was killed.
func (p *Playground) Restart() error {
	if p.cfg.Only != BothSides {
		return errNotOurs
	}
	return p.child.restart()
}

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
	p.save()
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
	if p.unlock != nil {
		problems = append(problems, p.unlock())
	}
	if p.dirIsOurs && p.dir != "" {
		problems = append(problems, os.RemoveAll(p.dir))
	}
	return errors.Join(problems...)
}
