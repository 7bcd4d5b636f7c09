package bot

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

const (
	homeKept  = time.Hour              // a Home is kept current for so long after it was opened
	homeMost  = 500                    // and for so many people
	homeEvery = 3 * time.Second        // between two drawings for the same person
	homePace  = 700 * time.Millisecond // between two that nobody asked for: Slack takes about 100 views a minute
	homeSweep = 30 * time.Second       // between two looks for what other replicas changed
	homeRetry = 10 * time.Second       // after an error that may pass
	homeCall  = 10 * time.Second       // for reading and one call to Slack
	homeFound = 300                    // open requests that a sweep looks at
)

// homes keeps the Home tabs current of those who opened theirs lately. It draws one at a time, beside cards and acks;
// who else it is told of costs those nothing. After a restart a Home is drawn again when it is opened or pressed.
type homes struct {
	api    *slack.Client
	router *commands.Router
	store  approval.Store
	people *People
	named  func() string // see Bot.named
	clock  approval.Clock
	log    *logrus.Entry

	wake chan struct{}

	mu      sync.Mutex
	viewers map[string]*viewer // by user id
	changed map[approval.ID]approval.Request

	// Only Run uses these.
	seen    map[approval.ID]approval.Request // what was open at the last sweep
	sweptAt time.Time
	blocked time.Time       // Slack asked to wait until then
	paced   time.Time       // what nobody asked for waits until then
	said    map[string]bool // errors that were logged, and are not again
}

// viewer is somebody who opened their Home lately.
type viewer struct {
	user   string
	opened time.Time // or pressed
	asked  bool      // opened since it was drawn: drawn whatever it shows
	stale  bool      // something that concerns them has changed
	next   time.Time // not drawn before
	shows  [sha256.Size]byte
}

func newHomes(b *Bot, store approval.Store) *homes {
	return &homes{
		api: b.api, router: b.router, store: store, people: b.people, named: b.named, clock: b.cfg.Clock, log: b.log,
		wake: make(chan struct{}, 1), viewers: map[string]*viewer{}, changed: map[approval.ID]approval.Request{}, said: map[string]bool{},
	}
}

// opened: somebody looks at their Home, or pressed a button there. It returns at once.
func (h *homes) opened(user string) {
	h.mu.Lock()
	v, ok := h.viewers[user]
	if !ok {
		h.makeRoom()
		v = &viewer{user: user}
		h.viewers[user] = v
	}
	v.opened, v.asked = h.clock.Now(), true
	h.mu.Unlock()
	h.poke()
}

// makeRoom forgets who opened theirs the longest ago, where too many did.
func (h *homes) makeRoom() {
	var oldest *viewer
	for _, v := range h.viewers {
		if oldest == nil || v.opened.Before(oldest.opened) {
			oldest = v
		}
	}
	if len(h.viewers) >= homeMost {
		delete(h.viewers, oldest.user)
	}
}

// change notes that a Request has changed. It returns at once.
func (h *homes) change(r approval.Request) {
	h.mu.Lock()
	watched := len(h.viewers) > 0
	if watched {
		h.changed[r.ID] = r
	}
	h.mu.Unlock()
	if watched {
		h.poke()
	}
}

func (h *homes) poke() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Run draws until ctx ends.
func (h *homes) Run(ctx context.Context) {
	for ctx.Err() == nil {
		var later <-chan time.Time
		if wait := h.step(ctx); wait == 0 {
			continue
		} else if wait > 0 {
			later = h.clock.After(wait)
		}
		select {
		case <-ctx.Done():
		case <-h.wake:
		case <-later:
		}
	}
}

// step draws at most one Home, and returns how long until there may be more to do: 0 at once, below 0 when poked.
func (h *homes) step(ctx context.Context) (wait time.Duration) {
	defer func() {
		if p := recover(); p != nil {
			h.log.WithField("panic", p).Errorf("panic while drawing a Home\n%s", debug.Stack())
			wait = homeRetry
		}
	}()
	now := h.clock.Now()
	if !h.watched(now) {
		return -1
	}
	if !now.Before(h.sweptAt.Add(homeSweep)) {
		h.sweptAt = now
		h.sweep(ctx)
	}
	h.spread(ctx)
	v, wait := h.due(now)
	if v == nil {
		return min(wait, h.sweptAt.Add(homeSweep).Sub(now))
	}
	h.draw(ctx, v)
	return 0
}

// watched forgets who opened theirs long ago, and reports whether anybody is left.
func (h *homes) watched(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for user, v := range h.viewers {
		if now.Sub(v.opened) > homeKept {
			delete(h.viewers, user)
		}
	}
	if len(h.viewers) == 0 {
		clear(h.changed)
		h.seen = nil
	}
	return len(h.viewers) > 0
}

// sweep finds what changed without a card being drawn here: another replica drew it.
func (h *homes) sweep(ctx context.Context) {
	found, err := h.store.Find(ctx, approval.Filter{Open: true, Limit: homeFound})
	if err != nil {
		h.log.WithError(err).Warn("could not read what is open for the Homes")
		return
	}
	open := make(map[approval.ID]approval.Request, len(found))
	for _, r := range found {
		open[r.ID] = r
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen != nil {
		for id, r := range open {
			if before, was := h.seen[id]; !was || before.Version != r.Version {
				h.changed[id] = r
			}
		}
		for id, r := range h.seen {
			if _, still := open[id]; !still {
				h.changed[id] = r
			}
		}
	}
	h.seen = open
}

// spread finds out whom the changes concern.
func (h *homes) spread(ctx context.Context) {
	h.mu.Lock()
	changed := h.changed
	h.changed = map[approval.ID]approval.Request{}
	var users []string
	for user, v := range h.viewers {
		if !v.stale {
			users = append(users, user)
		}
	}
	h.mu.Unlock()
	if len(changed) == 0 {
		return
	}
	for _, user := range users {
		for _, r := range changed {
			if h.router.Concerns(ctx, r, user) {
				h.mark(user, func(v *viewer) { v.stale = true })
				break
			}
		}
	}
}

// mark changes a viewer who is still there.
func (h *homes) mark(user string, change func(*viewer)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v, ok := h.viewers[user]; ok {
		change(v)
	}
}

// due takes the next whose Home is to be drawn now, those who opened theirs first; else how long until there is one.
func (h *homes) due(now time.Time) (next *viewer, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	wait = homeSweep
	for _, v := range h.viewers {
		if !v.asked && !v.stale {
			continue
		}
		at := latest(v.next, h.blocked)
		if !v.asked {
			at = latest(at, h.paced)
		}
		if at.After(now) {
			wait = min(wait, at.Sub(now))
			continue
		}
		if next == nil || v.asked && !next.asked || v.asked == next.asked && v.next.Before(next.next) {
			next = v
		}
	}
	if next == nil {
		return nil, wait
	}
	taken := *next
	if !taken.asked {
		h.paced = now.Add(homePace)
	}
	next.asked, next.stale, next.next = false, false, now.Add(homeEvery)
	return &taken, 0
}

// draw reads what somebody's Home holds and publishes it, unless that is what they see already.
func (h *homes) draw(ctx context.Context, v *viewer) {
	ctx, done := context.WithTimeout(ctx, homeCall)
	defer done()
	log := h.log.WithField("actor", v.user)
	language := h.people.Language(ctx, v.user)
	home, err := h.router.Home(ctx, v.user, language.plain())
	if err != nil {
		log.WithError(err).Warn("could not read what a Home holds; trying again")
		h.again(v, homeRetry)
		if v.shows != [sha256.Size]byte{} {
			return // what they see still stands
		}
		home = commands.Home{Refused: language.print("I can't show your requests just now. I'll try again in a moment.")}
	}
	home.Command = cmp.Or(home.Command, h.named())
	view := RenderHome(home, language)
	raw, err := json.Marshal(view)
	if err != nil {
		log.WithError(err).Error("could not write a Home")
		return
	}
	shows := sha256.Sum256(raw)
	if shows == v.shows && !v.asked {
		return
	}
	if _, err := h.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: v.user, View: view}); err != nil {
		if !errors.Is(ctx.Err(), context.Canceled) { // Slipway stops
			h.failed(v, err, log)
		}
		return
	}
	h.mark(v.user, func(v *viewer) { v.shows = shows })
}

// again draws it once more after a while.
func (h *homes) again(drawn *viewer, after time.Duration) {
	at := h.clock.Now().Add(after)
	h.mark(drawn.user, func(v *viewer) { v.asked, v.stale, v.next = v.asked || drawn.asked, true, at })
}

// failed decides what an error of views.publish means.
func (h *homes) failed(v *viewer, err error, log *logrus.Entry) {
	var limited *slack.RateLimitedError
	name := slackError(err)
	switch {
	case errors.As(err, &limited):
		log.WithField("retry_after", limited.RetryAfter).Warn("Slack asked to wait with the Homes")
		h.blocked = h.clock.Now().Add(limited.RetryAfter)
		h.again(v, 0)
	case name == "" || passing[name]:
		log.WithError(err).Warn("Slack did not take a Home; trying again")
		h.again(v, homeRetry)
	default:
		if !h.said[name] {
			h.said[name] = true
			log.WithError(err).WithField("detail", slackDetail(err)).WithField("hint", switchOn(err)).Error("Slack does not take the Home tab; this is said once")
		}
	}
}

// switchOn says what to change in the app's settings.
func switchOn(err error) error {
	var said slack.SlackErrorResponse
	errors.As(err, &said)
	switch said.Err {
	case "not_enabled":
		return errors.New("switch on “Home Tab” on your app's page “App Home” (features.app_home.home_tab_enabled in manifest.yaml)")
	case "missing_scope":
		return fmt.Errorf("add the bot scope %s on your app's page “OAuth & Permissions”, then install the app again (manifest.yaml has all scopes)", missingScope(err, "chat:write"))
	}
	return errors.New("see the error's name in Slack's documentation of views.publish")
}
