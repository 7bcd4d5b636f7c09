package playground

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// keepAfter is how long a change waits before it is written: what a playground that is killed may forget.
const keepAfter = time.Second

const addressFile = "addresses.json"

// kept is one service's memory in a directory.
type kept struct {
	path     string
	snapshot func() ([]byte, error)

	mu   sync.Mutex
	last []byte // as written
}

var errLocked = errors.New("another playground uses the directory")

// prepareDir makes the directory, and puts the rules there.
func (p *Playground) prepareDir() error {
	p.dir = p.cfg.Dir
	var err error
	if p.dirIsOurs = p.dir == ""; p.dirIsOurs {
		if p.dir, err = os.MkdirTemp("", "slipway-playground-"); err != nil {
			return fmt.Errorf("playground: a place for Slipway's database: %w", err)
		}
	} else {
		if p.dir, err = filepath.Abs(p.dir); err == nil {
			err = os.MkdirAll(p.dir, 0o700)
		}
		if err == nil {
			p.unlock, err = lockDir(filepath.Join(p.dir, "playground.lock"))
		}
		if errors.Is(err, errLocked) {
			return fmt.Errorf("playground: another playground uses %s; end that one, or choose another --data", p.dir)
		}
		if err != nil {
			return fmt.Errorf("playground: %s cannot be used: %w; choose a directory that you may write to", p.dir, err)
		}
	}
	if err := p.readAddresses(); err != nil {
		return err
	}
	if p.cfg.Rules == "" {
		return nil
	}
	// Rules that somebody has edited there since are theirs.
	if _, err := os.Stat(p.rulesPath()); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(p.rulesPath(), []byte(p.cfg.Rules), 0o600); err != nil {
			return fmt.Errorf("playground: Slipway's rules: %w", err)
		}
	}
	return nil
}

// remembered is what a service held in an earlier playground, nil if there was none.
func (p *Playground) remembered(name string) (path string, held []byte, err error) {
	path = filepath.Join(p.dir, name)
	held, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil, nil
	}
	return path, held, err
}

// readAddresses and keepAddresses remember where the services are.
func (p *Playground) readAddresses() error {
	path, held, err := p.remembered(addressFile)
	if err == nil && held != nil {
		err = json.Unmarshal(held, &p.addresses)
	}
	if err != nil {
		return fmt.Errorf("playground: %s cannot be read: %w; remove it", path, err)
	}
	return nil
}

func (p *Playground) keepAddresses() error {
	if p.addresses == nil {
		p.addresses = map[string]string{}
	}
	if p.slack != nil {
		p.addresses[theSlack.key] = strings.TrimPrefix(p.slack.URL(), "http://")
	}
	if p.lake != nil {
		p.addresses[theLake.key] = strings.TrimPrefix(p.lake.URL(), "http://")
	}
	text, err := json.Marshal(p.addresses)
	if err == nil {
		err = replace(filepath.Join(p.dir, addressFile), text)
	}
	return err
}

// keep writes down what the services hold after each change, until Close.
func (p *Playground) keep() {
	for {
		slack, lake := p.serviceChanges()
		p.save()
		select {
		case <-slack:
		case <-lake:
		case <-p.done:
			return
		}
		select {
		case <-time.After(keepAfter):
		case <-p.done:
			return
		}
	}
}

// save writes what is new. A full disk is said in the log, and tried again at the next change.
func (p *Playground) save() {
	for _, k := range p.kept {
		if err := k.save(); err != nil {
			p.log.say("— playground: not kept: " + err.Error())
		}
	}
}

func (k *kept) save() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, err := k.snapshot()
	if err != nil || bytes.Equal(now, k.last) {
		return err
	}
	if err := replace(k.path, now); err != nil {
		return err
	}
	k.last = now
	return nil
}

// replace writes a file so that a crash leaves the old one or the new one.
func replace(path string, text []byte) error {
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// fromFile says which file a service could not go on with.
func fromFile(err error, path string, held []byte) error {
	if held == nil || errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	return fmt.Errorf("%w; it was to go on with %s: move that file away to begin anew", err, path)
}
