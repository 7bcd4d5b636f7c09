package bot

import (
	"errors"

	"github.com/slack-go/slack"
)

// SocketRefusedError ends Socket.Run: connecting again cannot help until somebody changes the app or its token.
type SocketRefusedError struct {
	Code string // Slack's word, such as link_disabled or invalid_auth
}

const (
	reasonLinkDisabled = "link_disabled"
	reasonTooMany      = "too_many_websockets"
)

// refusals says for each of Slack's words what happened and what to do next.
var refusals = map[string]struct{ what, next string }{
	reasonLinkDisabled: {
		"Socket Mode is switched off for this Slack app, or the app was disabled",
		"Switch it on at api.slack.com/apps, your app, Socket Mode",
	},
	"invalid_auth": {
		"Slack does not know the token in SLACK_APP_TOKEN",
		"Copy the app-level token (xapp-…) from api.slack.com/apps, Basic Information, App-Level Tokens",
	},
	"not_authed": {
		"Slack received no app-level token",
		"Set SLACK_APP_TOKEN to the app-level token (xapp-…)",
	},
	"account_inactive": {
		"the token in SLACK_APP_TOKEN belongs to an app or a workspace that was removed",
		"Install the app again, or use the token of the app that replaced it",
	},
	"token_revoked": {
		"the token in SLACK_APP_TOKEN was revoked",
		"Generate a new app-level token (xapp-…) with the scope connections:write",
	},
	"not_allowed_token_type": {
		"SLACK_APP_TOKEN holds a token of the wrong kind",
		"It must be the app-level token, which begins with xapp-; the one that begins with xoxb- belongs in SLACK_BOT_TOKEN",
	},
	"missing_scope": {
		"the token in SLACK_APP_TOKEN lacks the scope connections:write",
		"Generate a new app-level token (xapp-…) with the scope connections:write",
	},
}

func (e *SocketRefusedError) Error() string {
	words := refusals[e.Code]
	return words.what + " (" + e.Code + "). No command or click reaches Slipway; what was started before runs on. " +
		words.next + ", then start Slipway again."
}

// asRefusal finds in an error of apps.connections.open the ones that end Run.
// See https://docs.slack.dev/reference/methods/apps.connections.open.
func asRefusal(err error) (*SocketRefusedError, bool) {
	var refused *SocketRefusedError
	if errors.As(err, &refused) {
		return refused, true
	}
	var answer slack.SlackErrorResponse
	if !errors.As(err, &answer) {
		return nil, false
	}
	if _, known := refusals[answer.Err]; !known {
		return nil, false
	}
	return &SocketRefusedError{Code: answer.Err}, true
}
