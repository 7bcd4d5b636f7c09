package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"

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
	Job    string `help:"Only events of this job's requests: its name or id. Check such a file with verify --gaps."`
	Output string `short:"o" help:"A file to write; default standard output."`
}

type verifyVerb struct {
	File string `arg:"" optional:"" help:"An export (jsonl); default: the database of DATABASE_URL."`
	Head string `help:"A hash that verify printed earlier: then a cut at the end shows, too."`
	Gaps bool   `help:"The file is an export of one job (--job): check each event by itself."`
}

func auditCommand(ctx context.Context, verb string, v auditVerb, getenv func(string) string, out io.Writer) error {
	if strings.Fields(verb)[1] == "export" {
		return exportAudit(ctx, v.Export, getenv, out)
	}
	return verifyAudit(ctx, v.Verify, getenv, out)
}

// readStore opens the database of the environment to look on.
func readStore(ctx context.Context, getenv func(string) string) (*store.Store, error) {
	url, err := databaseURL(getenv)
	if err != nil {
		return nil, err
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
		err = writeAudit(s.Audit(ctx, v.Since, v.Job), v.Format, file)
		return errors.Join(err, file.Close())
	}
	return writeAudit(s.Audit(ctx, v.Since, v.Job), v.Format, out)
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
		cells := []string{strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(approval.AuditTime), strconv.FormatInt(int64(e.Request), 10), string(e.Kind),
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
	v.Head = strings.ToLower(strings.TrimSpace(v.Head))
	switch hash, bad := hex.DecodeString(v.Head); {
	case v.Head != "" && (bad != nil || len(hash) != sha256.Size):
		return errors.New("--head is no hash: it has 64 digits, 0 to 9 and a to f, as verify printed them")
	case v.Gaps && (v.File == "" || v.Head != ""):
		return errors.New("--gaps is for a file that was exported with --job. Such a file does not tell whether anything was cut off, so it goes without --head")
	}
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
	if v.Gaps {
		fmt.Fprintf(out, "%d events, from %d to %d, are as they were recorded, each by itself.\nWhether any are missing, this file cannot tell: verify the whole audit for that.\n",
			report.Count, report.First, report.Last)
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
	// Events may be added while they are read; the one that was the newest before must be among them.
	report, err := approval.Verify(s.Audit(ctx, 0, ""), v.Head, head.Hash)
	if err != nil {
		return report, err
	}
	if head, err = s.AuditHead(ctx); err != nil {
		return report, err
	}
	return report, report.Fits(head)
}

func verifyExport(v verifyVerb) (approval.AuditReport, error) {
	file, err := os.Open(v.File)
	if err != nil {
		return approval.AuditReport{}, err
	}
	defer file.Close()
	if v.Gaps {
		return approval.VerifyEach(readAudit(file))
	}
	return approval.Verify(readAudit(file), v.Head)
}

const longestLine = 16 << 20 // bytes

// readAudit reads an export. A line that no export has is a *approval.BrokenAuditError that names it.
func readAudit(file io.Reader) iter.Seq2[approval.Entry, error] {
	return func(yield func(approval.Entry, error) bool) {
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, longestLine)
		for n := 1; lines.Scan(); n++ {
			e, err := approval.ParseEntry(lines.Bytes())
			if err != nil {
				err = &approval.BrokenAuditError{Words: fmt.Sprintf("line %d was edited or cut, or written by another program: %v", n, err)}
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(approval.Entry{}, fmt.Errorf("the file cannot be read: %w", err))
		}
	}
}
