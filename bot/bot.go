package bot

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

// Config is what the Bot needs to know of Slack.
type Config struct {
	AppToken    string   // xapp-…
	BotToken    string   // xoxb-…
	APIURL      string   // another Web API root, ending in /api/; "" for Slack's own
	Connections int      // sockets kept up side by side; 0: one
	Language    Language // of what a whole channel reads; "": English
	Clock       approval.Clock
	Log         *logrus.Entry

	Settled   func(Settled)     // see SocketConfig; nil: nobody listens
	Transport http.RoundTripper // of all calls to Slack but the socket itself; nil: net/http's
}

// Bot is Slipway's side of Slack: deliveries come in by its Socket, cards go out by its Announcer.
type Bot struct {
	cfg    Config
	api    *slack.Client
	log    *logrus.Entry
	teller *teller
	people *People
	scopes *scopes
	self   string                 // Slipway's own user id
	called string                 // how people address it: @Slipway
	slash  atomic.Pointer[string] // the slash command's own name, as a payload had it last

	router     *commands.Router
	socket     *Socket
	announcer  *Announcer
	homes      *homes
	answering  sync.WaitGroup
	laterHands chan struct{}
}

// Connect asks Slack who this token is. Its errors say which token is wrong and where to find the right one.
func Connect(ctx context.Context, cfg Config) (*Bot, error) {
	// Slack's own client has no timeout; a call that hangs must not hold a lease for ever.
	client := &http.Client{Timeout: 15 * time.Second, Transport: cfg.Transport}
	options := []slack.Option{slack.OptionHTTPClient(client), slack.OptionAppLevelToken(cfg.AppToken)}
	if cfg.APIURL != "" {
		options = append(options, slack.OptionAPIURL(cfg.APIURL))
	}
	b := &Bot{cfg: cfg, api: slack.New(cfg.BotToken, options...), log: cfg.Log, scopes: &scopes{log: cfg.Log}, laterHands: make(chan struct{}, laterHands)}
	who, err := b.api.AuthTestContext(ctx)
	if err != nil {
		return nil, badToken(err)
	}
	b.log.WithFields(logrus.Fields{"team": who.TeamID, "bot": who.UserID}).Info("Slack knows the bot token")
	b.teller = &teller{api: b.api, http: client, clock: cfg.Clock}
	b.people = &People{api: b.api, clock: cfg.Clock, teamID: who.TeamID, known: map[string]known{}, language: cfg.Language, scopes: b.scopes}
	b.self, b.called = who.UserID, b.calledBy(ctx, who)
	return b, nil
}

// tokenRefusals are Slack's words for a token that another one has to replace.
var tokenRefusals = map[string]bool{"invalid_auth": true, "not_authed": true, "account_inactive": true, "token_revoked": true, "token_expired": true, "not_allowed_token_type": true}

// badToken explains a refused auth.test.
func badToken(err error) error {
	switch name := slackError(err); {
	case name == "":
		return fmt.Errorf("the connection to Slack failed: %w", err)
	case tokenRefusals[name]:
		return fmt.Errorf("the bot token is refused by Slack (%s). Put the “Bot User OAuth Token” (xoxb-…) of your app's page “OAuth & Permissions” into SLACK_BOT_TOKEN: %w", name, err)
	default:
		return fmt.Errorf("the bot token is refused by Slack (%s): %w", name, err)
	}
}

// CheckToken asks Slack whether it still takes the bot token. refused is Slack's word where it does not, such as
// token_revoked; an error says that Slack did not tell.
func (b *Bot) CheckToken(ctx context.Context) (refused string, err error) {
	_, err = b.api.AuthTestContext(ctx)
	if name := slackError(err); tokenRefusals[name] {
		return name, nil
	}
	return "", err
}

// People tells the worker and the service who somebody is.
func (b *Bot) People() *People { return b.people }

// Serve sends what comes in to the router, and draws the cards of the store. Call it once, before Run.
func (b *Bot) Serve(router *commands.Router, store approval.Store) {
	b.router = router
	b.announcer = &Announcer{store: store, api: b.api, teller: b.teller, clock: b.cfg.Clock, log: b.log, pace: newPace(b.cfg.Clock), language: b.cfg.Language, people: b.people, scopes: b.scopes}
	b.homes = newHomes(b, store)
	b.announcer.drew = b.homes.change
	b.socket = NewSocket(SocketConfig{
		Open: func(ctx context.Context) (string, error) {
			_, url, err := b.api.StartSocketModeContext(ctx)
			return url, err
		},
		Handle: b.handle, Overflow: b.busy, OnPanic: b.panicked,
		Connections: b.cfg.Connections, Log: b.log,
		Settled: b.cfg.Settled, Now: b.cfg.Clock.Now,
	})
}

// Run takes what Slack delivers until ctx ends, then finishes what it has taken: acks are flushed and private answers
// sent. An error says that Slack refuses this app for good.
func (b *Bot) Run(ctx context.Context) error {
	err := b.socket.Run(ctx)
	b.answering.Wait()
	return err
}

// Announce draws cards and Homes until ctx ends.
func (b *Bot) Announce(ctx context.Context) {
	var homes sync.WaitGroup
	homes.Go(func() { b.homes.Run(ctx) })
	b.announcer.Run(ctx)
	homes.Wait()
}

// Status is how the socket is doing.
func (b *Bot) Status() SocketStatus { return b.socket.Status() }

// CheckTokens reports tokens of the wrong kind before anything is sent to Slack.
func CheckTokens(app, bot string) []string {
	var wrong []string
	if !strings.HasPrefix(app, "xapp-") {
		wrong = append(wrong, "SLACK_APP_TOKEN must be an app-level token, which begins with xapp- (“Basic Information” → “App-Level Tokens”, scope connections:write)")
	}
	if !strings.HasPrefix(bot, "xoxb-") {
		wrong = append(wrong, "SLACK_BOT_TOKEN must be a bot token, which begins with xoxb- (“OAuth & Permissions” → “Bot User OAuth Token”)")
	}
	return wrong
}
