package bot

import (
	"context"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"slipway/approval"
)

// ConnectPeople asks Slack who people are, without a socket: for the command line.
func ConnectPeople(ctx context.Context, token, apiURL string) (*People, error) {
	options := []slack.Option{slack.OptionHTTPClient(&http.Client{Timeout: 15 * time.Second})}
	if apiURL != "" {
		options = append(options, slack.OptionAPIURL(apiURL))
	}
	api := slack.New(token, options...)
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		return nil, badToken(err)
	}
	return &People{api: api, clock: approval.Real{}, teamID: who.TeamID, known: map[string]known{}}, nil
}
