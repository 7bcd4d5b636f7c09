package lakeformation

import "fmt"

// Words are a sentence for people as an English format and what goes into it: strings and other Words. They say
// themselves in English; whoever speaks another language translates Format, which is one of Texts.
type Words struct {
	Format string
	Args   []any
}

// String is the sentence in English.
func (w Words) String() string {
	if len(w.Args) == 0 {
		return w.Format
	}
	return fmt.Sprintf(w.Format, w.Args...)
}

// Parts gives the format and what goes into it.
func (w Words) Parts() (string, []any) { return w.Format, w.Args }

// IsZero reports whether there is nothing to say.
func (w Words) IsZero() bool { return w.Format == "" }

// Texts are all formats that Remedy, Meaning and Summary make their Words of, for whoever translates them.
func Texts() []string {
	texts := []string{
		tryInAMinute, safeAgain, lookBefore, mayStart, mayRead,
		"IAM gave no token.", "IAM gave no token: %s.", "The agency gave no keys.", "The agency gave no keys: %s.", "The request cannot be right.", "The request cannot be right: %s.",
		"LakeFormation could not be asked.", "LakeFormation could not be asked: %s.", "%s turned it away.", "%s turned it away: %s.",
		"%s refused it.", "%s refused it: %s.", "LakeFormation gave no clear answer.", "LakeFormation gave no clear answer: %s.",
		string(ByLakeFormation), string(ByGateway), string(ByIAM), string(ByMetadata), string(ByStranger), string(ByNobody),
	}
	for _, row := range remedies {
		texts = append(texts, blank.ReplaceAllString(row.text, "%s"))
		if row.means != "" {
			texts = append(texts, row.means)
		}
	}
	return texts
}
