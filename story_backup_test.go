package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
	"slipway/store"
)

func TestABackupMadeWhileSlipwayRunsIsRestored(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.lake.HoldRuns(true)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("is running")
	page, err := os.ReadFile("docs/deploy.md")
	require.NoError(t, err)
	commands := blocks(string(page), "sh")
	require.Len(t, commands, 2, "how to back up, and how to restore")
	w.shell(commands[0])
	path, _ := store.SQLitePath(w.env["DATABASE_URL"])
	info, err := os.Stat(filepath.Join(filepath.Dir(path), "backup.db"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	w.as("ben").types("/lf start weekly_discovery")
	w.cardSays("Start `weekly_discovery`")
	w.end()
	require.NoError(t, os.WriteFile(path, []byte("the disk has eaten it"), 0o600))
	require.Contains(t, w.shell(commands[1]), "events are as they were recorded")

	w.start()
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.until("the run that went on is told to its end, on its own card", func() bool {
		return containsAll(localslack.PlainText(w.cards()[0]), []string{"succeeded after"})
	})
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	w.as("ben").presses("Start job") // on the card of a request that the database has forgotten
	w.as("ben").reads("There is no R-1002.")
	w.as("ana").types("/lf start permissions_sync")
	w.cardSays("R-2002")
	require.Zero(t, w.lake.StartCalls("weekly_discovery"), "what came after the backup is forgotten, and its card means nothing more")
}

func TestABackupNeverWritesOverAFileAndLeavesNoHalfOne(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	to := filepath.Join(t.TempDir(), "copy.db")
	_, err := tool(t, w.env, "backup", to)
	require.ErrorContains(t, err, "there is no database to read")
	require.NoFileExists(t, to)

	w.start()
	w.end()
	require.NoError(t, os.WriteFile(to, []byte("mine"), 0o600))
	_, err = tool(t, w.env, "backup", to)
	require.ErrorContains(t, err, "exists already")
	text, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))

	w.env["DATABASE_URL"] = "postgres://slipway@127.0.0.1/slipway"
	_, err = tool(t, w.env, "backup", to+"2")
	require.ErrorContains(t, err, "pg_dump")
}

// shell runs commands of a page, on this world's database in the place of the page's.
func (w *world) shell(commands string) string {
	w.t.Helper()
	path, _ := store.SQLitePath(w.env["DATABASE_URL"])
	self, err := os.Executable()
	require.NoError(w.t, err)
	bin := w.t.(*testing.T).TempDir()
	require.NoError(w.t, os.WriteFile(filepath.Join(bin, "slipway"), []byte("#!/bin/sh\nexec env "+asProcess+"=1 '"+self+"' \"$@\"\n"), 0o700))
	cmd := exec.Command("sh", "-e", "-c", strings.ReplaceAll(commands, "/var/lib/slipway", filepath.Dir(path)))
	cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
	for name, value := range w.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	require.NoError(w.t, err, string(out))
	return string(out)
}

func TestABackupGoesToStandardOutput(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.cardSays("Start `nightly_sync`")
	out, err := tool(t, w.env, "backup", "-")
	require.NoError(t, err)
	to := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, os.WriteFile(to, []byte(out), 0o600))
	w.env["DATABASE_URL"] = "sqlite:" + to
	out, err = tool(t, w.env, "audit", "verify")
	require.NoError(t, err, out)
	require.Contains(t, out, "events are as they were recorded")
}
