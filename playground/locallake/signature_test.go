package locallake

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The known answers come from two other implementations of the signature.
func TestSignaturesEqualTheKnownAnswers(t *testing.T) {
	const (
		jobs  = "/v1/0123456789abcdef0123456789abcdef/instances/2180518f-42b8-4947-b20b-adfc53981a25/lf-jobs"
		start = jobs + "/03141229-84cd-4b1b-9733-dd124320c125/start"
	)
	cases := []struct{ name, method, target, body, token, want string }{
		{"a start without a body", "POST", start, "", "", "1e3ea0c83a18884d007f8cd165cfea21d8f6f2ff0e8d2ac2b7df896f7f084841"},
		{"a query that needs encoding", "GET", jobs + "?limit=10&name_pattern=a%20b%2A%2F%C3%A9&offset=0&type=METADATA_MIGRATION", "", "", "00dc84b77beb353643a75cd979c51d2efee7061eaa7a51ae8b962ce6f7bc5213"},
		{"the same query in another order and encoding", "GET", jobs + "?type=METADATA_MIGRATION&offset=0&name_pattern=a+b*/%c3%a9&limit=10", "", "", "00dc84b77beb353643a75cd979c51d2efee7061eaa7a51ae8b962ce6f7bc5213"},
		{"a body with its line end", "POST", jobs, `{"name":"testjob","type":"METADATA_MIGRATION"}` + "\n", "", "c2e8a2c5d2b96b292275ad089464df3cc9fcfd5df2a81d41aa5dcf41db7fc8e1"},
		{"a security token", "POST", start, "", "TOKEN", "2175e8885aa030be558d99b66e68f4f0e646ca684ca4a55aa85483e64bed8632"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.target, nil)
			r.Header.Set("X-Sdk-Date", "20261124T000000Z")
			r.Header.Set("X-Project-Id", "0123456789abcdef0123456789abcdef")
			signed := []string{"x-project-id", "x-sdk-date"}
			if c.token != "" {
				r.Header.Set("X-Security-Token", c.token)
				signed = []string{"x-project-id", "x-sdk-date", "x-security-token"}
			}
			require.Equal(t, c.want, sign("SKEXAMPLE", "20261124T000000Z", canonicalRequest(r, signed, []byte(c.body))))
		})
	}
}

// signedBy signs what a caller with these keys would send at that time.
func signedBy(r *http.Request, access, secret string, at time.Time, body string, also ...string) *http.Request {
	r.Header.Set("X-Sdk-Date", at.UTC().Format(sdkDate))
	r.Header.Set("X-Project-Id", PlaygroundProject)
	signed := append([]string{"x-project-id", "x-sdk-date"}, also...)
	signature := sign(secret, r.Header.Get("X-Sdk-Date"), canonicalRequest(r, signed, []byte(body)))
	r.Header.Set("Authorization", algorithm+" Access="+access+", SignedHeaders="+strings.Join(signed, ";")+", Signature="+signature)
	return r
}

func signed(r *http.Request, at time.Time, also ...string) *http.Request {
	return signedBy(r, PlaygroundAccessKey, PlaygroundSecretKey, at, "", also...)
}

func TestASignedRequestIsServed(t *testing.T) {
	s, _ := lake(t)
	got := send(t, signed(plain(t, s, "GET", nightly, ""), noon))
	require.Equal(t, 200, got.status, got.body)

	r := plain(t, s, "POST", nightly+"/start", "")
	r.Header.Set("Content-Type", "application/json") // the SDK sends it without a body, and unsigned
	got = send(t, signed(r, noon))
	require.Equal(t, 202, got.status, got.body)
	require.Empty(t, got.body)
}

func TestOtherHeadersMayBeSignedToo(t *testing.T) {
	s, _ := lake(t)
	r := plain(t, s, "GET", nightly, "")
	r.Host = strings.TrimPrefix(s.URL(), "http://")
	r.Header.Set("Content-Type", "application/json")
	require.Equal(t, 200, send(t, signed(r, noon, "content-type", "host")).status)
}

func TestAnUnsignedPayloadIsVerifiedByItsHeader(t *testing.T) {
	s, _ := lake(t)
	r := plain(t, s, "PUT", nightly, `{"name":"nightly_sync"}`)
	r.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")
	require.Equal(t, 200, send(t, signed(r, noon, "x-sdk-content-sha256")).status)
}

func TestSignaturesThatDoNotHold(t *testing.T) {
	s, _ := lake(t)
	cases := map[string]struct {
		request *http.Request
		says    string
	}{
		"another secret":  {signedBy(plain(t, s, "GET", nightly, ""), PlaygroundAccessKey, "wrong", noon, ""), "verify aksk signature fail, canonicalRequest:GET|" + nightly + "/||x-project-id:" + PlaygroundProject + "|x-sdk-date:20261124T120000Z||x-project-id;x-sdk-date|e3b0c442"},
		"another body":    {signed(plain(t, s, "PUT", nightly, "{}"), noon), "verify aksk signature fail"},
		"an unknown key":  {signedBy(plain(t, s, "GET", nightly, ""), "NOBODY", PlaygroundSecretKey, noon, ""), "access key not found"},
		"too old":         {signed(plain(t, s, "GET", nightly, ""), noon.Add(-16*time.Minute)), "signature expired, signature time:20261124T114400Z,server time:20261124T120000Z"},
		"from the future": {signed(plain(t, s, "GET", nightly, ""), noon.Add(16*time.Minute)), "signature expired"},
		"no credentials":  {plain(t, s, "GET", nightly, ""), "x-auth-token not found"},
		"an unsigned sdk date": {func() *http.Request {
			r := signed(plain(t, s, "GET", nightly, ""), noon)
			r.Header.Set("Authorization", algorithm+" Access="+PlaygroundAccessKey+", SignedHeaders=x-project-id, Signature=00")
			return r
		}(), "x-sdk-date must be sent"},
		"half a header": {func() *http.Request {
			r := plain(t, s, "GET", nightly, "")
			r.Header.Set("Authorization", algorithm+" Access="+PlaygroundAccessKey)
			return r
		}(), "is missing"},
		"another algorithm": {func() *http.Request {
			r := plain(t, s, "GET", nightly, "")
			r.Header.Set("Authorization", "Bearer x")
			return r
		}(), "the algorithm is not"},
		"an unasked security token": {func() *http.Request {
			r := plain(t, s, "GET", nightly, "")
			r.Header.Set("X-Security-Token", "T")
			return signed(r, noon, "x-security-token")
		}(), "security token is invalid"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := send(t, c.request)
			require.Equal(t, 401, got.status, got.body)
			var e errorBody
			got.into(t, &e)
			require.Equal(t, "APIG.0301", e.Code)
			require.Contains(t, e.Message, c.says)
			require.Equal(t, got.header.Get("X-Request-Id"), e.RequestID)
			require.NotContains(t, got.body, PlaygroundSecretKey)
		})
	}
}

func TestOldSignaturesPassWhereNobodyChecksThem(t *testing.T) {
	s, _ := lake(t, func(c *Config) { c.RejectOldSignatures = false })
	require.Equal(t, 200, send(t, signed(plain(t, s, "GET", nightly, ""), noon.Add(-24*time.Hour))).status)
}

func TestTemporaryKeysNeedTheirSecurityTokenSigned(t *testing.T) {
	s, _ := lake(t, func(c *Config) { c.SecurityToken = "TEMPORARY" })
	request := func() *http.Request {
		r := plain(t, s, "GET", nightly, "")
		r.Header.Set("X-Security-Token", "TEMPORARY")
		return r
	}
	require.Equal(t, 200, send(t, signed(request(), noon, "x-security-token")).status)
	require.Equal(t, 401, send(t, signed(request(), noon)).status, "sent, but not signed")
	require.Equal(t, 401, send(t, signed(plain(t, s, "GET", nightly, ""), noon)).status, "not sent")
}
