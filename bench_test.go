package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// crowd is a workspace large enough that no limit per person or channel is met.
func crowd(s *localslack.Config, _ *locallake.Config) {
	s.RatePerChannel = false
	s.Channels, s.Users = nil, nil
	for i := range 500 {
		s.Users = append(s.Users, localslack.User{ID: fmt.Sprintf("U0CROWD%03d", i), Name: fmt.Sprintf("user%d", i), RealName: "User", TeamID: s.Team.ID})
	}
	members := make([]string, len(s.Users))
	for i, u := range s.Users {
		members[i] = u.ID
	}
	for i := range 40 {
		s.Channels = append(s.Channels, localslack.Channel{ID: fmt.Sprintf("C0CROWD%03d", i), Name: fmt.Sprintf("channel-%d", i), Members: members, BotIsMember: true})
	}
}

// BenchmarkAck measures from Slack's delivery to the ack, on the wire: Slipway, which commits a new request before it
// acks, beside a bare responder that only reads JSON and answers.
func BenchmarkAck(b *testing.B) {
	b.Run("slipway", func(b *testing.B) { measureAcks(b, stage(b, crowd)) })
	b.Run("bare", func(b *testing.B) {
		w := unstarted(b, crowd)
		w.respond(b)
		measureAcks(b, w)
	})
}

func measureAcks(b *testing.B, w *world) {
	var took []time.Duration
	i := 0
	for b.Loop() {
		d := w.slack.Type(fmt.Sprintf("U0CROWD%03d", i%500), fmt.Sprintf("C0CROWD%03d", i%40), fmt.Sprintf("/lf start job_%d", i))
		require.True(b, d.Acked, d.Problem)
		took = append(took, d.Took)
		i++
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkRefusedClickAck measures from Slack's delivery of a press to the ack, for somebody whom the rule does not
// name: the row is read under its lock, and nothing is committed. So the same press can be repeated.
func BenchmarkRefusedClickAck(b *testing.B) {
	w := stage(b)
	w.as("ana").types("/lf start nightly_sync")
	ts, action := w.as("ana").button("Start job")
	var took []time.Duration
	for b.Loop() {
		d := w.slack.Press(people["ben"], channel, ts, action)
		require.True(b, d.Acked, d.Problem)
		took = append(took, d.Took)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// respond acks everything, and does nothing else.
func (w *world) respond(b *testing.B) {
	api := slack.New(w.env["SLACK_BOT_TOKEN"], slack.OptionAppLevelToken(w.env["SLACK_APP_TOKEN"]), slack.OptionAPIURL(w.slack.APIURL()))
	_, url, err := api.StartSocketModeContext(context.Background())
	require.NoError(b, err)
	conn, _, err := websocket.Dial(context.Background(), url, nil)
	require.NoError(b, err)
	b.Cleanup(func() { conn.CloseNow() })
	go func() {
		for {
			_, frame, err := conn.Read(context.Background())
			if err != nil {
				return
			}
			var envelope struct {
				ID string `json:"envelope_id"`
			}
			if json.Unmarshal(frame, &envelope) == nil && envelope.ID != "" {
				ack, _ := json.Marshal(map[string]any{"envelope_id": envelope.ID, "payload": map[string]string{"text": "ok"}})
				if conn.Write(context.Background(), websocket.MessageText, ack) != nil {
					return
				}
			}
		}
	}()
	w.until("the responder is connected", func() bool { return w.slack.Connections() > 0 })
}
