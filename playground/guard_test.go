package playground_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyThePageItselfIsAnswered(t *testing.T) {
	p := start(t, serves)
	address, key := split(p)
	_, port, _ := strings.Cut(strings.TrimPrefix(address, "http://"), ":")
	clear := `{"do":"clear"}`
	for name, c := range map[string]struct {
		header map[string]string
		status int
		says   string
	}{
		"with the key":                    {map[string]string{"X-Playground-Key": key}, 200, `"problem":""`},
		"with the page's own origin":      {map[string]string{"X-Playground-Key": key, "Origin": address}, 200, `"problem":""`},
		"by the name localhost":           {map[string]string{"X-Playground-Key": key, "Host": "localhost:" + port, "Origin": "http://localhost:" + port}, 200, `"problem":""`},
		"without the key":                 {nil, 401, "open the address that it printed"},
		"with another key":                {map[string]string{"X-Playground-Key": key + "x"}, 401, "open the address that it printed"},
		"from another site":               {map[string]string{"X-Playground-Key": key, "Origin": "https://evil.example"}, 403, "other sites"},
		"from another port":               {map[string]string{"X-Playground-Key": key, "Origin": "http://127.0.0.1:1"}, 403, "other sites"},
		"from a sandboxed frame":          {map[string]string{"X-Playground-Key": key, "Origin": "null"}, 403, "other sites"},
		"under a rebound name":            {map[string]string{"X-Playground-Key": key, "Host": "evil.example:" + port}, 403, "only"},
		"under the right name, no port":   {map[string]string{"X-Playground-Key": key, "Host": "127.0.0.1"}, 403, "only"},
		"under a name like the right one": {map[string]string{"X-Playground-Key": key, "Host": "127.0.0.1.evil.example:" + port}, 403, "only"},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := send(t, http.MethodPost, address+"/api/slack", strings.NewReader(clear), c.header)
			require.Equal(t, c.status, status)
			require.Contains(t, answer, c.says)
		})
	}
}

func TestTheStreamNeedsTheKey(t *testing.T) {
	p := start(t, serves)
	address, _ := split(p)
	status, answer := send(t, http.MethodGet, address+"/api/state", nil, nil)
	require.Equal(t, http.StatusUnauthorized, status)
	require.NotContains(t, answer, "nightly_sync")
}

func TestThePageItselfHoldsNoKey(t *testing.T) {
	p := start(t, serves)
	address, key := split(p)
	status, page := send(t, http.MethodGet, address+"/", nil, nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Slipway playground")
	require.NotContains(t, page, key, "whoever can reach the port can read the page")
	status, _ = send(t, http.MethodGet, address+"/", nil, map[string]string{"Host": "evil.example"})
	require.Equal(t, http.StatusForbidden, status)
}

func TestEverythingIsServedWithAStrictPolicy(t *testing.T) {
	p := start(t, serves)
	address, _ := split(p)
	for _, path := range []string{"/", "/main.js", "/base.css", "/nothing-here", "/api/state"} {
		response, err := http.Get(address + path)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.True(t, strings.HasPrefix(response.Header.Get("Content-Security-Policy"), "default-src 'self';"), path)
		require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"), path)
	}
}

func TestABodyIsBoundedAndMustMakeSense(t *testing.T) {
	p := start(t, serves)
	address, key := split(p)
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"too large":        {`{"text":"` + strings.Repeat("a", 1<<20) + `"}`, http.StatusRequestEntityTooLarge},
		"not JSON":         {`do it`, http.StatusBadRequest},
		"an unknown field": {`{"value":"forged"}`, http.StatusBadRequest},
		"a wrong type":     {`{"text":1}`, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			status, answer := send(t, http.MethodPost, address+"/api/type", strings.NewReader(c.body), map[string]string{"X-Playground-Key": key})
			require.Equal(t, c.status, status)
			require.Contains(t, answer, "could not read that")
		})
	}
}

// The policy would stop inline scripts; these would be stopped by nobody.
func TestNoAssetTurnsWordsIntoMarkup(t *testing.T) {
	checked := 0
	err := fs.WalkDir(os.DirFS("page"), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join("page", path))
		for _, never := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style=", "<script>", "//cdn", "https://fonts"} {
			require.NotContains(t, string(text), never, path)
		}
		checked++
		return err
	})
	require.NoError(t, err)
	require.Greater(t, checked, 20)
}
