package approval

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// recordedAudit is an audit as a store writes it.
func recordedAudit(n int) []Entry {
	entries := make([]Entry, n)
	prev := ""
	for i := range entries {
		e := Entry{
			Seq: int64(i + 1), At: time.Date(2026, 11, 25, 10, 0, i, 1000*i, time.UTC), Request: ID(1001 + i/3), Kind: []Kind{Asked, VoteApproved, StartMarked}[i%3],
			Team: "T1", Actor: []string{"U_ANA", "U_BEN", ""}[i%3], From: Pending, To: Approved, Digest: fmt.Sprint("digest ", i/3),
			Detail: json.RawMessage(fmt.Sprintf(`{"name":"Ana","n":%d}`, i)), Prev: prev,
		}
		e.Hash = e.Sum()
		prev, entries[i] = e.Hash, e
	}
	return entries
}

func each(entries []Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestAnAuditAsRecordedIsWhole(t *testing.T) {
	entries := recordedAudit(30)
	report, err := Verify(each(entries), "")
	require.NoError(t, err)
	require.Equal(t, AuditReport{Count: 30, First: 1, Last: 30, Head: entries[29].Hash}, report)
	for _, remembered := range []int{0, 15, 29} {
		_, err = Verify(each(entries), entries[remembered].Hash)
		require.NoError(t, err, "it has grown since")
	}
	report, err = Verify(each(entries[10:]), entries[20].Hash)
	require.NoError(t, err, "a later part")
	require.EqualValues(t, 11, report.First)
	report, err = Verify(each(nil), "")
	require.NoError(t, err)
	require.Zero(t, report)
	failed := errors.New("the disk is gone")
	_, err = Verify(func(yield func(Entry, error) bool) { yield(Entry{}, failed) }, "")
	require.Equal(t, failed, err)
}

func TestTheExportedFormIsTheVerifiedOne(t *testing.T) {
	for _, e := range recordedAudit(5) {
		text, err := json.Marshal(e)
		require.NoError(t, err)
		var back Entry
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, e, back)
		require.Equal(t, e.Hash, back.Sum())
	}
}

// tampers are the ways to change a recorded audit. Those who rehash do so for the entry they changed, as somebody would
// who knows the format; nobody can without the newest hash showing it.
var tampers = map[string]func(r *rand.Rand, entries []Entry) []Entry{
	"a field": func(r *rand.Rand, entries []Entry) []Entry {
		change(r, &entries[r.IntN(len(entries))])
		return entries
	},
	"a field, with its hash": func(r *rand.Rand, entries []Entry) []Entry {
		e := &entries[r.IntN(len(entries))]
		change(r, e)
		e.Hash = e.Sum()
		return entries
	},
	"a hash": func(r *rand.Rand, entries []Entry) []Entry {
		e := &entries[r.IntN(len(entries))]
		e.Hash = flip(r, e.Hash)
		return entries
	},
	"all are gone": func(*rand.Rand, []Entry) []Entry { return nil },
	"one in the middle is gone": func(r *rand.Rand, entries []Entry) []Entry {
		i := 1 + r.IntN(len(entries)-2)
		return slices.Delete(entries, i, i+1)
	},
	"one is gone, and the rest renumbered": func(r *rand.Rand, entries []Entry) []Entry {
		i := 1 + r.IntN(len(entries)-2)
		entries = slices.Delete(entries, i, i+1)
		for j := i; j < len(entries); j++ {
			entries[j].Seq--
		}
		return entries
	},
	"two are swapped": func(r *rand.Rand, entries []Entry) []Entry {
		i := r.IntN(len(entries) - 1)
		j := i + 1 + r.IntN(len(entries)-1-i)
		entries[i], entries[j] = entries[j], entries[i]
		return entries
	},
	"two are swapped, with their places": func(r *rand.Rand, entries []Entry) []Entry {
		i := r.IntN(len(entries) - 1)
		a, b := &entries[i], &entries[i+1]
		a.Actor, b.Actor, a.Kind, b.Kind = b.Actor, a.Actor, b.Kind, a.Kind
		return entries
	},
	"one is put in": func(r *rand.Rand, entries []Entry) []Entry {
		i := 1 + r.IntN(len(entries)-1)
		e := entries[i]
		e.Actor, e.Prev = "U_EVIL", entries[i-1].Hash
		e.Hash = e.Sum()
		return slices.Insert(entries, i, e)
	},
	"one is there twice": func(r *rand.Rand, entries []Entry) []Entry {
		i := r.IntN(len(entries))
		return slices.Insert(entries, i, entries[i])
	},
	"an old one is played again at the end": func(r *rand.Rand, entries []Entry) []Entry {
		e := entries[r.IntN(len(entries)-1)]
		e.Seq = entries[len(entries)-1].Seq + 1
		return append(entries, e)
	},
	"the end is cut off": func(r *rand.Rand, entries []Entry) []Entry { return entries[:r.IntN(len(entries)-1)+1] },
	"all is written anew from there on": func(r *rand.Rand, entries []Entry) []Entry {
		i := r.IntN(len(entries))
		entries[i].Actor += "X"
		for ; i < len(entries); i++ {
			if i > 0 {
				entries[i].Prev = entries[i-1].Hash
			}
			entries[i].Hash = entries[i].Sum()
		}
		return entries
	},
}

func change(r *rand.Rand, e *Entry) {
	switch r.IntN(10) {
	case 0:
		e.Seq++
	case 1:
		e.At = e.At.Add(time.Microsecond)
	case 2:
		e.Request++
	case 3:
		e.Kind += "x"
	case 4:
		e.Team = "T2"
	case 5:
		e.Actor += "X"
	case 6:
		e.From, e.To = e.To, e.From
	case 7:
		e.Digest = flip(r, e.Digest)
	case 8:
		e.Detail = json.RawMessage(`{"name":"Bob"}`)
	case 9:
		e.Prev = flip(r, e.Prev)
	}
}

func flip(r *rand.Rand, s string) string {
	if s == "" {
		return "0"
	}
	b := []byte(s)
	i := r.IntN(len(b))
	b[i] ^= 1 << r.IntN(7)
	return string(b)
}

func TestTenThousandTampersAreAllFound(t *testing.T) {
	r := rand.New(rand.NewPCG(2026, 11))
	whole := recordedAudit(40)
	remembered := whole[39].Hash
	names := make([]string, 0, len(tampers))
	for name := range tampers {
		names = append(names, name)
	}
	slices.Sort(names)
	for i := range 10_000 {
		name := names[i%len(names)]
		entries := tampers[name](r, slices.Clone(whole))
		_, err := Verify(each(entries), remembered)
		var broken *BrokenAuditError
		require.True(t, errors.As(err, &broken), "%s, try %d: not found", name, i)
		require.NotEmpty(t, broken.Words)
	}
	_, err := Verify(each(whole), remembered)
	require.NoError(t, err)
}
