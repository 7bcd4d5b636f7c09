package bot

import (
	"context"
	"slices"
	"strings"

	"slipway/approval"
)

// nextCopy is the next copy of a card that does not show what it should, and what to do about it. An approver gets a
// copy only while there is something to decide; who is told of an emergency gets it unless nothing came of it.
func nextCopy(r approval.Request) (step, int) {
	wanted := r.State == approval.Pending || r.Ask.BreakGlass && (r.State == approval.Approved || r.State.MayHaveStarted())
	for i, c := range r.Card.Copies {
		switch {
		case c.Gone:
		case c.TS == "" && wanted:
			return postCopy, i
		case c.TS != "" && c.Shown < r.Version:
			return updateCopy, i
		}
	}
	return nothing, -1
}

// laneOf is where a step is felt: in the channel of the card, or of a copy.
func laneOf(s step, r approval.Request) string {
	if s == postCopy {
		_, i := nextCopy(r)
		return r.Card.Copies[i].To
	}
	return r.Ask.Channel
}

// copyTo posts or redraws the next copy.
func (a *Announcer) copyTo(ctx context.Context, r approval.Request) (approval.Shown, error) {
	s, i := nextCopy(r)
	shown := approval.Shown{Card: r.Card}
	shown.Copies = slices.Clone(r.Card.Copies)
	c := &shown.Copies[i]
	language := a.language
	if strings.HasPrefix(c.To, "U") || strings.HasPrefix(c.To, "W") { // one person reads it
		language = a.people.Language(ctx, c.To)
	}
	m := RenderCard(r, language)
	var err error
	if s == postCopy {
		c.Channel, c.TS, err = a.post(ctx, c.To, "", m)
	} else {
		_, _, _, err = a.api.UpdateMessageContext(ctx, c.Channel, c.TS, m.options()...)
	}
	c.Shown = r.Version
	return shown, err
}

// passing are Slack's errors that say nothing about this message: they may be over in a moment, or are about the token.
var passing = map[string]bool{
	"internal_error": true, "fatal_error": true, "request_timeout": true, "service_unavailable": true, "ratelimited": true,
	"team_added_to_org": true, "invalid_auth": true, "not_authed": true, "token_revoked": true, "token_expired": true,
	"account_inactive": true, "ekm_access_denied": true,
}

// withoutCopy gives the next copy up: the person or the channel does not take it.
func withoutCopy(r approval.Request) approval.Shown {
	_, i := nextCopy(r)
	shown := approval.Shown{Card: r.Card, Again: true}
	shown.Copies = slices.Clone(r.Card.Copies)
	shown.Copies[i].Gone = true
	return shown
}
