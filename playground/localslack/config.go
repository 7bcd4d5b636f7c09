package localslack

import "time"

// Config describes one workspace with one app installed. Start from Playground
// and change one fact, or fill in your own.
type Config struct {
	Addr string // where to listen, default "127.0.0.1:0"; anything but loopback is refused

	Team     Team
	AppID    string
	AppToken string // xapp-…, opens Socket Mode connections and nothing else
	BotToken string // xoxb-…, calls the Web API
	Bot      User   // the app's own user; Bot is set for you

	Users    []User
	Channels []Channel
	Groups   []UserGroup
	Held     []byte // what Snapshot gave: channels with their messages, and Homes

	Scopes   []string // granted to the bot token; a method that needs another answers missing_scope
	Commands []string // slash commands of the app, with the slash: "/lf"
	// Shortcuts are those the manifest declares; nobody can use another.
	Shortcuts []Shortcut

	Events []string // subscribed events: app_mention, message.im, app_home_opened, function_executed

	// Functions are the steps that the manifest gives to Workflow Builder.
	Functions []Function

	// ShouldEscape is the manifest's should_escape: @ben and #general in the text
	// of a command arrive as <@U…|ben> and <#C…|general>.
	ShouldEscape bool

	Now       func() time.Time // default time.Now; used for ts, expiry and rates, not for the two waits below
	PingEvery time.Duration    // server PINGs on each connection, default 5 s
	AckWithin time.Duration    // how long Slack waits for an ack, default 3 s

	// RetryEvents are the waits before an events_api envelope that nobody acked is
	// delivered again; default at once, 1 min, 5 min. Commands and clicks never are.
	RetryEvents []time.Duration

	// RatePerChannel enforces chat.postMessage's one message a second in a channel
	// (5 at once are let through), RateTiers the calls per minute of all other
	// methods, apps.connections.open included. Playground sets the first.
	RatePerChannel bool
	RateTiers      bool
}

// Team is a workspace.
type Team struct{ ID, Domain, Name string }

// Guest says whether a user is a guest, in the words of users.info's fields.
type Guest string

// The two kinds of guest; the zero value is a full member.
const (
	MultiChannelGuest  Guest = "restricted"
	SingleChannelGuest Guest = "ultra_restricted"
)

// User is a person or a bot.
type User struct {
	ID       string
	Name     string // the handle: ana
	RealName string
	TeamID   string // default the team's; another one is somebody from Slack Connect
	Guest    Guest
	Bot      bool
	Deleted  bool // deactivated
	TZ       string
	TZOffset int    // seconds east of UTC
	Locale   string // en-US; users.info sends it when include_locale is set
}

// Channel is a conversation. Members are the people in it, without the bot.
type Channel struct {
	ID          string
	Name        string
	Private     bool
	Archived    bool
	Members     []string
	BotIsMember bool
	DMWith      string // for a direct message between the bot and this user; set by the server
}

// UserGroup is a group that can be mentioned, such as @data-leads.
type UserGroup struct {
	ID      string
	Handle  string // without the @
	Members []string
}

// Identifiers of the Playground's world. The tokens look like tokens and open
// nothing but a local Slack.
const (
	PlaygroundTeam   = "T0PLAYGRND"
	PlaygroundAppID  = "A0PLAYGRND"
	PlaygroundAppTok = "xapp-1-A0PLAYGRND-0000000000-playground"
	PlaygroundBotTok = "xoxb-0000000000-0000000000-playground"
	ChannelPlatform  = "C0PLATFORM" // #data-platform, the bot is in it
	ChannelAnalytics = "C0ANALYTIC" // #analytics, the bot is not in it
	UserAna          = "U0ANA00001" // asks
	UserBen          = "U0BEN00002" // may approve, in @data-leads
	UserChen         = "U0CHEN0003" // may approve, in @data-leads
	UserDev          = "U0DEV00004" // may not approve
	UserGuest        = "U0GUEST005" // Gita, a guest in #data-platform
	UserBot          = "U0SLIPWAY0"
	GroupDataLeads   = "S0DATALEAD" // @data-leads
)

const (
	slackbot          = "USLACKBOT" // speaks for Slack itself
	verificationToken = "playground-verification-token"
	defaultAddr       = "127.0.0.1:0"
	defaultPingEvery  = 5 * time.Second
	defaultAckWithin  = 3 * time.Second
)

// Playground is one believable world: Ana asks, Ben and Chen lead the data
// team, Dev may only watch, Gita is a guest. The app is as Slipway's manifest.yaml declares it.
func Playground() Config {
	everyone := []string{UserAna, UserBen, UserChen, UserDev}
	person := func(id, name, real, tz string, offset int) User {
		return User{ID: id, Name: name, RealName: real, TeamID: PlaygroundTeam, TZ: tz, TZOffset: offset, Locale: "en-US"}
	}
	chen := person(UserChen, "chen", "Chen", "Asia/Shanghai", 8*3600)
	chen.Locale = "zh-CN"
	guest := person(UserGuest, "gita", "Gita", "Asia/Singapore", 8*3600)
	guest.Guest = MultiChannelGuest
	return Config{
		Team:     Team{ID: PlaygroundTeam, Domain: "playground", Name: "Playground"},
		AppID:    PlaygroundAppID,
		AppToken: PlaygroundAppTok,
		BotToken: PlaygroundBotTok,
		Bot:      User{ID: UserBot, Name: "slipway", RealName: "Slipway", TeamID: PlaygroundTeam, TZ: "UTC", Locale: "en-US"},
		Users: []User{
			person(UserAna, "ana", "Ana", "Europe/Madrid", 3600),
			person(UserBen, "ben", "Ben", "Europe/Berlin", 3600),
			chen,
			person(UserDev, "dev", "Dev", "Asia/Kolkata", 19800),
			guest,
		},
		Channels: []Channel{
			{ID: ChannelPlatform, Name: "data-platform", Members: append([]string{UserGuest}, everyone...), BotIsMember: true},
			{ID: ChannelAnalytics, Name: "analytics", Members: everyone},
		},
		Groups:   []UserGroup{{ID: GroupDataLeads, Handle: "data-leads", Members: []string{UserBen, UserChen}}},
		Scopes:   []string{"app_mentions:read", "commands", "chat:write", "im:history", "usergroups:read", "users:read"},
		Commands: []string{"/lf"},
		Shortcuts: []Shortcut{
			{Name: "Start LakeFormation job", Type: GlobalShortcut, CallbackID: "start_job", Description: "Choose a job and ask to start it"},
			{Name: "Start this job", Type: OnMessage, CallbackID: "start_this_job", Description: "Ask to start the job that this message names"},
		},
		Events:         []string{"app_home_opened", "app_mention", "message.im"},
		RatePerChannel: true,
	}
}
