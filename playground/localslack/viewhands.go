package localslack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// modalTrouble is what a person reads in a modal whose submission was not acked.
const modalTrouble = "there was trouble reaching the app, try again"

func (s *Server) top(user string) *View {
	stack := s.modals[user]
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

func (s *Server) person(id string) (*User, string) {
	u := s.user(id)
	if u == nil || u.Bot || u.Deleted {
		return nil, "there is no person " + id
	}
	return u, ""
}

func (s *Server) homeOpened(user string) (step, string) {
	u, problem := s.person(user)
	if u == nil || !slices.Contains(s.cfg.Events, "app_home_opened") {
		return nil, problem
	}
	event := map[string]any{"type": "app_home_opened", "user": user, "channel": s.openDM(user).ID, "tab": "home", "event_ts": s.nextTS()}
	if home := s.homes[user]; home != nil {
		event["view"] = home.Raw
	}
	callback := s.eventCallback(event)
	return func() Delivery { return s.carryEvent(callback) }, ""
}

func (s *Server) submitted(user string, values map[string]map[string]any) (step, string) {
	u, problem := s.person(user)
	if u == nil {
		return nil, problem
	}
	view := s.top(user)
	if view == nil {
		return nil, u.Name + " has no modal open"
	}
	at, _ := s.onView(user)
	if problem := at.take(values); problem != "" {
		return nil, problem
	}
	if view.Errors = nil; values == nil {
		view.Errors = s.incomplete(at)
	}
	s.note()
	if len(view.Errors) > 0 {
		return nil, "not submitted: " + listed(view.Errors)
	}
	payload := s.interaction("view_submission", u, view.current)
	payload["view"], payload["response_urls"] = at.carries()["view"], s.responseURLs(user, at)
	e := newEnvelope("interactive", true, payload, nil)
	e.missed = func(string) string { return modalTrouble }
	e.acked = func(ack json.RawMessage) string { return s.afterSubmit(user, view, ack) }
	return s.carrying(e), ""
}

// listed are problems by block_id as one line.
func listed(problems map[string]string) string {
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(problems)) {
		lines = append(lines, id+": "+problems[id])
	}
	return strings.Join(lines, "; ")
}

// responseURLs are for the conversations chosen where response_url_enabled is set.
func (s *Server) responseURLs(user string, at *surface) []any {
	out := []any{}
	state := s.stateOf(at.blocks, at.filled, at.channel)
	for _, b := range at.blocks {
		e, _ := b["element"].(object)
		if enabled, _ := e["response_url_enabled"].(bool); !enabled {
			continue
		}
		chosen, _ := state[text(b, "block_id")][text(e, "action_id")].(object)
		c := s.channel(text(chosen, "selected_conversation") + text(chosen, "selected_channel"))
		if c == nil {
			continue
		}
		link, _ := s.newReplyURL("actions", c, user, "")
		out = append(out, object{"block_id": b["block_id"], "action_id": e["action_id"], "channel_id": c.ID, "response_url": link})
	}
	return out
}

// afterSubmit does what the ack of a view_submission asks for:
// https://docs.slack.dev/surfaces/modals#handling_submissions.
func (s *Server) afterSubmit(user string, view *View, ack json.RawMessage) string {
	var says struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(ack) > 0 && json.Unmarshal(ack, &says) != nil {
		return modalTrouble
	}
	at := slices.IndexFunc(s.modals[user], func(v *View) bool { return v.ID == view.ID })
	if at < 0 {
		return "" // closed in the meantime: there is nothing to change
	}
	view = s.modals[user][at] // the app may have updated it before it acked
	view.Errors = nil
	switch says.Action {
	case "":
		s.close(user, view)
	case "clear":
		delete(s.modals, user)
	case "errors":
		return view.showErrors(says.Errors)
	case "update", "push":
		return s.answerWithView(user, view, says.Action, says.View)
	default:
		return modalTrouble + ": there is no response_action " + says.Action
	}
	return ""
}

// showErrors puts words under inputs. Slack takes them for input blocks only.
func (v *View) showErrors(problems map[string]string) string {
	inputs := map[string]bool{}
	for _, b := range objects(v.fields()["blocks"]) {
		inputs[text(b, "block_id")] = b["type"] == "input"
	}
	for id := range problems {
		if !inputs[id] {
			return modalTrouble + ": errors names " + id + ", which is no input block of the view"
		}
	}
	if len(problems) == 0 {
		return modalTrouble + ": response_action errors without errors"
	}
	v.Errors = problems
	return ""
}

func (s *Server) answerWithView(user string, old *View, action string, raw json.RawMessage) string {
	id := ""
	if action == "update" {
		id = old.ID
	}
	view, f := s.readView(raw, "modal", id)
	if f != nil {
		return modalTrouble + ": " + f.words()
	}
	view.current = old.current
	if action == "push" {
		if f := s.stack(user, view); f != nil {
			return modalTrouble + ": " + f.code
		}
		return ""
	}
	was := old.fields()
	view.filled = old.filled
	view.set(object{"previous_view_id": was["previous_view_id"], "root_view_id": was["root_view_id"]})
	if at := slices.Index(s.modals[user], old); at >= 0 {
		s.modals[user][at] = view
	}
	return ""
}

func (s *Server) close(user string, view *View) {
	s.modals[user] = slices.DeleteFunc(s.modals[user], func(v *View) bool { return v == view })
	s.note()
}

func (s *Server) dismissed(user string) (step, string) {
	u, problem := s.person(user)
	if u == nil {
		return nil, problem
	}
	view := s.top(user)
	if view == nil {
		return nil, u.Name + " has no modal open"
	}
	clears, _ := view.fields()["clear_on_close"].(bool)
	if clears {
		delete(s.modals, user)
	}
	s.close(user, view)
	if notify, _ := view.fields()["notify_on_close"].(bool); !notify {
		return nil, ""
	}
	s.keepState(view)
	payload := s.interaction("view_closed", u, "")
	delete(payload, "trigger_id")
	payload["view"], payload["is_cleared"] = view.Raw, clears
	return s.carrying(newEnvelope("interactive", false, payload, nil)), ""
}
