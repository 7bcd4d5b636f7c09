package approval

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Standing is what a Rule says about a Request at some time.
type Standing string

const (
	Waits     Standing = "waits"     // for more approvals
	Allowed   Standing = "allowed"   // it may start
	Rejected  Standing = "rejected"  // somebody who may decide said no
	Closed    Standing = "closed"    // not at this time
	Forbidden Standing = "forbidden" // not in this way: no rule, no reason given
)

// Outcome is what the Rule says about a Request, with everything the sentence for people is made of.
type Outcome struct {
	Standing Standing
	Rule     string
	Have     int        // approvals that count
	Need     int        // approvals it takes
	Yes      []Actor    // whose approvals count, in order
	No       Actor      // Rejected: who said no
	Missing  []Missing  // Waits: from whom approvals are still needed
	Window   Window     // Closed: by which
	Until    time.Time  // Closed: when that ends
	Why      Text       // Forbidden: a sentence
	past     bool       // Allowed by breaking the glass
	own      bool       // the requester may not approve
	confirm  bool       // only the requester is asked
	by       Actor      // who asked
	called   []Approver // how the Request's approvers are called
}

// Missing is how many approvals are still needed from one of these.
type Missing struct {
	Count int
	Of    []Approver
}

// Evaluate is the one evaluator: opening, every decision, the moment of the start, cards, help and the command line ask
// it. It is pure and fails closed. Decisions count for what they carry in As; whoever asks it to start something has
// computed As again from what Slack says then. at is the time for closed windows; the zero time leaves them out, for
// cards, which show the same at all times.
func Evaluate(r Request, at time.Time) Outcome {
	out := Outcome{Rule: r.Rule.Name, Need: r.Rule.need(), by: r.Ask.By, called: r.Approvers, confirm: r.Rule.ConfirmsOnly()}
	if r.Rule.Name == "" {
		return out.forbidden(T("No rule allows this."))
	}
	if why := r.Rule.StepWhy(r.Ask); !why.IsZero() {
		return out.forbidden(why)
	}
	for _, d := range r.Decisions {
		if !d.Approve {
			out.Standing, out.No = Rejected, d.By
			return out
		}
	}
	if r.Ask.BreakGlass {
		return out.brokenGlass(r)
	}
	if r.Rule.NeedsReason && strings.TrimSpace(r.Ask.Reason) == "" {
		return out.forbidden(T("The rule “%s” wants a reason; write it after the job's name.", r.Rule.Name))
	}
	if !at.IsZero() {
		if w, until, closed := r.Rule.ClosedAt(at); closed {
			out.Standing, out.Window, out.Until = Closed, w, until
			return out
		}
	}
	return out.counted(r)
}

func (o Outcome) forbidden(why Text) Outcome {
	o.Standing, o.Why = Forbidden, why
	return o
}

// brokenGlass allows an emergency that the Rule knows, with a reason. Who may do it is checked by BreakGlassBy.
func (o Outcome) brokenGlass(r Request) Outcome {
	switch {
	case r.Rule.BreakGlass == nil:
		return o.forbidden(T("The rule “%s” has no way past it, not even in an emergency.", r.Rule.Name))
	case strings.TrimSpace(r.Ask.Reason) == "":
		return o.forbidden(T("An emergency needs a reason; write it after the job's name."))
	}
	o.Standing, o.past = Allowed, true
	return o
}

// counted counts each person once.
func (o Outcome) counted(r Request) Outcome {
	refs := r.Rule.Refs()
	var voices [][]string // what each person who said yes counts for
	seen := map[Actor]bool{}
	for _, d := range r.Decisions {
		as := slices.DeleteFunc(slices.Clone(d.As), func(ref string) bool { return !slices.Contains(refs, ref) })
		key := Actor{TeamID: d.By.TeamID, UserID: d.By.UserID}
		if len(as) == 0 || key.UserID == "" || seen[key] {
			continue
		}
		seen[key] = true
		voices, o.Yes = append(voices, as), append(o.Yes, d.By)
	}
	o.Have = min(len(voices), o.Need)
	o.own = r.Ask.Step == "" && !r.Rule.RequesterMay && !slices.Contains(refs, TheRequester) && !slices.Contains(refs, r.Ask.By.UserID)
	short := unfilled(r.Rule.ApprovalsFrom, voices)
	if len(voices) >= o.Need && len(short) == 0 {
		o.Standing = Allowed
		return o
	}
	o.Standing = Waits
	left := o.Need - len(voices)
	for _, ref := range slices.Sorted(maps.Keys(short)) {
		o.Missing = append(o.Missing, Missing{short[ref], []Approver{r.approver(ref)}})
		left -= short[ref]
	}
	if left > 0 {
		of := make([]Approver, len(refs))
		for i, ref := range refs {
			of[i] = r.approver(ref)
		}
		o.Missing = append(o.Missing, Missing{left, of})
	}
	if n := len(voices) - o.Need; n >= 0 { // enough people, but not from everywhere
		o.Have = o.Need
		for _, count := range short {
			o.Have -= count
		}
	}
	return o
}

// unfilled gives how many approvals each of from still lacks, one person counting for one of them: as few as can be.
func unfilled(from map[string]int, voices [][]string) map[string]int {
	var seats []string
	for _, ref := range slices.Sorted(maps.Keys(from)) {
		for range from[ref] {
			seats = append(seats, ref)
		}
	}
	sits := make(map[int]int) // voice → seat
	var seat func(int, map[int]bool) bool
	seat = func(s int, tried map[int]bool) bool {
		for v, as := range voices {
			if tried[v] || !slices.Contains(as, seats[s]) {
				continue
			}
			tried[v] = true
			if other, taken := sits[v]; !taken || seat(other, tried) {
				sits[v] = s
				return true
			}
		}
		return false
	}
	short := map[string]int{}
	for s, ref := range seats {
		if !seat(s, map[int]bool{}) {
			short[ref]++
		}
	}
	return short
}

// approver is how the Request knows one of its rule's approvers.
func (r Request) approver(ref string) Approver {
	for _, a := range r.Approvers {
		if a.Ref == ref {
			return a
		}
	}
	switch ref {
	case TheRequester:
		return Approver{Ref: ref, Name: r.Ask.By.Name}
	case Anyone:
		return Approver{Ref: ref, Name: "anyone"}
	}
	return Approver{Ref: ref, Name: ref}
}

// In is the Outcome as a sentence for people.
func (o Outcome) In(v Voice) string { return v.Text(o.text(v)) }

// Text is the Outcome as a sentence to keep.
func (o Outcome) Text() Text { return o.text(Plain) }

// Sentence is the Outcome for logs and the command line.
func (o Outcome) Sentence() string { return o.In(Plain) }

// text names people and groups as names does.
func (o Outcome) text(names Voice) Text {
	switch o.Standing {
	case Rejected:
		return T("%s said no.", names.Person(o.No))
	case Closed:
		if o.Window.Why != "" {
			return T("Nothing may start under the rule “%s” until %s: %s.", o.Rule, o.Window.clock(o.Until), o.Window.Why)
		}
		return T("Nothing may start under the rule “%s” until %s.", o.Rule, o.Window.clock(o.Until))
	case Forbidden:
		return o.Why
	case Allowed:
		switch {
		case o.past:
			return T("Past the rule “%s” in an emergency, without approvals.", o.Rule)
		case o.Need == 0:
			return T("No approval is needed.")
		}
		return T("%s.", o.tally(names))
	}
	if o.confirm {
		return T("Only %s can confirm.", names.Person(o.by))
	}
	waits := make([]Text, len(o.Missing))
	for i, m := range o.Missing {
		waits[i] = m.text(names, o.Have > 0)
	}
	if o.own {
		return T("%s; waiting for %s; %s may not approve their own request.", o.tally(names), joined("%s and %s", waits), names.Person(o.by))
	}
	return T("%s; waiting for %s.", o.tally(names), joined("%s and %s", waits))
}

func (o Outcome) tally(names Voice) Text {
	text := T("%d of %d approvals", o.Have, o.Need)
	if o.Need == 1 {
		text = T("%d of 1 approval", o.Have)
	}
	if len(o.Yes) == 0 {
		return text
	}
	yes := make([]string, len(o.Yes))
	for i, who := range o.Yes {
		yes[i] = names.Person(who)
	}
	return T("%s (%s)", text, strings.Join(yes, ", "))
}

// text names whom a Missing is about: "one of @data-leads or Chen", "one more of @data-leads", "2 of @data-leads", "Chen".
func (m Missing) text(names Voice, more bool) Text {
	of := make([]Text, len(m.Of))
	for i, a := range m.Of {
		if of[i] = T("%s", names.Approver(a)); a.Ref == Anyone {
			of[i] = T("anyone")
		}
	}
	who := joined("%s or %s", of)
	switch {
	case len(m.Of) == 1 && m.Count == 1 && !isGroup(m.Of[0].Ref):
		return who
	case m.Count == 1 && more:
		return T("one more of %s", who)
	case m.Count == 1:
		return T("one of %s", who)
	case more:
		return T("%d more of %s", m.Count, who)
	}
	return T("%d of %s", m.Count, who)
}

// joined puts texts in a row, two at a time.
func joined(two string, texts []Text) Text {
	if len(texts) == 0 {
		return Text{}
	}
	all := texts[0]
	for _, t := range texts[1:] {
		all = T(two, all, t)
	}
	return all
}

// clock writes a time as the clocks of the Window's zone show it.
func (w Window) clock(t time.Time) string {
	if zone, err := time.LoadLocation(w.Zone); err == nil {
		t = t.In(zone)
	}
	return t.Format("Mon 2 Jan 15:04") + " (" + w.Zone + ")"
}
