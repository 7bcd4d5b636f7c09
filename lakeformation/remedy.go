package lakeformation

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

// remedyRow is what one kind of failure means and its next step. The first row of which every set field fits is taken;
// within whys, codes, statuses, ops and by one match is enough.
type remedyRow struct {
	iam      bool // only for IAM's answers, which no row below the last of these gets to see
	whys     []why
	codes    []string // as plainCode gives them
	statuses []int
	ops      []string
	by       []signIn
	says     *regexp.Regexp // something in the message tells

	means string // a clause that goes on after "refused it: "; "" where the text says it all
	text  string // {action} and {again} are filled in by Remedy
}

func (r remedyRow) fits(e *Error) bool {
	return (!r.iam || e.Op == OpCreateToken) &&
		(r.whys == nil || slices.Contains(r.whys, e.why)) &&
		(r.codes == nil || slices.Contains(r.codes, plainCode(e.Code))) &&
		(r.statuses == nil || slices.Contains(r.statuses, e.HTTPStatus)) &&
		(r.ops == nil || slices.Contains(r.ops, e.Op)) &&
		(r.by == nil || slices.Contains(r.by, e.by)) &&
		(r.says == nil || r.says.MatchString(e.Message))
}

func tells(words string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + words) }

// namedAction is a permission that a message names.
var namedAction = regexp.MustCompile(`\blakeformation:[A-Za-z]+:[A-Za-z]+`)

// Remedy gives our own next step for the person, in one to three plain sentences: show it where Solution is empty.
// For a start or stop it says whether that may be tried again, or to look first where the outcome is unknown.
func (e *Error) Remedy() string {
	action, use, again := "lakeformation:instanceJob:describe", "to list and read jobs and their logs", "Try again in a minute."
	if e.Op == OpStartJob || e.Op == OpStopJob {
		action, use = "lakeformation:instanceJob:exec", "to start and stop jobs"
		again = "It is safe to try again."
		if e.Class == Unknown {
			again = "Look at the job's status before you ask again: LakeFormation may have done it."
		}
	}
	missing := "most likely " + action + " (" + use + ")"
	if named := namedAction.FindString(e.Message); named != "" {
		missing = named
	}
	return strings.NewReplacer("{action}", missing, "{again}", again).Replace(e.row().text)
}

// Meaning says in a clause what a definite no is about: "the token has expired", "a permission is missing". It is ""
// where the answer's own text says as much as we know.
func (e *Error) Meaning() string {
	return e.row().means
}

// iam is IAM's own error below one that says that no token could be had.
func (e *Error) iam() *Error {
	var iam *Error
	if e.why == whyCredentials && errors.As(e.cause, &iam) {
		return iam
	}
	return nil
}

func (e *Error) row() remedyRow {
	if iam := e.iam(); iam != nil {
		e = iam
	}
	return remedies[slices.IndexFunc(remedies, func(r remedyRow) bool { return r.fits(e) })] // the last row fits all
}
