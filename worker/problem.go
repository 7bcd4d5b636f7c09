package worker

import (
	"slipway/approval"
	"slipway/lakeformation"
)

// problem keeps what LakeFormation said for the card. Words say what it means for the job.
func problem(words string, err *lakeformation.Error) approval.Problem {
	p := approval.Problem{
		Words: words, HTTPStatus: err.HTTPStatus, Code: err.Code, Message: err.Message,
		Solution: err.Solution, RequestID: err.RequestID,
	}
	if p.Solution == "" {
		p.Next = err.Remedy()
	}
	return p
}

// definite reports whether asking again would bring the same answer.
func definite(err *lakeformation.Error) bool {
	return err.Class == lakeformation.Refused || err.Class == lakeformation.Unauthorized
}
