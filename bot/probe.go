package bot

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
)

// Probe looks at a Slack app from outside. It posts nothing, changes nothing and takes nothing that people ask for.
type Probe struct {
	cfg Config
	api *slack.Client

	mu     sync.Mutex
	ahead  time.Duration
	judged bool
}

// NewProbe makes a Probe of a Config's tokens and APIURL; nothing is sent yet.
func NewProbe(cfg Config) *Probe {
	log := logrus.New()
	log.SetOutput(io.Discard)
	cfg.Log = logrus.NewEntry(log)
	p := &Probe{cfg: cfg}
	options := []slack.Option{
		slack.OptionHTTPClient(&http.Client{Timeout: 15 * time.Second}), slack.OptionAppLevelToken(cfg.AppToken),
		slack.OptionOnResponseHeaders(func(_ string, h http.Header) { p.answered(h) }),
	}
	if cfg.APIURL != "" {
		options = append(options, slack.OptionAPIURL(cfg.APIURL))
	}
	p.api = slack.New(cfg.BotToken, options...)
	return p
}

func (p *Probe) answered(h http.Header) {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		p.mu.Lock()
		p.ahead, p.judged = time.Since(at), true
		p.mu.Unlock()
	}
}

// Skew is how far this machine's clock is ahead of Slack's, to about a second; false: Slack has not answered yet.
func (p *Probe) Skew() (ahead time.Duration, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ahead, p.judged
}

// Identity is who a bot token is.
type Identity struct {
	Team   string // the workspace's name
	Bot    string // the bot user's name
	AppID  string // "": Slack did not say
	Scopes []string
}

// TokenRefusedError says that Slack does not take the bot token.
type TokenRefusedError struct{ Code string } // Slack's word, such as invalid_auth

func (e *TokenRefusedError) Error() string {
	return "the bot token is refused by Slack (" + e.Code + ")"
}

// SlackCode is Slack's own word for an error; "": Slack gave no answer.
func SlackCode(err error) string { return slackError(err) }

// Identity asks Slack who the bot token is. The error is a *TokenRefusedError where it is nobody.
func (p *Probe) Identity(ctx context.Context) (Identity, error) {
	who, err := p.api.AuthTestContext(ctx)
	if err != nil {
		if code := slackError(err); tokenRefusals[code] {
			return Identity{}, &TokenRefusedError{code}
		}
		return Identity{}, err
	}
	id := Identity{Team: who.Team, Bot: who.User}
	for scope := range strings.SplitSeq(who.Header.Get("X-OAuth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			id.Scopes = append(id.Scopes, scope)
		}
	}
	if info, err := p.api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID}); err == nil {
		id.AppID = info.AppID
	}
	return id, nil
}

// SocketHello is what Slack says when a socket opens.
type SocketHello struct {
	Others int    // sockets of this app that other processes hold
	AppID  string // whose app-level token it is; "": Slack did not say
}

// Hello opens a socket with the app-level token, waits for Slack's hello and closes it. Whoever's command Slack delivers
// in that moment is told to try again. The error is a *SocketRefusedError where Slack refuses for good.
func (p *Probe) Hello(ctx context.Context) (SocketHello, error) {
	_, address, err := p.api.StartSocketModeContext(ctx)
	if refused, ok := asRefusal(err); ok {
		return SocketHello{}, refused
	}
	if err != nil {
		return SocketHello{}, err
	}
	return p.greet(ctx, dialWith(nil), address)
}

// greet dials, waits for the hello and hangs up.
func (p *Probe) greet(ctx context.Context, dial dialer, address string) (SocketHello, error) {
	turnAway := &Bot{cfg: p.cfg, log: p.cfg.Log}
	refused := make(chan *SocketRefusedError, 1)
	c, err := connect(ctx, context.WithoutCancel(ctx), dial, address, p.cfg.Log, hooks{
		deliver: func(d *Delivery) { turnAway.busy(ctx, d); d.settle() },
		refused: func(e *SocketRefusedError) {
			select {
			case refused <- e:
			default:
			}
		},
		traffic: func() {},
	})
	if err != nil {
		return SocketHello{}, err
	}
	defer c.end(errClosed)
	select {
	case <-c.ready:
		limit, done := context.WithTimeout(ctx, lastAckWait)
		defer done()
		c.finish(limit)
	case e := <-refused:
		return SocketHello{}, e
	case <-c.leaving.Done():
		return SocketHello{}, context.Cause(c.leaving)
	case <-ctx.Done():
		return SocketHello{}, errors.Join(errNoHello, ctx.Err())
	}
	select {
	case e := <-refused:
		return SocketHello{}, e
	default:
		return SocketHello{Others: max(c.hello.NumConnections-1, 0), AppID: c.hello.ConnectionInfo.AppID}, nil
	}
}

// Words says what the refusal is about, and what to do, as two sentences.
func (e *SocketRefusedError) Words() (what, next string) {
	words := refusals[e.Code]
	return strings.ToUpper(words.what[:1]) + words.what[1:] + " (" + e.Code + ").", words.next + "."
}

// Channel is a conversation as the bot sees it.
type Channel struct {
	Name     string
	Member   bool
	Archived bool
	Missing  string // the scope without which Slack does not say; "": it does
	Unknown  bool   // there is none, or it is private and the bot is not in it
}

// Channel asks Slack about a conversation. An error means that Slack did not answer the question.
func (p *Probe) Channel(ctx context.Context, id string) (Channel, error) {
	c, err := p.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	var said slack.SlackErrorResponse
	switch {
	case err == nil:
		return Channel{Name: c.Name, Member: c.IsMember, Archived: c.IsArchived}, nil
	case !errors.As(err, &said):
		return Channel{}, err
	case said.Err == "channel_not_found":
		return Channel{Unknown: true}, nil
	case said.Err == "missing_scope":
		return Channel{Missing: missingScope(err, "channels:read")}, nil
	}
	return Channel{}, err
}
