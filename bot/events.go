package bot

import (
	"context"
	"encoding/json"
)

// happened answers an event. One that nobody asked for is acked, so that it is not sent again.
// See https://docs.slack.dev/reference/events/app_mention and https://docs.slack.dev/reference/events/message.im.
func (b *Bot) happened(ctx context.Context, d *Delivery) {
	switch is := eventOf(d.Payload).(type) {
	case *written:
		b.said(ctx, d, *is)
	case *workflowStep:
		b.stepped(ctx, d, *is)
	case *openedHome:
		b.ack(ctx, d, nil)
		b.homes.opened(is.User)
	default:
		b.ack(ctx, d, nil)
	}
}

// openedHome is somebody who looks at Slipway's Home tab.
type openedHome struct {
	User string `json:"user"`
	Tab  string `json:"tab"`
}

// eventOf is what an event is about: a *written, a *workflowStep, an *openedHome, or nil for what cannot be read or is
// not wanted.
func eventOf(payload []byte) any {
	var outer struct {
		TeamID string          `json:"team_id"`
		Event  json.RawMessage `json:"event"`
	}
	var head struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(payload, &outer) != nil || json.Unmarshal(outer.Event, &head) != nil {
		return nil
	}
	switch head.Type {
	case "app_mention", "message":
		if w := new(written); json.Unmarshal(outer.Event, w) == nil && w.toSlipway() {
			return w
		}
	case "function_executed":
		if s := (&workflowStep{Team: outer.TeamID}); json.Unmarshal(outer.Event, s) == nil && s.asksToStart() {
			return s
		}
	case "app_home_opened":
		if o := new(openedHome); json.Unmarshal(outer.Event, o) == nil && o.Tab == "home" && o.User != "" {
			return o
		}
	}
	return nil
}
