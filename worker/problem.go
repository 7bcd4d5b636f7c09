package worker

import (
	"errors"
	"fmt"
	"time"

	"slipway/approval"
	"slipway/lakeformation"
)

// problem keeps what LakeFormation, its gateway or IAM said for the card. Words say what it means for the job.
func problem(words string, err *lakeformation.Error) approval.Problem {
	p := approval.Problem{
		Words: words, HTTPStatus: err.HTTPStatus, Speaker: string(err.Speaker()), Code: err.Code, Message: err.Message,
		Solution: err.Solution, RequestID: err.RequestID,
	}
	if p.Solution == "" {
		p.Next = err.Remedy()
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
	return problem(p.Words+" "+said.Summary()+".", said)
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
		words := "LakeFormation could not be asked yet; " + nothingDone(r) + "."
		if said.Meaning() != "" {
			words += " " + said.Summary() + "."
		}
		p := problem(words, said)
		pause := max(said.RetryAfter, min(time.Second<<min(r.Attempt, 6), time.Minute))
		return approval.Event{Kind: approval.StartNotSent, RetryIn: pause, Problem: &p}
	case definite(said):
		p := refusedStart(r, said)
		return approval.Event{Kind: approval.StartRefused, Problem: &p}
	}
	p := problem("LakeFormation gave no clear answer.", said)
	p.Next = ""
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
	return problem(said.Summary()+".", said)
}

// refusedRead says that the job could not even be read before the start.
func refusedRead(r approval.Request, said *lakeformation.Error) approval.Problem {
	if said.NoSuchJob() {
		return gone(r, said)
	}
	return problem("I could not read the job, so "+nothingDone(r)+". "+said.Summary()+".", said)
}

func nothingDone(r approval.Request) string {
	if r.Ask.Action == approval.Stop {
		return "nothing was stopped"
	}
	return "nothing was started"
}

func gone(r approval.Request, said *lakeformation.Error) approval.Problem {
	p := problem("LakeFormation no longer knows this job (404).", said)
	if p.Solution == "" {
		p.Next = fmt.Sprintf("Look it up with `%s jobs %s`; it may have been deleted or belong to another instance.", r.Ask.Command, r.JobName())
	}
	return p
}
