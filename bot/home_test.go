package bot

import (
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/commands"
	"slipway/playground/localslack"
	"slipway/store"
)

// hall is a Slipway that draws Homes and nothing else, one step at a time, at a local Slack.
type hall struct {
	t     *testing.T
	slack *localslack.Server
	store *store.Store
	clock *still
	homes *homes
	log   *test.Hook
	asked int
}

func newHall(t *testing.T) *hall {
	h := &hall{t: t, clock: &still{noon}}
	config := localslack.Playground()
	config.Now = h.clock.Now
	var err error
	h.slack, err = localslack.Start(config)
	require.NoError(t, err)
	t.Cleanup(h.slack.Close)
	h.store, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "homes.db"), store.Options{Clock: h.clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.store.Close()) })
	log := logrus.New()
	log.SetOutput(io.Discard)
	h.log = test.NewLocal(log)
	entry := logrus.NewEntry(log)
	b, err := Connect(t.Context(), Config{AppToken: config.AppToken, BotToken: config.BotToken, APIURL: h.slack.APIURL(), Clock: h.clock, Log: entry})
	require.NoError(t, err)
	router := commands.NewRouter(approval.NewService(h.store, b.People()), h.store, approval.NewRulebook(approval.Standard()), b.People(), h.clock, nil, nil, entry)
	b.Serve(router, h.store)
	h.homes = b.homes
	return h
}

// settles draws what is due now, and returns how often views.publish was called for it.
func (h *hall) settles() int {
	h.t.Helper()
	before := h.published()
	for range 2000 {
		if h.homes.step(h.t.Context()) != 0 {
			return h.published() - before
		}
	}
	require.FailNow(h.t, "it never has enough")
	return 0
}

func (h *hall) published() int {
	n := 0
	for _, c := range h.slack.Calls() {
		if c.Method == "views.publish" {
			n++
		}
	}
	return n
}

func (h *hall) passes(d time.Duration) { h.clock.now = h.clock.now.Add(d) }

// asks records a request of Ana's, as if another replica had done it.
func (h *hall) asks() approval.Request {
	h.t.Helper()
	h.asked++
	r, err := h.store.Open(h.t.Context(), approval.Receipt{EnvelopeID: fmt.Sprint("e", h.asked), Key: fmt.Sprint("k", h.asked)},
		approval.Ask{
			Action: approval.Start, Instance: "default", Job: fmt.Sprint("job_", h.asked), Channel: localslack.ChannelPlatform,
			By: approval.Actor{TeamID: localslack.PlaygroundTeam, UserID: localslack.UserAna, Name: "Ana"}, Command: "/lf",
		}, approval.Reply{}, func(approval.Crowd) error { return nil })
	require.NoError(h.t, err)
	return r
}

func (h *hall) shows(user string) string {
	view, _ := h.slack.Home(user)
	return string(view.Raw)
}

func TestAHomeIsDrawnWhenOpenedAndWhenSomethingOfItsPersonChanges(t *testing.T) {
	h := newHall(t)
	require.Equal(t, time.Duration(-1), h.homes.step(t.Context()), "nobody looks: it sleeps until poked")
	h.homes.change(h.asks())
	require.Zero(t, h.settles())
	h.homes.opened(localslack.UserAna)
	h.homes.opened(localslack.UserDev)
	require.Equal(t, 2, h.settles())
	require.Contains(t, h.shows(localslack.UserAna), "R-1001")
	require.NotContains(t, h.shows(localslack.UserDev), "R-1001")
	h.passes(time.Minute)
	h.homes.change(h.asks())
	require.Equal(t, 1, h.settles(), "it does not concern Dev")
	require.Contains(t, h.shows(localslack.UserAna), "R-1002")
	h.passes(time.Minute)
	h.homes.opened(localslack.UserDev)
	require.Equal(t, 1, h.settles(), "who opens it is shown it whatever it says")
}

func TestManyChangesAreOneDrawingInThreeSeconds(t *testing.T) {
	h := newHall(t)
	h.homes.opened(localslack.UserAna)
	require.Equal(t, 1, h.settles())
	for range 5 {
		h.homes.change(h.asks())
		require.Zero(t, h.settles())
		h.passes(500 * time.Millisecond)
	}
	h.passes(500 * time.Millisecond)
	require.Equal(t, 1, h.settles())
	require.Contains(t, h.shows(localslack.UserAna), "R-1005")
	h.passes(time.Minute)
	h.homes.change(approval.Request{ID: 1001, Ask: approval.Ask{By: approval.Actor{TeamID: localslack.PlaygroundTeam, UserID: localslack.UserAna}}})
	require.Zero(t, h.settles(), "what they see already is not sent again")
}

func TestWhatAnotherReplicaDrewIsFound(t *testing.T) {
	h := newHall(t)
	h.homes.opened(localslack.UserAna)
	require.Equal(t, 1, h.settles())
	r := h.asks()
	h.passes(homeSweep)
	require.Equal(t, 1, h.settles())
	require.Contains(t, h.shows(localslack.UserAna), "Looking up")
	_, err := h.store.Update(t.Context(), r.ID, approval.By{}, func(approval.Request, time.Time) ([]approval.Event, error) {
		return []approval.Event{{Kind: approval.RequesterCancelled, By: r.Ask.By}}, nil
	})
	require.NoError(t, err)
	h.passes(homeSweep)
	require.Equal(t, 1, h.settles())
	require.Contains(t, h.shows(localslack.UserAna), "cancelled the start of")
}

func TestSlackAsksToWaitWithTheHomes(t *testing.T) {
	h := newHall(t)
	h.slack.Fail("views.publish", localslack.Fault{RetryAfter: 20 * time.Second, Times: 1})
	h.homes.opened(localslack.UserAna)
	h.homes.opened(localslack.UserDev)
	require.Equal(t, 1, h.settles(), "the other is not even tried")
	h.passes(19 * time.Second)
	require.Zero(t, h.settles())
	h.passes(time.Second)
	require.Equal(t, 2, h.settles())
	require.NotEmpty(t, h.shows(localslack.UserAna))
	require.NotEmpty(t, h.shows(localslack.UserDev))
}

func TestAFailureThatPassesIsTriedAgain(t *testing.T) {
	h := newHall(t)
	h.slack.Fail("views.publish", localslack.Fault{Status: 503, Times: 1})
	h.homes.opened(localslack.UserAna)
	require.Equal(t, 1, h.settles())
	require.Empty(t, h.shows(localslack.UserAna))
	h.passes(homeRetry)
	require.Equal(t, 1, h.settles())
	require.NotEmpty(t, h.shows(localslack.UserAna))
	h.slack.Fail("users.info", localslack.Fault{Error: "internal_error", Times: 4})
	h.homes.opened(localslack.UserDev)
	require.Equal(t, 1, h.settles())
	require.Contains(t, h.shows(localslack.UserDev), "I can't show your requests just now.")
	h.passes(homeRetry)
	require.Zero(t, h.settles(), "what they see still stands")
	h.passes(homeRetry)
	require.Equal(t, 1, h.settles())
	require.Contains(t, h.shows(localslack.UserDev), "Start a job")
}

func TestATabThatIsOffIsSaidOnceWithWhatToSwitchOn(t *testing.T) {
	for name, hint := range map[string]string{"not_enabled": "switch on “Home Tab”", "missing_scope": "add the bot scope"} {
		h := newHall(t)
		h.slack.Fail("views.publish", localslack.Fault{Error: name})
		for range 3 {
			h.homes.opened(localslack.UserAna)
			require.Equal(t, 1, h.settles())
			h.passes(time.Minute)
		}
		var said []string
		for _, e := range h.log.AllEntries() {
			if e.Level == logrus.ErrorLevel {
				said = append(said, fmt.Sprint(e.Data["hint"]))
			}
		}
		require.Len(t, said, 1, name)
		require.Contains(t, said[0], hint)
	}
}

func TestHomesThatNobodyLooksAtAreForgotten(t *testing.T) {
	h := newHall(t)
	h.homes.opened(localslack.UserAna)
	require.Equal(t, 1, h.settles())
	h.passes(homeKept + time.Second)
	h.homes.change(h.asks())
	require.Zero(t, h.settles())
	for i := range homeMost + 1 {
		h.passes(time.Millisecond)
		h.homes.opened(fmt.Sprint("U", i))
	}
	require.Len(t, h.homes.viewers, homeMost)
	require.NotContains(t, h.homes.viewers, "U0", "who opened theirs the longest ago")
	require.Contains(t, h.homes.viewers, fmt.Sprint("U", homeMost))
}
