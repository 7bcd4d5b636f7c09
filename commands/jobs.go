package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"slipway/approval"
	"slipway/lakeformation"
)

// perPage is how many jobs an answer lists.
const perPage = 20

// jobs lists the jobs of an instance, filtered by a part of the name, a type or a status.
func (r *Router) jobs(_ context.Context, in Invocation, line Line) Answer {
	filter := strings.ToLower(strings.TrimSpace(line.Job + " " + line.Rest))
	if _, ok := r.instances[line.Job]; ok && line.Instance == "" && len(r.names) > 1 {
		line.Instance, filter = line.Job, strings.ToLower(line.Rest)
	}
	instance, unknown := r.instance(line)
	if unknown != nil {
		return say(unknown.Error())
	}
	return Answer{Later: func(ctx context.Context) Reply {
		all, err := r.instances[instance].AllJobs(ctx, "")
		if err != nil {
			return r.jobError(err, in, "")
		}
		return listJobs(all, instance, filter, line.Page, in.Command)
	}}
}

func listJobs(all []lakeformation.Job, instance, filter string, page int, command string) Reply {
	found := slices.DeleteFunc(all, func(j lakeformation.Job) bool { return !matches(j, filter) })
	slices.SortFunc(found, func(a, b lakeformation.Job) int { return strings.Compare(a.Name, b.Name) })
	if len(found) == 0 {
		text := "There are no jobs on " + instance + " yet."
		if filter != "" {
			text = "No job on " + instance + " matches " + quote(filter) + "."
		}
		return Reply{Text: text, Examples: []Example{{command + " jobs", "lists all jobs"}}}
	}
	pages := (len(found) + perPage - 1) / perPage
	page = min(max(page, 1), pages)
	reply := Reply{Text: fmt.Sprintf("%d jobs on %s", len(found), instance)}
	if len(found) == 1 {
		reply.Text = "1 job on " + instance
	}
	if filter != "" {
		reply.Text += " match " + quote(filter)
	}
	reply.Text += ":"
	for _, job := range found[(page-1)*perPage : min(page*perPage, len(found))] {
		reply.Rows = append(reply.Rows, jobRow(job))
	}
	if page < pages {
		reply.Foot = fmt.Sprintf("Page %d of %d; the next: %s jobs %s", page, pages, command, strings.TrimSpace(filter+fmt.Sprintf(" --page %d", page+1)))
	}
	return reply
}

func matches(j lakeformation.Job, filter string) bool {
	return filter == "" || strings.Contains(strings.ToLower(j.Name), filter) || strings.HasPrefix(strings.ToLower(j.ID), filter) ||
		strings.Contains(strings.ToLower(string(j.Type)), filter) || strings.Contains(TypeWord(string(j.Type)), filter) ||
		strings.EqualFold(string(j.Status), filter) || strings.Contains(StatusWord(string(j.Status)), filter)
}

// jobError puts an error of a read into words: what it means, the next step, and who said what.
func (r *Router) jobError(err error, in Invocation, name string) Reply {
	log := r.log.WithError(err).WithField("actor", in.By.UserID).WithField("job", name)
	var missing *lakeformation.NoSuchJobError
	var several *lakeformation.AmbiguousJobError
	var answer *lakeformation.Error
	switch {
	case errors.As(err, &missing):
		log.Info("asked for a job that is not there")
		return Reply{Text: approval.NoSuchJob(name, missing.Near)}
	case errors.As(err, &several):
		log.Info("asked for a job whose name several have")
		reply := Reply{Text: "There are several jobs named " + quote(name) + ". Ask again with the id of the one you mean:"}
		for _, job := range several.Jobs {
			reply.Rows = append(reply.Rows, Row{Title: job.ID, State: StatusWord(string(job.Status)), Detail: TypeWord(string(job.Type)), At: job.StartTime})
		}
		return reply
	case errors.As(err, &answer):
		log.WithFields(answer.Fields()).Warn("could not read jobs")
		return Reply{Text: notRead(answer)}
	}
	log.Warn("could not read jobs")
	return Reply{Text: "I could not ask LakeFormation: " + approval.Short(err.Error())}
}

// notRead says why something could not be read, whose words are whose, and what to do.
func notRead(err *lakeformation.Error) string {
	p := approval.Problem{
		HTTPStatus: err.HTTPStatus, Speaker: string(err.Speaker()), Code: err.Code, Message: err.Message,
		Solution: err.Solution, RequestID: err.RequestID, Next: err.Remedy(),
	}
	lines := []string{"I can't show that now. " + err.Summary() + "."}
	if next := p.Suggestion(); next != "" {
		lines = append(lines, next)
	}
	return strings.Join(append(lines, p.Said()...), "\n")
}
