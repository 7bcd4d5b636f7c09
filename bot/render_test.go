package bot

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/commands"
	"slipway/playground/localslack"
)

var update = flag.Bool("update", false, "write what the cards look like now into testdata")

var (
	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	ana  = approval.Actor{TeamID: "T1", UserID: "U_ANA", Name: "Ana"}
	ben  = approval.Actor{TeamID: "T1", UserID: "U_BEN", Name: "Ben"}
	chen = approval.Actor{TeamID: "T1", UserID: "U_CHEN", Name: "Chen"}
)

// request is the one believable Request that each case changes by a fact.
func request(state approval.State, change func(*approval.Request)) approval.Request {
	r := approval.Request{
		ID: 1042, Version: 3, Terms: 1, State: state, CreatedAt: noon, PostedAt: noon, ExpiresAt: noon.Add(30 * time.Minute),
		Ask: approval.Ask{Action: approval.Start, Instance: "prod", Job: "nightly_sync", Reason: "source reloaded", By: ana, Channel: "C1", Command: "/lf"},
		Job: approval.Job{ID: "03141229-84cd-4b1b-9733-dd124320c125", Name: "nightly_sync", Type: "METADATA_MIGRATION", Last: []approval.Run{
			{Status: "SUCCESS", StartedAt: noon.Add(-10 * time.Hour), Took: 12 * time.Minute},
		}},
		Rule: approval.BuiltIn(),
	}
	if state != approval.Pending {
		r.Decisions = []approval.Decision{{By: ana, Approve: true, At: noon.Add(time.Minute)}}
		r.MarkedAt = noon.Add(2 * time.Minute)
	}
	if change != nil {
		change(&r)
	}
	return r
}

func accepted(r *approval.Request) { r.AcceptedAt = noon.Add(3 * time.Minute) }

func ran(status string) func(*approval.Request) {
	return func(r *approval.Request) {
		accepted(r)
		r.Run = approval.Run{Status: status, StartedAt: noon.Add(3 * time.Minute), Took: 11*time.Minute + 40*time.Second}
	}
}

// facts are all there is to tell before a decision.
func facts(r *approval.Request) {
	r.Job.Last = []approval.Run{
		{Status: "SUCCESS", StartedAt: noon.Add(-10 * time.Hour), Took: 12 * time.Minute},
		{Status: "FAILED", StartedAt: noon.Add(-34 * time.Hour), Took: 3 * time.Minute},
		{Status: "PARTIAL_SUCCESS", StartedAt: noon.Add(-58 * time.Hour), Took: 14 * time.Minute},
		{Status: "STOPPED"},
		{Status: "SUCCESS", StartedAt: noon.Add(-106 * time.Hour), Took: 11*time.Minute + 48*time.Second},
	}
	r.Job.Others = []approval.Other{
		{ID: 1039, By: chen, State: approval.Partial},
		{ID: 1038, By: ben, State: approval.Denied},
	}
	r.Job.Beside = []approval.Beside{
		{Job: "weekly_load", Catalog: "lake", At: noon},
		{Job: "orders_backfill", Catalog: "lake", Database: "orders", At: noon},
	}
}

func frozen(r *approval.Request) {
	r.Freeze = approval.Freeze{By: ben, Since: noon.Add(-time.Hour), Why: "the source is <broken>", Channel: "C2"}
}

// cases are every state a card can show, and what may differ within it.
func cases() map[string]approval.Request {
	two := func(r *approval.Request) {
		r.Rule = approval.Rule{Name: "production needs two", Approvals: 2, Approvers: []string{"@data-leads"}, ExpiresIn: time.Hour}
		r.Approvers = []approval.Approver{{Ref: "@data-leads", ID: "S0LEADS", Name: "@data-leads"}}
		r.Decisions = []approval.Decision{{By: ben, Approve: true, At: noon.Add(time.Minute), As: []string{"@data-leads"}}}
	}
	of := func(r *approval.Request, rule approval.Rule) { r.Rule, r.Decisions = rule, nil }
	return map[string]approval.Request{
		"pending":      request(approval.Pending, nil),
		"pending-two":  request(approval.Pending, two),
		"pending-none": request(approval.Pending, func(r *approval.Request) { two(r); r.Decisions = nil }),
		"pending-from": request(approval.Pending, func(r *approval.Request) {
			of(r, approval.Rule{Name: "bank", ApprovalsFrom: map[string]int{"@data-leads": 1, "@security": 1}})
			r.Approvers = []approval.Approver{{Ref: "@data-leads", ID: "S0LEADS", Name: "@data-leads"}, {Ref: "@security", ID: "S0SECURITY", Name: "@security"}}
		}),
		"pending-users": request(approval.Pending, func(r *approval.Request) {
			of(r, approval.Rule{Name: "Ben or Chen", Approvals: 1, Approvers: []string{"U0BEN00002", "U0CHEN0003"}})
			r.Approvers = []approval.Approver{{Ref: "U0BEN00002", ID: "U0BEN00002", Name: "Ben"}, {Ref: "U0CHEN0003", ID: "U0CHEN0003", Name: "Chen"}}
		}),
		"accepted-two": request(approval.Accepted, func(r *approval.Request) {
			accepted(r)
			two(r)
			r.Decisions = append(r.Decisions, approval.Decision{By: chen, Approve: true, At: noon.Add(2 * time.Minute), As: []string{"@data-leads"}})
		}),
		"accepted-waived": request(approval.Accepted, func(r *approval.Request) {
			accepted(r)
			of(r, approval.Rule{Name: "staging"})
		}),
		"accepted-break-glass": request(approval.Accepted, func(r *approval.Request) {
			accepted(r)
			of(r, approval.Rule{Name: "production needs two", Approvals: 2, BreakGlass: &approval.BreakGlass{By: []string{ana.UserID}}})
			r.Ask.BreakGlass = true
		}),
		"approved-two": request(approval.Approved, func(r *approval.Request) {
			two(r)
			r.Decisions = append(r.Decisions, approval.Decision{By: chen, Approve: true, At: noon.Add(2 * time.Minute), As: []string{"@data-leads"}})
		}),
		"pending-frozen":  request(approval.Pending, frozen),
		"approved-frozen": request(approval.Approved, func(r *approval.Request) { frozen(r); r.ApprovedAt = noon.Add(time.Minute) }),
		"approved-on-host": request(approval.Approved, func(r *approval.Request) {
			two(r)
			r.Decisions[0].As = append(r.Decisions[0].As, "host:ben")
		}),
		"stop-not-frozen":          request(approval.Pending, func(r *approval.Request) { frozen(r); r.Ask.Action = approval.Stop }),
		"pending-reminded":         request(approval.Pending, func(r *approval.Request) { two(r); r.Rule.RemindBefore = 5 * time.Minute }),
		"pending-confirm-reminded": request(approval.Pending, func(r *approval.Request) { r.Rule.RemindBefore = 5 * time.Minute }),
		"pending-requester-or": request(approval.Pending, func(r *approval.Request) {
			of(r, approval.Rule{Name: "both know", Approvals: 2, Approvers: []string{approval.TheRequester, "@data-leads"}, RemindBefore: 5 * time.Minute})
			r.Approvers = []approval.Approver{{Ref: approval.TheRequester, Name: "Ana"}, {Ref: "@data-leads", ID: "S0LEADS", Name: "@data-leads"}}
		}),
		"unknown-break-glass": request(approval.Unknown, func(r *approval.Request) {
			of(r, approval.Rule{Name: "production needs two", Approvals: 2, BreakGlass: &approval.BreakGlass{By: []string{ana.UserID}}})
			r.Ask.BreakGlass = true
		}),
		"refused-closed": request(approval.Refused, func(r *approval.Request) {
			two(r)
			r.Problem = approval.Problem{Words: approval.T("Nothing may start under the rule “production needs two” until Sun, 3 Jan 00:00 (Europe/Berlin): year-end freeze."), Next: approval.T("Ask again; that needs a new approval.")}
		}),
		"refused-closed-privately": request(approval.Refused, func(r *approval.Request) {
			of(r, approval.Rule{})
			r.Problem = approval.Problem{Words: approval.T("Nothing may start under the rule “production needs two” until Sun, 3 Jan 00:00 (Europe/Berlin): year-end freeze."), Next: approval.T("Ask again then."), Private: true}
		}),
		"refused-left": request(approval.Refused, func(r *approval.Request) {
			two(r)
			r.Problem = approval.Problem{Words: approval.T("Since it was approved, Chen may no longer approve. 1 of 2 approvals (Ben); waiting for one more of @data-leads."), Next: approval.T("Ask again; that needs a new approval.")}
		}),
		"pending-stop": request(approval.Pending, func(r *approval.Request) { r.Ask.Action = approval.Stop }),
		"pending-cascade": request(approval.Pending, func(r *approval.Request) {
			r.Ask.Mode, r.Ask.Cascade, r.Ask.Reason, r.Job.Last = "COMPARISON", true, "", nil
		}),
		"pending-facts":           request(approval.Pending, facts),
		"pending-facts-no-usual":  request(approval.Pending, func(r *approval.Request) { facts(r); r.Job.Last = r.Job.Last[1:3] }),
		"pending-facts-of-a-stop": request(approval.Pending, func(r *approval.Request) { facts(r); r.Ask.Action = approval.Stop }),
		"running-late": request(approval.Running, func(r *approval.Request) {
			ran("RUNNING")(r)
			r.Card.Told = approval.Running
		}),
		"running-usual-unknown":  request(approval.Running, func(r *approval.Request) { ran("RUNNING")(r); r.Job.Last = nil }),
		"accepted-usual-unknown": request(approval.Accepted, func(r *approval.Request) { accepted(r); r.Job.Last = nil }),
		"succeeded-first":        request(approval.Succeeded, func(r *approval.Request) { ran("SUCCESS")(r); r.Job.Last = nil }),
		"stopped-late":           request(approval.Succeeded, func(r *approval.Request) { ran("SUCCESS")(r); r.Ask.Action = approval.Stop }),
		"approved":               request(approval.Approved, nil),
		"starting":               request(approval.Starting, nil),
		"starting-unanswered": request(approval.Starting, func(r *approval.Request) {
			r.Problem = approval.Problem{Words: approval.T("LakeFormation gave no clear answer."), HTTPStatus: 500, Code: "common.00000500", Message: "internal error", RequestID: "req-1"}
		}),
		"accepted":         request(approval.Accepted, accepted),
		"running":          request(approval.Running, ran("RUNNING")),
		"running-unsure":   request(approval.Running, func(r *approval.Request) { ran("RUNNING")(r); r.AcceptedAt = time.Time{} }),
		"running-said":     request(approval.Running, func(r *approval.Request) { r.SaidBy = ben }),
		"succeeded":        request(approval.Succeeded, ran("SUCCESS")),
		"succeeded-unsure": request(approval.Succeeded, func(r *approval.Request) { ran("SUCCESS")(r); r.AcceptedAt = time.Time{} }),
		"partial":          request(approval.Partial, ran("PARTIAL_SUCCESS")),
		"failed":           request(approval.Failed, ran("FAILED")),
		"stopped": request(approval.Stopped, func(r *approval.Request) {
			ran("STOPPED")(r)
			r.Problem.Words = approval.T("It was stopped outside Slipway.")
		}),
		"unwatched": request(approval.Unwatched, func(r *approval.Request) {
			ran("RUNNING")(r)
			r.Problem.Words = approval.T("LakeFormation no longer knows this job (404).")
		}),
		"unknown":          request(approval.Unknown, nil),
		"unknown-accepted": request(approval.Unknown, accepted),
		"unresolved":       request(approval.Unresolved, nil),
		"refused-solution": request(approval.Refused, func(r *approval.Request) {
			r.Problem = approval.Problem{Words: approval.T("LakeFormation refused it."), HTTPStatus: 400, Code: "common.01000001", Message: "failed to read http request", Solution: "Check the parameters.", RequestID: "req-1"}
		}),
		"refused-suggestion": request(approval.Refused, func(r *approval.Request) {
			r.Problem = approval.Problem{Words: approval.T("LakeFormation no longer knows this job (404)."), Next: approval.T("Look it up with `/lf jobs nightly_sync`."), HTTPStatus: 404, Code: "common.01000001", Message: "response status exception, code: 404", RequestID: "req-1"}
		}),
		"refused-changed": request(approval.Refused, func(r *approval.Request) {
			r.Problem = approval.Problem{Words: approval.T("Since it was approved, this changed: job name."), Next: approval.T("Ask again.")}
		}),
		"denied": request(approval.Denied, func(r *approval.Request) {
			two(r)
			r.Decisions = []approval.Decision{{By: chen, At: noon.Add(time.Minute)}}
		}),
		"cancelled": request(approval.Cancelled, nil),
		"expired": request(approval.Expired, func(r *approval.Request) {
			r.Problem = approval.Problem{Words: approval.T("Nobody decided in time."), Next: approval.T("Ask again if it is still wanted.")}
		}),
	}
}

// Every state of a card looks as written down. Run with -update after a wanted change, and read the difference.
func TestCardsLookAsWrittenDown(t *testing.T) {
	seen := map[approval.State]bool{}
	for name, r := range cases() {
		seen[r.State] = true
		t.Run(name, func(t *testing.T) {
			got := pretty(t, RenderCard(r, English))
			switch {
			case r.Problem.Private:
				got = "--- private\n" + pretty(t, RenderPrivate(r, English))
			case toldInThread(r):
				got += "--- reply\n" + pretty(t, RenderOutcome(r, English))
			case !r.NoteAt().IsZero():
				got += "--- note\n" + pretty(t, RenderNote(r, English))
			}
			path := filepath.Join("testdata", "cards", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
	for _, s := range approval.States() {
		require.True(t, seen[s] || s == approval.Opened, "no case shows a card that is %s", s)
	}
}

func pretty(t *testing.T, m Message) string {
	t.Helper()
	require.Empty(t, localslack.ValidateBlocks(blocksOf(t, m)))
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(m.Blocks))
	return m.Text + "\n---\n" + out.String()
}

func blocksOf(t *testing.T, m Message) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(m.Blocks)
	require.NoError(t, err)
	return raw
}

// Whatever stands in a Request, its card keeps Slack's limits, and nothing from outside becomes markup.
func FuzzCard(f *testing.F) {
	f.Add("nightly_sync", "reason", "Ana", "message", "solution")
	f.Add("<!channel>`x`", "<https://e.example|x>", "*Ana*<@U1>", "```<!here>", "&lt;!channel&gt;")
	f.Add(strings.Repeat("ä", 255), strings.Repeat("x<", 1000), strings.Repeat("&", 500), strings.Repeat("🚀", 4000), "\x00\u202e")
	f.Fuzz(func(t *testing.T, job, reason, who, message, solution string) {
		for _, r := range cases() {
			r.Job.Name, r.Ask.Job, r.Ask.Reason, r.Ask.By.Name = job, job, cut(reason, approval.LongestReason), who
			if !r.Rule.ConfirmsOnly() {
				r.Rule.Name = job
			}
			for i := range r.Job.Beside {
				r.Job.Beside[i].Job, r.Job.Beside[i].Catalog = job, reason
			}
			for i := range r.Job.Others {
				r.Job.Others[i].By.Name = who
			}
			for i := range r.Job.Last {
				r.Job.Last[i].Status = message
			}
			r.Approvers = slices.Clone(r.Approvers)
			for i := range r.Approvers {
				r.Approvers[i].Name = who
			}
			if !r.Problem.Words.IsZero() {
				r.Problem.Message, r.Problem.Solution = message, solution
			}
			var messages []Message
			for _, l := range []Language{English, Chinese} {
				messages = append(messages, RenderCard(r, l), RenderOutcome(r, l), RenderPrivate(r, l))
				if !r.NoteAt().IsZero() {
					messages = append(messages, RenderNote(r, l))
				}
			}
			for _, m := range messages {
				raw := string(blocksOf(t, m))
				require.Empty(t, localslack.ValidateBlocks(json.RawMessage(raw)))
				require.LessOrEqual(t, len([]rune(m.Text)), maxText)
				require.NotEmpty(t, m.Text)
				for _, live := range []string{"<!channel", "<!here", "<!everyone", "<http", "<@U1>"} {
					require.NotContains(t, m.Text, live)
				}
			}
		}
	})
}

func TestAReplyKeepsSlacksLimits(t *testing.T) {
	reply := commands.Reply{Text: strings.Repeat("x", 9000), Foot: "foot"}
	for range 200 {
		reply.Rows = append(reply.Rows, commands.Row{Title: strings.Repeat("n", 255), State: "succeeded", Detail: "metadata migration", At: noon})
	}
	m := RenderReply(reply)
	require.Empty(t, localslack.ValidateBlocks(blocksOf(t, m)))
	frame, err := json.Marshal(ephemeral(m))
	require.NoError(t, err)
	require.NotEmpty(t, frame)
}

func TestUnescapeGivesBackWhatWasTyped(t *testing.T) {
	for sent, typed := range map[string]string{
		"start a &lt;b&gt; &amp; c":             "start a <b> & c",
		"ask <@U1|ann> in <#C1|general>":        "ask @ann in #general",
		"see <https://example.com|example.com>": "see example.com",
		"<!channel>":                            "channel",
		"&lt;!channel&gt;":                      "<!channel>",
		"&amp;lt;":                              "&lt;",
	} {
		require.Equal(t, typed, unescape(sent), sent)
	}
}
