package approval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
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
		back, err = ParseEntry(text)
		require.NoError(t, err)
		require.Equal(t, e, back)
	}
	text, err := json.Marshal(recordedAudit(1)[0])
	require.NoError(t, err)
	require.Contains(t, string(text), `"at":"2026-11-25T10:00:00.000000Z"`)
	for name, edited := range map[string]string{
		"twice the same name": strings.Replace(string(text), `"actor":`, `"actor":"U_EVIL","actor":`, 1),
		"a name in capitals":  strings.Replace(string(text), `"actor":`, `"Actor":`, 1),
		"white space":         strings.Replace(string(text), `"actor":`, `"actor": `, 1),
		"one name more":       strings.Replace(string(text), `"actor":`, `"actress":"","actor":`, 1),
		"one name less":       strings.Replace(string(text), `"from":"pending",`, ``, 1),
		"more behind it":      string(text) + "{}",
		"half of it":          string(text[:len(text)/2]),
		"nothing":             "",
		"null":                "null",
	} {
		_, err := ParseEntry([]byte(edited))
		require.Error(t, err, name)
	}
}

func TestEventsThatFollowEachOtherWithGapsAreEachVerified(t *testing.T) {
	whole := recordedAudit(12)
	some := []Entry{whole[1], whole[2], whole[5], whole[6], whole[11]}
	report, err := VerifyEach(each(some))
	require.NoError(t, err)
	require.Equal(t, AuditReport{Count: 5, First: 2, Last: 12, Head: whole[11].Hash}, report)
	for name, c := range map[string]struct {
		tamper func(entries []Entry)
		says   string
	}{
		"changed": {func(e []Entry) { e[3].Actor = "U_EVIL" }, "event 7 was changed"},
		"swapped": {func(e []Entry) { e[1], e[2] = e[2], e[1] }, "event 3 is not where it belongs"},
		"twice":   {func(e []Entry) { e[1] = e[0] }, "event 2 is not where it belongs"},
		"changed, with its hash": {func(e []Entry) { e[2].Actor = "U_EVIL"; e[2].Hash = e[2].Sum() },
			"event 7 does not follow event 6"},
	} {
		entries := slices.Clone(some)
		c.tamper(entries)
		_, err := VerifyEach(each(entries))
		require.ErrorContains(t, err, c.says, name)
	}
}

func TestAReportFitsWhatTheDatabaseKeepsAsItsNewest(t *testing.T) {
	whole := AuditReport{Count: 9, First: 1, Last: 9, Head: "h9"}
	require.NoError(t, AuditReport{}.Fits(AuditHead{}))
	require.NoError(t, whole.Fits(AuditHead{9, "h9"}))
	require.NoError(t, whole.Fits(AuditHead{11, "h11"}), "recorded in between")
	for _, kept := range []AuditHead{{}, {8, "h8"}, {9, "other"}, {10, "h9"}} {
		require.Error(t, whole.Fits(kept), kept)
	}
	require.Error(t, AuditReport{Count: 7, First: 3, Last: 9, Head: "h9"}.Fits(AuditHead{9, "h9"}))
}

func TestAnExportThatBeginsWhereAnotherEndedFitsItsHash(t *testing.T) {
	whole := recordedAudit(12)
	_, err := Verify(each(whole[5:]), whole[4].Hash)
	require.NoError(t, err)
	_, err = Verify(each(whole[5:]), whole[3].Hash)
	require.ErrorContains(t, err, "or the hash is older than event 6")
}

// exported reads an export's text as slipway audit verify does.
func exported(text []byte) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
			if e, err := ParseEntry(line); !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func TestTenThousandEditsOfAnExportAreAllFound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 2026))
	whole := recordedAudit(20)
	var text []byte
	for _, e := range whole {
		line, err := json.Marshal(e)
		require.NoError(t, err)
		text = append(append(text, line...), '\n')
	}
	_, err := Verify(exported(text), whole[19].Hash)
	require.NoError(t, err)
	for range 10_000 {
		edited, at := slices.Clone(text), r.IntN(len(text)-1) // not the line break at the end, which says nothing
		n := 1 + r.IntN(min(300, len(text)-1-at))
		switch r.IntN(5) {
		case 0:
			edited[at] ^= 1 << r.IntN(8)
		case 1:
			edited = slices.Delete(edited, at, at+n)
		case 2:
			edited = slices.Insert(edited, at, text[at:at+n]...)
		case 3:
			edited = edited[:at]
		case 4:
			edited = slices.Insert(edited, at, byte(r.IntN(256)))
		}
		if bytes.Equal(bytes.TrimSuffix(edited, []byte("\n")), bytes.TrimSuffix(text, []byte("\n"))) {
			continue
		}
		_, err := Verify(exported(edited), whole[19].Hash)
		require.Error(t, err, "%d %d: %s", at, n, edited)
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
	t.Parallel()
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
