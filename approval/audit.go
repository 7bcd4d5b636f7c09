package approval

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"
)

// Entry is one Event of the audit as it is stored and exported. Each holds the hash of the one before it, so that a
// change, a drop, a swap or an insertion breaks the chain.
type Entry struct {
	Seq     int64           `json:"seq"`     // 1, 2, 3, … without gaps
	At      time.Time       `json:"at"`      // UTC, whole microseconds
	Request ID              `json:"request"` // 0: none came of it
	Kind    Kind            `json:"kind"`
	Team    string          `json:"team"`  // of the actor
	Actor   string          `json:"actor"` // user id; "": Slipway itself
	From    State           `json:"from"`
	To      State           `json:"to"`
	Digest  string          `json:"digest"` // of what the Request's decisions bind to, see Bound.Digest
	Detail  json.RawMessage `json:"detail"`
	Prev    string          `json:"prev"` // Hash of Seq-1; "" for the first
	Hash    string          `json:"hash"`
}

// AuditTime is how an Entry's time is written: always in UTC and with all its microseconds.
const AuditTime = "2006-01-02T15:04:05.000000Z07:00"

// MarshalJSON is the one way an Entry is exported.
func (e Entry) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Seq     int64           `json:"seq"`
		At      string          `json:"at"`
		Request ID              `json:"request"`
		Kind    Kind            `json:"kind"`
		Team    string          `json:"team"`
		Actor   string          `json:"actor"`
		From    State           `json:"from"`
		To      State           `json:"to"`
		Digest  string          `json:"digest"`
		Detail  json.RawMessage `json:"detail"`
		Prev    string          `json:"prev"`
		Hash    string          `json:"hash"`
	}{e.Seq, e.At.UTC().Format(AuditTime), e.Request, e.Kind, e.Team, e.Actor, e.From, e.To, e.Digest, e.Detail, e.Prev, e.Hash})
}

// ParseEntry reads an exported Entry. The text must be what MarshalJSON writes, byte for byte: a name that is there
// twice, or written in another way, could tell another reader something else than what is verified here.
func ParseEntry(text []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(text, &e); err != nil {
		return Entry{}, fmt.Errorf("it is no event: %w", err)
	}
	if again, err := json.Marshal(e); err != nil || !bytes.Equal(again, text) {
		return Entry{}, errors.New("it is not written as an export writes it")
	}
	return e, nil
}

// Sum is what Hash must be: SHA-256, in hex, over everything else, every field with its length before it.
func (e Entry) Sum() string {
	h := sha256.New()
	for _, field := range []string{
		strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(AuditTime), strconv.FormatInt(int64(e.Request), 10), string(e.Kind),
		e.Team, e.Actor, string(e.From), string(e.To), e.Digest, string(e.Detail), e.Prev,
	} {
		fmt.Fprintf(h, "%d:%s\n", len(field), field)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// AuditReport is what Verify found.
type AuditReport struct {
	Count int64
	First int64  // Seq of the first entry; 1 unless the export begins later
	Last  int64  // Seq of the newest entry
	Head  string // its hash: remember it, and a cut at the end shows
}

// BrokenAuditError names the first entry at which the chain breaks.
type BrokenAuditError struct {
	Seq   int64
	Words string
}

func (e *BrokenAuditError) Error() string { return e.Words }

func broken(seq int64, format string, args ...any) *BrokenAuditError {
	return &BrokenAuditError{seq, fmt.Sprintf(format, args...)}
}

// Verify goes through entries in order and keeps none of them. remembered are hashes that were the newest once; "" is
// none. The error is a *BrokenAuditError where the audit is not what was recorded, and the entries' own otherwise.
func Verify(entries iter.Seq2[Entry, error], remembered ...string) (AuditReport, error) {
	var r AuditReport
	missing := slices.DeleteFunc(slices.Clone(remembered), func(hash string) bool { return hash == "" })
	met := func(hash string) { missing = slices.DeleteFunc(missing, func(m string) bool { return m == hash }) }
	for e, err := range entries {
		if err != nil {
			return r, err
		}
		switch {
		case r.Count == 0 && e.Seq < 1:
			return r, broken(e.Seq, "event %d cannot be: events count from 1", e.Seq)
		case r.Count == 0:
			r.First = e.Seq
			if e.Seq == 1 && e.Prev != "" {
				return r, broken(1, "event 1 has a predecessor, but it is the first")
			}
			met(e.Prev) // an export that begins where another ended
		case e.Seq != r.Last+1:
			return r, broken(r.Last+1, "event %d is not where it belongs: after %d comes %d", r.Last+1, r.Last, e.Seq)
		case e.Prev != r.Head:
			return r, broken(e.Seq, "event %d does not follow event %d: one of them was changed, or something between them is gone", e.Seq, r.Last)
		}
		if e.Sum() != e.Hash {
			return r, broken(e.Seq, "event %d was changed: its hash does not fit", e.Seq)
		}
		r.Count, r.Last, r.Head = r.Count+1, e.Seq, e.Hash
		met(e.Hash)
	}
	switch {
	case len(missing) == 0:
		return r, nil
	case r.First > 1:
		return r, broken(r.Last+1, "no event has the remembered hash: the end was cut off after event %d, or all was written anew, or the hash is older than event %d", r.Last, r.First)
	}
	return r, broken(r.Last+1, "no event has the remembered hash: the end was cut off after event %d, or all was written anew", r.Last)
}

// VerifyEach goes through entries of which some were left out: each must be what was recorded, in order, and those that
// are neighbours must be chained. Whether one was dropped it cannot tell.
func VerifyEach(entries iter.Seq2[Entry, error]) (AuditReport, error) {
	var r AuditReport
	for e, err := range entries {
		if err != nil {
			return r, err
		}
		switch {
		case e.Seq <= r.Last:
			return r, broken(e.Seq, "event %d is not where it belongs: it comes after %d", e.Seq, r.Last)
		case e.Sum() != e.Hash:
			return r, broken(e.Seq, "event %d was changed: its hash does not fit", e.Seq)
		case r.Count > 0 && e.Seq == r.Last+1 && e.Prev != r.Head, e.Seq == 1 && e.Prev != "":
			return r, broken(e.Seq, "event %d does not follow event %d: one of them was changed", e.Seq, e.Seq-1)
		case r.Count == 0:
			r.First = e.Seq
		}
		r.Count, r.Last, r.Head = r.Count+1, e.Seq, e.Hash
	}
	return r, nil
}

// AuditHead is the newest event as a database keeps it beside the audit; zero before the first.
type AuditHead struct {
	Seq  int64
	Hash string
}

// Fits compares a report on a database's whole audit with its AuditHead, read after the audit. More may have been
// recorded in between.
func (r AuditReport) Fits(kept AuditHead) error {
	switch {
	case r.First > 1:
		return broken(1, "the events before %d are gone", r.First)
	case r.Last > kept.Seq:
		return broken(kept.Seq+1, "event %d was added past Slipway: the database's newest event is %d", kept.Seq+1, kept.Seq)
	case (r.Last == kept.Seq) != (r.Head == kept.Hash):
		return broken(r.Last+1, "event %d is the last, but it is not the one that the database keeps as its newest, %d", r.Last, kept.Seq)
	}
	return nil
}

// ErrNotAudited is in the Cause of a refusal that could not be recorded. It is a refusal all the same.
var ErrNotAudited = errors.New("the refusal is not in the audit")
