package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"
	"time"

	"slipway/approval"
	"slipway/store"
)

// auditVerb is `slipway audit …`: the audit for those who have to show it, and for those who doubt it.
type auditVerb struct {
	Export exportVerb `cmd:"" help:"Print the audit: one event a line, as JSON or CSV."`
	Verify verifyVerb `cmd:"" help:"Check that no recorded event was changed, dropped, swapped or cut off."`
}

type exportVerb struct {
	Format string `enum:"jsonl,csv" default:"jsonl" help:"jsonl (can be verified) or csv (for a spreadsheet)."`
	Since  int64  `help:"Only events after this number."`
	Output string `short:"o" help:"A file to write; default standard output."`
}

type verifyVerb struct {
	File string `arg:"" optional:"" help:"An export (jsonl); default: the database of DATABASE_URL."`
	Head string `help:"A hash that verify printed earlier: then a cut at the end shows, too."`
}

func auditCommand(ctx context.Context, verb string, v auditVerb, getenv func(string) string, out io.Writer) error {
	if strings.Fields(verb)[1] == "export" {
		return exportAudit(ctx, v.Export, getenv, out)
	}
	return verifyAudit(ctx, v.Verify, getenv, out)
}

// readStore opens the database of the environment to look on.
func readStore(ctx context.Context, getenv func(string) string) (*store.Store, error) {
	url := strings.TrimSpace(getenv("DATABASE_URL"))
	if url == "" {
		url = defaultDatabase
	}
	return store.Open(ctx, url, store.Options{ReadOnly: true})
}

func exportAudit(ctx context.Context, v exportVerb, getenv func(string) string, out io.Writer) error {
	s, err := readStore(ctx, getenv)
	if err != nil {
		return err
	}
	defer s.Close()
	if v.Output != "" {
		file, err := os.OpenFile(v.Output, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("--output: %w", err)
		}
		err = writeAudit(s.Audit(ctx, v.Since), v.Format, file)
		return errors.Join(err, file.Close())
	}
	return writeAudit(s.Audit(ctx, v.Since), v.Format, out)
}

func writeAudit(entries iter.Seq2[approval.Entry, error], format string, out io.Writer) error {
	buffered := bufio.NewWriter(out)
	write := jsonLine(buffered)
	if format == "csv" {
		table := csv.NewWriter(buffered)
		if err := table.Write([]string{"seq", "at", "request", "kind", "team", "actor", "from", "to", "digest", "detail", "prev", "hash"}); err != nil {
			return err
		}
		defer table.Flush()
		write = csvLine(table)
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		if err := write(e); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func jsonLine(out io.Writer) func(approval.Entry) error {
	encoder := json.NewEncoder(out)
	return func(e approval.Entry) error { return encoder.Encode(e) }
}

func csvLine(table *csv.Writer) func(approval.Entry) error {
	return func(e approval.Entry) error {
		cells := []string{strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(time.RFC3339Nano), e.Request.String(), string(e.Kind),
			e.Team, e.Actor, string(e.From), string(e.To), e.Digest, string(e.Detail), e.Prev, e.Hash}
		for i, cell := range cells {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				cells[i] = "'" + cell // a spreadsheet would take it for a formula
			}
		}
		if err := table.Write(cells); err != nil {
			return err
		}
		table.Flush()
		return table.Error()
	}
}

func verifyAudit(ctx context.Context, v verifyVerb, getenv func(string) string, out io.Writer) error {
	var report approval.AuditReport
	var err error
	if v.File != "" {
		report, err = verifyExport(v)
	} else {
		report, err = verifyDatabase(ctx, v, getenv)
	}
	var broken *approval.BrokenAuditError
	if errors.As(err, &broken) {
		fmt.Fprintf(out, "The audit is broken: %s.\n%d events before that are as they were recorded.\n", broken.Words, report.Count)
		return errFound
	}
	if err != nil {
		return err
	}
	if report.Count == 0 {
		fmt.Fprintln(out, "There are no events.")
		return nil
	}
	fmt.Fprintf(out, "%d events are as they were recorded, from %d to %d.\n", report.Count, report.First, report.Last)
	if report.First > 1 {
		fmt.Fprintf(out, "What came before event %d is not in this export.\n", report.First)
	}
	fmt.Fprintf(out, "Newest hash: %s\nKeep it elsewhere: with --head it shows later that nothing was cut off at the end.\n", report.Head)
	return nil
}

func verifyDatabase(ctx context.Context, v verifyVerb, getenv func(string) string) (approval.AuditReport, error) {
	s, err := readStore(ctx, getenv)
	if err != nil {
		return approval.AuditReport{}, err
	}
	defer s.Close()
	head, err := s.AuditHead(ctx)
	if err != nil {
		return approval.AuditReport{}, err
	}
	report, err := approval.Verify(s.Audit(ctx, 0), v.Head)
	switch {
	case err != nil:
		return report, err
	case report.First > 1:
		return approval.AuditReport{}, &approval.BrokenAuditError{Seq: 1, Words: fmt.Sprintf("the events before %d are gone", report.First)}
	case head == "":
		return report, nil
	}
	// Events may have been added since the newest hash was read, but it must be among them.
	_, err = approval.Verify(s.Audit(ctx, 0), head)
	return report, err
}

func verifyExport(v verifyVerb) (approval.AuditReport, error) {
	file, err := os.Open(v.File)
	if err != nil {
		return approval.AuditReport{}, err
	}
	defer file.Close()
	return approval.Verify(readAudit(file), v.Head)
}

// readAudit reads an export. What is no event is an error that names its place.
func readAudit(file io.Reader) iter.Seq2[approval.Entry, error] {
	return func(yield func(approval.Entry, error) bool) {
		decoder := json.NewDecoder(bufio.NewReader(file))
		decoder.DisallowUnknownFields()
		for n := 1; ; n++ {
			var e approval.Entry
			err := decoder.Decode(&e)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(e, fmt.Errorf("event %d of the file cannot be read: %w", n, err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}
