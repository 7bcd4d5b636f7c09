package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"slipway/store"
)

// backupVerb is `slipway backup`.
type backupVerb struct {
	To string `arg:"" help:"The file to write; it must not exist yet."`
}

func backupCommand(ctx context.Context, v backupVerb, getenv func(string) string, out io.Writer) error {
	if err := store.Backup(ctx, databaseURL(getenv), v.To); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is a whole copy of the database. docs/deploy.md says how to restore it.\n", v.To)
	return nil
}

// databaseURL is DATABASE_URL, or the file beside Slipway.
func databaseURL(getenv func(string) string) string {
	if url := strings.TrimSpace(getenv("DATABASE_URL")); url != "" {
		return url
	}
	return defaultDatabase
}
