package main

import (
	"os"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

// manifest is what Slipway asks Slack's admin for.
type manifest struct {
	Display struct {
		Name            string `yaml:"name"`
		Description     string `yaml:"description"`
		LongDescription string `yaml:"long_description"`
	} `yaml:"display_information"`
	Features struct {
		Home struct {
			Tab bool `yaml:"home_tab_enabled"`
		} `yaml:"app_home"`
		Commands []struct {
			Command     string `yaml:"command"`
			Description string `yaml:"description"`
			UsageHint   string `yaml:"usage_hint"`
			Escaped     bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
		Shortcuts []struct {
			Name, Type, Description string
			CallbackID              string `yaml:"callback_id"`
		} `yaml:"shortcuts"`
	} `yaml:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `yaml:"bot"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		SocketMode    bool `yaml:"socket_mode_enabled"`
		Interactivity struct {
			Enabled bool `yaml:"is_enabled"`
		} `yaml:"interactivity"`
	} `yaml:"settings"`
}

func readManifest(t testing.TB) manifest {
	t.Helper()
	raw, err := os.ReadFile("manifest.yaml")
	require.NoError(t, err)
	var m manifest
	require.NoError(t, yaml.Unmarshal(raw, &m))
	return m
}

// The bounds are those of Slack's manifest schema.
func TestTheManifestIsOneThatSlackTakes(t *testing.T) {
	m := readManifest(t)
	between := func(what, s string, least, most int) {
		n := utf8.RuneCountInString(s)
		require.True(t, n >= least && n <= most, "%s has %d characters; Slack takes %d to %d", what, n, least, most)
	}
	between("name", m.Display.Name, 1, 35)
	between("description", m.Display.Description, 1, 140)
	between("long_description", m.Display.LongDescription, 175, 4000)
	require.Len(t, m.Features.Commands, 1)
	between("command", m.Features.Commands[0].Command, 2, 32)
	between("command description", m.Features.Commands[0].Description, 1, 2000)
	between("usage_hint", m.Features.Commands[0].UsageHint, 1, 1000)
	require.True(t, m.Settings.SocketMode)
	require.True(t, m.Features.Home.Tab)
	require.True(t, m.Settings.Interactivity.Enabled)
}

// What is tried in the playground is the app that an admin is asked for, with no scope more.
func TestTheLocalSlackHasTheAppOfTheManifest(t *testing.T) {
	m, local := readManifest(t), localslack.Playground()
	require.Equal(t, []string{m.Features.Commands[0].Command}, local.Commands)
	require.Equal(t, m.Features.Commands[0].Escaped, local.ShouldEscape)
	require.ElementsMatch(t, m.OAuth.Scopes.Bot, local.Scopes)
	require.ElementsMatch(t, m.Settings.Events.Bot, local.Events)
	var shortcuts []localslack.Shortcut
	for _, one := range m.Features.Shortcuts {
		shortcuts = append(shortcuts, localslack.Shortcut{Name: one.Name, Type: one.Type, CallbackID: one.CallbackID, Description: one.Description})
	}
	require.Equal(t, shortcuts, local.Shortcuts)
}
