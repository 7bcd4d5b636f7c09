package main

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/bot"
	"slipway/playground"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
	"slipway/store"
)

// check runs `slipway check --json` in a world and gives the findings by name. Whatever is found: no secret is printed,
// nothing is posted, and no job is started.
func (w *world) check() map[string]finding {
	w.t.Helper()
	out, err := tool(w.t.(*testing.T), w.env, "check", "--json")
	var list []finding
	require.NoError(w.t, json.Unmarshal([]byte(out), &list), out)
	found, problems := map[string]finding{}, 0
	for _, f := range list {
		found[f.Name] = f
		if f.Status == statusProblem {
			problems++
			require.NotEmpty(w.t, f.Fix, "%s: a problem comes with its fix", f.Name)
		}
	}
	require.Equal(w.t, problems > 0, errors.Is(err, errFound), "the exit code says whether there are problems: %v", err)
	for _, secret := range []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "HUAWEICLOUD_SDK_SK"} {
		require.False(w.t, w.env[secret] != "" && strings.Contains(out, w.env[secret]), "%s is printed", secret)
	}
	w.untouched()
	return found
}

func (w *world) untouched() {
	w.t.Helper()
	for _, call := range w.slack.Calls() {
		require.False(w.t, strings.HasPrefix(call.Method, "chat.") || call.Method == "response_url", "it called %s", call.Method)
	}
	for _, job := range w.lake.Jobs() {
		require.Zero(w.t, job.StartCalls, job.Name)
	}
}

func TestAllIsWellInThePlayground(t *testing.T) {
	t.Parallel()
	w, _ := withFile(t, playground.Policy, realTime)
	out, err := tool(t, w.env, "check")
	require.NoError(t, err, out)
	for line := range strings.Lines(out) {
		require.True(t, strings.HasPrefix(line, "ok "), line)
	}
	require.Equal(t, len(checks), strings.Count(out, "\n"))
	w.untouched()
	_, err = os.Stat(w.env["SLIPWAY_CONFIG"] + ".db")
	require.Error(t, err)
}

func TestWhatIsBrokenIsNamedWithItsFix(t *testing.T) {
	t.Parallel()
	const rule = "rules:\n  - name: all\n    approvals: 1\n    approvers: [requester]\n    match: {channels: ["
	noSuch := rule + "C0NOTTHERE]}\n  - {name: rest, approvals: 1, approvers: [requester]}\n"
	analytics := rule + localslack.ChannelAnalytics + "]}\n  - {name: rest, approvals: 1, approvers: [requester]}\n"
	leads := "rules:\n  - {name: leads, approvals: 1, approvers: [\"@data-leads\"]}\n"
	more := func(s *localslack.Config, _ *locallake.Config) { s.Scopes = append(s.Scopes, "channels:read") }
	set := func(name, value string) func(*world) { return func(w *world) { w.env[name] = value } }

	for name, c := range map[string]struct {
		policy string
		world  func(*localslack.Config, *locallake.Config)
		spoil  func(*world)

		check, status, words, fix string
		also                      map[string]string // the status of other checks
	}{
		"the tokens are swapped": {
			spoil: func(w *world) {
				w.env["SLACK_APP_TOKEN"], w.env["SLACK_BOT_TOKEN"] = w.env["SLACK_BOT_TOKEN"], w.env["SLACK_APP_TOKEN"]
			},
			check: "tokens", status: "problem", words: "The two tokens are swapped.", fix: "Exchange the values",
			also: map[string]string{"settings": "ok", "bot token": "warning", "socket": "warning", "lakeformation": "ok", "database": "ok"},
		},
		"there is no app token": {
			spoil: set("SLACK_APP_TOKEN", "x-nothing"),
			check: "tokens", status: "problem", words: "SLACK_APP_TOKEN must be an app-level token", fix: "api.slack.com/apps",
		},
		"a setting is wrong": {
			spoil: set("SLACK_CONNECTIONS", "99"),
			check: "settings", status: "problem", words: "SLACK_CONNECTIONS is \"99\"", fix: "docs/settings.md",
			also: map[string]string{"bot token": "ok", "lakeformation": "ok"},
		},
		"an instance has no settings": {
			spoil: set("LAKEFORMATION_PROJECT_ID", ""),
			check: "lakeformation", status: "problem", words: "not complete", fix: "See “settings”.",
			also: map[string]string{"settings": "problem", "socket": "ok", "jobs": "warning"},
		},
		"the tokens were revoked": {
			spoil: func(w *world) { w.slack.RevokeTokens() },
			check: "bot token", status: "problem", words: "Slack refuses the bot token (token_revoked).", fix: "OAuth & Permissions",
			also: map[string]string{"socket": "problem", "scopes": "warning", "people": "warning", "slack clock": "ok"},
		},
		"a scope is missing": {
			world: without("users:read"),
			check: "scopes", status: "problem", words: "The bot token lacks users:read.", fix: "Reinstall to Workspace",
			also: map[string]string{"bot token": "ok", "app": "warning"},
		},
		"a scope is missing that the policy does not need": {
			world: without("usergroups:read"),
			check: "scopes", status: "warning", words: "lacks usergroups:read", fix: "Reinstall to Workspace",
		},
		"a scope is missing that the policy needs": {
			world: without("usergroups:read"), policy: leads,
			check: "scopes", status: "problem", words: "lacks usergroups:read", fix: "Reinstall to Workspace",
			also: map[string]string{"people": "problem", "proof": "warning"},
		},
		"there are more scopes than needed": {
			world: func(s *localslack.Config, _ *locallake.Config) { s.Scopes = append(s.Scopes, "files:write") },
			check: "scopes", status: "ok", words: "more than Slipway needs: files:write",
		},
		"Socket Mode is off": {
			spoil: func(w *world) {
				w.slack.Fail("apps.connections.open", localslack.Fault{Error: "link_disabled"})
			},
			check: "socket", status: "problem", words: "Socket Mode is switched off", fix: "Switch it on",
			also: map[string]string{"bot token": "ok", "app": "warning"},
		},
		"the app token may not open sockets": {
			spoil: func(w *world) {
				w.slack.Fail("apps.connections.open", localslack.Fault{Error: "missing_scope"})
			},
			check: "socket", status: "problem", words: "lacks the scope connections:write", fix: "Generate a new app-level token",
		},
		"the socket's address cannot be reached": {
			spoil: func(w *world) { w.slack.Fail("link", localslack.Fault{Status: 503}) },
			check: "socket", status: "problem", words: "Slack cannot be reached", fix: "wss://wss-primary.slack.com",
		},
		"all sockets are taken": {
			spoil: func(w *world) { w.slack.Fail("link", localslack.Fault{Status: 409}) },
			check: "socket", status: "problem", words: "as many sockets open as Slack allows", fix: "Stop the processes",
		},
		"a channel is not there": {
			policy: noSuch, world: more,
			check: "channels", status: "problem", words: "There is no channel C0NOTTHERE", fix: "Correct the id",
		},
		"channels cannot be seen": {
			policy: noSuch, world: more, spoil: func(w *world) {
				w.slack.Fail("conversations.info", localslack.Fault{Error: "missing_scope"})
			},
			check: "channels", status: "warning", words: "lacks the scope channels:read", fix: "Add the scope channels:read",
		},
		"channels may not be seen": {
			policy: analytics,
			check:  "channels", status: "warning", words: "lacks the scope channels:read", fix: "Add the scope channels:read",
		},
		"Slipway is not in a channel": {
			policy: analytics, world: more,
			check: "channels", status: "warning", words: "Slipway is not in #analytics", fix: "/invite @Slipway",
		},
		"a channel is archived": {
			policy: analytics, world: more, spoil: func(w *world) { w.slack.Archive(localslack.ChannelAnalytics, true) },
			check: "channels", status: "problem", words: "#analytics (C0ANALYTIC) is archived", fix: "Unarchive it",
		},
		"break glass tells a channel that Slipway is not in": {
			policy: "rules:\n  - {name: a, approvals: 1, approvers: [requester], break_glass: {by: [" + localslack.UserBen + "], tells: [" + localslack.ChannelAnalytics + "]}}\n",
			world:  more,
			check:  "channels", status: "problem", words: "which the policy tells of break glass", fix: "/invite @Slipway",
		},
		"a group is gone": {
			policy: leads, world: func(s *localslack.Config, _ *locallake.Config) { s.Groups = nil },
			check: "people", status: "problem", words: "Slack has no user group @data-leads", fix: "Correct the policy",
		},
		"a group is empty": {
			policy: leads, spoil: func(w *world) { w.group() },
			check: "people", status: "warning", words: "The user group @data-leads has no members.", fix: "the group in Slack",
		},
		"an approver has left": {
			policy: "rules:\n  - {name: ben, approvals: 1, approvers: [" + localslack.UserBen + "]}\n",
			spoil:  func(w *world) { w.slack.SetUser(localslack.User{ID: localslack.UserBen, Name: "ben", Deleted: true}) },
			check:  "people", status: "problem", words: "Slack knows no more as an active member", fix: "Correct the policy",
		},
		"an approver is a guest": {
			policy: "rules:\n  - {name: gita, approvals: 1, approvers: [" + localslack.UserGuest + "]}\n",
			check:  "people", status: "problem", words: "who is a guest", fix: "Correct the policy",
		},
		"the clock is behind": {
			world: func(s *localslack.Config, _ *locallake.Config) {
				s.Now = func() time.Time { return time.Now().Add(6 * time.Minute) }
			},
			check: "slack clock", status: "problem", words: "This machine's clock is 6m0s behind Slack's.", fix: "timedatectl set-ntp true",
		},
		"the clock is ahead": {
			world: func(_ *localslack.Config, l *locallake.Config) { l.Clock = slow{7 * time.Minute} },
			check: "lakeformation clock", status: "problem", words: "ahead of LakeFormation's", fix: "signatures that are 15 minutes off",
			also: map[string]string{"lakeformation": "ok", "slack clock": "ok"},
		},
		"the clock is so far off that nothing is accepted": {
			world: func(_ *localslack.Config, l *locallake.Config) { l.Clock = slow{20 * time.Minute} },
			check: "lakeformation", status: "problem", words: "the signature's time is not the server's", fix: "Set this machine's clock",
			also: map[string]string{"lakeformation clock": "problem", "jobs": "warning"},
		},
		"the secret key is wrong": {
			spoil: set("HUAWEICLOUD_SDK_SK", "not-the-secret-key-of-this-access-key"),
			check: "lakeformation", status: "problem", words: "the signature is wrong", fix: "Check the secret key",
			also: map[string]string{"lakeformation clock": "ok", "jobs": "warning", "socket": "ok"},
		},
		"the access key is unknown": {
			spoil: set("HUAWEICLOUD_SDK_AK", "NOTANACCESSKEY"),
			check: "lakeformation", status: "problem", words: "the access key is not known", fix: "Check the access key",
		},
		"the token is wrong": {
			spoil: func(w *world) {
				w.env["HUAWEICLOUD_SDK_AK"], w.env["HUAWEICLOUD_SDK_SK"], w.env["LAKEFORMATION_TOKEN"] = "", "", "a-token-that-nobody-issued"
			},
			check: "lakeformation", status: "problem", words: "refused", fix: "token",
		},
		"a token that ends": {
			spoil: func(w *world) {
				w.env["HUAWEICLOUD_SDK_AK"], w.env["HUAWEICLOUD_SDK_SK"], w.env["LAKEFORMATION_TOKEN"] = "", "", locallake.PlaygroundToken
			},
			check: "credentials", status: "warning", words: "it ends within a day", fix: "LAKEFORMATION_ECS_AGENCY",
			also: map[string]string{"lakeformation": "ok"},
		},
		"temporary keys": {
			world: func(_ *localslack.Config, l *locallake.Config) { l.SecurityToken = "the-token-of-today" },
			spoil: set("HUAWEICLOUD_SDK_SECURITY_TOKEN", "the-token-of-today"),
			check: "credentials", status: "warning", words: "nothing renews them", fix: "LAKEFORMATION_ECS_AGENCY",
			also: map[string]string{"lakeformation": "ok"},
		},
		"the project is another": {
			spoil: set("LAKEFORMATION_PROJECT_ID", "ffffffffffffffffffffffffffffffff"),
			check: "lakeformation", status: "problem", words: "the credentials belong to another project", fix: "Check the project id",
		},
		"the instance is gone": {
			spoil: set("LAKEFORMATION_INSTANCE_ID", "00000000-0000-0000-0000-000000000000"),
			check: "lakeformation", status: "problem", words: "it does not know this instance or project", fix: "Check the instance id",
		},
		"the instance is being changed": {
			world: func(_ *localslack.Config, l *locallake.Config) {
				l.Instances = slices.Clone(l.Instances)
				l.Instances[0].Status = "SCALING"
			},
			check: "lakeformation", status: "warning", words: "is SCALING", fix: "console",
		},
		"the instance itself may not be looked at": {
			spoil: func(w *world) {
				require.NoError(w.t, w.lake.SetFault(locallake.OpInstance, locallake.Fault{Name: locallake.FaultDenied}))
			},
			check: "lakeformation", status: "ok", words: "though not to look at the instance itself",
		},
		"LakeFormation is away": {
			spoil: func(w *world) { require.NoError(w.t, w.lake.Close()) },
			check: "lakeformation", status: "problem", words: "LakeFormation could not be asked", fix: "firewall or proxy",
			also: map[string]string{"lakeformation clock": "warning", "database": "ok", "proof": "warning"},
		},
		"jobs may not be read": {
			spoil: func(w *world) {
				require.NoError(w.t, w.lake.SetFault(locallake.OpList, locallake.Fault{Name: locallake.FaultNoPermission}))
			},
			check: "jobs", status: "problem", words: "a permission is missing", fix: "lakeformation:instanceJob:describe",
			also: map[string]string{"lakeformation": "ok", "proof": "warning"},
		},
		"jobs were never authorised": {
			world: func(_ *localslack.Config, l *locallake.Config) { l.JobsUnauthorized = true },
			check: "job authorization", status: "problem", words: "lakeformation_job_trust is not there", fix: "Tasks > Job Authorization",
		},
		"the region does not say whether jobs are authorised": {
			spoil: func(w *world) {
				require.NoError(w.t, w.lake.SetFault(locallake.OpAgency, locallake.Fault{Name: locallake.FaultNotFound}))
			},
			check: "job authorization", status: "warning", words: "does not say it here", fix: "Tasks > Job Authorization",
		},
		"who asks may not know whether jobs are authorised": {
			spoil: func(w *world) {
				require.NoError(w.t, w.lake.SetFault(locallake.OpAgency, locallake.Fault{Name: locallake.FaultDenied}))
			},
			check: "job authorization", status: "warning", words: "may not ask", fix: "Tasks > Job Authorization",
		},
		"the database is read-only": {
			spoil: func(w *world) { w.readOnly() },
			check: "database", status: "problem", words: "takes no changes: attempt to write a readonly database", fix: "Let Slipway's user write it",
		},
		"the database has no directory": {
			spoil: func(w *world) { w.env["DATABASE_URL"] = "sqlite:" + w.t.TempDir() + "/nowhere/slipway.db" },
			check: "database", status: "problem", words: "does not exist", fix: "mkdir -p",
		},
		"the database is something else": {
			spoil: func(w *world) {
				path, _ := store.SQLitePath(w.env["DATABASE_URL"])
				require.NoError(w.t, os.WriteFile(path, []byte(strings.Repeat("no database ", 100)), 0o600))
			},
			check: "database", status: "problem", words: "file is not a database",
		},
		"the database server is away": {
			spoil: set("DATABASE_URL", "postgres://slipway:a-password-not-shown@127.0.0.1:1/slipway"),
			check: "database", status: "problem", words: "cannot be reached", fix: "Check DATABASE_URL",
		},
		"the policy has a typing error": {
			policy: "rules:\n  - {name: leads, aprovals: 1}\n",
			check:  "policy", status: "problem", words: "aprovals", fix: "slipway policy lint",
			also: map[string]string{"settings": "ok", "channels": "warning", "proof": "warning", "lakeformation": "ok"},
		},
		"the policy is not there": {
			spoil: set("SLIPWAY_CONFIG", "/nowhere/slipway.yaml"),
			check: "policy", status: "problem", words: "cannot be read", fix: "Correct SLIPWAY_CONFIG",
			also: map[string]string{"settings": "problem"},
		},
		"the policy asks for more people than there are": {
			policy: "rules:\n  - {name: three leads, approvals: 3, approvers: [\"@data-leads\"], requester_may_approve: true}\n",
			check:  "proof", status: "warning", words: "there are 2 of 3 approvals", fix: "slipway policy prove",
		},
		"the policy leaves some people out": {
			policy: playground.Policy,
			check:  "proof", status: "ok", words: "Some people's asks could not",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts := []func(*localslack.Config, *locallake.Config){realTime}
			if c.world != nil {
				facts = append(facts, c.world)
			}
			w := unstarted(t, facts...)
			if c.policy != "" {
				w.env["SLIPWAY_CONFIG"] = file(t, c.policy)["SLIPWAY_CONFIG"]
			}
			if c.spoil != nil {
				c.spoil(w)
			}
			found := w.check()
			f := found[c.check]
			require.Equal(t, c.status, f.Status, "%+v", f)
			require.Contains(t, f.Words, c.words)
			require.Contains(t, f.Fix, c.fix)
			for name, status := range c.also {
				require.Equal(t, status, found[name].Status, "%+v", found[name])
			}
			require.Len(t, found, len(checks), "one that fails stops no other")
		})
	}
}

// slow is a clock that is behind the machine's.
type slow struct{ by time.Duration }

func (c slow) Now() time.Time { return time.Now().Add(-c.by) }

func (c slow) AfterFunc(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }

// readOnly makes a database of this world, of which SQLite takes no writes whoever asks: its header names a newer format.
func (w *world) readOnly() {
	w.t.Helper()
	s, err := store.Open(w.t.Context(), w.env["DATABASE_URL"], store.Options{})
	require.NoError(w.t, err)
	require.NoError(w.t, s.Close())
	path, _ := store.SQLitePath(w.env["DATABASE_URL"])
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(w.t, err)
	_, err = file.WriteAt([]byte{3}, 18) // the write version; from 3 on a file may only be read
	require.NoError(w.t, errors.Join(err, file.Close()))
}

func TestTokensOfTwoAppsAreTold(t *testing.T) {
	f := (&checkup{identity: bot.Identity{AppID: "A1"}, hello: bot.SocketHello{AppID: "A2"}}).app(t.Context(), "")
	require.Equal(t, statusProblem, f.Status)
	require.Contains(t, f.Words, "the app token of A2, the bot token of A1")
}

func TestACheckBesideASlipwayThatRuns(t *testing.T) {
	t.Parallel()
	w := unstarted(t, realTime)
	p := w.spawn()
	found := w.check()
	require.Contains(t, found["socket"].Words, "Another one is open")
	require.Contains(t, found["database"].Words, ") is this Slipway's. A Slipway (process ")
	for _, f := range found {
		require.Equal(t, statusOK, f.Status, "%+v", f)
	}
	p.until("the check's socket is closed", func() bool { return w.slack.Connections() == 1 })
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
}

func TestAServiceThatHangsStopsNoOtherCheck(t *testing.T) {
	t.Parallel()
	w := unstarted(t, realTime)
	for _, method := range []string{"auth.test", "apps.connections.open"} {
		w.slack.Fail(method, localslack.Fault{Hang: true})
	}
	require.NoError(t, w.lake.SetFault(locallake.OpInstance, locallake.Fault{Name: locallake.FaultHang}))
	c := newCheckup(func(name string) string { return w.env[name] })
	defer c.close()
	c.limit = 200 * time.Millisecond
	found := map[string]finding{}
	require.NoError(t, c.run(t.Context(), func(f finding) error { found[f.Name] = f; return nil }))
	require.Equal(t, "Slack gave no answer in time.", found["bot token"].Words)
	require.Equal(t, "Slack gave no answer in time.", found["socket"].Words)
	require.Contains(t, found["lakeformation"].Words, "no answer came in time")
	require.Equal(t, statusOK, found["database"].Status)
	require.Len(t, found, len(checks))
}

func TestEachInstanceIsChecked(t *testing.T) {
	t.Parallel()
	w := unstarted(t, realTime)
	text := "instances:\n"
	for name, id := range map[string]string{"prod": locallake.PlaygroundInstance, "staging": "00000000-0000-0000-0000-000000000000"} {
		text += "  " + name + ": {endpoint: \"" + w.lake.URL() + "\", project_id: \"" + locallake.PlaygroundProject + "\", instance_id: " + id + "}\n"
	}
	w.env["SLIPWAY_CONFIG"] = file(t, text+"rules:\n  - {name: all, approvals: 1, approvers: [requester]}\n")["SLIPWAY_CONFIG"]
	delete(w.env, "LAKEFORMATION_ENDPOINT")
	delete(w.env, "LAKEFORMATION_INSTANCE_ID")
	found := w.check()
	require.Equal(t, statusOK, found["lakeformation (prod)"].Status, "%+v", found)
	require.Equal(t, statusOK, found["jobs (prod)"].Status)
	require.Equal(t, statusProblem, found["lakeformation (staging)"].Status)
	require.Contains(t, found["jobs (staging)"].Words, "Not tried, because of the problem with “lakeformation (staging)”.")
}
