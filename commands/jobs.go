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
		return in.refuse(unknown)
	}
	return Answer{Later: func(ctx context.Context) Reply {
		all, err := r.instances[instance].AllJobs(ctx, "")
		if err != nil {
			return r.jobError(err, in, "")
		}
		return r.listJobs(in, all, instance, filter, line.Page)
	}}
}

func (r *Router) listJobs(in Invocation, all []lakeformation.Job, instance, filter string, page int) Reply {
	v := in.Voice
	found := slices.DeleteFunc(all, func(j lakeformation.Job) bool { return !matches(v, j, filter) })
	slices.SortFunc(found, func(a, b lakeformation.Job) int { return strings.Compare(a.Name, b.Name) })
	if len(found) == 0 {
		text := v.Say("There are no jobs on %s yet.", instance)
		if filter != "" {
			text = v.Say("No job on %s matches %s.", instance, quote(filter))
		}
		return Reply{Text: text, Examples: []Example{{in.called("jobs"), v.Say("lists all jobs")}}}
	}
	pages := (len(found) + perPage - 1) / perPage
	page = min(max(page, 1), pages)
	var reply Reply
	switch {
	case filter != "" && len(found) == 1:
		reply.Text = v.Say("1 job on %s matches %s:", instance, quote(filter))
	case filter != "":
		reply.Text = v.Say("%d jobs on %s match %s:", len(found), instance, quote(filter))
	case len(found) == 1:
		reply.Text = v.Say("1 job on %s:", instance)
	default:
		reply.Text = v.Say("%d jobs on %s:", len(found), instance)
	}
	for _, job := range found[(page-1)*perPage : min(page*perPage, len(found))] {
		reply.Rows = append(reply.Rows, jobRow(v, job))
	}
	switch next := strings.TrimSpace(fmt.Sprintf("%s --page %d", filter, page+1)); {
	case page < pages && len(r.names) > 1:
		reply.Foot = v.Say("Page %d of %d; the next: %s", page, pages, in.called("jobs "+instance+" "+next))
	case page < pages:
		reply.Foot = v.Say("Page %d of %d; the next: %s", page, pages, in.called("jobs "+next))
	case pages > 1:
		reply.Foot = v.Say("Page %d of %d, the last.", page, pages)
	}
	reply.Buttons = pageButtons(v, jobsPage{instance, filter, page, in.Command}, pages)
	return reply
}

// matches looks at names and ids, and at types and statuses as LakeFormation and as the reader calls them.
func matches(v approval.Voice, j lakeformation.Job, filter string) bool {
	return filter == "" || strings.Contains(strings.ToLower(j.Name), filter) || strings.HasPrefix(strings.ToLower(j.ID), filter) ||
		strings.Contains(strings.ToLower(string(j.Type)), filter) || strings.Contains(v.Text(TypeWord(string(j.Type))), filter) ||
		strings.EqualFold(string(j.Status), filter) || strings.Contains(v.Text(StatusWord(string(j.Status))), filter)
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
		return Reply{Text: in.Voice.Text(approval.NoSuchJob(name, missing.Near))}
	case errors.As(err, &several):
		log.Info("asked for a job whose name several have")
		reply := Reply{Text: in.Voice.Say("There are several jobs named %s. Ask again with the id of the one you mean:", quote(name))}
		for _, job := range several.Jobs {
			reply.Rows = append(reply.Rows, Row{Title: job.ID, State: in.Voice.Text(StatusWord(string(job.Status))), Detail: in.Voice.Text(TypeWord(string(job.Type))), At: job.StartTime})
		}
		return reply
	case errors.As(err, &answer):
		log.WithFields(answer.Fields()).Warn("could not read jobs")
		return Reply{Text: notRead(in.Voice, answer)}
	}
	log.Warn("could not read jobs")
	return Reply{Text: in.Voice.Say("I could not ask LakeFormation: %s", approval.Short(err.Error()))}
}

// notRead says why something could not be read, whose words are whose, and what to do.
func notRead(v approval.Voice, err *lakeformation.Error) string {
	p := approval.Problem{
		HTTPStatus: err.HTTPStatus, Speaker: string(err.Speaker()), Code: err.Code, Message: err.Message,
		Solution: err.Solution, RequestID: err.RequestID, Next: approval.TextOf(err.Remedy()),
	}
	lines := []string{v.Say("I can't show that now. %s", approval.TextOf(err.Summary()))}
	for _, text := range append([]approval.Text{p.Suggestion()}, p.Said()...) {
		if !text.IsZero() {
			lines = append(lines, v.Text(text))
		}
	}
	return strings.Join(lines, "\n")
}
