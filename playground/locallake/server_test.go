package locallake

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0"} {
		_, err := Start(Config{Addr: addr})
		require.ErrorContains(t, err, "is not a loopback address", addr)
	}
	s, _ := lake(t)
	require.True(t, strings.HasPrefix(s.URL(), "http://127.0.0.1:"))
}

func TestConfigurationsThatCannotWork(t *testing.T) {
	for says, change := range map[string]func(*Config){
		"ProjectID is empty":       func(c *Config) { c.ProjectID = "" },
		"Instances is empty":       func(c *Config) { c.Instances = nil },
		"belong together":          func(c *Config) { c.SecretKey = "" },
		"nobody could call":        func(c *Config) { c.AccessKey, c.SecretKey, c.Tokens, c.User = "", "", nil, "" },
		"exists already":           func(c *Config) { c.Jobs = append(c.Jobs, c.Jobs[0]) },
		"there is no instance":     func(c *Config) { c.Jobs[0].InstanceID = "none" },
		"name must be 4 to 255":    func(c *Config) { c.Jobs[0].Name = "a-b" },
		`cannot end as "RUNNING"`:  func(c *Config) { c.Jobs[0].Ends = Running },
		"address \"nonsense\"":     func(c *Config) { c.Addr = "nonsense" },
		"type \"\" is not known":   func(c *Config) { c.Jobs[0].Type = "" },
		"parameter must be an obj": func(c *Config) { c.Jobs[0].Parameter = json.RawMessage(`"text"`) },
	} {
		config := Playground(noon)
		change(&config)
		_, err := Start(config)
		require.ErrorContains(t, err, says)
	}
}

func TestRequestsThatTheGatewayRefuses(t *testing.T) {
	s, _ := lake(t)
	got := do(t, s, "POST", jobsPath, strings.Repeat("x", maxRequestBody+1))
	require.Equal(t, 413, got.status)
	require.Contains(t, got.body, "APIG.0201")
	require.Equal(t, 400, do(t, s, "GET", jobsPath+"?type=%zz", "").status)
}

func TestTheLastRequestsAreKept(t *testing.T) {
	var r ring
	for i := range seenKept + 10 {
		r.add(Seen{Status: i})
	}
	all := r.all()
	require.Len(t, all, seenKept)
	require.Equal(t, 10, all[0].Status)
	require.Equal(t, seenKept+9, all[seenKept-1].Status)
}

func TestRequestsAreListedWithoutSecrets(t *testing.T) {
	s, _ := lake(t)
	do(t, s, "GET", nightly+"/history?offset=0&limit=1", "")
	fetchToken(t, s)
	seen := s.Requests()
	require.Len(t, seen, 2)
	require.Equal(t, "offset=0&limit=1", seen[0].Query)
	require.Equal(t, OpToken, seen[1].Op)
	text, err := json.Marshal(seen)
	require.NoError(t, err)
	require.NotContains(t, string(text), PlaygroundToken)
	require.NotContains(t, string(text), PlaygroundPassword)
}

// Whatever is asked is answered: with a request id, never with a 5xx, and as JSON.
func FuzzAnyRequestIsAnswered(f *testing.F) {
	s, _ := lake(f)
	for _, seed := range [][3]string{
		{"GET", jobsPath, "type=METADATA_MIGRATION&offset=0&limit=10&name_pattern=*s*"},
		{"GET", jobsPath, "type=METADATA_MIGRATION&offset=99999999999999999999&limit=-1"},
		{"GET", nightly + "/history", "offset=0&limit=1000&status=SUCCESS&mode=NORMAL"},
		{"POST", nightly + "/start", "mode=%00&cascade=;"}, {"POST", nightly + "/stop", "a=%zz"}, {"GET", nightly + "/log", ""},
		{"PUT", nightly, ""}, {"DELETE", jobsPath + "/%2f", ""}, {"GET", "//v1/../x", "&&=&"}, {"POST", "/v3/auth/tokens", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], `{"name":"fuzzed_job","type":"METADATA_MIGRATION"}`)
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		u, err := url.Parse("http://lake.example.com" + path)
		if err != nil {
			return
		}
		u.RawQuery = query
		r := httptest.NewRequest("GET", "/", strings.NewReader(body))
		r.Method, r.URL = method, u
		r.Header.Set("X-Auth-Token", PlaygroundToken)
		w := httptest.NewRecorder()
		s.serve(w, r)
		require.Less(t, w.Code, 500)
		require.Len(t, w.Header().Get("X-Request-Id"), 32)
		if w.Body.Len() > 0 && path != "/elsewhere" && u.EscapedPath() != "/elsewhere" {
			require.True(t, json.Valid(w.Body.Bytes()), w.Body.String())
		}
	})
}

// A request signed over any path and query verifies, and no longer after a change.
func FuzzASignatureHoldsForItsRequestOnly(f *testing.F) {
	s, _ := lake(f)
	f.Add("/v1/p/instances", "a=1&b=%20+*")
	f.Add("/%e6%95%b0/a%2Fb", "=&&x=~")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, path, query string) {
		u, err := url.Parse("http://lake.example.com" + path)
		if err != nil {
			return
		}
		u.RawQuery = query
		r := &http.Request{Method: "GET", URL: u, Host: "lake.example.com", Header: http.Header{}}
		c := &call{Request: signed(r, noon), requestID: strconv.Itoa(1)}
		require.Nil(t, s.authenticate(c))
		r.Method = "POST"
		require.NotNil(t, s.authenticate(c))
	})
}

func FuzzNamePatternIsAGlob(f *testing.F) {
	f.Add("n*_sync", "nightly_sync")
	f.Add("*", "")
	f.Add("a*a", "a")
	f.Add("sync", "nightly_sync")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		glob := pattern
		if !strings.Contains(glob, "*") {
			glob = "*" + glob + "*"
		}
		oracle, err := regexp.Compile(`(?s)\A` + strings.ReplaceAll(regexp.QuoteMeta(glob), `\*`, `.*`) + `\z`)
		if err != nil || strings.Contains(pattern, `\`) {
			return
		}
		require.Equal(t, oracle.MatchString(name), newNamePattern(pattern).matches(name))
	})
}

func TestNoPageOfABrowserReachesIt(t *testing.T) {
	s, _ := lake(t)
	for header, value := range map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Host": "rebound.example"} {
		r := httptest.NewRequest("POST", "/v3/auth/tokens", nil)
		r.Host = "127.0.0.1"
		if r.Header.Set(header, value); header == "Host" {
			r.Host = value
		}
		w := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(w, r)
		require.Equal(t, http.StatusForbidden, w.Code, header)
		require.Empty(t, s.Requests())
	}
}
