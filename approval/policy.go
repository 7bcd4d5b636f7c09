package approval

import (
	"slices"
	"sync/atomic"
	"time"
)

// Policy is the rules in order: the first that matches a Request decides about it. Where none matches, nothing starts.
type Policy struct {
	Rules []Rule `json:"rules"`
	Brake *Brake `json:"freeze,omitempty"` // nil: nobody may freeze or thaw
	// Operators are the OS users who may decide on Slipway's host, by login name or number, and who they are in Slack.
	Operators map[string]string `json:"operators,omitempty"`
}

// Standard is the policy without a policy file: the requester confirms, everywhere.
func Standard() Policy { return Policy{Rules: []Rule{BuiltIn()}} }

// Rulebook holds the Policy that is in force, and takes a new one while Slipway runs.
type Rulebook struct{ policy atomic.Pointer[Policy] }

// NewRulebook returns a Rulebook with that Policy in force.
func NewRulebook(p Policy) *Rulebook {
	b := &Rulebook{}
	b.Replace(p)
	return b
}

// Policy is the one in force now. Its rules must not be changed.
func (b *Rulebook) Policy() Policy { return *b.policy.Load() }

// Replace puts another Policy in force.
func (b *Rulebook) Replace(p Policy) { b.policy.Store(&p) }

// Names of approvers that are no Slack ids or handles.
const (
	TheRequester = "requester" // who asked
	Anyone       = "anyone"    // every full member who can see the card
)

// Rule says which Requests it is about, how many approvals they need, from whom, and when they may not start. A Request
// keeps the Rule that it was opened under.
type Rule struct {
	Name      string   `json:"name"`
	Match     Match    `json:"match,omitzero"`
	Approvals int      `json:"approvals"`           // how many people; 0: it starts at once
	Approvers []string `json:"approvers,omitempty"` // user ids, group ids or @handles, TheRequester, Anyone
	// ApprovalsFrom says how many of the Approvals must come from each of these, one person counting for one of them;
	// empty: no matter from which of the Approvers.
	ApprovalsFrom map[string]int `json:"approvals_from,omitempty"`
	// RequesterMay lets who asked approve as one of the groups or as Anyone. TheRequester and the own user id name the
	// requester by themselves.
	RequesterMay   bool          `json:"requester_may_approve,omitempty"`
	NeedsReason    bool          `json:"reason,omitempty"`
	ExpiresIn      time.Duration `json:"expires_in"`
	RemindBefore   time.Duration `json:"remind_before,omitempty"`   // 0: no reminder before the question expires
	DirectMessages bool          `json:"direct_messages,omitempty"` // approvers get the card directly, too
	Workflows      bool          `json:"workflows,omitempty"`       // workflows may ask, too
	Closed         []Window      `json:"closed,omitempty"`
	BreakGlass     *BreakGlass   `json:"break_glass,omitempty"`
}

// Match says which Requests a Rule is about. An empty list matches all; all of the lists must match.
type Match struct {
	Instances  []string `json:"instances,omitempty"`
	Jobs       []string `json:"jobs,omitempty"`  // globs over the job's name: * any run of characters, ? one; or the job's id
	Types      []string `json:"types,omitempty"` // LakeFormation's: METADATA_MIGRATION, …
	Actions    []Action `json:"actions,omitempty"`
	Channels   []string `json:"channels,omitempty"`   // ids
	Requesters []string `json:"requesters,omitempty"` // user ids, group ids or @handles
}

// Window is a time in the week, in the wall clock of a zone, during which nothing starts.
type Window struct {
	Days  []time.Weekday `json:"days,omitempty"`  // on which it begins; empty: every day
	Dates []Dates        `json:"dates,omitempty"` // within these dates only; empty: all the year
	From  int            `json:"from"`            // minutes since midnight, 0 to 1439
	To    int            `json:"to"`              // minutes since midnight, 1 to 1440; not after From: it ends on the next day
	Zone  string         `json:"zone"`            // of the time zone database, such as Asia/Shanghai
	Why   string         `json:"why,omitempty"`
}

// Dates are the days from First to Last, both included, as 2006-01-02.
type Dates struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

// BreakGlass is the way past a Rule in an emergency: who may start at once, with a reason, and who is told.
type BreakGlass struct {
	By    []string `json:"by"`              // user ids, group ids or @handles
	Tells []string `json:"tells,omitempty"` // channels, users or groups that get the card
}

// Group is a Slack user group.
type Group struct {
	ID      string
	Handle  string // without the @
	Name    string
	Members []string // user ids
}

// Groups are the enabled user groups of the workspace at some time. A group that is not in it has no members.
type Groups []Group

// Find gives the group that a rule names by its id or @handle.
func (g Groups) Find(ref string) (Group, bool) {
	i := slices.IndexFunc(g, func(one Group) bool { return one.ID == ref || (one.Handle != "" && "@"+one.Handle == ref) })
	if i < 0 {
		return Group{}, false
	}
	return g[i], true
}

// Approver is one entry of a Rule's approvers as Slack knew it when the Request was described, for words and mentions.
type Approver struct {
	Ref  string `json:"ref"`            // as the rule writes it
	ID   string `json:"id,omitempty"`   // user or group id; "" for TheRequester and Anyone
	Name string `json:"name,omitempty"` // display name or @handle
}
