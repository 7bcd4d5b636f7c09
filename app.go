package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/bot"
	"slipway/commands"
	"slipway/lakeformation"
	"slipway/store"
	"slipway/worker"
)

// Options are what the process around Slipway decides, and what tests replace.
type Options struct {
	Log      *logrus.Entry
	LockWait time.Duration        // for the process before this one to let go of the database file
	Clock    approval.Clock       // nil: the machine's
	Dial     lakeformation.Dialer // nil: the network
	Hangup   <-chan os.Signal     // each reads the policy file again at once

	CallWithin time.Duration // of a start, see worker.Config; 0: the usual

	// Store is put around the database; nil: nothing is. The proofs of crash safety end the process there.
	Store func(approval.Store) approval.Store
}

// App is Slipway: the one place where all packages meet.
type App struct {
	config  Config
	log     *logrus.Entry
	store   *store.Store
	bot     *bot.Bot
	worker  *worker.Worker
	rules   *approval.Rulebook
	clock   approval.Clock
	metrics *metrics
	health  *health
	hangup  <-chan os.Signal
	clients []*lakeformation.Client
	unlock  func() error
}

// New opens the database, asks Slack who its token is, and puts the parts together. Nothing runs yet.
func New(ctx context.Context, config Config, o Options) (*App, error) {
	a := &App{config: config, log: o.Log, clock: o.Clock, hangup: o.Hangup, unlock: func() error { return nil }}
	if a.clock == nil {
		a.clock = approval.Real{}
	}
	if err := a.build(ctx, o); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) build(ctx context.Context, o Options) error {
	path, alone := store.SQLitePath(a.config.DatabaseURL)
	if alone {
		unlock, err := store.Lock(ctx, path, o.LockWait)
		if err != nil {
			return err
		}
		a.unlock = unlock
	}
	var err error
	if a.store, err = store.Open(ctx, a.config.DatabaseURL, store.Options{Clock: o.Clock, Log: a.log}); err != nil {
		return err
	}
	if alone {
		if err := a.store.ForgetLeases(ctx); err != nil {
			return err
		}
	}
	var requests approval.Store = a.store
	if o.Store != nil {
		requests = o.Store(a.store)
	}
	a.metrics = newMetrics()
	requests = countingStore{requests, a.metrics}
	if a.bot, err = bot.Connect(ctx, bot.Config{
		AppToken: a.config.SlackAppToken, BotToken: a.config.SlackBotToken, APIURL: a.config.SlackAPIURL, Connections: a.config.Connections, Language: a.config.Language,
		Clock: a.clock, Log: a.log, Settled: a.metrics.settled, Transport: slackCalls{http.DefaultTransport, a.metrics},
	}); err != nil {
		return err
	}
	a.health = &health{log: a.log, clock: a.clock, socket: a.bot.Status, token: a.bot.CheckToken, write: a.store.Ready, lake: map[string]notReady{}}
	a.metrics.add(&gauges{standing: a.store.Standing, socket: a.bot.Status, health: a.health, now: a.clock.Now})
	named, targets, instances := commands.Instances{}, map[string]approval.Target{}, map[string]worker.Instance{}
	for name, c := range a.config.Instances {
		if renewed, ok := c.Credentials.(interface{ UseClock(func() time.Time) }); ok {
			renewed.UseClock(a.clock.Now)
		}
		client, err := lakeformation.New(lakeformation.Config{
			Endpoint: c.Endpoint, ProjectID: c.ProjectID, InstanceID: c.InstanceID, Credentials: c.Credentials,
			Observe:     func(c lakeformation.Call) { a.metrics.lakeformation(c); a.health.heard(name, c) },
			DialContext: o.Dial, UserAgent: "slipway/" + strings.ReplaceAll(versionWords(), " ", "-"),
		})
		if err != nil {
			return fmt.Errorf("instance %s: %w", name, err)
		}
		a.clients = append(a.clients, client)
		a.health.lake[name] = notReady{}
		named[name] = client
		targets[name] = approval.Target{Endpoint: strings.TrimRight(c.Endpoint, "/"), ProjectID: c.ProjectID, InstanceID: c.InstanceID}
		instances[name] = worker.Instance{Client: client, Target: targets[name]}
	}
	a.rules = approval.NewRulebook(a.config.Policy)
	service := approval.NewService(requests, a.bot.People())
	service.Limit(a.clock, func() { a.metrics.limited.WithLabelValues(limitedRefusal).Inc() })
	a.bot.Serve(commands.NewRouter(service, requests, a.rules, a.bot.People(), a.clock, named, targets, a.log), requests)
	a.worker = worker.New(worker.Config{Store: requests, People: a.bot.People(), Rules: a.rules, Clock: a.clock, Instances: instances, Teller: a.bot, CallWithin: o.CallWithin, Log: a.log})
	return nil
}

// Run serves until ctx ends, and returns nil then. First nothing more is taken from Slack, then the work in hand is
// finished, and cards are drawn to the last. What is left is in the database, and the next process goes on with it.
func (a *App) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	a.log.WithField("version", versionWords()).WithField("rules", len(a.rules.Policy().Rules)).Info("slipway runs")
	if a.config.Listen != "" {
		health, err := a.listen(a.config.Listen)
		if err != nil {
			return err
		}
		defer health.Close()
	}
	drawing, last := context.WithCancel(context.WithoutCancel(ctx))
	var work, cards sync.WaitGroup
	work.Go(func() { a.worker.Run(ctx) })
	work.Go(func() { a.health.watch(ctx) })
	work.Go(func() { a.reload(ctx, a.clock, a.hangup) })
	cards.Go(func() { a.bot.Announce(drawing) })
	err := a.bot.Run(ctx)
	stop()
	work.Wait()
	last()
	cards.Wait()
	a.log.Info("slipway has stopped; nothing that was taken is lost")
	return err
}

// Close lets go of the database. Call it once, after Run.
func (a *App) Close() error {
	for _, c := range a.clients {
		c.Close()
	}
	var err error
	if a.store != nil {
		err = a.store.Close()
	}
	return errors.Join(err, a.unlock())
}
