package localslack

import (
	"encoding/json"
	"strings"
)

// PlainText is all the words a person reads in a message, one line for each
// piece: blocks with their button labels, or Text where there are no blocks.
func PlainText(m Message) string {
	var lines []string
	if blocks := parseBlocks(m.Blocks); len(blocks) > 0 {
		lines = words(blocks, lines)
	} else if m.Text != "" {
		lines = append(lines, m.Text)
	}
	for _, a := range parseBlocks(m.Attachments) {
		for _, field := range []string{"pretext", "title", "text", "footer"} {
			lines = append(lines, texts(a[field])...)
		}
		lines = words(objects(a["blocks"]), lines)
	}
	for _, f := range m.Files {
		lines = append(lines, f.Title)
	}
	return strings.Join(lines, "\n")
}

// ViewText is all the words a person reads in a view, one line for each piece:
// title, blocks, the problem under an input, the labels of its two buttons.
func ViewText(v View) string {
	fields := v.fields()
	lines := texts(fields["title"])
	for _, b := range objects(fields["blocks"]) {
		lines = words([]object{b}, lines)
		if problem := v.Errors[text(b, "block_id")]; problem != "" {
			lines = append(lines, problem)
		}
	}
	return strings.Join(append(append(lines, texts(fields["submit"])...), texts(fields["close"])...), "\n")
}

// ViewButtons are the buttons of a view in reading order, without submit and close.
func ViewButtons(v View) []Button {
	blocks, _ := json.Marshal(v.fields()["blocks"])
	return Buttons(Message{Blocks: blocks})
}

// shownFields hold words, in the order in which a block shows them.
var shownFields = []string{"title", "label", "text", "fields", "rows", "elements", "element", "accessory", "placeholder", "initial_value", "initial_option", "options", "option_groups", "description", "hint", "alt_text"}

func words(blocks []object, lines []string) []string {
	for _, b := range blocks {
		for _, field := range shownFields {
			lines = append(lines, texts(b[field])...)
		}
	}
	return lines
}

// texts are the words in a value, however deep: a string, a text object, or a
// list of them. The pieces of one rich text section make one line.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, texts(item)...)
		}
		return out
	case object:
		kind, _ := v["type"].(string)
		if kind == "rich_text_section" || kind == "rich_text_quote" || kind == "rich_text_preformatted" {
			return texts(richLine(v))
		}
		return words([]object{v}, nil)
	}
	return nil
}

func richLine(section object) string {
	var line strings.Builder
	for _, e := range objects(section["elements"]) {
		text := func(field string) string { s, _ := e[field].(string); return s }
		switch e["type"] {
		case "user":
			line.WriteString("<@" + text("user_id") + ">")
		case "usergroup":
			line.WriteString("<!subteam^" + text("usergroup_id") + ">")
		case "channel":
			line.WriteString("<#" + text("channel_id") + ">")
		case "emoji":
			line.WriteString(":" + text("name") + ":")
		case "link":
			if text("text") == "" {
				line.WriteString(text("url"))
			}
			line.WriteString(text("text"))
		case "date":
			line.WriteString(text("fallback"))
		default:
			line.WriteString(text("text"))
		}
	}
	return line.String()
}

// Buttons are the buttons of a message in reading order.
func Buttons(m Message) []Button {
	var out []Button
	for _, b := range allBlocks(m) {
		blockID, _ := b["block_id"].(string)
		for _, e := range elementsOf(b) {
			if e["type"] != "button" {
				continue
			}
			out = append(out, Button{
				BlockID: blockID, ActionID: text(e, "action_id"), Value: text(e, "value"), Style: text(e, "style"), URL: text(e, "url"),
				Text: strings.Join(texts(e["text"]), " "), Confirm: confirmWords(e["confirm"]),
			})
		}
	}
	return out
}

func confirmWords(value any) string {
	dialog, ok := value.(object)
	if !ok {
		return ""
	}
	var lines []string
	for _, field := range []string{"title", "text", "confirm", "deny"} {
		lines = append(lines, texts(dialog[field])...)
	}
	return strings.Join(lines, "\n")
}

// findElement looks an interactive element up by its action_id.
func findElement(blocks []object, actionID string) (block, element object) {
	for _, b := range blocks {
		for _, e := range elementsOf(b) {
			if e["action_id"] == actionID {
				return b, e
			}
		}
	}
	return nil, nil
}

// allBlocks are a message's blocks and those of its attachments.
func allBlocks(m Message) []object {
	blocks := parseBlocks(m.Blocks)
	for _, a := range parseBlocks(m.Attachments) {
		blocks = append(blocks, objects(a["blocks"])...)
	}
	return blocks
}

func parseBlocks(raw json.RawMessage) []object {
	var list any
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return objects(list)
}

func objects(value any) []object {
	list, _ := value.([]any)
	var out []object
	for _, item := range list {
		if o, ok := item.(object); ok {
			out = append(out, o)
		}
	}
	return out
}
