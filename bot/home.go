package bot

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

const (
	homeKept  = time.Hour       // after it was opened a Home is kept current for so long
	homeMost  = 500             // so many people's
	homeEvery = 2 * time.Second // not more often
	homeBatch = 20              // so many at a time: Slack takes some hundred a minute
	homeCall  = 10 * time.Second
)

// homes keeps the Homes current that people have opened lately. It remembers them in memory only: who opens theirs
// after a restart is remembered again.
type homes struct {
	api    *slack.Client
	people *People
	clock  approval.Clock
	log    *logrus.Entry
	read   func(context.Context, approval.Actor, approval.Voice) (commands.Home, error)

	mu      sync.Mutex
	open    map[string]*openHome
	stale   bool // something changed
	blocked time.Time
	warned  map[string]bool // Slack's errors that were logged
}

// openHome is one person's.
type openHome struct {
	until time.Time
	shown string // as it was published last
	due   bool
}

// opened remembers a person and shows their Home.
func (h *homes) opened(userID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.clock.Now()
	for id, o := range h.open {
		if now.After(o.until) {
			delete(h.open, id)
		}
	}
	if o := h.open[userID]; o != nil {
		o.until, o.due = now.Add(homeKept), true
	} else if len(h.open) < homeMost {
		h.open[userID] = &openHome{until: now.Add(homeKept), due: true}
	}
}

// changed notes that something which Homes show has changed.
func (h *homes) changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stale = true
}

// run publishes until ctx ends.
func (h *homes) run(ctx context.Context) {
	for ctx.Err() == nil {
		for _, id := range h.due() {
			h.publish(ctx, id)
		}
		select {
		case <-ctx.Done():
		case <-h.clock.After(homeEvery):
		}
	}
}

// due are the next people whose Home may show too little.
func (h *homes) due() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.clock.Now()
	if h.stale {
		h.stale = false
		for _, o := range h.open {
			o.due = true
		}
	}
	var ids []string
	for id, o := range h.open {
		if o.due && now.Before(o.until) && !now.Before(h.blocked) && len(ids) < homeBatch {
			o.due = false
			ids = append(ids, id)
		}
	}
	return ids
}

// publish shows a person's Home, unless it shows all already.
func (h *homes) publish(ctx context.Context, userID string) {
	ctx, done := context.WithTimeout(ctx, homeCall)
	defer done()
	language := h.people.Language(ctx, userID)
	home, err := h.read(ctx, approval.Actor{TeamID: h.people.TeamID(), UserID: userID}, language.plain())
	if err != nil {
		h.later(userID, time.Time{})
		h.log.WithError(err).WithField("actor", userID).Warn("could not read what a Home shows; trying again")
		return
	}
	view := RenderHome(home, language)
	raw, err := json.Marshal(view)
	if err != nil {
		h.log.WithError(err).Error("a Home cannot be written")
		return
	}
	h.mu.Lock()
	o := h.open[userID]
	same := o == nil || o.shown == string(raw)
	h.mu.Unlock()
	if same {
		return
	}
	_, err = h.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: userID, View: view})
	var limited *slack.RateLimitedError
	switch {
	case err == nil:
		h.mu.Lock()
		o.shown = string(raw)
		h.mu.Unlock()
	case errors.As(err, &limited):
		h.later(userID, h.clock.Now().Add(limited.RetryAfter))
	default:
		h.refused(userID, err)
	}
}

func (h *homes) later(userID string, blocked time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.blocked = blocked
	if o := h.open[userID]; o != nil {
		o.due = true
	}
}

// refused logs each of Slack's errors once: it is most likely the app's settings.
func (h *homes) refused(userID string, err error) {
	name := slackError(err)
	h.mu.Lock()
	again := h.warned[name]
	h.warned[name] = true
	h.mu.Unlock()
	if !again {
		h.log.WithError(err).WithFields(logrus.Fields{"actor": userID, "detail": slackDetail(err)}).
			Error("Slack does not show a Home; switch on “App Home” → “Home Tab” for the app, as manifest.yaml has it. This is said once")
	}
}
