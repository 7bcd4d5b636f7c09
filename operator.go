package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"slipway/approval"
	"slipway/bot"
	"slipway/store"
)

// approveVerb is `slipway approve`, for the day Slack is down.
type approveVerb struct {
	Request string `arg:"" help:"The request's id, such as R-1042."`
	Yes     bool   `help:"Do not ask once more."`
}

// denyVerb is `slipway deny`.
type denyVerb struct {
	approveVerb
	Reason string `help:"Why; the card shows it."`
}

// operatorTool decides on Slipway's host, in the name of the person whom the policy maps this OS user to.
type operatorTool struct {
	getenv func(string) string
	clock  approval.Clock // nil: the machine's
	user   osUser
	in     io.Reader
	out    io.Writer
}

func newOperatorTool(getenv func(string) string, in io.Reader, out io.Writer) operatorTool {
	return operatorTool{getenv: getenv, user: thisUser(), in: in, out: out}
}

// osUser is who runs this process: a number from the kernel, and its name in /etc/passwd; "" where it has none. The
// environment is not asked, as os/user does where there is no name: anybody can set it.
type osUser struct{ uid, name string }

func thisUser() osUser {
	u := osUser{uid: strconv.Itoa(os.Getuid())}
	text, _ := os.ReadFile("/etc/passwd")
	for line := range bytes.Lines(text) {
		fields := strings.Split(string(line), ":")
		if len(fields) < 3 || fields[2] != u.uid {
			continue
		}
		if _, err := strconv.Atoi(fields[0]); err != nil { // a name like a number could be taken for somebody else's
			u.name = fields[0]
		}
		break
	}
	return u
}

func (u osUser) String() string {
	if u.name == "" {
		return "the OS user " + u.uid
	}
	return fmt.Sprintf("the OS user %s (%s)", u.name, u.uid)
}

// mapped is how the policy names this OS user, and who that is in Slack. Two entries that differ are none.
func (u osUser) mapped(operators map[string]string) (key, slackID string, err error) {
	byName, byNumber := operators[u.name], operators[u.uid]
	switch {
	case byName != "" && byNumber != "" && byName != byNumber:
		return "", "", fmt.Errorf("operators: of the policy says two things about %s. Keep one of them", u)
	case byName != "":
		return u.name, byName, nil
	case byNumber != "":
		return u.uid, byNumber, nil
	}
	return "", "", fmt.Errorf("%s is no operator, so nothing was decided. Those whom operators: of the policy names may; docs/policy.md tells how", u)
}

const slackWait = 5 * time.Second // for Slack to say that it is there

// decide shows a request and says yes or no to it.
func (t operatorTool) decide(ctx context.Context, approve bool, v denyVerb) error {
	id, ok := approval.ParseID(v.Request)
	if !ok {
		return fmt.Errorf("%q is no request's id; it is on the card, such as R-1042", v.Request)
	}
	policy, _, err := policyTool{getenv: t.getenv, out: t.out}.rules("")
	if err != nil {
		return fmt.Errorf("who may decide here is in the policy, so SLIPWAY_CONFIG must name its file: %w", err)
	}
	url, err := databaseURL(t.getenv)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, url, store.Options{Clock: t.clock, Beside: true})
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := s.Request(ctx, id)
	if err != nil {
		return err
	}
	operator, slackID, err := t.user.mapped(policy.Operators)
	if err != nil {
		refused := approval.Event{Kind: approval.DecisionRefused, By: approval.Actor{Name: t.user.String()}, Problem: &approval.Problem{Words: approval.T("%s", err.Error())}}
		return errors.Join(err, s.Note(ctx, id, refused))
	}
	people := t.people(ctx, r)
	by, err := people.Person(ctx, slackID)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s\n\nYou are %s, and to the policy %s (%s).\n", bot.CardText(r), t.user, by.Name, slackID)
	word := map[bool]string{true: "approve", false: "deny"}[approve]
	if !v.Yes && !t.asks(id, word) {
		return errors.New("nothing was decided")
	}
	verdict := approval.Verdict{
		Receipt: approval.Receipt{EnvelopeID: "host-" + rand.Text()}, Request: id, Terms: r.Terms, By: by.Actor, Operator: operator, Reason: strings.TrimSpace(v.Reason),
	}
	service := approval.NewService(s, people)
	if approve {
		r, err = service.Approve(ctx, verdict)
	} else {
		r, err = service.Deny(ctx, verdict)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, t.became(ctx, url, r))
	return nil
}

// asks wants the id typed, and nothing else will do.
func (t operatorTool) asks(id approval.ID, word string) bool {
	fmt.Fprintf(t.out, "Type %s to %s: ", id, word)
	line, _ := bufio.NewReader(t.in).ReadString('\n')
	return strings.TrimSpace(line) == id.String()
}

// people asks Slack as long as it answers, and says so where it does not.
func (t operatorTool) people(ctx context.Context, r approval.Request) approval.HostPeople {
	names := map[string]string{r.Ask.By.UserID: r.Ask.By.Name}
	for _, a := range r.Approvers {
		names[a.ID] = a.Name
	}
	h := approval.HostPeople{Team: r.Ask.By.TeamID, Names: names}
	env := &environment{getenv: t.getenv}
	ctx, done := context.WithTimeout(ctx, slackWait)
	defer done()
	slack, err := bot.ConnectPeople(ctx, env.given("SLACK_BOT_TOKEN"), env.get("SLACK_API_URL"))
	if err != nil {
		fmt.Fprintf(t.out, "Slack can't be asked (%v).\nSo user groups and “anyone” don't count here: only users whom the rule names by id, and who asked, where the rule asks them.\n\n", err)
		return h
	}
	h.Slack = slack
	return h
}

// became says what comes next.
func (t operatorTool) became(ctx context.Context, databaseURL string, r approval.Request) string {
	served := "A Slipway that serves this database goes on with it within a second."
	if i, err := store.Inspect(ctx, databaseURL); err == nil && !i.Held {
		if _, isSQLite := store.SQLitePath(databaseURL); isSQLite {
			served = "No Slipway serves this database now. Start one within ten minutes, or it expires."
		}
	}
	switch {
	case r.State == approval.Denied:
		return r.ID.String() + " is denied. Nothing is " + r.Ask.Action.Done() + "."
	case r.State == approval.Pending:
		return "Your approval counts. " + approval.Evaluate(r, time.Time{}).Sentence()
	case r.Frozen():
		return r.ID.String() + " is approved. " + r.Freeze.Text().String() + " It waits for the thaw, ten minutes at most."
	}
	return r.ID.String() + " is approved. " + served
}
