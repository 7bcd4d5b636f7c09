package bot

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	"slipway/approval"
)

// Language is one that Slipway speaks to people in Slack.
type Language string

const (
	English Language = "en" // what the code is written in
	Chinese Language = "zh" // languages/zh.yaml
)

// ParseLanguage reads a setting or a Slack locale, such as zh-CN; English and false for one that Slipway does not speak.
func ParseLanguage(s string) (Language, bool) {
	switch base, _, _ := strings.Cut(strings.ToLower(s), "-"); base {
	case "zh":
		return Chinese, true
	case "en":
		return English, true
	}
	return English, false
}

// chinese is the catalogue: each English format with its translation.
//
//go:embed languages/zh.yaml
var chinese []byte

// translations reads the catalogue once.
var translations = sync.OnceValues(func() (map[string]string, error) {
	var all map[string]string
	if err := yaml.Unmarshal(chinese, &all); err != nil {
		return nil, fmt.Errorf("languages/zh.yaml: %w", err)
	}
	return all, nil
})

// printer fills the formats of the catalogue. A format without a translation comes out in English.
var printer = sync.OnceValue(func() *message.Printer {
	all, err := translations()
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	for format, said := range all {
		if err := b.SetString(language.Chinese, format, said); err != nil {
			panic(err)
		}
	}
	return message.NewPrinter(language.Chinese, message.Catalog(b))
})

// print says a format in the Language; without arguments it is no format but a plain sentence.
func (l Language) print(format string, args ...any) string {
	if len(args) == 0 {
		if l == Chinese {
			all, _ := translations()
			if said, ok := all[format]; ok {
				return said
			}
		}
		return format
	}
	if l == Chinese {
		return printer().Sprintf(format, args...)
	}
	return fmt.Sprintf(format, args...)
}

// plain is the Voice of texts that are escaped as a whole.
func (l Language) plain() approval.Voice {
	return voiceOf(func() Language { return l })
}

// voiceOf is a plain Voice whose language is asked for once there is something to say.
func voiceOf(language func() Language) approval.Voice {
	v := approval.Plain
	v.Print = func(format string, args ...any) string { return language().print(format, args...) }
	return v
}

// cards is the Voice of cards: everything that came from outside is escaped, so that no name mentions a channel, makes
// a link or leaves its code span.
func (l Language) cards() approval.Voice {
	return approval.Voice{
		Print:    l.print,
		Code:     code,
		Person:   func(a approval.Actor) string { return escape(plainName(a.Name)) },
		Approver: mention,
		Time:     clock,
		Date:     day,
	}
}
