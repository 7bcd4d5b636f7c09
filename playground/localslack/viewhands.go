package localslack

import (
	"encoding/json"
	"slices"
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

func (s *Server) pressedInView(user, actionID string) (step, string) {
	u, problem := s.person(user)
	if u == nil {
		return nil, problem
	}
	view := s.top(user)
	if view == nil {
		view = s.homes[user]
	}
	if view == nil {
		return nil, u.Name + " has no view open"
	}
	block, button := findElement(objects(view.fields()["blocks"]), actionID)
	if button == nil {
		return nil, "the view has no button " + actionID
	}
	payload := s.interaction("block_actions", u)
	payload["actions"] = []any{s.action(block, button, actionID, nil)}
	payload["container"] = map[string]any{"type": "view", "view_id": view.ID}
	payload["view"] = view.Raw
	e := newEnvelope("interactive", false, payload, nil)
	e.missed = func(string) string { return unansweredClick }
	return s.carrying(e), ""
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
	view.set(object{"state": object{"values": values}})
	payload := s.interaction("view_submission", u)
	payload["view"], payload["response_urls"] = view.Raw, []any{}
	e := newEnvelope("interactive", true, payload, nil)
	e.missed = func(string) string { return modalTrouble }
	e.acked = func(ack json.RawMessage) string { return s.afterSubmit(user, view, ack) }
	return s.carrying(e), ""
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
	view.Errors = nil
	switch says.Action {
	case "":
		s.close(user, view)
	case "clear":
		delete(s.modals, user)
	case "errors":
		view.Errors = says.Errors
	case "update", "push":
		return s.answerWithView(user, view, says.Action, says.View)
	default:
		return modalTrouble
	}
	return ""
}

func (s *Server) answerWithView(user string, old *View, action string, raw json.RawMessage) string {
	id := ""
	if action == "update" {
		id = old.ID
	}
	view, f := s.readView(raw, "modal", id)
	if f != nil {
		return modalTrouble
	}
	if action == "push" {
		if s.stack(user, view) != nil {
			return modalTrouble
		}
		return ""
	}
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
	s.close(user, view)
	if notify, _ := view.fields()["notify_on_close"].(bool); !notify {
		return nil, ""
	}
	payload := s.interaction("view_closed", u)
	delete(payload, "trigger_id")
	payload["view"], payload["is_cleared"] = view.Raw, false
	return s.carrying(newEnvelope("interactive", false, payload, nil)), ""
}
