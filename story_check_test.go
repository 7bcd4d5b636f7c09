package main

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// now puts both services on the machine's own clock, which is the one that a check looks at.
func now(s *localslack.Config, l *locallake.Config) { s.Now, l.Clock = time.Now, nil }

// checks runs `slipway check --json` in a world and gives the findings by name.
func (w *world) checks() map[string]finding {
	w.t.Helper()
	out, err := tool(w.t.(*testing.T), w.env, "check", "--json")
	var list []finding
	require.NoError(w.t, json.Unmarshal([]byte(out), &list), out)
	found, problems := map[string]finding{}, 0
	for _, f := range list {
		found[f.Name] = f
		if f.Status == statusProblem {
			problems++
			require.NotEmpty(w.t, f.Fix, "%s: a problem comes with its fix", f.Name)
		}
	}
	require.Equal(w.t, problems > 0, errors.Is(err, errFound), "the exit code says whether there are problems: %v", err)
	return found
}

func TestAllIsWell(t *testing.T) {
	t.Parallel()
	w := unstarted(t, now)
	out, err := tool(t, w.env, "check")
	t.Log(out)
	require.NoError(t, err)
}
