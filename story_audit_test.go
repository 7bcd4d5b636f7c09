package main

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/localslack"
	"slipway/store"
)

func TestTheHistoryTellsWhoDidWhat(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads())
	w.as("dev").types("/lf history")
	w.as("dev").reads("Nothing has happened in this channel yet.")
	w.as("ana").types("/lf start nightly_sync")
	w.as("dev").presses("Approve")
	w.as("ben").presses("Approve")
	w.as("chen").presses("Approve")
	w.cardSays("succeeded after")
	w.as("dev").types("/lf history nightly_sync")
	w.as("dev").reads("What happened to `nightly_sync` on default, the newest first:", "R-1001 · start nightly_sync", "ana: asked",
		"dev: could not decide: You can't approve R-1001. The rule does not name you", "Ben: approved", "Chen: approved", "LakeFormation was asked", "succeeded")
	w.as("dev").types("/lf history R-1001")
	w.as("dev").reads("What happened to R-1001")
	w.as("dev").types("/lf history R-77")
	w.as("dev").reads("There is no R-77.")
	w.as("dev").types("/lf history nothing_like_it")
	w.as("dev").reads("Nothing has happened to `nothing_like_it` on default yet.")
}

func TestTheAuditIsExportedAndVerified(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync =HYPERLINK(1)")
	w.as("ben").presses("Start job")
	w.as("ben").reads("You can't approve R-1001.")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	w.threadSays("succeeded after")

	out, err := tool(t, w.env, "audit", "verify")
	require.NoError(t, err, "beside the process that writes")
	require.Contains(t, out, "events are as they were recorded, from 1 to")
	_, head, _ := strings.Cut(out, "Newest hash: ")
	head, _, _ = strings.Cut(head, "\n")
	export := filepath.Join(t.TempDir(), "audit.jsonl")
	_, err = tool(t, w.env, "audit", "export", "-o", export)
	require.NoError(t, err)
	out, err = tool(t, nil, "audit", "verify", export, "--head", head)
	require.NoError(t, err, out)
	for kind, found := range map[approval.Kind]bool{approval.Asked: true, approval.DecisionRefused: true, approval.VoteApproved: true, approval.StartMarked: true, approval.RunSucceeded: true} {
		text, err := os.ReadFile(export)
		require.NoError(t, err)
		require.Equal(t, found, strings.Contains(string(text), `"kind":"`+string(kind)+`"`), kind)
	}

	text, err := os.ReadFile(export)
	require.NoError(t, err)
	lines := strings.SplitAfter(strings.TrimSpace(string(text)), "\n")
	for name, c := range map[string]struct{ text, says string }{
		"a changed actor": {strings.Replace(string(text), people["ana"], people["dev"], 1), "event 1 was changed: its hash does not fit"},
		"a line gone":     {strings.Join(append(append([]string{}, lines[:2]...), lines[3:]...), ""), "event 3 is not where it belongs: after 2 comes 4"},
		"a cut":           {strings.Join(lines[:len(lines)-1], ""), "no event has the remembered hash: the end was cut off after event"},
	} {
		changed := filepath.Join(t.TempDir(), "changed.jsonl")
		require.NoError(t, os.WriteFile(changed, []byte(c.text), 0o600))
		out, err := tool(t, nil, "audit", "verify", changed, "--head", head)
		require.ErrorIs(t, err, errFound, name)
		require.Contains(t, out, "The audit is broken: "+c.says, name)
	}

	for name, c := range map[string]struct{ text, says string }{
		"another program's spaces": {strings.Replace(string(text), `"kind":`, `"kind": `, 1), "line 1 was edited or cut, or written by another program"},
		"half a line":              {string(text[:len(text)-20]), fmt.Sprintf("line %d was edited or cut", len(lines))},
	} {
		changed := filepath.Join(t.TempDir(), "changed.jsonl")
		require.NoError(t, os.WriteFile(changed, []byte(c.text), 0o600))
		out, err := tool(t, nil, "audit", "verify", changed)
		require.ErrorIs(t, err, errFound, name)
		require.Contains(t, out, "The audit is broken: "+c.says, name)
	}
	_, err = tool(t, w.env, "audit", "verify", "--head", "1f7c")
	require.ErrorContains(t, err, "--head is no hash")

	out, err = tool(t, w.env, "audit", "export", "--format", "csv", "--since", "2")
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "seq", rows[0][0])
	require.Equal(t, "3", rows[1][0])
	for _, row := range rows {
		for _, cell := range row {
			require.False(t, cell != "" && strings.ContainsRune("=+-@", rune(cell[0])), "%q is a formula", cell)
		}
	}
}

func TestTheAuditOfOneJobIsExported(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync late orders")
	w.as("ben").presses("Start job")
	w.as("ben").reads("You can't approve R-1001.")
	w.as("ben").types("/lf cancel R-1001")
	w.as("ben").reads("can cancel R-1001.")
	w.as("ben").types("/lf start " + strings.Repeat("x", 300))
	w.as("ben").reads("A job's name has at most 255 characters")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	w.threadSays("succeeded after")

	whole, err := tool(t, w.env, "audit", "export")
	require.NoError(t, err)
	require.NotContains(t, whole, `"salt"`)
	refused := 0
	for e, err := range readAudit(strings.NewReader(whole)) {
		require.NoError(t, err)
		var detail approval.Event
		require.NoError(t, json.Unmarshal(e.Detail, &detail))
		switch e.Kind {
		case approval.Asked:
			require.Equal(t, "late orders", detail.Ask.Reason)
			require.Equal(t, "nightly_sync", detail.Ask.Job)
		case approval.DecisionRefused:
			refused++
			require.Equal(t, localslack.ChannelPlatform, detail.Channel, "pressed or typed")
		case approval.CommandRefused:
			refused++
			require.Zero(t, e.Request)
			require.Len(t, []rune(detail.Ask.Job), approval.LongestJob)
		}
	}
	require.Equal(t, 3, refused)

	one, err := tool(t, w.env, "audit", "export", "--job", "nightly_sync")
	require.NoError(t, err)
	require.Equal(t, strings.Count(whole, "\n")-1, strings.Count(one, "\n"), "all but the refused command")
	export := filepath.Join(t.TempDir(), "one.jsonl")
	require.NoError(t, os.WriteFile(export, []byte(one), 0o600))
	out, err := tool(t, nil, "audit", "verify", export)
	require.ErrorIs(t, err, errFound)
	require.Contains(t, out, "is not where it belongs")
	out, err = tool(t, nil, "audit", "verify", export, "--gaps")
	require.NoError(t, err)
	require.Contains(t, out, "are as they were recorded, each by itself.\nWhether any are missing, this file cannot tell")
	require.NoError(t, os.WriteFile(export, []byte(strings.Replace(one, "late orders", "late others", 1)), 0o600))
	out, err = tool(t, nil, "audit", "verify", export, "--gaps")
	require.ErrorIs(t, err, errFound)
	require.Contains(t, out, "event 1 was changed")
	_, err = tool(t, w.env, "audit", "verify", "--gaps")
	require.ErrorContains(t, err, "--gaps is for a file that was exported with --job")
}

func TestVerifyFindsWhatWasChangedInTheDatabase(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	w.end()
	path, _ := store.SQLitePath(w.env["DATABASE_URL"])
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	for _, statement := range []string{"DROP TRIGGER events_stay", "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)"} {
		_, err := db.Exec(statement)
		require.NoError(t, err)
	}
	out, err := tool(t, w.env, "audit", "verify")
	require.ErrorIs(t, err, errFound)
	require.Contains(t, out, "the end was cut off after event")

	_, err = tool(t, map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "none.db")}, "audit", "verify")
	require.ErrorContains(t, err, "there is no database to read")
}
