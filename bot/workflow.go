package bot

import (
	"context"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

const (
	stepCallback = "start_lakeformation_job" // the function's name in deploy/manifest.workflow.yaml
	maxStepError = 1500
	aWorkflow    = "Workflow Builder" // as Slack calls it, in every language
)

// workflowStep is a workflow's step that Slack wants done: only the fields that are believed. Slack sends a token with
// it, too, which lasts for 15 minutes; a run takes longer, and the bot token does the same.
// See https://docs.slack.dev/reference/events/function_executed.
type workflowStep struct {
	Function struct {
		CallbackID string `json:"callback_id"`
	} `json:"function"`
	Inputs    map[string]any `json:"inputs"`
	Execution string         `json:"function_execution_id"`
	TS        string         `json:"event_ts"`
	Team      string         `json:"-"`
}

func (s workflowStep) asksToStart() bool {
	return s.Function.CallbackID == stepCallback && s.Execution != "" && len(s.Execution) <= 100 && !timeOf(s.TS).IsZero()
}

// input is what the workflow's author filled in; "" where nothing, or what is no text.
func (s workflowStep) input(name string) string {
	text, _ := s.Inputs[name].(string)
	return strings.TrimSpace(unescape(text))
}

// stepped records what a step asks for, before the ack. What is refused at once fails the step at once; what cannot be
// recorded, or told, is not acked: Slack then delivers it again.
func (b *Bot) stepped(ctx context.Context, d *Delivery, s workflowStep) {
	within, done := context.WithDeadline(ctx, d.ReceivedAt.Add(ackBudget))
	defer done()
	answer := b.router.Step(within, commands.Step{
		Receipt:   approval.Receipt{EnvelopeID: d.ID, Key: "step|" + s.Execution},
		By:        approval.Actor{TeamID: s.Team, UserID: b.self, Name: aWorkflow},
		Execution: s.Execution, Late: b.cfg.Clock.Now().Sub(timeOf(s.TS)) > tooLate,
		Instance: s.input("instance"), Job: s.input("job"), Mode: s.input("mode"), Reason: s.input("reason"), Channel: s.input("channel"),
		Command: b.named(), Voice: b.cfg.Language.plain(),
	})
	lastTry := d.RetryAttempt >= lastRetry
	if answer.NotRecorded && !lastTry {
		return
	}
	if !answer.Now.Empty() {
		err := b.api.FunctionCompleteErrorContext(within, s.Execution, cut(escape(answer.Now.Text), maxStepError))
		if name := slackError(err); err != nil && (name == "" || passing[name]) && !lastTry {
			b.log.WithError(err).Warn("could not tell a workflow that its step was refused; Slack delivers it again")
			return
		} else if err != nil {
			b.log.WithError(err).Error("could not tell a workflow that its step was refused")
		}
	}
	b.ack(ctx, d, nil)
}

// answerStep tells the workflow's step that asked how it ended: only a success lets the workflow go on.
// See https://docs.slack.dev/reference/methods/functions.completeSuccess.
func (a *Announcer) answerStep(ctx context.Context, r approval.Request) error {
	if r.State != approval.Succeeded {
		return a.api.FunctionCompleteErrorContext(ctx, r.Ask.Step, stepError(r, a.language))
	}
	return a.api.FunctionCompleteSuccessContext(ctx, r.Ask.Step, slack.FunctionCompleteSuccessRequestOptionOutput(stepOutputs(r)))
}

// stepGone books a step that takes no answer any more.
func (a *Announcer) stepGone(ctx context.Context, c approval.Claim, err error, log *logrus.Entry) {
	switch slackError(err) {
	case "execution_not_in_running_state", "function_execution_not_found":
		log.WithError(err).Info("the workflow no longer waits for its step, or was answered before")
	default:
		log.WithError(err).WithField("detail", slackDetail(err)).Error("Slack does not take the answer to a workflow's step; it is left out")
	}
	card := c.Request.Card
	card.Answered = true
	a.book(log, a.store.CardShown(ctx, c, approval.Shown{Card: card, Again: true}))
}

// stepOutputs are what the next steps of the workflow may use.
func stepOutputs(r approval.Request) map[string]string {
	outputs := map[string]string{"request": r.ID.String(), "state": string(r.State)}
	for name, at := range map[string]time.Time{"started": r.Run.StartedAt, "ended": r.Run.EndedAt} {
		if !at.IsZero() {
			outputs[name] = at.UTC().Format("2006-01-02 15:04:05 UTC")
		}
	}
	return outputs
}

// stepError says in one line why the job did not succeed, and what to do.
func stepError(r approval.Request, l Language) string {
	v := l.plain()
	lines := []string{r.ID.String() + ": " + r.Headline(v)}
	for _, text := range append([]approval.Text{r.Problem.Words, r.Problem.Suggestion()}, r.Problem.Said()...) {
		if !text.IsZero() {
			lines = append(lines, v.Text(text))
		}
	}
	return cut(escape(strings.Join(append(lines, r.Explain(v)...), " ")), maxStepError)
}
