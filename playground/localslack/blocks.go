package localslack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// The limits of https://docs.slack.dev/reference/block-kit, in code points.
const (
	messageBlocks = 50
	viewBlocks    = 100
	errorMark     = "[ERROR] "
)

// ValidateBlocks checks the blocks of a message against Slack's limits and
// returns what invalid_blocks would carry in response_metadata.messages, each
// with the place: "[ERROR] must be less than 76 characters [json-pointer:/blocks/0/…]".
func ValidateBlocks(blocks json.RawMessage) []string {
	return validateBlocks(blocks, "/blocks", messageBlocks)
}

func validateBlocks(raw json.RawMessage, path string, limit int) []string {
	c := &checker{ids: map[string]bool{}}
	var blocks any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		c.fail(path, "not JSON: %v", err)
		return c.problems
	}
	c.eachIn(blocks, path, 1, limit, c.block)
	return c.problems
}

// checker collects problems. Places are JSON pointers.
type checker struct {
	problems []string
	ids      map[string]bool // block_ids seen
	markdown int             // code points in all markdown blocks
	focused  bool            // an element with focus_on_load was seen
}

func (c *checker) fail(path, format string, a ...any) {
	c.problems = append(c.problems, errorMark+fmt.Sprintf(format, a...)+" [json-pointer:"+path+"]")
}

// object is a JSON object being checked.
type object = map[string]any

// block checks one block; https://docs.slack.dev/reference/block-kit/blocks.
func (c *checker) block(b object, path string) {
	c.id(b, "block_id", path)
	if id, _ := b["block_id"].(string); id != "" {
		if c.ids[id] {
			c.fail(path+"/block_id", "block_id %q already exists", id)
		}
		c.ids[id] = true
	}
	switch b["type"] {
	case "section":
		c.section(b, path)
	case "header":
		c.text(b, "text", path, 150, plainOnly, true)
	case "divider":
	case "context":
		c.each(b, "elements", path, 1, 10, c.contextElement)
	case "actions":
		seen := map[string]bool{}
		c.each(b, "elements", path, 1, 25, func(e object, at string) {
			c.element(e, at, inActions)
			c.uniqueAction(e, at, seen)
		})
	case "image":
		c.image(b, path)
		c.text(b, "title", path, 2000, plainOnly, false)
	case "input":
		c.text(b, "label", path, 2000, plainOnly, true)
		c.text(b, "hint", path, 2000, plainOnly, false)
		c.nested(b, "element", path, true, func(e object, at string) { c.element(e, at, inInput) })
	case "rich_text":
		c.each(b, "elements", path, 1, 0, c.richText)
	case "markdown":
		c.str(b, "text", path, 1, 12000)
		text, _ := b["text"].(string)
		if c.markdown += utf8.RuneCountInString(text); c.markdown > 12000 {
			c.fail(path+"/text", "all markdown blocks together must be less than 12001 characters")
		}
	case "table":
		c.table(b, path)
	case "video", "file", "call", "context_actions", "plan", "task_card", "alert", "card", "carousel", "container":
		// Known to Slack and not used here: taken as they are.
	case nil:
		c.fail(path, "missing required field: type")
	default:
		c.fail(path+"/type", "unsupported type: %v", b["type"])
	}
}

func (c *checker) section(b object, path string) {
	if b["text"] == nil && b["fields"] == nil {
		c.fail(path, "must define either `text` or `fields`")
	}
	c.text(b, "text", path, 3000, anyText, false)
	if b["fields"] != nil {
		c.each(b, "fields", path, 1, 10, func(f object, at string) { c.textObject(f, at, 2000, anyText) })
	}
	c.nested(b, "accessory", path, false, func(e object, at string) { c.element(e, at, inSection) })
}

func (c *checker) contextElement(e object, path string) {
	if e["type"] == "image" {
		c.image(e, path)
		return
	}
	c.textObject(e, path, 3000, anyText)
}

func (c *checker) image(b object, path string) {
	c.str(b, "alt_text", path, 1, 2000)
	switch {
	case b["image_url"] != nil:
		c.str(b, "image_url", path, 1, 3000)
	case b["slack_file"] == nil:
		c.fail(path, "missing required field: image_url")
	}
}

func (c *checker) richText(e object, path string) {
	kinds := []any{"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
	if !slices.Contains(kinds, e["type"]) {
		c.fail(path+"/type", "unsupported type: %v", e["type"])
	}
	if _, ok := e["elements"].([]any); !ok {
		c.fail(path, "missing required field: elements")
	}
}

func (c *checker) table(b object, path string) {
	rows, ok := b["rows"].([]any)
	if !ok || len(rows) == 0 {
		c.fail(path, "missing required field: rows")
	}
	if len(rows) > 100 {
		c.fail(path+"/rows", "no more than 100 items allowed")
	}
	for i, row := range rows {
		if cells, ok := row.([]any); !ok || len(cells) > 20 {
			c.fail(fmt.Sprintf("%s/rows/%d", path, i), "no more than 20 items allowed")
		}
	}
}

func (c *checker) uniqueAction(e object, path string, seen map[string]bool) {
	id, _ := e["action_id"].(string)
	if id != "" && seen[id] {
		c.fail(path+"/action_id", "action_id %q already exists in this block", id)
	}
	seen[id] = true
}

// each checks the objects of an array that must be there; most 0 is no limit.
func (c *checker) each(in object, field, path string, least, most int, check func(object, string)) {
	c.eachIn(in[field], path+"/"+field, least, most, check)
}

func (c *checker) eachIn(value any, path string, least, most int, check func(object, string)) {
	list, ok := value.([]any)
	switch {
	case !ok:
		c.fail(path, "must be an array")
	case len(list) < least:
		c.fail(path, "no fewer than %d items allowed", least)
	case most > 0 && len(list) > most:
		c.fail(path, "no more than %d items allowed", most)
	}
	for i, item := range list {
		at := fmt.Sprintf("%s/%d", path, i)
		if o, ok := item.(object); ok {
			check(o, at)
		} else {
			c.fail(at, "must be an object")
		}
	}
}

func (c *checker) nested(in object, field, path string, required bool, check func(object, string)) {
	value, there := in[field]
	o, ok := value.(object)
	switch {
	case ok:
		check(o, path+"/"+field)
	case there:
		c.fail(path+"/"+field, "must be an object")
	case required:
		c.fail(path, "missing required field: %s", field)
	}
}

// isEmptyJSON is true for nothing, null and an empty array.
func isEmptyJSON(raw json.RawMessage) bool {
	var list []json.RawMessage
	return len(raw) == 0 || json.Unmarshal(raw, &list) == nil && len(list) == 0
}

func isArray(raw json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) && json.Valid(raw)
}

// validateAttachments checks the blocks inside attachments.
func validateAttachments(raw json.RawMessage) []string {
	var list []struct {
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return []string{errorMark + "attachments must be an array of objects [json-pointer:/attachments]"}
	}
	var problems []string
	for i, a := range list {
		if !isEmptyJSON(a.Blocks) {
			problems = append(problems, validateBlocks(a.Blocks, fmt.Sprintf("/attachments/%d/blocks", i), messageBlocks)...)
		}
	}
	return problems
}
