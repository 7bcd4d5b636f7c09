package localslack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Modals and the App Home: https://docs.slack.dev/surfaces/modals.
const (
	modalDepth = 3
	viewLimit  = 250 * 1000 // bytes
)

// leftOut is what Slack puts where an app said nothing: apps read it from every payload.
var leftOut = object{
	"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false, "notify_on_close": false, "close": nil, "submit": nil,
}

func (v *View) copy() View {
	out := *v
	out.Raw, out.Errors = slices.Clone(v.Raw), maps.Clone(v.Errors)
	return out
}

// readView checks a view and makes it what Slack would store.
func (s *Server) readView(raw json.RawMessage, kind, id string) (*View, *failure) {
	var fields object
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return nil, invalid("invalid_arguments", []string{errorMark + "missing required field: view [json-pointer:/view]"})
	}
	if len(raw) > viewLimit {
		return nil, fail("view_too_large")
	}
	c := &checker{ids: map[string]bool{}}
	if fields["type"] != kind {
		c.fail("/view/type", "must be %s", kind)
	}
	if kind == "modal" {
		c.text(fields, "title", "/view", 24, plainOnly, true)
		c.text(fields, "submit", "/view", 24, plainOnly, false)
		c.text(fields, "close", "/view", 24, plainOnly, false)
	}
	c.optionalStr(fields, "private_metadata", "/view", 3000)
	c.optionalStr(fields, "callback_id", "/view", 255)
	c.optionalStr(fields, "external_id", "/view", 255)
	blocks, _ := json.Marshal(fields["blocks"])
	c.problems = append(c.problems, validateBlocks(blocks, "/view/blocks", viewBlocks)...)
	if kind == "home" && fields["title"] != nil {
		c.fail("/view", "invalid additional property: title")
	}
	if kind == "modal" && fields["submit"] == nil && strings.Contains(string(blocks), `"type":"input"`) {
		c.fail("/view", "missing required field: submit")
	}
	if len(c.problems) > 0 {
		return nil, invalid("invalid_arguments", c.problems)
	}
	if id == "" {
		id = "V" + strings.ToUpper(newID()[:8])
	}
	hash := s.nextTS() + "." + newID()[:8]
	fields["blocks"] = withIDs(blocks)
	for field, usual := range leftOut {
		if fields[field] == nil {
			fields[field] = usual
		}
	}
	maps.Copy(fields, object{
		"id": id, "hash": hash, "team_id": s.cfg.Team.ID, "app_id": s.cfg.AppID, "app_installed_team_id": s.cfg.Team.ID,
		"bot_id": s.botID(), "state": object{"values": object{}}, "previous_view_id": nil, "root_view_id": id,
	})
	stored, _ := json.Marshal(fields)
	view := &View{ID: id, Type: kind, Hash: hash, Raw: stored, filled: newFilled()}
	view.CallbackID, _ = fields["callback_id"].(string)
	view.ExternalID, _ = fields["external_id"].(string)
	return view, nil
}

// modal finds a view that is on somebody's screen, by view_id or external_id.
func (s *Server) modal(id, externalID string) (user string, at int) {
	for user, stack := range s.modals {
		for i, v := range stack {
			if id != "" && v.ID == id || id == "" && externalID != "" && v.ExternalID == externalID {
				return user, i
			}
		}
	}
	return "", -1
}

func (s *Server) openView(a args) (answer, *failure) { return s.putModal(a, false) }
func (s *Server) pushView(a args) (answer, *failure) { return s.putModal(a, true) }

func (s *Server) putModal(a args, push bool) (answer, *failure) {
	view, f := s.readView(a.json("view"), "modal", "")
	if f != nil {
		return nil, f
	}
	if _, at := s.modal("", view.ExternalID); at >= 0 {
		return nil, fail("duplicate_external_id")
	}
	t, f := s.spendTrigger(a["trigger_id"])
	if f != nil {
		return nil, f
	}
	view.current = t.channel
	if !push {
		s.modals[t.user] = nil
	}
	if f := s.stack(t.user, view); f != nil {
		return nil, f
	}
	return answer{"view": view.Raw}, nil
}

// stack puts a view on top of those the user has open.
func (s *Server) stack(user string, view *View) *failure {
	if len(s.modals[user]) >= modalDepth {
		return fail("push_limit_reached")
	}
	if below := s.modals[user]; len(below) > 0 {
		view.set(object{"previous_view_id": below[len(below)-1].ID, "root_view_id": below[0].ID})
	}
	s.modals[user] = append(s.modals[user], view)
	s.note()
	return nil
}

// set changes fields of the stored view.
func (v *View) set(fields object) {
	stored := v.fields()
	maps.Copy(stored, fields)
	v.Raw, _ = json.Marshal(stored)
}

// keepState writes what was entered so far into the view, as Slack sends it.
func (s *Server) keepState(v *View) {
	v.set(object{"state": object{"values": s.stateOf(objects(v.fields()["blocks"]), v.filled, v.current)}})
}

func (v *View) fields() object {
	var stored object
	_ = json.Unmarshal(v.Raw, &stored)
	return stored
}

func (s *Server) updateView(a args) (answer, *failure) {
	user, at := s.modal(a["view_id"], a["external_id"])
	if at < 0 {
		return nil, fail("not_found")
	}
	old := s.modals[user][at]
	view, f := s.replacement(a, old, "modal")
	if f != nil {
		return nil, f
	}
	s.modals[user][at] = view
	s.note()
	return answer{"view": view.Raw}, nil
}

func (s *Server) replacement(a args, old *View, kind string) (*View, *failure) {
	if old != nil && a["hash"] != "" && a["hash"] != old.Hash {
		return nil, fail("hash_conflict")
	}
	id := ""
	if old != nil {
		id = old.ID
	}
	view, f := s.readView(a.json("view"), kind, id)
	if f == nil && old != nil {
		was := old.fields()
		view.set(object{"previous_view_id": was["previous_view_id"], "root_view_id": was["root_view_id"]})
		view.filled, view.current = old.filled, old.current
	}
	return view, f
}

func (s *Server) publishView(a args) (answer, *failure) {
	u := s.user(a["user_id"])
	if u == nil || u.Bot {
		return nil, fail("user_not_found")
	}
	view, f := s.replacement(a, s.homes[u.ID], "home")
	if f != nil {
		return nil, f
	}
	s.homes[u.ID] = view
	s.note()
	return answer{"view": view.Raw}, nil
}
