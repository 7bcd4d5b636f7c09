package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// inspecting: what is there is told, beside a Slipway that writes, and nothing changes.
func inspecting(t *testing.T, w *world) {
	ctx := context.Background()
	r := w.pending("j1")
	i, err := Inspect(ctx, w.url)
	require.NoError(t, err)
	require.False(t, i.New)
	require.Positive(t, i.Version)
	require.Equal(t, i.Known, i.Version)
	require.Equal(t, r, w.request(r.ID))

	known := i.Known
	w.exec(`DELETE FROM goose_db_version WHERE version_id > 1`)
	w.exec(`UPDATE goose_db_version SET version_id = 0 WHERE version_id = 1`)
	i, err = Inspect(ctx, w.url)
	require.NoError(t, err)
	require.Equal(t, 0, i.Version)

	w.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`)
	_, err = Inspect(ctx, w.url)
	require.ErrorContains(t, err, fmt.Sprintf("written by a newer Slipway: its schema is version 99, and this one knows %d", known))

	w.exec(`DROP TABLE goose_db_version`)
	i, err = Inspect(ctx, w.url)
	require.NoError(t, err)
	require.True(t, i.New)
	_, err = w.store.db.Exec(`SELECT * FROM slipway_check`)
	require.Error(t, err, "the table it tried is not there")
}

func TestInspectMakesNoFile(t *testing.T) {
	dir := t.TempDir()
	i, err := Inspect(context.Background(), "sqlite:"+filepath.Join(dir, "slipway.db"))
	require.NoError(t, err)
	require.True(t, i.New)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestInspectTellsWhoServesAFileAndLeavesItTheLock(t *testing.T) {
	w := onSQLite(t)
	path, _ := SQLitePath(w.url)
	i, err := Inspect(context.Background(), w.url)
	require.NoError(t, err)
	require.False(t, i.Held)
	release, err := Lock(context.Background(), path, 0)
	require.NoError(t, err)
	i, err = Inspect(context.Background(), w.url)
	require.NoError(t, err)
	require.True(t, i.Held)
	require.Contains(t, i.Holder, "process")
	require.NoError(t, release())
	release, err = Lock(context.Background(), path, 0)
	require.NoError(t, err, "the inspection holds no lock")
	require.NoError(t, release())
}
