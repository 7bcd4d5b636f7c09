package approval

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Bound is what a decision binds to: for every path of what was shown, an HMAC of its value with a salt of this Request.
// The values themselves, which may hold credentials of a migration's source, are never stored.
type Bound struct {
	Salt []byte            `json:"salt,omitempty"`
	Sums map[string]string `json:"sums,omitempty"` // path → hex HMAC-SHA256
}

// Facts are the values a decision binds to, by path.
type Facts map[string]string

// NewFacts collects everything that an approval means. parameter is the job's definition as LakeFormation sent it.
func NewFacts(ask Ask, target Target, job Job, parameter json.RawMessage, rule Rule, runStartedAt string) (Facts, error) {
	ruleText, err := json.Marshal(rule)
	if err != nil {
		return nil, fmt.Errorf("rule: %w", err)
	}
	facts := Facts{
		"endpoint": target.Endpoint, "project": target.ProjectID, "instance": target.InstanceID,
		"job id": job.ID, "job name": job.Name, "job type": job.Type,
		"action": string(ask.Action), "mode": ask.Mode, "cascade": strconv.FormatBool(ask.Cascade), "break glass": strconv.FormatBool(ask.BreakGlass),
		"rule": string(ruleText),
	}
	if ask.Action == Stop {
		facts["run"] = runStartedAt
	}
	return facts, facts.flatten("parameter", parameter)
}

// Bind seals the facts with a new salt.
func Bind(facts Facts) Bound {
	b := Bound{Salt: make([]byte, 32), Sums: make(map[string]string, len(facts))}
	rand.Read(b.Salt)
	for path, value := range facts {
		b.Sums[path] = b.sum(path, value)
	}
	return b
}

// Digest is one hash for all that is bound; "" where nothing is.
func (b Bound) Digest() string {
	if len(b.Sums) == 0 {
		return ""
	}
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(b.Sums)) {
		fmt.Fprintf(h, "%d:%s=%s\n", len(path), path, b.Sums[path])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Changed lists the paths whose value is new, gone or different from what was bound, in order. A Bound without sums
// matches nothing: every path has changed.
func (b Bound) Changed(facts Facts) []string {
	changed := map[string]bool{}
	for path, value := range facts {
		if b.Sums[path] != b.sum(path, value) {
			changed[path] = true
		}
	}
	for path := range b.Sums {
		if _, ok := facts[path]; !ok {
			changed[path] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}

func (b Bound) sum(path, value string) string {
	mac := hmac.New(sha256.New, b.Salt)
	fmt.Fprintf(mac, "%d:%s=%s", len(path), path, value)
	return hex.EncodeToString(mac.Sum(nil))
}

// flatten adds every leaf of a JSON value under its path. Key order and white space do not matter; number spelling does.
func (f Facts) flatten(path string, raw json.RawMessage) error {
	if len(raw) == 0 {
		f[path] = "null"
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return fmt.Errorf("%s is not JSON: %w", path, err)
	}
	f.leaf(path, v)
	return nil
}

func (f Facts) leaf(path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		f[path] = "object" // an empty object differs from an absent one
		for key, inner := range v {
			f.leaf(path+"."+strings.ReplaceAll(key, ".", `\.`), inner)
		}
	case []any:
		f[path] = "list of " + strconv.Itoa(len(v))
		for i, inner := range v {
			f.leaf(path+"["+strconv.Itoa(i)+"]", inner)
		}
	case string:
		f[path] = strconv.Quote(v)
	default:
		f[path] = fmt.Sprint(v)
	}
}
