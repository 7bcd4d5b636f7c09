package lakeformation

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

var uuidShape = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// NoSuchJobError says that no job has this name or id.
type NoSuchJobError struct {
	Name    string   // as it was asked for
	Near    []string // up to three names that look like it, the nearest first
	Partial bool     // a type has more jobs than can be listed: the job may be among them
}

// Error says it in a sentence or two.
func (e *NoSuchJobError) Error() string {
	words := fmt.Sprintf("there is no job %q", clip(e.Name, maxCode))
	if len(e.Near) > 0 {
		words += "; did you mean " + strings.Join(e.Near, ", ") + "?"
	}
	if e.Partial {
		words += " (not every job could be listed: an id is always found)"
	}
	return words
}

// AmbiguousJobError says that several jobs have this name; only an id tells them apart.
type AmbiguousJobError struct {
	Name string
	Jobs []Job
}

// Error lists the id and type of each.
func (e *AmbiguousJobError) Error() string {
	var each []string
	for _, job := range e.Jobs {
		each = append(each, job.ID+" ("+string(job.Type)+")")
	}
	return fmt.Sprintf("%d jobs are called %q, use an id: %s", len(e.Jobs), clip(e.Name, maxCode), strings.Join(each, ", "))
}

// FindJob gives the job with this id, or with this name: letter for letter first, else in any case if one job alone
// fits. The error is a *NoSuchJobError, an *AmbiguousJobError, or an *Error. A job found by its id has no EndTime,
// ExecuteTime and LogInfo.
//
// A name costs three calls, and six or more where none has it: name_pattern is not documented, so that an empty
// answer to it proves nothing and everything is listed then.
func (c *Client) FindJob(ctx context.Context, nameOrID string) (Job, error) {
	switch {
	case strings.TrimSpace(nameOrID) == "":
		return Job{}, badArgument(OpShowJob, "a job's name or id is needed")
	case utf8.RuneCountInString(nameOrID) > maxName:
		return Job{}, &NoSuchJobError{Name: nameOrID}
	}
	if uuidShape.MatchString(nameOrID) {
		detail, err := c.ShowJob(ctx, nameOrID)
		if err == nil {
			return detail.Job(), nil
		}
		if !missing(err) {
			return Job{}, err
		}
	}
	same := func(name string) bool { return name == nameOrID }
	jobs, _, err := c.Reachable(ctx, nameOrID)
	if err != nil && !patternRefused(err) {
		return Job{}, err
	}
	if job, err := named(nameOrID, jobs, same); err != nil || job.ID != "" {
		return job, err
	}
	jobs, more, err := c.Reachable(ctx, "")
	if err != nil {
		return Job{}, err
	}
	inAnyCase := func(name string) bool { return strings.EqualFold(name, nameOrID) }
	for _, fits := range []func(string) bool{same, inAnyCase} {
		if job, err := named(nameOrID, jobs, fits); err != nil || job.ID != "" {
			return job, err
		}
	}
	names := make([]string, len(jobs))
	for i, job := range jobs {
		names[i] = job.Name
	}
	return Job{}, &NoSuchJobError{Name: nameOrID, Near: Nearest(nameOrID, names), Partial: more}
}

// named gives the one job whose name fits, the zero Job if none does, an error if several do.
func named(name string, jobs []Job, fits func(string) bool) (Job, error) {
	var found []Job
	for _, job := range jobs {
		if fits(job.Name) {
			found = append(found, job)
		}
	}
	switch len(found) {
	case 0:
		return Job{}, nil
	case 1:
		return found[0], nil
	}
	return Job{}, &AmbiguousJobError{Name: name, Jobs: found}
}

// missing reports whether LakeFormation says that there is no such job, which it does in two ways.
func missing(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Class == Refused && (e.HTTPStatus == 404 || e.Code == "lakeformation.00000005")
}

// patternRefused: a text that is no pattern to the service is still no reason not to list everything.
func patternRefused(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.HTTPStatus == 400
}
