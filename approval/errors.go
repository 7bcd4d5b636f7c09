package approval

import "errors"

// Code tells errors apart for programs; people read Words and Hint.
type Code string

const (
	NotFound    Code = "not_found"    // no such Request
	NotMember   Code = "not_member"   // not a full member of the workspace Slipway serves
	NotApprover Code = "not_approver" // the rule does not name this person
	OldCard     Code = "old_card"     // the button shows other terms than the Request has now
	NotNow      Code = "not_now"      // a closed window
	TooLate     Code = "too_late"     // the Request is past the point where this means anything
	TwiceSaid   Code = "twice_said"   // this person has decided already
	Repeated    Code = "repeated"     // the same person asked for the same a moment ago
	TooMany     Code = "too_many"     // too many open Requests
	TooOften    Code = "too_often"    // too many asks of one person within an hour
	Busy        Code = "busy"         // another open Request holds the job
	Invalid     Code = "invalid"      // what was typed cannot be used
	Unavailable Code = "unavailable"  // Slack could not say who this is
)

// Error is a refusal in words fit for the person who reads it.
type Error struct {
	Code    Code
	Words   Text  // what happened and what it means
	Hint    Text  // what to do next
	Request ID    // the Request it is about, where there is one
	Cause   error // for the log only
}

func (e *Error) Error() string { return e.Text().String() }

// Text is what happened and what to do next.
func (e *Error) Text() Text { return Sentences(e.Words, e.Hint) }

func (e *Error) Unwrap() error { return e.Cause }

// Is reports a match by Code, so that errors.Is(err, &Error{Code: Busy}) works.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Code == e.Code
}

// CodeOf gives the Code of an Error in the chain; "" where there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func refuse(code Code, hint, format string, args ...any) *Error {
	return &Error{Code: code, Words: T(format, args...), Hint: T(hint)}
}

var (
	// ErrSeen: this envelope was recorded before; the Request that came of it is returned beside the error.
	ErrSeen = errors.New("this envelope was recorded before")
	// ErrLeaseLost: somebody else has claimed the row since. Nothing was written.
	ErrLeaseLost = errors.New("the lease on this request was lost")
)
