package localslack_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func xs(n int) string { return strings.Repeat("ж", n) } // a limit counts code points, not bytes

func plain(n int) string { return `{"type":"plain_text","text":"` + xs(n) + `"}` }

func mrkdwn(n int) string { return `{"type":"mrkdwn","text":"` + xs(n) + `"}` }

func list(item string, n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
}

func buttons(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`{"type":"button","action_id":"a%d","text":%s}`, i, plain(1)))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func section(inner string) string { return `{"type":"section",` + inner + `}` }

func actions(elements string) string { return `{"type":"actions","elements":` + elements + `}` }

func button(inner string) string { return actions(`[{"type":"button",` + inner + `}]`) }

func choice(kind, options string) string {
	return actions(`[{"type":"` + kind + `","action_id":"s","options":` + options + `}]`)
}

const small = `{"text":{"type":"plain_text","text":"x"},"value":"v"}`

func described(n int) string {
	return `{"text":{"type":"plain_text","text":"x"},"value":"v","description":` + plain(n) + `}`
}

// inputOf is an input block; what is given comes last and wins.
func inputOf(inner string) string {
	if !strings.Contains(inner, `"element"`) {
		inner += `,"element":{"type":"plain_text_input"}`
	}
	return `{"type":"input","label":` + plain(1) + `,` + inner + `}`
}

func focused(id string) string {
	return inputOf(`"element":{"type":"plain_text_input","action_id":"` + id + `","focus_on_load":true}`)
}

func groups(n int) string {
	return actions(`[{"type":"multi_static_select","option_groups":` + list(`{"label":`+plain(75)+`,"options":[{"text":`+plain(1)+`,"value":"v"}]}`, n) + `}]`)
}

func confirm(title, text, yes, no int) string {
	return button(fmt.Sprintf(`"text":%s,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`, plain(1), plain(title), mrkdwn(text), plain(yes), plain(no)))
}

func TestEveryLimitIsKeptToTheCharacter(t *testing.T) {
	option := `{"text":` + plain(75) + `,"value":"` + xs(150) + `"}`
	for name, c := range map[string]struct{ fits, tooMuch, place string }{
		"section text":        {section(`"text":` + mrkdwn(3000)), section(`"text":` + mrkdwn(3001)), "/0/text/text"},
		"section fields":      {section(`"fields":` + list(mrkdwn(2000), 10)), section(`"fields":` + list(mrkdwn(1), 11)), "/0/fields"},
		"field text":          {section(`"fields":[` + plain(2000) + `]`), section(`"fields":[` + plain(2001) + `]`), "/0/fields/0/text"},
		"header":              {`{"type":"header","text":` + plain(150) + `}`, `{"type":"header","text":` + plain(151) + `}`, "/0/text/text"},
		"context elements":    {`{"type":"context","elements":` + list(plain(1), 10) + `}`, `{"type":"context","elements":` + list(plain(1), 11) + `}`, "/0/elements"},
		"actions elements":    {actions(buttons(25)), actions(buttons(26)), "/0/elements"},
		"button text":         {button(`"text":` + plain(75)), button(`"text":` + plain(76)), "/0/elements/0/text/text"},
		"button value":        {button(`"text":` + plain(1) + `,"value":"` + xs(2000) + `"`), button(`"text":` + plain(1) + `,"value":"` + xs(2001) + `"`), "/0/elements/0/value"},
		"button url":          {button(`"text":` + plain(1) + `,"url":"` + xs(3000) + `"`), button(`"text":` + plain(1) + `,"url":"` + xs(3001) + `"`), "/0/elements/0/url"},
		"button label":        {button(`"text":` + plain(1) + `,"accessibility_label":"` + xs(75) + `"`), button(`"text":` + plain(1) + `,"accessibility_label":"` + xs(76) + `"`), "accessibility_label"},
		"action_id":           {button(`"text":` + plain(1) + `,"action_id":"` + xs(255) + `"`), button(`"text":` + plain(1) + `,"action_id":"` + xs(256) + `"`), "/0/elements/0/action_id"},
		"block_id":            {`{"type":"divider","block_id":"` + xs(255) + `"}`, `{"type":"divider","block_id":"` + xs(256) + `"}`, "/0/block_id"},
		"confirm title":       {confirm(100, 300, 30, 30), confirm(101, 1, 1, 1), "/confirm/title/text"},
		"confirm text":        {confirm(1, 1, 1, 1), confirm(1, 301, 1, 1), "/confirm/text/text"},
		"confirm yes":         {confirm(1, 1, 1, 1), confirm(1, 1, 31, 1), "/confirm/confirm/text"},
		"confirm no":          {confirm(1, 1, 1, 1), confirm(1, 1, 1, 31), "/confirm/deny/text"},
		"select options":      {choice("static_select", list(option, 100)), choice("static_select", list(option, 101)), "/options"},
		"option groups":       {groups(100), groups(101), "/option_groups"},
		"overflow options":    {choice("overflow", list(option, 5)), choice("overflow", list(option, 6)), "/options"},
		"radio options":       {choice("radio_buttons", list(option, 10)), choice("radio_buttons", list(option, 11)), "/options"},
		"option value":        {choice("static_select", "["+option+"]"), choice("static_select", `[{"text":`+plain(1)+`,"value":"`+xs(151)+`"}]`), "/options/0/value"},
		"input label":         {`{"type":"input","label":` + plain(2000) + `,"element":{"type":"plain_text_input"}}`, `{"type":"input","label":` + plain(2001) + `,"element":{"type":"plain_text_input"}}`, "/0/label/text"},
		"input hint":          {inputOf(`"hint":` + plain(2000)), inputOf(`"hint":` + plain(2001)), "/0/hint/text"},
		"input placeholder":   {inputOf(`"element":{"type":"plain_text_input","placeholder":` + plain(150) + `}`), inputOf(`"element":{"type":"plain_text_input","placeholder":` + plain(151) + `}`), "/0/element/placeholder/text"},
		"input action_id":     {inputOf(`"element":{"type":"plain_text_input","action_id":"` + xs(255) + `"}`), inputOf(`"element":{"type":"plain_text_input","action_id":"` + xs(256) + `"}`), "/0/element/action_id"},
		"input max_length":    {inputOf(`"element":{"type":"plain_text_input","max_length":3000}`), inputOf(`"element":{"type":"plain_text_input","max_length":3001}`), "/0/element/max_length"},
		"initial value":       {inputOf(`"element":{"type":"plain_text_input","initial_value":"` + xs(3000) + `"}`), inputOf(`"element":{"type":"plain_text_input","initial_value":"` + xs(3001) + `"}`), "/0/element/initial_value"},
		"radio buttons":       {inputOf(`"element":{"type":"radio_buttons","options":` + list(small, 10) + `}`), inputOf(`"element":{"type":"radio_buttons","options":` + list(small, 11) + `}`), "/0/element/options"},
		"checkboxes":          {inputOf(`"element":{"type":"checkboxes","options":` + list(small, 10) + `}`), inputOf(`"element":{"type":"checkboxes","options":` + list(small, 11) + `}`), "/0/element/options"},
		"option description":  {inputOf(`"element":{"type":"radio_buttons","options":[` + described(75) + `]}`), inputOf(`"element":{"type":"radio_buttons","options":[` + described(76) + `]}`), "/0/element/options/0/description/text"},
		"table rows":          {`{"type":"table","rows":` + list(`[{}]`, 100) + `}`, `{"type":"table","rows":` + list(`[{}]`, 101) + `}`, "/0/rows"},
		"table columns":       {`{"type":"table","rows":[` + list(`{}`, 20) + `]}`, `{"type":"table","rows":[` + list(`{}`, 21) + `]}`, "/0/rows/0"},
		"blocks of a message": {strings.Trim(list(`{"type":"divider"}`, 50), "[]"), strings.Trim(list(`{"type":"divider"}`, 51), "[]"), "/blocks]"},
	} {
		require.Empty(t, localslack.ValidateBlocks(json.RawMessage("["+c.fits+"]")), name)
		problems := localslack.ValidateBlocks(json.RawMessage("[" + c.tooMuch + "]"))
		require.Len(t, problems, 1, name)
		require.Contains(t, problems[0], c.place, name)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	for blocks, problem := range map[string]string{
		`nonsense`:                  "not JSON",
		`{}`:                        "must be an array [json-pointer:/blocks]",
		`[]`:                        "no fewer than 1 items allowed",
		`[1]`:                       "must be an object [json-pointer:/blocks/0]",
		`[{}]`:                      "missing required field: type",
		`[{"type":"spinner"}]`:      "unsupported type: spinner [json-pointer:/blocks/0/type]",
		`[{"type":"section"}]`:      "must define either `text` or `fields`",
		`[{"type":"header"}]`:       "missing required field: text",
		`[` + button(`"x":1`) + `]`: "missing required field: text",
		`[{"type":"header","text":` + mrkdwn(1) + `}]`:                                                                    "unsupported type: mrkdwn",
		`[{"type":"header","text":` + plain(0) + `}]`:                                                                     "must be more than 0 characters",
		`[` + section(`"text":"bare"`) + `]`:                                                                              "must be an object",
		`[` + section(`"text":{"type":"mrkdwn","text":"x","emoji":true}`) + `]`:                                           "invalid additional property: emoji",
		`[` + button(`"style":"loud","text":`+plain(1)) + `]`:                                                             "must be one of primary, danger",
		`[` + button(`"value":5,"text":`+plain(1)) + `]`:                                                                  "must be a string",
		`[` + actions(`[{"type":"plain_text_input"}]`) + `]`:                                                              "unsupported type: plain_text_input",
		`[{"type":"divider","block_id":"b"},{"type":"divider","block_id":"b"}]`:                                           "already exists",
		`[` + actions("["+approveButton+","+approveButton+"]") + `]`:                                                      "already exists in this block",
		`[` + inputOf(`"element":{"type":"button","text":`+plain(1)+`}`) + `]`:                                            "unsupported type: button [json-pointer:/blocks/0/element/type]",
		`[` + inputOf(`"element":{"type":"static_select"}`) + `]`:                                                         "must be an array [json-pointer:/blocks/0/element/options]",
		`[` + inputOf(`"element":{"type":"static_select","options":[`+small+`],"initial_option":`+described(1)+`}`) + `]`: "must be exactly one of the options",
		`[` + inputOf(`"element":{"type":"checkboxes","options":[`+small+`],"initial_options":[]}`) + `]`:                 "no fewer than 1 items allowed",
		`[` + inputOf(`"element":{"type":"external_select","initial_option":"x"}`) + `]`:                                  "must be an object",
		`[` + inputOf(`"element":{"type":"external_select","min_query_length":-1}`) + `]`:                                 "must be at least 0",
		`[` + inputOf(`"element":{"type":"external_select","options":[`+small+`]}`) + `]`:                                 "invalid additional property: options",
		`[` + inputOf(`"element":{"type":"conversations_select","filter":{"include":["all"]}}`) + `]`:                     "must be one of im, mpim, private, public",
		`[` + inputOf(`"element":{"type":"plain_text_input","min_length":9,"max_length":3}`) + `]`:                        "must be less than max_length",
		`[` + choice("static_select", `[{"text":`+mrkdwn(1)+`,"value":"v"}]`) + `]`:                                       "unsupported type: mrkdwn",
		`[` + focused("a") + `,` + focused("b") + `]`:                                                                     "only one element may have focus_on_load",
		`[{"type":"input","element":{"type":"plain_text_input"}}]`:                                                        "missing required field: label",
		`[{"type":"image","alt_text":"x"}]`:                                                                               "missing required field: image_url",
		`[{"type":"rich_text","elements":[{"type":"x","elements":[]}]}]`:                                                  "unsupported type: x",
		`[{"type":"markdown","text":"` + xs(7000) + `"},{"type":"markdown","text":"` + xs(7000) + `"}]`:                   "together",
	} {
		problems := localslack.ValidateBlocks(json.RawMessage(blocks))
		require.Len(t, problems, 1, blocks)
		require.Contains(t, problems[0], problem)
		require.Contains(t, problems[0], "[ERROR] ")
		require.Contains(t, problems[0], "[json-pointer:/blocks")
	}
}

func FuzzValidateBlocksNeverPanicsAndReadersNeitherDo(f *testing.F) {
	for _, seed := range []string{approveBlocks, `[{"type":"section","text":1,"fields":[null]}]`, `[[]]`, `null`, `[{"type":"table","rows":[{}]}]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, blocks []byte) {
		problems := localslack.ValidateBlocks(blocks)
		m := localslack.Message{Blocks: blocks, Attachments: blocks}
		_, _ = localslack.PlainText(m), localslack.Buttons(m)
		if !json.Valid(blocks) {
			require.NotEmpty(t, problems)
		}
	})
}
