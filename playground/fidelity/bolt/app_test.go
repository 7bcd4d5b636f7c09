package bolt_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground"
	"slipway/playground/localslack"
)

func TestABoltAppOfTwentyLinesRuns(t *testing.T) {
	p, err := playground.Start(t.Context(), playground.Config{Addr: "127.0.0.1:0", Only: playground.SlackOnly})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	s := p.Slack()
	node(t, "app.mjs", p.Settings()...)
	until(t, s, func() bool { return s.Connections() == 1 })

	require.True(t, s.Type(ana, platform, "/lf hello").Acked)
	var card localslack.Message
	until(t, s, func() bool {
		for _, m := range s.Messages(platform) {
			if len(localslack.Buttons(m)) == 1 {
				card = m
			}
		}
		return card.TS != ""
	})
	until(t, s, func() bool { // what an ack says and what follows it come in no order
		return slices.ContainsFunc(s.Visible(ana, platform), func(m localslack.Message) bool {
			return m.EphemeralFor == ana && m.Text == "You typed hello."
		})
	})
	require.Len(t, s.Visible(localslack.UserBen, platform), 1, "the answer is for Ana alone")

	require.True(t, s.Press(ana, platform, card.TS, "ask").Acked)
	until(t, s, func() bool { return len(s.Modals(ana)) == 1 })
	say := func(words string) {
		d := s.Submit(ana, map[string]map[string]any{"why": {"words": map[string]any{"value": words}}})
		require.True(t, d.Acked)
	}
	say("no")
	require.Equal(t, map[string]string{"why": "Say a little more."}, s.Modals(ana)[0].Errors)
	say("it was <late>")
	require.Empty(t, s.Modals(ana))
	until(t, s, func() bool {
		m, _ := s.Message(platform, card.TS)
		return m.Text == "<@"+ana+"> says: it was <late>"
	})

	require.True(t, s.OpenHome(ana).Acked)
	until(t, s, func() bool {
		home, published := s.Home(ana)
		return published && localslack.ViewText(home) == "Welcome home."
	})
}
