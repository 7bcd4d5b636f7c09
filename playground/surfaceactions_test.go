package playground_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground"
	"slipway/playground/localslack"
)

// form is the modal that the tiny bot opens for Ana.
func form(t *testing.T, p *playground.Playground) localslack.View {
	t.Helper()
	until(t, p, running)
	require.Empty(t, press(t, p, "/api/shortcut", map[string]any{"user": localslack.UserAna, "channel": localslack.ChannelPlatform, "callback": "start_job"}))
	require.NoError(t, p.Slack().WaitFor(t.Context(), func() bool { return len(p.Slack().Modals(localslack.UserAna)) == 1 }))
	return p.Slack().Modals(localslack.UserAna)[0]
}

func TestOnlyTheViewInFrontTakesPresses(t *testing.T) {
	p := start(t, serves)
	v := form(t, p)
	do := func(view, what string) string {
		return press(t, p, "/api/view", map[string]any{"user": localslack.UserAna, "view": view, "do": what})
	}
	const changed = "That has changed in the meantime; look at it again"
	require.Equal(t, changed, do("V0ANOTHER", "submit"))
	require.Equal(t, changed, do("", "close"))
	require.Equal(t, changed, do(v.ID, "press"), "it has no button")
	require.Contains(t, do(v.ID, "dance"), "nothing called")
	require.Equal(t, changed, press(t, p, "/api/suggest", map[string]any{"user": localslack.UserAna, "view": "V0ANOTHER", "action": "job_select"}))
	require.Empty(t, do(v.ID, "submit"), "the field says what is missing")
	require.NotEmpty(t, p.Slack().Modals(localslack.UserAna)[0].Errors)
	require.Empty(t, do(v.ID, "close"))
	require.Empty(t, p.Slack().Modals(localslack.UserAna))
}

func TestAShortcutThatIsNotDeclaredIsSaid(t *testing.T) {
	p := start(t, serves)
	until(t, p, running)
	require.Equal(t, "The app has no global shortcut dance", press(t, p, "/api/shortcut", map[string]any{"user": localslack.UserAna, "callback": "dance"}))
}
