package lakeformation

import (
	"errors"
	"regexp"
	"slices"
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
func (e *Error) Remedy() Words {
	row := e.row()
	words := Words{Format: blank.ReplaceAllString(row.text, "%s")}
	for _, name := range blank.FindAllString(row.text, -1) {
		if name == "{again}" {
			words.Args = append(words.Args, e.again())
		} else {
			words.Args = append(words.Args, e.missing())
		}
	}
	return words
}

// blank is a place in a row's text that is filled in.
var blank = regexp.MustCompile(`\{(again|action)\}`)

// again says when to try again.
func (e *Error) again() Words {
	switch {
	case e.Op != OpStartJob && e.Op != OpStopJob:
		return Words{Format: tryInAMinute}
	case e.Class == Unknown:
		return Words{Format: lookBefore}
	}
	return Words{Format: safeAgain}
}

// missing names the permission that is missing, where the message does not, most likely.
func (e *Error) missing() Words {
	if named := namedAction.FindString(e.Message); named != "" {
		return Words{Format: "%s", Args: []any{named}}
	}
	if e.Op == OpStartJob || e.Op == OpStopJob {
		return Words{Format: mayStart}
	}
	return Words{Format: mayRead}
}

const (
	tryInAMinute = "Try again in a minute."
	safeAgain    = "It is safe to try again."
	lookBefore   = "Look at the job's status before you ask again: LakeFormation may have done it."
	mayStart     = "most likely lakeformation:instanceJob:exec (to start and stop jobs)"
	mayRead      = "most likely lakeformation:instanceJob:describe (to list and read jobs and their logs)"
)

// Meaning says in a clause what a definite no is about: "the token has expired", "a permission is missing". It is empty
// where the answer's own text says as much as we know.
func (e *Error) Meaning() Words {
	return Words{Format: e.row().means}
}

// fetching is the error of whoever was asked for a token or for keys, below one that says that none could be had.
func (e *Error) fetching() *Error {
	var fetch *Error
	if e.why == whyCredentials && errors.As(e.cause, &fetch) {
		return fetch
	}
	return nil
}

// NoCredentials reports that there was nothing to sign in with: LakeFormation was not asked.
func (e *Error) NoCredentials() bool { return e.fetching() != nil }

func (e *Error) row() remedyRow {
	if fetch := e.fetching(); fetch != nil {
		e = fetch
	}
	return remedies[slices.IndexFunc(remedies, func(r remedyRow) bool { return r.fits(e) })] // the last row fits all
}
