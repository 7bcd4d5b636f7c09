package worker

import (
	"errors"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

// problem keeps what LakeFormation, its gateway or IAM said for the card. Words say what it means for the job.
func problem(words approval.Text, err *lakeformation.Error) approval.Problem {
	p := approval.Problem{
		Words: words, HTTPStatus: err.HTTPStatus, Speaker: string(err.Speaker()), Code: err.Code, Message: err.Message,
		Solution: err.Solution, RequestID: err.RequestID,
	}
	if p.Solution == "" {
		p.Next = approval.TextOf(err.Remedy())
	}
	return p
}

// fieldsOf are the fields that a log line has when an answer of LakeFormation's is behind err.
func fieldsOf(err error) map[string]any {
	var said *lakeformation.Error
	if !errors.As(err, &said) {
		return nil
	}
	return said.Fields()
}

// because adds what the other side said to a Problem of ours, if err has an answer of its.
func because(p approval.Problem, err error) approval.Problem {
	var said *lakeformation.Error
	if !errors.As(err, &said) {
		return p
	}
	return problem(approval.Sentences(p.Words, approval.TextOf(said.Summary())), said)
}

// definite reports whether asking again would bring the same answer.
func definite(err *lakeformation.Error) bool {
	return err.Class == lakeformation.Refused || err.Class == lakeformation.Unauthorized
}

// Heard is what the answer to the one call means for a Request that is starting; nil is LakeFormation's yes. It is pure.
func Heard(r approval.Request, said *lakeformation.Error) approval.Event {
	switch {
	case said == nil:
		return approval.Event{Kind: approval.StartAccepted}
	case mayCallAgain(r, said):
		words := either(r, approval.T("LakeFormation could not be asked yet; nothing was started."), approval.T("LakeFormation could not be asked yet; nothing was stopped."))
		if !said.Meaning().IsZero() {
			words = approval.Sentences(words, approval.TextOf(said.Summary()))
		}
		p := problem(words, said)
		pause := max(said.RetryAfter, min(time.Second<<min(r.Attempt, 6), time.Minute))
		return approval.Event{Kind: approval.StartNotSent, RetryIn: pause, Problem: &p}
	case definite(said):
		p := refusedStart(r, said)
		return approval.Event{Kind: approval.StartRefused, Problem: &p}
	}
	p := problem(approval.T("LakeFormation gave no clear answer."), said)
	p.Next = approval.Text{}
	return approval.Event{Kind: approval.StartUnanswered, Problem: &p}
}

// mayCallAgain reports whether surely nothing was started and another try, with a new marker, makes sense.
func mayCallAgain(r approval.Request, said *lakeformation.Error) bool {
	switch said.Class {
	case lakeformation.NeverSent, lakeformation.Throttled:
		return true
	case lakeformation.Unauthorized:
		return said.Renewable && r.Attempt == 0
	}
	return false
}

// refusedStart says that the call was not taken.
func refusedStart(r approval.Request, said *lakeformation.Error) approval.Problem {
	if said.NoSuchJob() {
		return gone(r, said)
	}
	return problem(approval.TextOf(said.Summary()), said)
}

// refusedRead says that the job could not even be read before the start.
func refusedRead(r approval.Request, said *lakeformation.Error) approval.Problem {
	if said.NoSuchJob() {
		return gone(r, said)
	}
	words := either(r, approval.T("I could not read the job, so nothing was started."), approval.T("I could not read the job, so nothing was stopped."))
	return problem(approval.Sentences(words, approval.TextOf(said.Summary())), said)
}

// either picks by what the Request asks for.
func either(r approval.Request, start, stop approval.Text) approval.Text {
	if r.Ask.Action == approval.Stop {
		return stop
	}
	return start
}

// nothing says that what was asked did not happen.
func nothing(r approval.Request) approval.Text {
	return either(r, approval.T("Nothing was started."), approval.T("Nothing was stopped."))
}

func gone(r approval.Request, said *lakeformation.Error) approval.Problem {
	p := problem(approval.T("LakeFormation no longer knows this job (404)."), said)
	if p.Solution == "" {
		p.Next = approval.T("Look it up with `%s jobs %s`; it may have been deleted or belong to another instance.", r.Ask.Command, r.JobName())
	}
	return p
}
