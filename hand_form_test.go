package main

import (
	"encoding/json"
	"maps"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

// sheet is a modal as a person fills it in: what is chosen and typed so far, by action id.
type sheet struct {
	person
	fields map[string]map[string]any
	sent   string // the envelope of the newest submission
}

// form waits for the modal on this person's screen, with what it shows already.
func (p person) form() *sheet {
	p.t.Helper()
	p.until("a modal", func() bool { return len(p.slack.Modals(p.id)) > 0 })
	f := &sheet{person: p, fields: map[string]map[string]any{}}
	for _, block := range f.blocks() {
		e := block.Element
		switch {
		case e.Option != nil:
			f.fields[e.ActionID] = map[string]any{"type": e.Type, "selected_option": e.Option}
		case e.Conversation != "":
			f.fields[e.ActionID] = map[string]any{"type": e.Type, "selected_conversation": e.Conversation}
		case e.Current:
			f.fields[e.ActionID] = map[string]any{"type": e.Type, "selected_conversation": channel}
		}
	}
	return f
}

type formBlock struct {
	BlockID string `json:"block_id"`
	Element struct {
		Type         string         `json:"type"`
		ActionID     string         `json:"action_id"`
		Option       map[string]any `json:"initial_option"`
		Conversation string         `json:"initial_conversation"`
		Current      bool           `json:"default_to_current_conversation"`
	} `json:"element"`
}

func (f *sheet) blocks() []formBlock {
	f.t.Helper()
	modals := f.slack.Modals(f.id)
	require.NotEmpty(f.t, modals, "no modal is open")
	var view struct{ Blocks []formBlock }
	require.NoError(f.t, json.Unmarshal(modals[len(modals)-1].Raw, &view))
	return view.Blocks
}

// offers is what the list of jobs shows when somebody types this.
func (f *sheet) offers(typed string) []localslack.Option {
	f.t.Helper()
	options, d := f.slack.Suggest(f.id, "form_job", typed)
	require.True(f.t, d.Acked, "no options: %s", d.Problem)
	require.Empty(f.t, d.Problem)
	return options
}

// picks the first job that is offered for what is typed.
func (f *sheet) picks(typed string) *sheet {
	f.t.Helper()
	options := f.offers(typed)
	require.NotEmpty(f.t, options, "nothing is offered for %q", typed)
	o := options[0]
	f.fields["form_job"] = map[string]any{"type": "external_select", "selected_option": map[string]any{
		"text": map[string]any{"type": "plain_text", "text": o.Text}, "value": o.Value,
	}}
	return f
}

// sets what was typed or chosen in a field.
func (f *sheet) sets(actionID string, value map[string]any) *sheet {
	f.fields[actionID] = value
	return f
}

func (f *sheet) reason(text string) *sheet {
	return f.sets("form_reason", map[string]any{"type": "plain_text_input", "value": text})
}

// submits what is filled in, and gives the errors by block that Slack shows; none: the modal is closed.
func (f *sheet) submits() map[string]string {
	f.t.Helper()
	values := map[string]map[string]any{}
	for _, b := range f.blocks() {
		if value, ok := f.fields[b.Element.ActionID]; ok {
			values[b.BlockID] = map[string]any{b.Element.ActionID: value}
		} else {
			values[b.BlockID] = map[string]any{b.Element.ActionID: map[string]any{"type": b.Element.Type}}
		}
	}
	d := f.slack.Submit(f.id, values)
	f.sent = d.EnvelopeID
	require.True(f.t, d.Acked, "the form was not acked: %s", d.Problem)
	require.Empty(f.t, d.Problem)
	modals := f.slack.Modals(f.id)
	if len(modals) == 0 {
		return nil
	}
	return maps.Clone(modals[len(modals)-1].Errors)
}
