package localslack

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// Where an element may stand: https://docs.slack.dev/reference/block-kit/block-elements.
type place int

const (
	inSection place = iota
	inActions
	inInput
)

// textKinds are the types a text object may have in its place.
type textKinds []any

var (
	plainOnly = textKinds{"plain_text"}
	anyText   = textKinds{"plain_text", "mrkdwn"}
)

// element checks one interactive element.
func (c *checker) element(e object, path string, in place) {
	kind, _ := e["type"].(string)
	if !allowedIn(kind, in) {
		c.fail(path+"/type", "unsupported type: %v", e["type"])
		return
	}
	c.id(e, "action_id", path)
	c.text(e, "placeholder", path, 150, plainOnly, false)
	c.nested(e, "confirm", path, false, c.confirm)
	switch kind {
	case "button", "workflow_button":
		c.button(e, path)
	case "image":
		c.image(e, path)
	case "overflow":
		c.each(e, "options", path, 1, 5, c.option(plainOnly))
	case "plain_text_input":
		c.textInput(e, path)
	default:
		c.menu(kind, e, path)
	}
	if focus, _ := e["focus_on_load"].(bool); focus {
		if c.focused {
			c.fail(path+"/focus_on_load", "only one element may have focus_on_load")
		}
		c.focused = true
	}
}

func allowedIn(kind string, in place) bool {
	switch kind {
	case "button", "workflow_button", "overflow":
		return in != inInput
	case "image":
		return in == inSection
	case "plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input":
		return in == inInput
	case "datetimepicker":
		return in != inSection
	case "checkboxes", "radio_buttons", "datepicker", "timepicker":
		return true
	}
	return strings.HasSuffix(kind, "_select") && slices.Contains([]string{
		"static", "external", "users", "conversations", "channels",
	}, strings.TrimPrefix(strings.TrimSuffix(kind, "_select"), "multi_"))
}

func (c *checker) button(e object, path string) {
	c.text(e, "text", path, 75, plainOnly, true)
	c.optionalStr(e, "value", path, 2000)
	c.optionalStr(e, "url", path, 3000)
	c.optionalStr(e, "accessibility_label", path, 75)
	c.style(e, path)
}

func (c *checker) style(e object, path string) {
	if style, there := e["style"]; there && style != "primary" && style != "danger" {
		c.fail(path+"/style", "must be one of primary, danger")
	}
}

func (c *checker) confirm(e object, path string) {
	c.text(e, "title", path, 100, plainOnly, true)
	c.text(e, "text", path, 300, anyText, true)
	c.text(e, "confirm", path, 30, plainOnly, true)
	c.text(e, "deny", path, 30, plainOnly, true)
	c.style(e, path)
}

// text checks a field that holds a text object.
func (c *checker) text(in object, field, path string, limit int, kinds textKinds, required bool) {
	c.nested(in, field, path, required, func(t object, at string) { c.textObject(t, at, limit, kinds) })
}

func (c *checker) textObject(t object, path string, limit int, kinds textKinds) {
	if !slices.Contains(kinds, t["type"]) {
		c.fail(path+"/type", "unsupported type: %v", t["type"])
	}
	c.str(t, "text", path, 1, limit)
	allowed := []string{"type", "text", "emoji"}
	if t["type"] == "mrkdwn" {
		allowed[2] = "verbatim"
	}
	for field := range t {
		if !slices.Contains(allowed, field) {
			c.fail(path, "invalid additional property: %s", field)
		}
	}
}

func (c *checker) id(in object, field, path string) {
	c.optionalStr(in, field, path, 255)
}

func (c *checker) optionalStr(in object, field, path string, limit int) {
	if in[field] != nil {
		c.str(in, field, path, 0, limit)
	}
}

func (c *checker) str(in object, field, path string, least, limit int) {
	value, there := in[field]
	text, ok := value.(string)
	length := utf8.RuneCountInString(text)
	switch {
	case !there:
		c.fail(path, "missing required field: %s", field)
	case !ok:
		c.fail(path+"/"+field, "must be a string")
	case length < least:
		c.fail(path+"/"+field, "must be more than %d characters", least-1)
	case length > limit:
		c.fail(path+"/"+field, "must be less than %d characters", limit+1)
	}
}

// withIDs gives blocks and their elements the block_id and action_id that were
// left out, as Slack does. The blocks are known to be valid.
func withIDs(raw json.RawMessage) json.RawMessage {
	var blocks []object
	if json.Unmarshal(raw, &blocks) != nil {
		return raw
	}
	for _, b := range blocks {
		giveID(b, "block_id")
		for _, e := range elementsOf(b) {
			if isInteractive(e) {
				giveID(e, "action_id")
			}
		}
	}
	out, err := json.Marshal(blocks)
	if err != nil {
		return raw
	}
	return out
}

func giveID(in object, field string) {
	if id, _ := in[field].(string); id == "" {
		in[field] = newID()[:5]
	}
}

func isInteractive(e object) bool {
	kind, _ := e["type"].(string)
	return kind != "image" && allowedIn(kind, inActions) || allowedIn(kind, inInput)
}

// elementsOf are the elements of a block in reading order: accessory, element, elements.
func elementsOf(b object) []object {
	var out []object
	for _, field := range []string{"accessory", "element"} {
		if e, ok := b[field].(object); ok {
			out = append(out, e)
		}
	}
	list, _ := b["elements"].([]any)
	for _, item := range list {
		if e, ok := item.(object); ok {
			out = append(out, e)
		}
	}
	return out
}
