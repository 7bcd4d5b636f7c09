package localslack

import (
	"encoding/json"
	"strings"
)

// Elements that people enter something into. Where Slack documents no words for
// what is wrong, they are ours; the place is what its JSON schema would point at.

const (
	selectOptions = 100
	buttonOptions = 10 // radio buttons and checkboxes
	textLimit     = 3000
)

func (c *checker) textInput(e object, path string) {
	c.number(e, "min_length", path, 0, textLimit)
	c.number(e, "max_length", path, 1, textLimit)
	c.optionalStr(e, "initial_value", path, textLimit)
	least, some := e["min_length"].(float64)
	most, limited := e["max_length"].(float64)
	if some && limited && least > most {
		c.fail(path+"/min_length", "must be less than max_length")
	}
	c.nested(e, "dispatch_action_config", path, false, func(config object, at string) {
		on, _ := config["trigger_actions_on"].([]any)
		for _, one := range on {
			if one != "on_enter_pressed" && one != "on_character_entered" {
				c.fail(at+"/trigger_actions_on", "must be one of on_enter_pressed, on_character_entered")
			}
		}
	})
}

// menu checks selects, radio buttons and checkboxes.
func (c *checker) menu(kind string, e object, path string) {
	switch kind {
	case "static_select", "multi_static_select":
		c.options(e, path)
		c.initial(kind, e, path, optionsIn(e))
	case "radio_buttons", "checkboxes":
		c.each(e, "options", path, 1, buttonOptions, c.option(anyText))
		c.initial(kind, e, path, optionsIn(e))
	case "external_select", "multi_external_select":
		c.number(e, "min_query_length", path, 0, 0)
		c.initial(kind, e, path, nil)
		for _, field := range []string{"options", "option_groups"} {
			if e[field] != nil {
				c.fail(path, "invalid additional property: %s", field)
			}
		}
	case "users_select", "channels_select", "conversations_select":
		c.optionalStr(e, entries[kind].initial, path, 255)
		c.nested(e, "filter", path, false, c.filter)
	}
	if strings.HasPrefix(kind, "multi_") {
		c.number(e, "max_selected_items", path, 1, 0)
	}
}

// options checks a menu's own options: a list, or groups of lists, not both.
func (c *checker) options(e object, path string) {
	if e["option_groups"] == nil {
		c.each(e, "options", path, 1, selectOptions, c.option(plainOnly))
		return
	}
	if e["options"] != nil {
		c.fail(path, "must define either `options` or `option_groups`, not both")
	}
	c.each(e, "option_groups", path, 1, selectOptions, func(g object, at string) {
		c.text(g, "label", at, 75, plainOnly, true)
		c.each(g, "options", at, 1, selectOptions, c.option(plainOnly))
	})
}

func (c *checker) option(kinds textKinds) func(object, string) {
	return func(o object, path string) {
		c.text(o, "text", path, 75, kinds, true)
		c.text(o, "description", path, 75, kinds, false)
		c.str(o, "value", path, 1, 150)
		c.optionalStr(o, "url", path, 3000)
	}
}

// initial checks what a menu begins with: options of the right shape, and of its
// own if it has some.
func (c *checker) initial(kind string, e object, path string, own []object) {
	field := entries[kind].initial
	check := func(o object, at string) {
		c.option(anyText)(o, at)
		if own == nil {
			return
		}
		for _, one := range own {
			if same(one, o) {
				return
			}
		}
		c.fail(at, "must be exactly one of the options")
	}
	if entries[kind].many && e[field] != nil {
		c.each(e, field, path, 1, selectOptions, check)
		return
	}
	c.nested(e, field, path, false, check)
}

func same(a, b object) bool {
	one, _ := json.Marshal(a)
	other, _ := json.Marshal(b)
	return string(one) == string(other)
}

func (c *checker) filter(f object, path string) {
	include, _ := f["include"].([]any)
	if f["include"] != nil && len(include) == 0 {
		c.fail(path+"/include", "no fewer than 1 items allowed")
	}
	for _, one := range include {
		if one != "im" && one != "mpim" && one != "private" && one != "public" {
			c.fail(path+"/include", "must be one of im, mpim, private, public")
		}
	}
}

// number checks a field that holds a whole number, if it is there; most 0 is no limit.
func (c *checker) number(e object, field, path string, least, most int) {
	value, there := e[field]
	if !there {
		return
	}
	n, ok := value.(float64)
	switch {
	case !ok || n != float64(int(n)):
		c.fail(path+"/"+field, "must be an integer")
	case int(n) < least:
		c.fail(path+"/"+field, "must be at least %d", least)
	case most > 0 && int(n) > most:
		c.fail(path+"/"+field, "must be no more than %d", most)
	}
}
