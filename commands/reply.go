package commands

import (
	"context"
	"errors"
	"strings"
	"time"

	"slipway/approval"
)

// Reply is a private answer as plain data. Its texts hold no markup but back-ticks around what people typed.
type Reply struct {
	Text     string    // the first lines, and the fallback for screen readers
	Verbatim []string  // lines of somebody else's, shown as they are
	Rows     []Row     // things listed
	Examples []Example // commands to type
	Form     string    // the label of a button that opens a Form; "": none
	Buttons  []ReplyButton
	Foot     string // a last line, less important
	Replaces bool   // it takes the place of the answer whose button was pressed
}

// ReplyButton is a button of a Reply.
type ReplyButton struct {
	Button Button
	Label  string
	Alone  string // the label for who sees nothing else
	Value  string
}

// Row is one listed thing: a job or a Request.
type Row struct {
	Title  string    // its name
	State  string    // always a word
	Detail string    // more words
	At     time.Time // when it was last heard of; zero: not shown
}

// Example is a command as typed, and what it does.
type Example struct{ Command, Does string }

// Answer is what the Router has to say: now, within the ack, and perhaps more after slow reading.
type Answer struct {
	Now         Reply
	Later       func(ctx context.Context) Reply // nil: Now is all
	Form        bool                            // ask by a Form
	Everyone    approval.Text                   // said to the whole channel, in its language, instead of Now
	NotRecorded bool                            // the change is not surely on disk: a click is then not acked
	// Replaced is set when the card that was pressed is not the newest one of its Request.
	Replaced approval.ID
}

// Empty reports whether there is nothing to say.
func (r Reply) Empty() bool { return r.Text == "" && len(r.Rows) == 0 && len(r.Examples) == 0 }

// quote sets apart what somebody typed, short and harmless.
func quote(typed string) string { return approval.Plain.Code(approval.Short(typed)) }

// called is a command as this person types it.
func (in Invocation) called(command string) string {
	return strings.TrimSpace(in.Command + " " + command)
}

// say is a one-sentence answer in the reader's language.
func (in Invocation) say(format string, args ...any) Answer {
	return Answer{Now: Reply{Text: in.Voice.Say(format, args...)}}
}

// refuse answers with a refusal's own words.
func (in Invocation) refuse(err *approval.Error) Answer {
	return Answer{Now: Reply{Text: in.Voice.Text(err.Text())}}
}

func (c Click) say(format string, args ...any) Answer {
	return Answer{Now: Reply{Text: c.Voice.Say(format, args...)}}
}

// words turns an error into an answer: an *approval.Error speaks for itself.
func (in Invocation) words(err error) (Reply, bool) {
	var known *approval.Error
	if !errors.As(err, &known) {
		return Reply{}, false
	}
	return Reply{Text: in.Voice.Text(known.Text())}, true
}
