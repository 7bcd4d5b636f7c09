package main

import (
	"encoding/json"
	"strings"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

// The sections of a Home.
const (
	waitingSection = "Waiting for my decision"
	askedSection   = "What I asked for"
	runningSection = "Running now"
	endedSection   = "Ended lately"
)

// opensHome is a person opening Slipway's Home tab.
func (p person) opensHome() person {
	p.t.Helper()
	d := p.slack.OpenHome(p.id)
	require.True(p.t, d.Acked, "the opening of the Home tab was not acked: %s", d.Problem)
	return p
}

// home is this person's Home tab as a message, for its words and buttons.
func (p person) home() localslack.Message {
	view, _ := p.slack.Home(p.id)
	var shows struct{ Blocks json.RawMessage }
	if view.Raw != nil {
		require.NoError(p.t, json.Unmarshal(view.Raw, &shows))
	}
	return localslack.Message{Blocks: shows.Blocks}
}

// homeSays waits until this person's Home tab says all of this.
func (p person) homeSays(words ...string) {
	p.t.Helper()
	p.until("the Home of "+p.id+" says "+strings.Join(words, ", "), func() bool {
		return containsAll(localslack.PlainText(p.home()), words)
	})
}

// homeSection waits until a section of this person's Home says all of this; it ends where the next one begins.
func (p person) homeSection(heading string, words ...string) {
	p.t.Helper()
	p.until(heading+" says "+strings.Join(words, ", "), func() bool {
		_, section, _ := strings.Cut(localslack.PlainText(p.home()), heading)
		for _, next := range []string{waitingSection, askedSection, runningSection, endedSection} {
			section, _, _ = strings.Cut(section, next)
		}
		return containsAll(section, words)
	})
}

// pressesInHome presses the first button with this label there.
func (p person) pressesInHome(label string) {
	p.t.Helper()
	var found localslack.Button
	p.until("a button "+label+" in the Home of "+p.id, func() bool {
		for _, b := range localslack.Buttons(p.home()) {
			if b.Text == label {
				found = b
				return true
			}
		}
		return false
	})
	d := p.slack.PressViewWith(p.id, found.ActionID, found.Value)
	require.True(p.t, d.Acked, "the press of %q was not acked: %s", label, d.Problem)
}

// homeLabels are the labels of the buttons there.
func (p person) homeLabels() []string {
	var labels []string
	for _, b := range localslack.Buttons(p.home()) {
		labels = append(labels, b.Text)
	}
	return labels
}
