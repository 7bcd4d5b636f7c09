package playground_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

func TestTheStateShowsTheWholeWorld(t *testing.T) {
	p := start(t, serves)
	s := until(t, p, running)
	require.Equal(t, "Ana", s.People[0].Name)
	require.Equal(t, "asks", s.People[0].Role)
	require.Equal(t, p.Slack().DM(localslack.UserAna), s.People[0].DM)
	require.Equal(t, "data-platform", s.Channels[0].Name)
	require.Equal(t, "nightly_sync", s.Jobs[0].Name)
	require.Equal(t, "prod", s.Jobs[0].Instance)
	require.Equal(t, "SUCCESS", s.Jobs[0].Status)
	require.Len(t, s.Faults.Kinds, len(locallake.Faults()))
	for _, kind := range s.Faults.Kinds {
		require.NotEmpty(t, kind.Title, kind.Name)
		require.NotEmpty(t, kind.Description, kind.Name)
	}
}

func TestTheStateHoldsNoSecret(t *testing.T) {
	p := start(t, serves)
	s := until(t, p, running)
	whole, err := json.Marshal(s)
	require.NoError(t, err)
	for _, secret := range []string{locallake.PlaygroundSecret, locallake.PlaygroundSecretKey, localslack.PlaygroundBotTok} {
		require.NotContains(t, string(whole), secret)
	}
}

func TestSomebodyElseWorksInTheConsole(t *testing.T) {
	p := start(t, serves)
	lake := p.LakeFormation()
	id := until(t, p, running).Jobs[0].ID
	do := func(what, status string) string {
		return press(t, p, "/api/job", map[string]any{"job": id, "do": what, "status": status})
	}
	before, _ := lake.Job(id)
	require.Empty(t, do("edit", ""))
	after, _ := lake.Job(id)
	require.NotEqual(t, string(before.Parameter), string(after.Parameter))
	require.Empty(t, do("edit", ""))
	again, _ := lake.Job(id)
	require.NotEqual(t, string(after.Parameter), string(again.Parameter), "each edit is a change")

	require.Equal(t, `No run of "nightly_sync" is going on`, do("finish", "FAILED"))
	require.Empty(t, do("start", ""))
	require.True(t, until(t, p, func(s pageState) bool { return s.Jobs[0].Active }).Jobs[0].Active)
	require.Empty(t, do("finish", "FAILED"))
	until(t, p, func(s pageState) bool { return s.Jobs[0].Status == "FAILED" && !s.Jobs[0].Active })
	past := until(t, p, running).Jobs[0].Past
	require.Equal(t, "FAILED", past[0].Status)
	require.True(t, past[0].Outside)
	require.Equal(t, "SUCCESS", past[1].Status)
	require.Positive(t, past[1].Seconds)
	require.NoError(t, lake.SetLog(id, "one\ntwo\n3\n4\n5\n6\n7\n8\n9\nten\n"))
	until(t, p, func(s pageState) bool {
		log := s.Jobs[0].Log
		return len(log) == 8 && log[0] == "3" && log[7] == "ten"
	})

	require.Empty(t, do("ends", "PARTIAL_SUCCESS"))
	until(t, p, func(s pageState) bool { return s.Jobs[0].Ends == "PARTIAL_SUCCESS" })

	require.Empty(t, do("delete", ""))
	gone := until(t, p, func(s pageState) bool { return len(s.Deleted) == 1 })
	require.Equal(t, []string{"nightly_sync"}, gone.Deleted)
	require.Empty(t, do("restore", ""))
	back, found := lake.Job("nightly_sync")
	require.True(t, found)
	require.NotEqual(t, id, back.ID, "a job made again is another job")
	require.Contains(t, do("dance", ""), "nothing called")
}

func TestAFaultIsSwitchedOnAndCleared(t *testing.T) {
	p := start(t, serves)
	require.Empty(t, press(t, p, "/api/fault", map[string]any{"do": "set", "op": "start", "fault": locallake.FaultReset, "times": 1}))
	s := until(t, p, func(s pageState) bool { return len(s.Faults.Active) == 1 })
	require.Equal(t, "start", s.Faults.Active[0].Op)
	require.Equal(t, 1, s.Faults.Active[0].Times)
	require.Empty(t, press(t, p, "/api/fault", map[string]any{"do": "clear", "op": "start"}))
	until(t, p, func(s pageState) bool { return len(s.Faults.Active) == 0 })
	require.Equal(t, `There is no fault "nonsense"`, press(t, p, "/api/fault", map[string]any{"do": "set", "op": "start", "fault": "nonsense"}))
}

func TestSlackIsDisturbedAndCleared(t *testing.T) {
	p := start(t, serves)
	until(t, p, running)
	require.Empty(t, press(t, p, "/api/slack", map[string]any{"do": "outage"}))
	until(t, p, func(s pageState) bool { return len(s.Slack.Lasting) == 1 })
	require.Empty(t, press(t, p, "/api/slack", map[string]any{"do": "clear"}))
	until(t, p, func(s pageState) bool { return len(s.Slack.Lasting) == 0 })
	for _, once := range []string{"ratelimited", "dropped", "refresh", "cut"} {
		require.Empty(t, press(t, p, "/api/slack", map[string]any{"do": once}))
	}
	require.Contains(t, press(t, p, "/api/slack", map[string]any{"do": "earthquake"}), "no way to disturb Slack")
}

func TestSlipwayIsInvitedIntoAChannel(t *testing.T) {
	p := start(t, serves)
	say := func(text string) string {
		return press(t, p, "/api/type", map[string]any{"user": localslack.UserAna, "channel": localslack.ChannelAnalytics, "text": text})
	}
	hasBot := func(wanted bool) func(pageState) bool {
		return func(s pageState) bool { return s.Channels[1].HasBot == wanted }
	}
	until(t, p, hasBot(false))
	require.Contains(t, say("/invite @ben"), "Only Slipway can come and go here")
	require.Empty(t, say("/invite @Slipway"))
	until(t, p, hasBot(true))
	require.Empty(t, say("/remove @slipway"))
	until(t, p, hasBot(false))
}

func TestAPressTakesTheButtonThatIsThere(t *testing.T) {
	p := start(t, serves)
	until(t, p, running)
	require.Empty(t, press(t, p, "/api/type", map[string]any{"user": localslack.UserAna, "channel": localslack.ChannelPlatform, "text": "/lf start nightly_sync"}))
	var ts string
	require.NoError(t, p.Slack().WaitFor(t.Context(), func() bool {
		for _, m := range p.Slack().Messages(localslack.ChannelPlatform) {
			if len(localslack.Buttons(m)) == 1 {
				ts = m.TS
			}
		}
		return ts != ""
	}))
	push := func(button int, action string) string {
		return press(t, p, "/api/press", map[string]any{"user": localslack.UserAna, "channel": localslack.ChannelPlatform, "ts": ts, "button": button, "action": action})
	}
	require.Contains(t, push(1, "approve"), "changed in the meantime")
	require.Contains(t, push(0, "deny"), "changed in the meantime")
	require.Empty(t, push(0, "approve"))
	require.NoError(t, p.Slack().WaitFor(t.Context(), func() bool {
		m, _ := p.Slack().Message(localslack.ChannelPlatform, ts)
		return m.Text == "Started by ana."
	}))
}
