package bot

import (
	"cmp"
	"errors"
	"strings"
	"sync"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"slipway/approval"
)

// missingScope is the scope that a call to Slack needed and this app lacks; "" where err is something else. usual is the
// one that this call needs, for where Slack does not say.
func missingScope(err error, usual string) string {
	var said slack.SlackErrorResponse
	if !errors.As(err, &said) || said.Err != "missing_scope" {
		return ""
	}
	first, _, _ := strings.Cut(said.Needed, ",") // any of these would do
	return cmp.Or(first, usual)
}

// addScope says to people what helps.
var addScope = approval.T("Whoever runs Slipway adds the scope on the app's page “OAuth & Permissions” and installs the app again; then try again.")

// scopes logs each scope that is missing once.
type scopes struct {
	log  *logrus.Entry
	said sync.Map
}

// missing is missingScope, and logs it; without scopes it only tells.
func (s *scopes) missing(err error, usual string) string {
	scope := missingScope(err, usual)
	if scope == "" || s == nil {
		return scope
	}
	if _, before := s.said.LoadOrStore(scope, true); !before {
		s.log.WithError(err).WithField("scope", scope).Error("the Slack app lacks a scope: add it on the app's page “OAuth & Permissions”, then install the app again (manifest.yaml has all scopes); this is said once")
	}
	return scope
}
