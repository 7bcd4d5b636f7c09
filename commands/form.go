package commands

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"slipway/approval"
	"slipway/lakeformation"
)

// Form is what a person fills in to start a job without knowing its name. A surface shows it and hands back a Filled.
type Form struct {
	Instances []string // to choose from
	Instance  string   // the one shown
	Job       Choice   // chosen already; zero: none
	Channel   string   // where the card is to go; "": to be chosen
	Command   string   // what the person types otherwise, such as /lf
	Hint      string   // a line above the fields; "": none
}

// Choice is one job to choose.
type Choice struct {
	Value  string // the job's id
	Name   string
	Detail string // status and type, in words
}

// Filled is a Form as a person filled it in. Nothing in it is believed.
type Filled struct {
	Receipt  approval.Receipt
	By       approval.Actor
	Instance string
	Job      string // a Choice's Value
	Mode     string // NORMAL or COMPARISON; "": normal
	Cascade  bool
	Reason   string
	Channel  string
	Command  string
	Voice    approval.Voice
}

// Field names a field of the Form, for what is wrong with it.
type Field string

const (
	InstanceField Field = "instance"
	JobField      Field = "job"
	ModeField     Field = "mode"
	ReasonField   Field = "reason"
	ChannelField  Field = "channel"
)

// MostChoices is how many jobs are offered at once: Slack takes no more.
const MostChoices = 100

// NewForm is the Form for a person, with the job that the text names, if it names one. The jobs are being read from now
// on, so that they are there when somebody types.
func (r *Router) NewForm(ctx context.Context, command, channel, text string, v approval.Voice) Form {
	f := Form{Instances: r.names, Instance: r.names[0], Channel: channel, Command: command}
	for _, name := range r.names {
		if text == "" {
			r.lists[name].warm(ctx)
			continue
		}
		jobs, err := r.lists[name].get(ctx)
		if err != nil {
			continue
		}
		if job, ok := named(jobs, text); ok {
			f.Instance, f.Job = name, choice(v, job)
			return f
		}
	}
	if text != "" {
		f.Hint = v.Say("I found no job's name in that message. Choose the job here.")
	}
	return f
}

// named finds the first job whose name stands in a text as a word.
func named(jobs []listed, text string) (lakeformation.Job, bool) {
	byName := make(map[string]lakeformation.Job, len(jobs))
	for _, job := range jobs {
		byName[job.Name] = job.Job
	}
	words := strings.FieldsFunc(text, func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	for _, word := range words {
		if job, ok := byName[word]; ok {
			return job, true
		}
	}
	return lakeformation.Job{}, false
}

// Choices offers the jobs of an instance that fit what was typed, the best first. fit is how many there are; an error says
// that the jobs are not known yet.
func (r *Router) Choices(ctx context.Context, instance, typed string, v approval.Voice) (choices []Choice, fit int, err error) {
	list, ok := r.lists[instance]
	if !ok {
		return nil, 0, errors.New("no such instance")
	}
	best, fit, err := list.search(ctx, Clean(typed), MostChoices)
	if err != nil {
		r.log.WithError(err).WithField("instance", instance).Warn("no jobs to offer")
		return nil, 0, err
	}
	for _, job := range best {
		choices = append(choices, choice(v, job.Job))
	}
	return choices, fit, nil
}

func choice(v approval.Voice, job lakeformation.Job) Choice {
	return Choice{Value: job.ID, Name: job.Name, Detail: v.Say("%s · %s", v.Text(StatusWord(string(job.Status))), v.Text(TypeWord(string(job.Type))))}
}

// Submit records what a Form asks for, or says per field what is wrong with it: then nothing was recorded.
func (r *Router) Submit(ctx context.Context, f Filled) (wrong map[Field]string) {
	v := f.Voice
	amiss := func(field Field, text string) map[Field]string { return map[Field]string{field: text} }
	f.Reason = Clean(f.Reason)
	mode, known := modeOf(f.Mode)
	switch {
	case r.instances[f.Instance] == nil:
		return amiss(JobField, v.Say("There is no instance %s any more. Close this and begin again.", quote(f.Instance)))
	case f.Job == "":
		return amiss(JobField, v.Say("Choose a job from the list. If it is still being read, type its name again in a moment."))
	case !known:
		return amiss(ModeField, v.Say("The mode is normal or comparison."))
	case f.Channel == "":
		return amiss(ChannelField, v.Say("Choose the channel that decides and hears how it ends."))
	}
	name, why := r.formJob(ctx, f)
	if !why.IsZero() {
		return amiss(ReasonField, v.Text(why))
	}
	req, err := r.service.Open(ctx, f.Receipt, approval.Ask{
		Action: approval.Start, Instance: f.Instance, Job: name, Mode: mode, Cascade: f.Cascade,
		Reason: f.Reason, By: f.By, Channel: f.Channel, Command: f.Command,
	}, approval.Reply{})
	answer := r.settled(ctx, v, f.Receipt, req.ID, err)
	var refused *approval.Error
	switch {
	case errors.As(err, &refused) && refused.Code == approval.Invalid:
		return amiss(ReasonField, answer.Now.Text)
	case err != nil && !answer.Now.Empty():
		return amiss(JobField, answer.Now.Text)
	}
	r.log.WithField("request", req.ID).WithField("job", name).WithField("actor", f.By.UserID).Info("start asked by the form")
	return nil
}

// formJob gives what to look the job up by, its name where no other job has it, and why the reason given will not do,
// as far as that can be told at once.
func (r *Router) formJob(ctx context.Context, f Filled) (string, approval.Text) {
	ctx, done := context.WithTimeout(ctx, time.Second)
	defer done()
	jobs, err := r.lists[f.Instance].get(ctx)
	if err != nil {
		return f.Job, approval.Text{}
	}
	var job lakeformation.Job
	same := 0
	for _, j := range jobs {
		if j.ID == f.Job {
			job = j.Job
		}
	}
	for _, j := range jobs {
		if j.Name == job.Name {
			same++
		}
	}
	if job.ID == "" {
		return f.Job, approval.Text{}
	}
	name := job.Name
	if same > 1 {
		name = job.ID
	}
	ask := approval.Ask{Action: approval.Start, Instance: f.Instance, Job: name, Reason: f.Reason, By: f.By, Channel: f.Channel}
	rules, groups, err := r.inForce(ctx)
	if err != nil {
		return name, approval.Text{} // the worker finds out
	}
	rule, ok := rules.For(approval.Question{Ask: ask, Job: approval.Job{ID: job.ID, Name: job.Name, Type: string(job.Type)}, Groups: groups})
	if ok && rule.NeedsReason && f.Reason == "" {
		return name, approval.T("The rule “%s” wants a reason.", rule.Name)
	}
	return name, approval.Text{}
}
