package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// world is a story's stage: a local Slack, a local LakeFormation, and Slipway between them on real wires. Slipway's
// clock is in the story's hand; while the story waits for something, time goes on.
type world struct {
	t     testing.TB
	slack *localslack.Server
	lake  *locallake.Server
	clock *handClock
	env   map[string]string
	rules []approval.Rule // nil: the built-in one

	waited    int                                 // see tick
	idle      int                                 // see pace
	meanwhile func()                              // what happens while Slipway does not run
	around    func(approval.Store) approval.Store // put around the database; nil: nothing
	dial      func(ctx context.Context, network, addr string) (net.Conn, error)
	log       io.Writer

	childLog transcript // of processes that were spawned
	app      *App
	done     chan error
	stop     context.CancelFunc
}

// transcript is what several may write and read at the same time.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

const channel = localslack.ChannelPlatform

var people = map[string]string{
	"ana": localslack.UserAna, "ben": localslack.UserBen, "chen": localslack.UserChen, "dev": localslack.UserDev, "gita": localslack.UserGuest,
}

// stage sets up a world and starts Slipway. Each change is one fact that differs from the usual world.
func stage(t testing.TB, changes ...func(*localslack.Config, *locallake.Config)) *world {
	t.Helper()
	w := unstarted(t, changes...)
	w.start()
	return w
}

// unstarted is a world in which Slipway does not run yet.
func unstarted(t testing.TB, changes ...func(*localslack.Config, *locallake.Config)) *world {
	t.Helper()
	clock := newHandClock()
	slackConfig, lakeConfig := localslack.Playground(), locallake.Playground(clock.Now())
	slackConfig.Now, lakeConfig.Clock = clock.Now, clock
	slackConfig.RatePerChannel = false
	asks := readManifest(t) // every story runs on the scopes and events we ask for
	slackConfig.Scopes, slackConfig.Events = asks.OAuth.Scopes.Bot, asks.Settings.Events.Bot
	for i := range slackConfig.Users {
		slackConfig.Users[i].Locale = "en-US" // a story is told in English; those of other languages say so
	}
	for _, change := range changes {
		change(&slackConfig, &lakeConfig)
	}
	w := &world{t: t, clock: clock, log: io.Discard}
	var err error
	w.slack, err = localslack.Start(slackConfig)
	require.NoError(t, err)
	t.Cleanup(w.slack.Close)
	w.lake, err = locallake.Start(lakeConfig)
	require.NoError(t, err)
	t.Cleanup(func() { w.lake.Close() })
	w.env = map[string]string{
		"SLACK_APP_TOKEN": slackConfig.AppToken, "SLACK_BOT_TOKEN": slackConfig.BotToken, "SLACK_API_URL": w.slack.APIURL(),
		"LAKEFORMATION_ENDPOINT": w.lake.URL(), "LAKEFORMATION_PROJECT_ID": lakeConfig.ProjectID, "LAKEFORMATION_INSTANCE_ID": lakeConfig.Instances[0].ID,
		"HUAWEICLOUD_SDK_AK": lakeConfig.AccessKey, "HUAWEICLOUD_SDK_SK": lakeConfig.SecretKey,
		"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "slipway.db"), "LOG_LEVEL": "debug",
	}
	if testing.Verbose() {
		w.log = os.Stderr
	}
	t.Cleanup(w.end)
	return w
}

// start runs Slipway in this world.
func (w *world) start() {
	w.t.Helper()
	config, err := LoadConfig(func(name string) string { return w.env[name] })
	require.NoError(w.t, err)
	if w.rules != nil {
		config.Policy = approval.Policy{Rules: w.rules}
	}
	log, err := newLog(w.log, config)
	require.NoError(w.t, err)
	w.app, err = New(context.Background(), config, Options{Log: log, Clock: w.clock, Dial: w.dial, Store: w.around})
	require.NoError(w.t, err)
	ctx, stop := context.WithCancel(context.Background())
	w.stop, w.done = stop, make(chan error, 1)
	go func(app *App, done chan error) {
		err := app.Run(ctx)
		app.Close()
		done <- err
	}(w.app, w.done)
	w.until("Slipway is connected", func() bool { return w.slack.Connections() > 0 })
}

// under is a world in which these rules are in force.
func under(t testing.TB, rules ...approval.Rule) *world {
	t.Helper()
	w := unstarted(t)
	w.rules = rules
	w.start()
	return w
}

// end stops Slipway as SIGTERM does, and waits for it.
func (w *world) end() {
	if w.stop == nil {
		return
	}
	w.stop()
	w.stop = nil
	for {
		select {
		case err := <-w.done:
			require.NoError(w.t, err)
			return
		case <-time.After(10 * time.Millisecond):
			w.clock.Advance(100 * time.Millisecond)
		}
	}
}

// restart is another process that takes over where this one stopped.
func (w *world) restart() {
	w.end()
	w.start()
}

// until waits for something to become true. Time goes on meanwhile, half a second at a time.
func (w *world) until(what string, is func() bool) {
	w.t.Helper()
	end := time.Now().Add(3 * time.Minute)
	w.idle = 0
	for {
		slackChanged, lakeChanged := w.slack.Changed(), w.lake.Changed()
		if is() {
			return
		}
		if time.Now().After(end) {
			require.FailNow(w.t, "waited too long until "+what, "the channel shows:\n%s\n%s", w.everything(), w.childLog.String())
		}
		select {
		case <-slackChanged:
		case <-lakeChanged:
		case <-time.After(5 * time.Millisecond):
			w.tick(w.pace())
		}
	}
}

// patience is how often a tick waits for Slipway to finish what it has in hand.
const patience = 16

// tick lets time go on once Slipway has done what is due now: on a busy machine a story's clock would run ahead of it
// otherwise, and leases would end in the middle of a call. What hangs is not waited for for long.
func (w *world) tick(d time.Duration) {
	if w.app != nil && w.stop != nil {
		if n, err := w.app.store.Backlog(context.Background()); err == nil && n > 0 {
			w.idle = 0
			if w.waited++; w.waited <= patience {
				return
			}
		}
	}
	w.idle++
	w.waited = 0
	w.clock.Advance(d)
}

// pace is how far time goes on while a story waits: farther, the longer nothing was to be done.
func (w *world) pace() time.Duration {
	return min(500*time.Millisecond<<min(w.idle/40, 4), 5*time.Second)
}

// passes lets time go by, in steps small enough for what is due in between.
func (w *world) passes(d time.Duration) {
	w.t.Helper()
	until, step := w.clock.Now().Add(d), max(10*time.Second, d/300)
	w.until("time has passed", func() bool {
		if left := until.Sub(w.clock.Now()); left > 0 {
			w.tick(min(left, step))
		}
		return !w.clock.Now().Before(until)
	})
}

// person is somebody of the playground's cast, in the channel of the story.
type person struct {
	*world
	id string
}

func (w *world) as(name string) person {
	id, ok := people[name]
	require.True(w.t, ok, "nobody is called %s", name)
	return person{w, id}
}

// types a command and waits for its ack.
func (p person) types(text string) localslack.Delivery { return p.typesIn(channel, text) }

func (p person) typesIn(channelID, text string) localslack.Delivery {
	p.t.Helper()
	d := p.slack.Type(p.id, channelID, text)
	require.True(p.t, d.Acked, "%q was not acked: %s", text, d.Problem)
	return d
}

// presses the newest button with this label and waits for its ack.
func (p person) presses(label string) localslack.Delivery {
	p.t.Helper()
	for {
		ts, action := p.button(label)
		d := p.slack.Press(p.id, channel, ts, action)
		if d.Problem != "" && p.gone(ts) {
			continue // it was an extra copy, taken back just now
		}
		require.True(p.t, d.Acked, "the press of %q was not acked: %s", label, d.Problem)
		return d
	}
}

func (w *world) gone(ts string) bool {
	return !slices.ContainsFunc(w.slack.Messages(channel), func(m localslack.Message) bool { return m.TS == ts && !m.Deleted })
}

// button waits for the newest button with this label.
func (p person) button(label string) (ts, action string) {
	p.t.Helper()
	p.until("a button "+label, func() bool {
		messages := p.slack.Visible(p.id, channel)
		for i := len(messages) - 1; i >= 0; i-- {
			for _, b := range localslack.Buttons(messages[i]) {
				if b.Text == label {
					ts, action = messages[i].TS, b.ActionID
					return true
				}
			}
		}
		return false
	})
	return ts, action
}

// reads waits until something that only this person sees says all of this.
func (p person) reads(words ...string) {
	p.t.Helper()
	p.until("only "+p.id+" reads "+strings.Join(words, ", "), func() bool {
		for _, c := range p.slack.Channels() {
			for _, m := range p.slack.Visible(p.id, c.ID) {
				if (m.EphemeralFor == p.id || c.DMWith == p.id) && containsAll(localslack.PlainText(m), words) {
					return true
				}
			}
		}
		return false
	})
}

// cards are Slipway's messages for everybody, oldest first.
func (w *world) cards() []localslack.Message {
	var cards []localslack.Message
	for _, m := range w.slack.Messages(channel) {
		if m.BotID != "" && m.EphemeralFor == "" && m.ThreadTS == "" && !m.Deleted {
			cards = append(cards, m)
		}
	}
	return cards
}

// card is what the newest card says.
func (w *world) card() string {
	cards := w.cards()
	if len(cards) == 0 {
		return ""
	}
	return localslack.PlainText(cards[len(cards)-1])
}

// cardSays waits until the newest card says all of this.
func (w *world) cardSays(words ...string) {
	w.t.Helper()
	w.until("the card says "+strings.Join(words, ", "), func() bool { return containsAll(w.card(), words) })
}

// threadSays waits until a reply under the newest card says all of this.
func (w *world) threadSays(words ...string) {
	w.t.Helper()
	w.until("the thread says "+strings.Join(words, ", "), func() bool {
		for _, text := range w.thread() {
			if containsAll(text, words) {
				return true
			}
		}
		return false
	})
}

// thread is what stands under the newest card.
func (w *world) thread() []string {
	cards := w.cards()
	if len(cards) == 0 {
		return nil
	}
	var texts []string
	for _, m := range w.slack.Thread(channel, cards[len(cards)-1].TS) {
		if m.ThreadTS != "" && m.ThreadTS != m.TS {
			texts = append(texts, localslack.PlainText(m))
		}
	}
	return texts
}

// everything is the channel as text, for a failed story.
func (w *world) everything() string {
	var b strings.Builder
	for _, c := range w.slack.Channels() {
		for _, m := range w.slack.Messages(c.ID) {
			b.WriteString("--- " + c.Name + " " + m.TS + " under " + m.ThreadTS + " for " + m.EphemeralFor + "\n" + localslack.PlainText(m) + "\n")
		}
	}
	return b.String()
}

func containsAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
