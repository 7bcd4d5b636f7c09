package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"slipway/store"
)

// backupVerb is `slipway backup`.
type backupVerb struct {
	To string `arg:"" help:"The file to write; it must not exist yet."`
}

func backupCommand(ctx context.Context, v backupVerb, getenv func(string) string, out io.Writer) error {
	url, err := databaseURL(getenv)
	if err != nil {
		return err
	}
	if err := store.Backup(ctx, url, v.To); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is a whole copy of the database. docs/deploy.md says how to restore it.\n", v.To)
	return nil
}

// databaseURL is DATABASE_URL, or the file beside Slipway.
func databaseURL(getenv func(string) string) (string, error) {
	url, _, wrong := lookUp(getenv, "DATABASE_URL")
	if wrong != "" {
		return "", errors.New(wrong)
	}
	return cmp.Or(url, defaultDatabase), nil
}
