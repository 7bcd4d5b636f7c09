package worker

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"slipway/approval"
	"slipway/lakeformation"
)

// lastRuns is how many runs a card shows at most.
const lastRuns = 5

// lastAsked is how many other Requests a card shows at most.
const lastAsked = 3

// lastTry is how long the last try may take, whose answer is only told.
const lastTry = 10 * time.Second

// describe finds the job that was typed, reads its definition and last runs, picks the rule, and asks for decisions.
// It ends within approval.DescribeWithin in one way or the other.
func (w *Worker) describe(ctx context.Context, c approval.Claim, log *logrus.Entry) error {
	r := c.Request
	left := approval.DescribeWithin - w.Clock.Now().Sub(r.CreatedAt)
	if left <= 0 {
		// One more try, only to say why.
		ctx, done := context.WithTimeout(ctx, lastTry)
		defer done()
		_, err := w.description(ctx, r)
		return w.refuse(ctx, c, because(approval.Problem{
			Words: either(r, approval.T("The job could not be read within two minutes, so nothing was started."), approval.T("The job could not be read within two minutes, so nothing was stopped.")),
			Next:  approval.T("Ask again in some minutes; if it stays so, tell whoever runs Slipway."),
		}, err))
	}
	ctx, done := context.WithTimeout(ctx, min(left, 30*time.Second))
	defer done()
	described, err := w.description(ctx, r)
	var no *refusal
	switch {
	case errors.As(err, &no):
		log.WithError(err).WithFields(fieldsOf(err)).Info("refused what was asked")
		return w.refuse(ctx, c, no.problem)
	case err != nil:
		log.WithError(err).WithFields(fieldsOf(err)).Warn("could not describe the job; trying again")
		return w.again(context.WithoutCancel(ctx), c, r.CreatedAt)
	}
	kind := approval.JobDescribed
	if described.Rule.Waives(r.Ask) {
		kind = approval.ApprovalWaived
	}
	err = w.happened(ctx, c, approval.Event{Kind: kind, Described: &described})
	var busy *approval.Error
	if errors.As(err, &busy) && busy.Code == approval.Busy {
		return w.refuse(ctx, c, approval.Problem{
			Words: approval.T("%s already asks for this.", busy.Request),
			Next:  approval.T("See how it stands with `%s status %s`.", r.Ask.Command, busy.Request),
		})
	}
	return err
}

// refusal is a definite no on the way, with the words for the requester.
type refusal struct {
	problem approval.Problem
	cause   error
}

func (e *refusal) Error() string {
	if e.cause != nil {
		return e.problem.Words.String() + ": " + e.cause.Error()
	}
	return e.problem.Words.String()
}

func (e *refusal) Unwrap() error { return e.cause }

// no is a refusal in our own words; the next step goes before what happened.
func no(next, words approval.Text) *refusal {
	return &refusal{problem: approval.Problem{Words: words, Next: next}}
}

// said makes a refusal of what Slack's answer about people means for good; any other error may pass.
func said(err error) error {
	var known *approval.Error
	if errors.As(err, &known) {
		return &refusal{problem: approval.Problem{Words: known.Words, Next: known.Hint}, cause: err}
	}
	return err
}

// refuse ends a Request that has no card yet: only the requester hears of it.
func (w *Worker) refuse(ctx context.Context, c approval.Claim, p approval.Problem) error {
	p.Private = c.Request.Card.TS == ""
	return w.happened(context.WithoutCancel(ctx), c, approval.Event{Kind: approval.RequestRefused, Problem: &p})
}

// description collects what an Ask means right now. A *refusal is final; any other error may pass.
func (w *Worker) description(ctx context.Context, r approval.Request) (approval.Described, error) {
	person, err := w.requester(ctx, r.Ask)
	if err != nil {
		return approval.Described{}, err
	}
	instance, ok := w.Instances[r.Ask.Instance]
	if !ok {
		return approval.Described{}, no(approval.T("Ask again with one of the instances there are now."), approval.T("Slipway no longer knows the instance %s.", r.Ask.Instance))
	}
	found, err := instance.Client.FindJob(ctx, r.Ask.Job)
	if err != nil {
		return approval.Described{}, unfound(err, r)
	}
	detail, err := instance.Client.ShowJob(ctx, found.ID)
	if err != nil {
		return approval.Described{}, unfound(err, r)
	}
	job := approval.Job{ID: detail.ID, Name: detail.Name, Type: string(detail.Type), Last: w.lastRuns(ctx, instance, detail.ID), Others: w.alsoAsked(ctx, r, detail.ID)}
	if err := w.possible(ctx, r, job, detail); err != nil {
		return approval.Described{}, err
	}
	r.Ask.By.Name = person.Name
	rule, groups, err := w.rule(ctx, r.Ask, job, false, false)
	if err != nil {
		return approval.Described{}, err
	}
	r.Approvers = rule.NameApprovers(r.Ask, groups, w.called(ctx))
	if err := w.admitted(r, rule, person, groups); err != nil {
		return approval.Described{}, err
	}
	facts, err := factsOf(r.Ask, instance.Target, job, detail, rule)
	if err != nil {
		return approval.Described{}, err
	}
	if r.Ask.Action == approval.Start && !rule.Waives(r.Ask) { // somebody has to decide
		job.Beside = w.beside(ctx, r.Ask.Instance, detail)
	}
	return approval.Described{
		Target: instance.Target, Job: job, Rule: rule, Bound: approval.Bind(facts), Name: person.Name,
		Approvers: r.Approvers, Copies: rule.CopiesFor(r.Ask, groups),
	}, nil
}

// factsOf is what a decision binds to, as the job is now.
func factsOf(ask approval.Ask, target approval.Target, job approval.Job, detail lakeformation.JobDetail, rule approval.Rule) (approval.Facts, error) {
	started := ""
	if !detail.StartTime.IsZero() {
		started = detail.StartTime.UTC().Format(time.RFC3339Nano)
	}
	return approval.NewFacts(ask, target, approval.Job{ID: detail.ID, Name: detail.Name, Type: string(detail.Type)}, detail.Parameter, rule, started)
}

// possible refuses what makes no sense in the status the job has now.
func (w *Worker) possible(ctx context.Context, r approval.Request, job approval.Job, detail lakeformation.JobDetail) error {
	name := approval.Plain.Code(detail.Name)
	if r.Ask.Action == approval.Stop {
		if detail.Status.Active() {
			return nil
		}
		if open := w.notYetStarted(ctx, r, job); open != 0 {
			return no(approval.T("Cancel it with `%s cancel %s`.", r.Ask.Command, open), approval.T("%s has not started yet, so there is nothing to stop.", open))
		}
		return no(approval.Text{}, approval.T("%s is not running, so there is nothing to stop.", name))
	}
	return startable(name, detail)
}

// startable refuses a job that runs already or is frozen.
func startable(name string, detail lakeformation.JobDetail) error {
	switch {
	case detail.Status.Active():
		return no(approval.T("Wait until it ends, or look at it with the status command."), approval.T("%s is running already, so it was not started again.", name))
	case detail.Status.Blocked():
		return no(approval.T("The instance or the account may be in arrears; ask whoever administers LakeFormation."), approval.T("LakeFormation has frozen %s, so it can't be started.", name))
	}
	return nil
}

// notYetStarted finds our own start of the job that has not been accepted yet.
func (w *Worker) notYetStarted(ctx context.Context, r approval.Request, job approval.Job) approval.ID {
	open, err := w.Store.Find(ctx, approval.Filter{Instance: r.Ask.Instance, Job: job.ID, Open: true})
	if err != nil {
		return 0
	}
	for _, other := range open {
		waits := other.State == approval.Pending || other.State == approval.Approved || other.State == approval.Starting
		if waits && other.Ask.Action == approval.Start {
			return other.ID
		}
	}
	return 0
}

// lastRuns reads the newest runs for the card. It is a courtesy: without them the card is still right.
func (w *Worker) lastRuns(ctx context.Context, instance Instance, jobID string) []approval.Run {
	page, err := instance.Client.JobHistory(ctx, jobID, 0, historyRows)
	if err != nil {
		return nil
	}
	runs := newestFirst(page.Jobs)
	return runs[:min(len(runs), lastRuns)]
}

// alsoAsked finds who else wanted to start the job within a day. It is a courtesy, too.
func (w *Worker) alsoAsked(ctx context.Context, r approval.Request, jobID string) []approval.Other {
	found, err := w.Store.Find(ctx, approval.Filter{Instance: r.Ask.Instance, Job: jobID, Limit: 4 * lastAsked})
	if err != nil {
		return nil
	}
	var others []approval.Other
	for _, other := range found {
		lately := r.CreatedAt.Sub(other.CreatedAt) < 24*time.Hour
		if other.ID != r.ID && other.Ask.Action == approval.Start && lately && other.Job.ID == jobID && len(others) < lastAsked {
			others = append(others, approval.Other{ID: other.ID, By: approval.Actor{UserID: other.Ask.By.UserID, Name: other.Ask.By.Name}, State: other.State})
		}
	}
	return others
}

// unfound puts the errors of finding and reading a job into refusals; what may pass stays as it is.
func unfound(err error, r approval.Request) error {
	var missing *lakeformation.NoSuchJobError
	var several *lakeformation.AmbiguousJobError
	var answer *lakeformation.Error
	switch {
	case errors.As(err, &missing):
		words := approval.Sentences(approval.NoSuchJob(r.Ask.Job, missing.Near), nothing(r))
		return &refusal{problem: approval.Problem{Words: words, Next: approval.T("`%s jobs` lists the jobs.", r.Ask.Command)}, cause: err}
	case errors.As(err, &several):
		ids := make([]string, len(several.Jobs))
		for i, job := range several.Jobs {
			ids[i] = job.ID
		}
		name := approval.Plain.Code(approval.Short(r.Ask.Job))
		return &refusal{problem: approval.Problem{
			Words: either(r, approval.T("There are several jobs named %s, so nothing was started.", name), approval.T("There are several jobs named %s, so nothing was stopped.", name)),
			Next:  approval.T("Ask again with the id of the one you mean: %s.", strings.Join(ids, ", ")),
		}, cause: err}
	case errors.As(err, &answer) && definite(answer):
		return &refusal{problem: refusedRead(r, answer), cause: err}
	}
	return err
}
