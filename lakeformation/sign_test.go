package lakeformation

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSignaturesMatchKnownAnswers(t *testing.T) {
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	create := `{"name":"testjob","type":"METADATA_MIGRATION"}` + "\n"
	for _, c := range []struct{ name, method, target, body, token, names, signature string }{
		{"V1: a start without a body", "POST", "/" + jobID + "/start", "", "", "x-project-id;x-sdk-date",
			"1e3ea0c83a18884d007f8cd165cfea21d8f6f2ff0e8d2ac2b7df896f7f084841"},
		{"V2: a query that needs escaping", "GET", "?limit=10&name_pattern=a%20b%2A%2F%C3%A9&offset=0&type=METADATA_MIGRATION", "", "", "x-project-id;x-sdk-date",
			"00dc84b77beb353643a75cd979c51d2efee7061eaa7a51ae8b962ce6f7bc5213"},
		{"V3: a body", "POST", "", create, "", "x-project-id;x-sdk-date",
			"c2e8a2c5d2b96b292275ad089464df3cc9fcfd5df2a81d41aa5dcf41db7fc8e1"},
		{"V4: temporary keys", "POST", "/" + jobID + "/start", "", "TOKEN", "x-project-id;x-sdk-date;x-security-token",
			"2175e8885aa030be558d99b66e68f4f0e646ca684ca4a55aa85483e64bed8632"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, "https://lakeformation.example.com"+jobsPath+c.target, strings.NewReader(c.body))
			require.NoError(t, err)
			req.Header.Set("X-Project-Id", project)
			req.Header.Set("Content-Type", "application/json")
			keys := testKeys
			keys.SecurityToken = c.token

			require.NoError(t, keys.signAt(req, at))

			require.Equal(t, "20261124T000000Z", req.Header.Get("X-Sdk-Date"))
			require.Equal(t, "SDK-HMAC-SHA256 Access=AKIDEXAMPLE, SignedHeaders="+c.names+", Signature="+c.signature,
				req.Header.Get("Authorization"))
			body, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			require.Equal(t, c.body, string(body), "the body must be left unread")
		})
	}
}

func TestABodyThatCanBeReadOnlyOnceIsNotSigned(t *testing.T) {
	req, err := http.NewRequest("POST", "https://lakeformation.example.com/", io.NopCloser(strings.NewReader("x")))
	require.NoError(t, err)
	require.EqualError(t, testKeys.Authorize(req), "a body that can be read only once cannot be signed")
}

func TestACanonicalQueryIsSortedByKeyThenValue(t *testing.T) {
	require.Equal(t, "a=1&a=2&a-b=0&c=x%20y%2B%2A~", canonicalQuery(map[string][]string{
		"a-b": {"0"}, "c": {"x y+*~"}, "a": {"2", "1"},
	}))
	require.Empty(t, canonicalQuery(nil))
}

func TestAnIncompleteKeyIsToldInWords(t *testing.T) {
	require.ErrorContains(t, AKSK{AccessKey: "A"}.Validate(), "secret key is empty")
	require.ErrorContains(t, AKSK{AccessKey: "A", SecretKey: "B\n"}.Validate(), "the secret key holds a space, a line break")
	require.NoError(t, testKeys.Validate())
	require.ErrorContains(t, FixedToken("").Validate(), "the token is empty")
	require.ErrorContains(t, FixedToken("MII\r\n").Validate(), "check how it was copied")
}
