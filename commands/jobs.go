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
	filter := strings.ToLower(line.Job)
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

// jobError puts an error of a read into words.
func (r *Router) jobError(err error, in Invocation, name string) Reply {
	r.log.WithError(err).WithField("actor", in.By.UserID).WithField("job", name).Warn("could not read jobs")
	var missing *lakeformation.NoSuchJobError
	if errors.As(err, &missing) {
		return Reply{Text: approval.NoSuchJob(name, missing.Near)}
	}
	var refused *lakeformation.Error
	if errors.As(err, &refused) {
		next := refused.Remedy()
		if refused.Solution != "" {
			next = "LakeFormation says what to do: " + refused.Solution
		}
		return Reply{Text: "LakeFormation could not tell me: " + refused.Error() + "\n" + next}
	}
	return Reply{Text: "I could not ask LakeFormation: " + approval.Short(err.Error())}
}
