package approval

import (
	"cmp"
	"context"
	"errors"
	"time"
	"unicode/utf8"
)

// The limits of what people may ask.
const (
	TwinWithin      = 2 * time.Minute // the same again within this time is the same Request
	OpenPerPerson   = 10
	OpenPerChannel  = 50
	LongestJob      = 255  // runes; LakeFormation's own limit for a name
	LongestReason   = 1000 // runes
	ReplyURLIsValid = 30 * time.Minute
)

// Service is the one way in for people: whatever somebody types or presses becomes a change of a Request here, or an
// *Error that says why not.
type Service struct {
	store    Store
	people   People
	refusals *refusals
}

// NewService returns a Service on a Store.
func NewService(store Store, people People) *Service { return &Service{store, people, newRefusals()} }

// Limit sets the clock of what one person may do how often, and who hears that a refusal was not recorded. Call it
// before the first use.
func (s *Service) Limit(clock Clock, unrecorded func()) {
	s.refusals.now, s.refusals.unrecorded = clock.Now, unrecorded
}

// Open records an Ask. When it returns nil, or ErrSeen, the Request is on disk. It asks Slack nothing: whether the
// requester is a full member is looked up by the worker before anything is shown.
func (s *Service) Open(ctx context.Context, receipt Receipt, ask Ask, reply Reply) (Request, error) {
	r, err := s.open(ctx, receipt, ask, reply)
	asked := ask
	asked.Job, asked.Reason = cut(ask.Job, LongestJob), cut(ask.Reason, LongestReason)
	return r, s.refused(ctx, r.ID, Event{Kind: CommandRefused, By: ask.By, Ask: &asked}, err)
}

// refused puts a refusal into the audit, and hands it on. What is no refusal passes: a failure, a repetition.
func (s *Service) refused(ctx context.Context, id ID, event Event, err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Code == Repeated || e.Code == Unavailable || e.Code == NotFound {
		return err
	}
	wait, last := s.refusals.take(event.By)
	if wait > 0 {
		told := *e
		told.Hint = Sentences(e.Hint, T("You were told no very often just now, so this is not recorded any more. Please try again in %d s; what is yours to decide always counts.", whole(time.Second, wait)))
		return &told
	}
	event.Problem = &Problem{Words: e.Words, Next: e.Hint}
	if last {
		event.Problem.Next = Sentences(e.Hint, T("They were told no %d times within a short time: more of it may not be recorded.", RefusalsAtOnce))
	}
	if noted := s.store.Note(ctx, id, event); noted != nil {
		told := *e
		told.Cause = errors.Join(ErrNotAudited, noted, e.Cause)
		return &told
	}
	return err
}

func (s *Service) open(ctx context.Context, receipt Receipt, ask Ask, reply Reply) (Request, error) {
	if err := s.ownTeam(ask.By); err != nil {
		return Request{}, err
	}
	if err := ask.check(); err != nil {
		return Request{}, err
	}
	return s.store.Open(ctx, receipt, ask, reply, func(c Crowd) error {
		switch {
		case c.Twin.ID != 0 && ask.Step != "":
			return &Error{Code: Repeated, Request: c.Twin.ID, Words: T("%s already asks for this; nothing more was asked for.", c.Twin.ID), Hint: T("Wait until it has ended.")}
		case c.Mine >= OpenPerPerson && ask.Step != "":
			return refuse(TooMany, "Wait until some of them have ended.", "Workflows have %d open requests, the most they may have together. Nothing was started.", c.Mine)
		case c.Twin.ID != 0:
			return &Error{Code: Repeated, Request: c.Twin.ID, Words: T("This is %s: you asked for the same a moment ago, and it is still open.", c.Twin.ID)}
		case ask.Action == Stop:
			return nil // what runs may always be stopped
		case c.Wait > 0 && ask.Step != "":
			return refuse(TooOften, "", "Workflows asked for %d starts within an hour, the most they may together. Nothing was started. They may ask again in %d min.",
				StartsPerPerson, whole(time.Minute, c.Wait))
		case c.Wait > 0:
			return refuse(TooOften, "", "You asked for %d starts within an hour, the most one person may. Nothing was started. You may ask again in %d min; you may stop what runs at any time.",
				StartsPerPerson, whole(time.Minute, c.Wait))
		case c.Mine >= OpenPerPerson:
			return refuse(TooMany, "Decide or cancel one of them first.", "You have %d open requests, the most one person may have. Nothing was started.", c.Mine)
		case c.Channel >= OpenPerChannel:
			return refuse(TooMany, "Wait until some of them have ended.", "This channel has %d open requests, the most one channel may have. Nothing was started.", c.Channel)
		}
		return nil
	})
}

func (a Ask) check() error {
	switch {
	case a.Job == "":
		return refuse(Invalid, "", "Which job? Nothing was started.")
	case utf8.RuneCountInString(a.Job) > LongestJob:
		return refuse(Invalid, "", "A job's name has at most %d characters; this one has %d. Nothing was started.", LongestJob, utf8.RuneCountInString(a.Job))
	case utf8.RuneCountInString(a.Reason) > LongestReason:
		return refuse(Invalid, "Please shorten it.", "A reason has at most %d characters; this one has %d. Nothing was started.", LongestReason, utf8.RuneCountInString(a.Reason))
	}
	return nil
}

// Verdict is what a person pressed on the card of a Request.
type Verdict struct {
	Receipt Receipt
	Request ID
	Terms   int // of the card that was pressed
	By      Actor
	Card    Card   // the message that was pressed; zero: typed
	Channel string // where it was typed; "": pressed

	Operator string // the OS user who says it on Slipway's host, as the policy names them; "": it is said in Slack
	Reason   string // of a no on Slipway's host
}

func (v Verdict) refusal() Event {
	return Event{Kind: DecisionRefused, By: v.By, Channel: cmp.Or(v.Card.Channel, v.Channel), As: v.onHost(nil)}
}

// by is the authority of somebody who pressed or typed it.
func (v Verdict) by() By { return By{Receipt: v.Receipt, Pressed: v.Card} }

// Approve counts one yes. The last one needed moves the Request to Approved in the same transaction.
func (s *Service) Approve(ctx context.Context, v Verdict) (Request, error) {
	r, err := s.approve(ctx, v)
	return r, s.refused(ctx, v.Request, v.refusal(), err)
}

func (s *Service) approve(ctx context.Context, v Verdict) (Request, error) {
	return s.decide(ctx, v, func(r Request, by voter, now time.Time) ([]Event, error) {
		if r.State == Approved {
			return nil, refuse(TooLate, "", "%s", r.past())
		}
		for _, d := range r.Decisions {
			if d.By.Is(by.Actor) {
				return nil, refuse(TwiceSaid, "", "You approved %s already.", r.ID)
			}
		}
		if out := Evaluate(r, now); out.Standing == Closed || out.Standing == Forbidden {
			return nil, refuse(NotNow, "", "%s Your approval of %s was not counted.", out.Text(), r.ID)
		}
		vote := Event{Kind: VoteApproved, By: by.Actor, As: by.as}
		after, err := Apply(r, vote)
		if err != nil {
			return nil, err
		}
		events := []Event{vote}
		if Evaluate(after, now).Standing == Allowed {
			events = append(events, Event{Kind: QuorumReached, By: by.Actor})
		}
		return events, nil
	})
}

// Deny ends the Request with one no.
func (s *Service) Deny(ctx context.Context, v Verdict) (Request, error) {
	r, err := s.deny(ctx, v)
	return r, s.refused(ctx, v.Request, v.refusal(), err)
}

func (s *Service) deny(ctx context.Context, v Verdict) (Request, error) {
	return s.decide(ctx, v, func(_ Request, by voter, _ time.Time) ([]Event, error) {
		no := Event{Kind: VoteDenied, By: by.Actor, As: by.as}
		if v.Reason != "" {
			no.Problem = &Problem{Words: T("%s gave a reason: %s", by.Name, cut(v.Reason, LongestReason))}
		}
		return []Event{no}, nil
	})
}

// voter is somebody who presses, and what they are to the rule of the Request that they press on.
type voter struct {
	Actor
	as  []string // none: they may not decide
	why Text     // … and this is why
}

// decide lets those speak whom the rule names, while the question stands.
func (s *Service) decide(ctx context.Context, v Verdict, verdict func(Request, voter, time.Time) ([]Event, error)) (Request, error) {
	by, err := s.voter(ctx, v)
	if err != nil {
		return Request{}, err
	}
	return s.store.Update(ctx, v.Request, v.by(), func(r Request, now time.Time) ([]Event, error) {
		if err := r.open(v.Terms, now); err != nil {
			return nil, err
		}
		if len(by.as) == 0 {
			return nil, refuse(NotApprover, "", "You can't approve %s. %s %s", r.ID, by.why, Evaluate(r, time.Time{}).Text())
		}
		return verdict(r, by, now)
	})
}

// voter asks Slack who presses, and what they are to the rule. The rule is the one that the pressed card shows: its terms
// are compared once more in the transaction.
func (s *Service) voter(ctx context.Context, v Verdict) (voter, error) {
	who, err := s.person(ctx, v.By)
	if err != nil {
		return voter{}, err
	}
	r, err := s.store.Request(ctx, v.Request)
	if err != nil {
		return voter{}, err
	}
	var groups Groups
	if r.Rule.NamesGroups() && !who.Unproven {
		if groups, err = s.people.Groups(ctx, false); err != nil {
			return voter{}, unsaid(err, T("Slack did not say who belongs to the groups of this rule, so nothing changed."), T("Please press again in a moment."))
		}
	}
	as, why := r.Rule.As(r.Ask, who, s.people.TeamID(), groups)
	if len(as) > 0 {
		as = v.onHost(as)
	}
	return voter{who.Actor, as, why}, nil
}

// Cancel takes a Request back before it starts. Only who asked can.
func (s *Service) Cancel(ctx context.Context, v Verdict) (Request, error) {
	r, err := s.cancel(ctx, v)
	return r, s.refused(ctx, v.Request, v.refusal(), err)
}

func (s *Service) cancel(ctx context.Context, v Verdict) (Request, error) {
	if err := s.ownTeam(v.By); err != nil {
		return Request{}, err
	}
	return s.store.Update(ctx, v.Request, v.by(), func(r Request, _ time.Time) ([]Event, error) {
		if r.Ask.Step != "" {
			return nil, refuse(NotApprover, "Whoever may approve it can deny it.", "A workflow asks for %s, so nobody can cancel it.", r.ID)
		}
		if !r.Ask.By.Is(v.By) {
			return nil, refuse(NotApprover, "", "Only %s can cancel %s.", r.Ask.By.Name, r.ID)
		}
		if _, can := moves[r.State][RequesterCancelled]; !can {
			return nil, refuse(TooLate, "", "%s", r.past())
		}
		return []Event{{Kind: RequesterCancelled, By: v.By}}, nil
	})
}

// Answer is what a person found out about an unknown start.
type Answer string

const (
	LookAgain Answer = "look"
	DidStart  Answer = "did_start"
	DidNot    Answer = "did_not"
)

// Resolve records a person's Answer for a Request whose start is unknown, under the rule that it was approved under.
func (s *Service) Resolve(ctx context.Context, v Verdict, answer Answer) (Request, error) {
	r, err := s.resolve(ctx, v, answer)
	return r, s.refused(ctx, v.Request, v.refusal(), err)
}

func (s *Service) resolve(ctx context.Context, v Verdict, answer Answer) (Request, error) {
	by, err := s.voter(ctx, v)
	if err != nil {
		return Request{}, err
	}
	v.By = by.Actor
	return s.store.Update(ctx, v.Request, v.by(), func(r Request, _ time.Time) ([]Event, error) {
		if r.State != Unknown {
			return nil, refuse(TooLate, "", "%s", r.past())
		}
		if r.Terms != v.Terms {
			return nil, refuse(OldCard, "Please use the newest card.", "This card is old; nothing changed.")
		}
		if answer == LookAgain {
			return []Event{{Kind: LookAsked, By: v.By}}, nil
		}
		// Where nobody had to approve, who asked may answer.
		if alone := r.Rule.Waives(r.Ask) && by.Is(r.Ask.By); len(by.as) == 0 && !alone {
			return nil, refuse(NotApprover, "", "You can't answer for %s: that is for whom its rule names.", r.ID)
		}
		if answer == DidStart {
			return []Event{{Kind: PersonSaysStarted, By: v.By}}, nil
		}
		return []Event{{Kind: PersonSaysNot, By: v.By, Problem: &Problem{
			Words: r.either(T("%s looked and says that it did not start.", v.By.Name), T("%s looked and says that it did not stop.", v.By.Name)),
			Next:  T("Ask again; that needs a new approval."),
		}}}, nil
	})
}

// open reports why decisions no longer count.
func (r Request) open(terms int, now time.Time) error {
	switch {
	case r.State != Pending && r.State != Approved:
		return refuse(TooLate, "", "%s", r.past())
	case terms != r.Terms:
		return refuse(OldCard, "Please use the newest card.", "This card is old: %s asks for something else now. Nothing changed.", r.ID)
	case r.State == Pending && !r.ExpiresAt.IsZero() && !now.Before(r.ExpiresAt):
		return refuse(TooLate, "Ask again if it is still wanted.", "%s", r.expired())
	}
	return nil
}

// past says where a Request stands, to somebody who came too late.
func (r Request) past() Text {
	switch r.State {
	case Opened, Pending:
		return r.either(T("%s still waits for a decision; nothing was started.", r.ID), T("%s still waits for a decision; nothing was stopped.", r.ID))
	case Approved, Starting, Accepted, Running:
		if len(r.Decisions) == 0 {
			return T("%s needed no approval; nothing more to do.", r.ID)
		}
		last := r.Decisions[len(r.Decisions)-1]
		return T("%s approved %s at %s; nothing more to do.", last.By.Name, r.ID, Plain.Time(last.At))
	case Denied:
		for _, d := range r.Decisions {
			if !d.Approve {
				return r.either(T("%s denied %s already; nothing was started.", d.By.Name, r.ID), T("%s denied %s already; nothing was stopped.", d.By.Name, r.ID))
			}
		}
	case Cancelled:
		return r.either(T("%s cancelled %s; nothing was started.", r.Ask.By.Name, r.ID), T("%s cancelled %s; nothing was stopped.", r.Ask.By.Name, r.ID))
	case Expired:
		return r.expired()
	case Refused:
		return r.either(T("%s was not started; its card says why.", r.ID), T("%s was not stopped; its card says why.", r.ID))
	case Unknown:
		return r.either(T("It is not known whether %s started; its card says what to do.", r.ID), T("It is not known whether %s stopped; its card says what to do.", r.ID))
	}
	return T("%s has ended; its card says how.", r.ID)
}

func (r Request) expired() Text {
	return r.either(T("%s has expired; nothing was started.", r.ID), T("%s has expired; nothing was stopped.", r.ID))
}

// either picks by what the Request asks for.
func (r Request) either(start, stop Text) Text {
	if r.Ask.Action == Stop {
		return stop
	}
	return start
}

// Reads is nil for somebody who may read what Slipway knows. Whoever belongs to another workspace may not: a channel that
// two companies share brings their words, too.
func (s *Service) Reads(by Actor) *Error { return s.ownTeam(by) }

// ownTeam refuses users of other workspaces, and payloads that do not say where the user belongs.
func (s *Service) ownTeam(by Actor) *Error {
	if by.UserID == "" || by.TeamID == "" || by.TeamID != s.people.TeamID() {
		return refuse(NotMember, "", "Only members of this workspace may use Slipway here. Nothing was started or decided.")
	}
	return nil
}

// person asks Slack who somebody is, with their name as Slack shows it. A payload that does not say where they belong is
// refused before.
func (s *Service) person(ctx context.Context, by Actor) (Person, error) {
	if by.UserID == "" || by.TeamID == "" || s.people.TeamID() == "" {
		return Person{}, refuse(NotMember, "", "Slack did not say where you belong. Nothing was started or decided.")
	}
	person, err := s.people.Person(ctx, by.UserID)
	if err != nil {
		return Person{}, unsaid(err, T("Slack did not say who you are, so nothing changed."), T("Please press again in a moment."))
	}
	if person.TeamID != by.TeamID {
		return Person{}, refuse(NotMember, "", "Slack contradicts itself about where you belong. Nothing was started or decided.")
	}
	return person, nil
}

// unsaid is what it means to people that Slack did not answer; an *Error speaks for itself.
func unsaid(err error, words, hint Text) error {
	if CodeOf(err) != "" {
		return err
	}
	return &Error{Code: Unavailable, Words: words, Hint: hint, Cause: err}
}

// FullMember is nil for somebody who may act: a person, active, no guest, of that workspace.
func (p Person) FullMember(teamID string) *Error {
	if p.Unproven {
		return refuse(Unavailable, "", "Slack can't be asked now who you are. Nothing was started or decided.")
	}
	if p.Guest || p.Bot || p.Deleted || p.TeamID != teamID {
		return refuse(NotMember, "", "Only full members of this workspace may ask or decide: no guests, no bots, nobody from other workspaces. Nothing was started or decided.")
	}
	return nil
}
