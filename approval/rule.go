package approval

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// BuiltIn is the one rule without a policy file: the requester confirms. A confirmation is an approval.
func BuiltIn() Rule {
	return Rule{Name: "the requester confirms", Approvals: 1, Approvers: []string{TheRequester}, ExpiresIn: 30 * time.Minute}
}

// ConfirmsOnly reports whether the Rule asks nobody but the requester.
func (r Rule) ConfirmsOnly() bool {
	return r.Approvals == 1 && len(r.Approvers) == 1 && r.Approvers[0] == TheRequester
}

// Outcome is what the Rule says about a Request now, with the sentence that explains it to people.
type Outcome struct {
	Approved bool
	Denied   bool
	Have     int
	Need     int
	Sentence string
}

// Evaluate counts the decisions of a Request under its Rule. It is pure, and it fails closed: a Rule that nobody can
// satisfy never approves.
func Evaluate(r Request) Outcome {
	out := Outcome{Need: r.Rule.Approvals}
	var yes []string
	for _, d := range r.Decisions {
		if !d.Approve {
			return Outcome{Denied: true, Need: out.Need, Sentence: d.By.Name + " said no."}
		}
		if r.Rule.names(r, d.By) && !slices.Contains(yes, d.By.UserID) {
			yes = append(yes, d.By.UserID)
		}
	}
	out.Have = len(yes)
	out.Approved = r.Rule.Name != "" && out.Have >= out.Need
	switch {
	case out.Approved && out.Need == 0:
		out.Sentence = "No approval is needed."
	case out.Approved:
		out.Sentence = fmt.Sprintf("%d of %d approvals.", out.Have, out.Need)
	case r.Rule.ConfirmsOnly():
		out.Sentence = fmt.Sprintf("Only %s can confirm.", r.Ask.By.Name)
	default:
		out.Sentence = fmt.Sprintf("%d of %d approvals; waiting for %s.", out.Have, out.Need, r.Rule.who(r))
	}
	return out
}

// names reports whether the Rule lets this person decide about the Request.
func (r Rule) names(req Request, by Actor) bool {
	if by.UserID == "" || by.TeamID != req.Ask.By.TeamID {
		return false
	}
	for _, approver := range r.Approvers {
		switch approver {
		case TheRequester:
			if by.Is(req.Ask.By) {
				return true
			}
		case Anyone:
			if !by.Is(req.Ask.By) {
				return true
			}
		case by.UserID:
			return true
		}
	}
	return false
}

// who names the approvers in words.
func (r Rule) who(req Request) string {
	var names []string
	for _, approver := range r.Approvers {
		switch approver {
		case TheRequester:
			names = append(names, req.Ask.By.Name)
		case Anyone:
			names = append(names, "anyone but "+req.Ask.By.Name)
		default:
			names = append(names, approver)
		}
	}
	return strings.Join(names, ", ")
}
