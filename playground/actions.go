package playground

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// maxBody is the largest body the page may send; a long command is 8 kB.
const maxBody = 64 << 10

// outcome is the answer to every POST. Problem is a sentence for the person, ""
// when all went well or when the conversation already says it.
type outcome struct {
	Problem string            `json:"problem"`
	Options []optionOffered   `json:"options,omitempty"` // of a suggestion
	Errors  map[string]string `json:"errors,omitempty"`  // by block_id, of a modal that was not taken
}

// action makes a handler of what one button does.
func action[T any](do func(T) error) http.HandlerFunc {
	return asking(func(asked T) (outcome, error) { return outcome{}, do(asked) })
}

// asking is action for what answers with more than a problem.
func asking[T any](do func(T) (outcome, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked T
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&asked); err != nil {
			status := http.StatusBadRequest
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				status = http.StatusRequestEntityTooLarge
			}
			answer(w, status, outcome{Problem: "The playground could not read that: " + err.Error()})
			return
		}
		out, err := do(asked)
		if err != nil {
			out.Problem = sentence(err)
		}
		answer(w, http.StatusOK, out)
	}
}

func answer(w http.ResponseWriter, status int, out outcome) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // a page that has left is no news here
}

// sentence is an error as a person reads it.
func sentence(err error) string {
	words := err.Error()
	for _, prefix := range []string{"playground: ", "locallake: "} {
		words = strings.TrimPrefix(words, prefix)
	}
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

type typeAction struct {
	User    string `json:"user"`
	Channel string `json:"channel"`
	Thread  string `json:"thread"`
	Text    string `json:"text"`
}

// typeText is a person entering a line. /invite and /remove are Slack's own
// commands, the only two of them that matter here.
func (p *Playground) typeText(a typeAction) error {
	text := strings.TrimSpace(a.Text)
	word, whom, _ := strings.Cut(text, " ")
	if a.Thread == "" && (word == "/invite" || word == "/remove") {
		if !strings.EqualFold(strings.TrimSpace(whom), "@slipway") {
			return fmt.Errorf("only Slipway can come and go here: %s @Slipway", word)
		}
		p.slack.SetMember(a.Channel, word == "/invite")
		return nil
	}
	var d localslack.Delivery
	if a.Thread == "" {
		d = p.slack.Type(a.User, a.Channel, text)
	} else {
		d = p.slack.TypeInThread(a.User, a.Channel, a.Thread, text)
	}
	told := strings.HasPrefix(text, "/") && strings.HasPrefix(d.Problem, word+" ")
	if d.Problem == "" || told {
		return nil
	}
	return errors.New(d.Problem)
}

type pressAction struct {
	User    string `json:"user"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Button  int    `json:"button"` // which of the message's buttons, in reading order
	Action  string `json:"action"` // its action_id, so that a redrawn message is noticed
}

// press presses a button that is on the message now. The value is the stored one:
// the page does not get to choose it.
func (p *Playground) press(a pressAction) error {
	m, _ := p.slack.Message(a.Channel, a.TS)
	buttons := localslack.Buttons(m)
	if a.Button < 0 || a.Button >= len(buttons) || buttons[a.Button].ActionID != a.Action {
		return errors.New("that message has changed in the meantime; look at it again")
	}
	d := p.slack.PressWith(a.User, a.Channel, a.TS, a.Action, buttons[a.Button].Value)
	if m, _ := p.slack.Message(a.Channel, a.TS); d.Problem == "" || m.Warnings[a.User] != "" {
		return nil
	}
	return errors.New(d.Problem)
}

type jobAction struct {
	Job    string           `json:"job"` // id
	Do     string           `json:"do"`
	Status locallake.Status `json:"status"`
}

// changeJob is what somebody does in LakeFormation's console.
func (p *Playground) changeJob(a jobAction) error {
	switch a.Do {
	case "ends":
		return p.lake.EditJob(a.Job, func(j *locallake.Job) { j.Ends = a.Status })
	case "finish":
		return p.lake.Finish(a.Job, a.Status)
	case "edit":
		return p.lake.EditJob(a.Job, func(j *locallake.Job) { j.Parameter = notifying(j.Parameter) })
	case "start":
		return p.lake.StartOutside(a.Job)
	case "delete":
		return p.deleteJob(a.Job)
	case "restore":
		return p.restoreJobs()
	}
	return fmt.Errorf("there is nothing called %q to do with a job", a.Do)
}

// notifying switches smn_notify, a parameter that all types of job have.
func notifying(parameter json.RawMessage) json.RawMessage {
	fields := map[string]json.RawMessage{}
	if len(parameter) > 0 && json.Unmarshal(parameter, &fields) != nil {
		return parameter
	}
	on := string(fields["smn_notify"]) == "true"
	fields["smn_notify"] = json.RawMessage(fmt.Sprint(!on))
	changed, err := json.Marshal(fields)
	if err != nil {
		return parameter
	}
	return changed
}

type faultAction struct {
	Do    string `json:"do"` // set, clear
	Op    string `json:"op"`
	Fault string `json:"fault"`
	Times int    `json:"times"` // 0 until cleared
}

func (p *Playground) changeFault(a faultAction) error {
	switch a.Do {
	case "set":
		return p.lake.SetFault(locallake.Op(a.Op), locallake.Fault{Name: a.Fault, Times: a.Times})
	case "clear":
		p.lake.ClearFault(locallake.Op(a.Op))
		return nil
	}
	return fmt.Errorf("there is nothing called %q to do with a fault", a.Do)
}

type slackAction struct {
	Do string `json:"do"`
}

func (p *Playground) changeSlack(a slackAction) error { return p.disturb(a.Do) }

type childAction struct {
	Do string `json:"do"` // kill, restart
}

func (p *Playground) changeChild(a childAction) error {
	switch a.Do {
	case "kill":
		return p.Kill()
	case "restart":
		return p.Restart()
	}
	return fmt.Errorf("there is nothing called %q to do with Slipway", a.Do)
}
