package localslack

import (
	"encoding/json"
	"slices"
	"time"
)

// Delivery is what became of one envelope.
type Delivery struct {
	EnvelopeID string          // "" when nothing was delivered; Problem may say why
	Acked      bool            // within AckWithin
	AckPayload json.RawMessage // nil for an ack without a body
	Problem    string          // what Slack told the person (of an event: why there was no ack), "" when all went well
	Took       time.Duration   // from the delivery to the ack, or to giving up
}

// Type is a person typing into a conversation and pressing enter. Text that
// begins with "/" is a slash command, anything else a message (which reaches the
// app only as a subscribed event). It returns when the envelope is acked or
// AckWithin is over; what an ack's payload says is visible by then.
func (s *Server) Type(user, channelID, text string) Delivery {
	return s.act(func() (step, string) { return s.typed(user, channelID, "", text) })()
}

// TypeInThread is Type in the thread of a message, where slash commands do not work.
func (s *Server) TypeInThread(user, channelID, threadTS, text string) Delivery {
	return s.act(func() (step, string) { return s.typed(user, channelID, threadTS, text) })()
}

// TypeAsync is Type for bursts: the answer comes through the channel.
func (s *Server) TypeAsync(user, channelID, text string) <-chan Delivery {
	return async(s.act(func() (step, string) { return s.typed(user, channelID, "", text) }))
}

// Press is a person pressing the button actionID of a message they can see,
// with the value that is stored there. A confirmation dialog counts as confirmed.
func (s *Server) Press(user, channelID, ts, actionID string) Delivery {
	return s.act(s.pressing(user, channelID, ts, actionID, nil))()
}

// PressAsync is Press for bursts.
func (s *Server) PressAsync(user, channelID, ts, actionID string) <-chan Delivery {
	return async(s.act(s.pressing(user, channelID, ts, actionID, nil)))
}

// PressWith presses with a value of the caller's choice, also a button that is
// no longer (or never was) on the message: a stale client, or a forger.
func (s *Server) PressWith(user, channelID, ts, actionID, value string) Delivery {
	return s.act(s.pressing(user, channelID, ts, actionID, &value))()
}

func (s *Server) pressing(user, channelID, ts, actionID string, value *string) func() (step, string) {
	return onSurface(func() (*surface, string) { return s.onMessage(user, channelID, ts) },
		func(at *surface) (step, string) { return s.press(at, actionID, value) })
}

// onSurface looks for a surface and, if the person sees it, acts on it.
func onSurface(find func() (*surface, string), do func(*surface) (step, string)) func() (step, string) {
	return func() (step, string) {
		at, problem := find()
		if problem != "" {
			return nil, problem
		}
		return do(at)
	}
}

// Choose is a person choosing in a message: an option by its value (static and
// external selects, overflow menus, radio buttons; checkboxes are ticked and
// unticked), a user or conversation by its id, a date.
func (s *Server) Choose(user, channelID, ts, actionID, value string) Delivery {
	return s.act(onSurface(func() (*surface, string) { return s.onMessage(user, channelID, ts) },
		func(at *surface) (step, string) { return s.choose(at, actionID, value) }))()
}

// SuggestIn is Suggest for an external select of a message.
func (s *Server) SuggestIn(user, channelID, ts, actionID, typed string) (Options, Delivery) {
	var got Options
	d := s.act(onSurface(func() (*surface, string) { return s.onMessage(user, channelID, ts) },
		func(at *surface) (step, string) { return s.suggest(at, actionID, typed, &got) }))()
	return got, d
}

// Send delivers any frame to one open connection, malformed ones included, and
// waits for the ack of its envelope_id if it has one.
func (s *Server) Send(raw json.RawMessage) Delivery {
	var has struct {
		EnvelopeID string `json:"envelope_id"`
	}
	_ = json.Unmarshal(raw, &has)
	frame := slices.Clone(raw)
	return s.act(func() (step, string) { return s.carrying(envelope{id: has.EnvelopeID, frame: frame}), "" })()
}

// Resend delivers an earlier envelope once more, to any connection.
// The answer's payload is in the Delivery and is not shown to the person.
func (s *Server) Resend(envelopeID string) Delivery {
	return s.act(func() (step, string) {
		frame, known := s.sent[envelopeID]
		if !known {
			return nil, "no envelope " + envelopeID + " was delivered lately"
		}
		return s.carrying(envelope{id: envelopeID, frame: frame}), ""
	})()
}

// OpenHome is a person opening the app's Home tab (event app_home_opened).
func (s *Server) OpenHome(user string) Delivery {
	return s.act(func() (step, string) { return s.homeOpened(user) })()
}

// PressView presses a button in the topmost modal, or else in the App Home.
func (s *Server) PressView(user, actionID string) Delivery {
	return s.act(s.inView(user, func(at *surface) (step, string) { return s.press(at, actionID, nil) }))()
}

// PressViewWith is PressView for the button of this value, where several share an
// action_id; one that is not there is pressed all the same, as by a stale client.
func (s *Server) PressViewWith(user, actionID, value string) Delivery {
	return s.act(s.inView(user, func(at *surface) (step, string) { return s.press(at, actionID, &value) }))()
}

func (s *Server) inView(user string, do func(*surface) (step, string)) func() (step, string) {
	return onSurface(func() (*surface, string) { return s.onView(user) }, do)
}

// ChooseInView is Choose in the topmost modal, or else in the App Home; into a
// text input it types. In an input block it stays with the person until Submit,
// and the Delivery is empty, unless the block has dispatch_action.
func (s *Server) ChooseInView(user, actionID, value string) Delivery {
	return s.act(s.inView(user, func(at *surface) (step, string) { return s.choose(at, actionID, value) }))()
}

// Fill enters many values at once, in the shape of view.state.values, without the
// app hearing of it.
func (s *Server) Fill(user string, values map[string]map[string]any) Delivery {
	return s.act(s.inView(user, func(at *surface) (step, string) { return nil, at.take(values) }))()
}

// Suggest is a person typing into an external select of the topmost modal, or
// else of the App Home: the app is asked for options, and they are checked
// against Slack's limits (100 of them, text 75, value 150 characters).
func (s *Server) Suggest(user, actionID, typed string) (Options, Delivery) {
	var got Options
	d := s.act(s.inView(user, func(at *surface) (step, string) { return s.suggest(at, actionID, typed, &got) }))()
	return got, d
}

// Submit is a person submitting the modal on top of their screen. Values are by
// block_id, then action_id, in the shape of view.state.values, and come on top of
// what was entered before (ChooseInView, Fill); they are sent whatever they are.
// With nil it is what was entered, and Slack itself complains about an input that
// must not be empty, or is too long, without asking the app.
func (s *Server) Submit(user string, values map[string]map[string]any) Delivery {
	return s.act(func() (step, string) { return s.submitted(user, values) })()
}

// SubmitAsync is Submit for impatient people: a second one before the first is
// acked submits the same view twice.
func (s *Server) SubmitAsync(user string, values map[string]map[string]any) <-chan Delivery {
	return async(s.act(func() (step, string) { return s.submitted(user, values) }))
}

// Shortcut is a person choosing one of the app's global shortcuts. The app does
// not learn where they were.
func (s *Server) Shortcut(user, callbackID string) Delivery {
	return s.ShortcutIn(user, "", callbackID)
}

// ShortcutIn is Shortcut while looking at a conversation, which only a
// default_to_current_conversation in a modal shows.
func (s *Server) ShortcutIn(user, channelID, callbackID string) Delivery {
	return s.act(func() (step, string) { return s.globalShortcut(user, channelID, callbackID) })()
}

// MessageShortcut is a person choosing one of the app's shortcuts in the menu of
// a message that everybody there sees.
func (s *Server) MessageShortcut(user, channelID, ts, callbackID string) Delivery {
	return s.act(func() (step, string) { return s.messageShortcut(user, channelID, ts, callbackID) })()
}

// Dismiss is a person closing the modal on top of their screen. The app hears of
// it only with notify_on_close.
func (s *Server) Dismiss(user string) Delivery {
	return s.act(func() (step, string) { return s.dismissed(user) })()
}

// step is the part of an action that waits for the app; it runs without mu.
type step func() Delivery

// act prepares an action at once, under mu, so that a burst is typed in order, and
// returns what waits for the outcome. That must be called, exactly once.
func (s *Server) act(prepare func() (step, string)) step {
	if !s.enter() {
		return func() Delivery { return Delivery{Problem: serverClosed} }
	}
	s.mu.Lock()
	wait, problem := prepare()
	s.mu.Unlock()
	return func() Delivery {
		defer s.running.Done()
		if wait == nil {
			return Delivery{Problem: problem}
		}
		return wait()
	}
}

func async(wait step) <-chan Delivery {
	out := make(chan Delivery, 1)
	go func() { out <- wait() }()
	return out
}

func (s *Server) carrying(e envelope) step { return func() Delivery { return s.carry(e) } }
