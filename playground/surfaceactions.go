package playground

import (
	"errors"
	"fmt"

	"slipway/playground/localslack"
)

var errChanged = errors.New("that has changed in the meantime; look at it again")

// problem is what a person was told about one delivery.
func problem(d localslack.Delivery) error {
	if d.Problem == "" {
		return nil
	}
	return errors.New(d.Problem)
}

type chooseAction struct {
	User    string `json:"user"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Action  string `json:"action"`
	Value   string `json:"value"`
}

// choose chooses in a menu of a message.
func (p *Playground) choose(a chooseAction) error {
	d := p.slack.Choose(a.User, a.Channel, a.TS, a.Action, a.Value)
	if m, _ := p.slack.Message(a.Channel, a.TS); m.Warnings[a.User] != "" {
		return nil // the message says it
	}
	return problem(d)
}

type suggestAction struct {
	User    string `json:"user"`
	View    string `json:"view"` // id of the view; else Channel and TS name a message
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Action  string `json:"action"`
	Typed   string `json:"typed"`
}

type optionOffered struct {
	Text        string `json:"text"`
	Value       string `json:"value"`
	Description string `json:"description"`
	Group       string `json:"group"`
}

// suggest asks Slipway for the options of an external select.
func (p *Playground) suggest(a suggestAction) (outcome, error) {
	var offered localslack.Options
	var d localslack.Delivery
	switch {
	case a.View == "":
		offered, d = p.slack.SuggestIn(a.User, a.Channel, a.TS, a.Action, a.Typed)
	case !p.inFront(a.User, a.View):
		return outcome{}, errChanged
	default:
		offered, d = p.slack.Suggest(a.User, a.Action, a.Typed)
	}
	var out outcome
	for _, o := range offered {
		out.Options = append(out.Options, optionOffered(o))
	}
	return out, problem(d)
}

// inFront says whether the person has this view before them: the topmost modal,
// or the App Home when no modal covers it.
func (p *Playground) inFront(user, view string) bool {
	if modals := p.slack.Modals(user); len(modals) > 0 {
		return modals[len(modals)-1].ID == view
	}
	home, _ := p.slack.Home(user)
	return view != "" && home.ID == view
}

type shortcutAction struct {
	User     string `json:"user"`
	Channel  string `json:"channel"`
	TS       string `json:"ts"` // of the message, "" for a global shortcut
	Callback string `json:"callback"`
}

func (p *Playground) shortcut(a shortcutAction) error {
	if a.TS == "" {
		return problem(p.slack.ShortcutIn(a.User, a.Channel, a.Callback))
	}
	return problem(p.slack.MessageShortcut(a.User, a.Channel, a.TS, a.Callback))
}

type homeAction struct {
	User string `json:"user"`
}

// openHome opens the Home tab. A missing ack is no news to the person: the event
// is delivered again.
func (p *Playground) openHome(a homeAction) error {
	if d := p.slack.OpenHome(a.User); d.EnvelopeID == "" {
		return problem(d)
	}
	return nil
}

type viewAction struct {
	Do     string                    `json:"do"` // press, choose, submit, close
	User   string                    `json:"user"`
	View   string                    `json:"view"` // id of the view the person sees
	Button int                       `json:"button"`
	Action string                    `json:"action"`
	Value  string                    `json:"value"`  // of choose
	Values map[string]map[string]any `json:"values"` // what is in the text inputs
}

// view is what a person does in a modal or the App Home.
func (p *Playground) view(a viewAction) (outcome, error) {
	if !p.inFront(a.User, a.View) {
		return outcome{}, errChanged
	}
	if a.Do == "close" {
		return outcome{}, problem(p.slack.Dismiss(a.User))
	}
	if err := problem(p.slack.Fill(a.User, a.Values)); err != nil {
		return outcome{}, err
	}
	switch a.Do {
	case "press":
		return outcome{}, p.pressInView(a)
	case "choose":
		return outcome{}, problem(p.slack.ChooseInView(a.User, a.Action, a.Value))
	case "submit":
		d := p.slack.Submit(a.User, nil)
		if v, open := p.top(a.User); open && len(v.Errors) > 0 {
			return outcome{Errors: v.Errors}, nil // the fields say it
		}
		return outcome{}, problem(d)
	}
	return outcome{}, fmt.Errorf("there is nothing called %q to do with a view", a.Do)
}

// pressInView presses a button that is there now, as press does.
func (p *Playground) pressInView(a viewAction) error {
	v, open := p.top(a.User)
	if !open {
		v, _ = p.slack.Home(a.User)
	}
	buttons := localslack.ViewButtons(v)
	if a.Button < 0 || a.Button >= len(buttons) || buttons[a.Button].ActionID != a.Action {
		return errChanged
	}
	return problem(p.slack.PressViewWith(a.User, a.Action, buttons[a.Button].Value))
}

func (p *Playground) top(user string) (localslack.View, bool) {
	modals := p.slack.Modals(user)
	if len(modals) == 0 {
		return localslack.View{}, false
	}
	return modals[len(modals)-1], true
}
