package approval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
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

// Sum is what Hash must be: SHA-256, in hex, over everything else, every field with its length before it.
func (e Entry) Sum() string {
	h := sha256.New()
	for _, field := range []string{
		strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(time.RFC3339Nano), strconv.FormatInt(int64(e.Request), 10), string(e.Kind),
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

// Verify goes through entries in order and keeps none of them. remembered is a hash that was the newest once; "": none.
// The error is a *BrokenAuditError where the audit is not what was recorded, and the entries' own otherwise.
func Verify(entries iter.Seq2[Entry, error], remembered string) (AuditReport, error) {
	var r AuditReport
	met := remembered == ""
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
		case e.Seq != r.Last+1:
			return r, broken(r.Last+1, "event %d is not where it belongs: after %d comes %d", r.Last+1, r.Last, e.Seq)
		case e.Prev != r.Head:
			return r, broken(e.Seq, "event %d does not follow event %d: one of them was changed, or something between them is gone", e.Seq, r.Last)
		}
		if e.Sum() != e.Hash {
			return r, broken(e.Seq, "event %d was changed: its hash does not fit", e.Seq)
		}
		r.Count, r.Last, r.Head = r.Count+1, e.Seq, e.Hash
		met = met || e.Hash == remembered
	}
	if !met {
		return r, broken(r.Last+1, "no event has the remembered hash: the end was cut off after event %d, or all was written anew", r.Last)
	}
	return r, nil
}

// ErrNotAudited is in the Cause of a refusal that could not be recorded. It is a refusal all the same.
var ErrNotAudited = errors.New("the refusal is not in the audit")
