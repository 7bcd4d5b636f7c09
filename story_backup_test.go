package main

import (
	"os"
	"path/filepath"
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
	dir := t.TempDir()
	copied := filepath.Join(dir, "monday.db")
	out, err := tool(t, w.env, "backup", copied)
	require.NoError(t, err, out)
	info, err := os.Stat(copied)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	w.as("ben").types("/lf start weekly_discovery")
	w.cardSays("Start `weekly_discovery`")
	w.end()
	// The disk is lost. What docs/deploy.md says to do:
	path, _ := store.SQLitePath(w.env["DATABASE_URL"])
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		require.NoError(t, os.RemoveAll(name))
	}
	text, err := os.ReadFile(copied)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	out, err = tool(t, w.env, "audit", "verify")
	require.NoError(t, err, out)

	w.start()
	require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
	w.until("the run that went on is told to its end, on its own card", func() bool {
		return containsAll(localslack.PlainText(w.cards()[0]), []string{"succeeded after"})
	})
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
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
