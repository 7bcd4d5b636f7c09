package playground

import (
	"encoding/json"

	"slipway/playground/localslack"
)

// fileShown is how much of a file the page gets, in bytes.
const fileShown = 64 << 10

// surface is a modal or an App Home as the page draws it.
type surface struct {
	ID     string                    `json:"id"`
	View   json.RawMessage           `json:"view"` // as Slack stores it
	Errors map[string]string         `json:"errors,omitempty"`
	Values map[string]map[string]any `json:"values"` // in the shape of view.state.values
}

type shortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"` // global or message
	Callback    string `json:"callback"`
	Description string `json:"description"`
}

type file struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Size    int    `json:"size"` // in bytes
	Content string `json:"content"`
	Cut     bool   `json:"cut"` // Content is not all of it
}

// views adds what one person has on their screen.
func (p *Playground) views(s *state, user string) {
	for _, v := range p.slack.Modals(user) {
		s.Modals[user] = append(s.Modals[user], surfaceOf(v))
	}
	if home, published := p.slack.Home(user); published {
		s.Homes[user] = surfaceOf(home)
	}
}

func surfaceOf(v localslack.View) surface {
	return surface{ID: v.ID, View: v.Raw, Errors: v.Errors, Values: v.Values}
}

func (p *Playground) shortcuts() []shortcut {
	out := []shortcut{}
	for _, one := range p.slack.Shortcuts() {
		out = append(out, shortcut{one.Name, one.Type, one.CallbackID, one.Description})
	}
	return out
}

func files(all []localslack.File) []file {
	var out []file
	for _, f := range all {
		cut := len(f.Content) > fileShown
		out = append(out, file{Name: f.Name, Title: f.Title, Size: len(f.Content), Content: f.Content[:min(len(f.Content), fileShown)], Cut: cut})
	}
	return out
}
