package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"slipway/store"
)

// backupVerb is `slipway backup`.
type backupVerb struct {
	To string `arg:"" help:"The file to write; it must not exist yet. With - it goes to standard output."`
}

func backupCommand(ctx context.Context, v backupVerb, getenv func(string) string, out io.Writer) error {
	url, err := databaseURL(getenv)
	if err != nil {
		return err
	}
	if v.To == "-" {
		return streamBackup(ctx, url, out)
	}
	if err := store.Backup(ctx, url, v.To); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is a whole copy of the database. docs/deploy.md says how to restore it.\n", v.To)
	return nil
}

// streamBackup is for containers, which have no tool to copy a file out.
func streamBackup(ctx context.Context, databaseURL string, out io.Writer) error {
	dir, err := os.MkdirTemp("", "slipway-backup-")
	if err != nil {
		return fmt.Errorf("a place for the backup: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "slipway.db")
	if err := store.Backup(ctx, databaseURL, path); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(out, file)
	return err
}

// databaseURL is DATABASE_URL, or the file beside Slipway.
func databaseURL(getenv func(string) string) (string, error) {
	url, _, wrong := lookUp(getenv, "DATABASE_URL")
	if wrong != "" {
		return "", errors.New(wrong)
	}
	return cmp.Or(url, defaultDatabase), nil
}
