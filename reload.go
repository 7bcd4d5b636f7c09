package main

import (
	"context"
	"maps"
	"os"
	"time"

	"slipway/approval"
)

// reloadEvery is how often the policy file is looked at; SIGHUP does so at once.
const reloadEvery = 2 * time.Second

// reload takes a changed policy file until ctx ends. A file with problems changes nothing: the rules in force stay, and
// the log says why, once for each content. Instances are read at the start only. hangup delivers SIGHUPs.
func (a *App) reload(ctx context.Context, clock approval.Clock, hangup <-chan os.Signal) {
	if a.config.PolicyFile == "" {
		return
	}
	last := a.config.file
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		case <-clock.After(reloadEvery):
		}
		last = a.reread(last)
	}
}

// reread reads the file once more, and returns what was read last.
func (a *App) reread(last policyFile) policyFile {
	log := a.log.WithField("file", a.config.PolicyFile)
	file, err := readPolicyFile(a.config.PolicyFile, &environment{getenv: a.config.getenv})
	if err != nil {
		if last.problems == nil || last.problems[0] != err.Error() {
			log.WithError(err).Error("the policy file cannot be read; the rules in force stay")
		}
		last.problems = []string{err.Error()}
		return last
	}
	if file.sum == last.sum {
		return file
	}
	if len(file.problems) > 0 {
		for _, problem := range file.problems {
			log.WithField("problem", problem).Error("the new policy is not taken; the rules in force stay")
		}
		return file
	}
	a.rules.Replace(file.policy)
	log.WithField("rules", len(file.policy.Rules)).Info("a new policy is in force")
	if file.instancesDiffer(a.config.file) {
		log.Warn("the instances have changed, too; they are read at the start only, so restart Slipway for them")
	}
	return file
}

// instancesDiffer reports whether two files name other instances, or other ways to sign in to them.
func (f policyFile) instancesDiffer(other policyFile) bool {
	return !maps.EqualFunc(f.instances, other.instances, func(a, b InstanceConfig) bool {
		return a.key() == b.key() && a.signIn == b.signIn
	})
}
