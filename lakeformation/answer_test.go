package lakeformation

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

const (
	body400      = `{"error_code":"common.01000001","error_msg":"failed to read http request, please check your input, code: 400, reason: Type mismatch., cause: TypeMismatchException"}`
	body401      = `{"error_code":"APIG.1002","error_msg":"Incorrect token or token resolution failed"}`
	body401Loose = `{'error_code':'APIG.1002','error_msg':'Incorrect token or token resolution failed'}`
	body403      = `{"error":{"code":"403","message":"X-Auth-Token is invalid in the request","error_code":null,"error_msg":null,"title":"Forbidden"},"error_code":"403","error_msg":"X-Auth-Token is invalid in the request","title":"Forbidden"}`
	body404      = `{"error_code":"common.01000001","error_msg":"response status exception, code: 404"}`
	body408      = `{"error_code":"common.00000408","error_msg":"timeout exception occurred"}`
	body500      = `{"error_code":"common.00000500","error_msg":"internal error"}`
	bodyThrottle = `{"error_code":"APIG.0308","error_msg":"The throttling threshold has been reached: policy user over ratelimit,limit:5,time:1 minute","request_id":"r-1"}`
	body502HTML  = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
)

// answerCases are the bodies of the API pages, and others that come between.
var answerCases = []struct {
	name, body string
	want       answer
}{
	{"the page's 400", body400, answer{code: "common.01000001", message: "failed to read http request, please check your input, code: 400, reason: Type mismatch., cause: TypeMismatchException"}},
	{"the page's 401", body401, answer{code: "APIG.1002", message: "Incorrect token or token resolution failed"}},
	{"the page's 401 as it is printed", body401Loose, answer{code: "APIG.1002", message: "Incorrect token or token resolution failed"}},
	{"the page's 403", body403, answer{code: "403", message: "X-Auth-Token is invalid in the request"}},
	{"the page's 404", body404, answer{code: "common.01000001", message: "response status exception, code: 404"}},
	{"the page's 408", body408, answer{code: "common.00000408", message: "timeout exception occurred"}},
	{"the page's 500", body500, answer{code: "common.00000500", message: "internal error"}},
	{"a full LakeFormation error", `{"error_code":"lakeformation.00000005","error_msg":"no such job","common_error_code":"c.1","solution_msg":"check the id","request_id":"r-7"}`,
		answer{code: "lakeformation.00000005", message: "no such job", commonCode: "c.1", solution: "check the id", requestID: "r-7"}},
	{"camel case", `{"errorCode":"c.1","errorMsg":"m","solutionMsg":"s","requestId":"r","commonErrorCode":"cc"}`,
		answer{code: "c.1", message: "m", solution: "s", requestID: "r", commonCode: "cc"}},
	{"the gateway", bodyThrottle, answer{code: "APIG.0308", message: "The throttling threshold has been reached: policy user over ratelimit,limit:5,time:1 minute", requestID: "r-1"}},
	{"IAM nests", `{"error":{"message":"The username or password is wrong.","code":401,"title":"Unauthorized"}}`,
		answer{code: "401", message: "The username or password is wrong."}},
	{"IAM flat", `{"error_msg":"no permission","error_code":"IAM.0003"}`, answer{code: "IAM.0003", message: "no permission"}},
	{"a code alone", `{"error_code":"lakeformation.00000001"}`, answer{code: "lakeformation.00000001"}},
	{"an error that is text", `{"error":"gone"}`, answer{message: "gone"}},
	{"in a list", `[{"code":"c","message":"m"}]`, answer{code: "c", message: "m"}},
	{"an apostrophe in single quotes", `{'error_code':'c.1','error_msg':'it isn't so'}`, answer{code: "c.1", message: "it isn't so"}},
	{"cut off", `{"error_code":"common.00000500","error_msg":"internal er`, answer{code: "common.00000500", message: "internal er"}},
	{"HTML", body502HTML, answer{message: "502 Bad Gateway", why: whyHTML}},
	{"HTML without a title", "\n <!DOCTYPE html><p>no", answer{why: whyHTML}},
	{"empty", " \n", answer{why: whyEmpty}},
	{"plain text", "upstream\tconnect\r\nerror", answer{message: "upstream connect error", why: whyGarbage}},
	{"other JSON", `{"hello":"world"}`, answer{message: `{"hello":"world"}`, why: whyGarbage}},
	{"a byte order mark", "\ufeff" + body500, answer{code: "common.00000500", message: "internal error"}},
	{"invisible characters", "{\"error_code\":\"a\\u0000b\",\"error_msg\":\"x\\u202ey\\u001b[31m\"}", answer{code: "ab", message: "xy[31m"}},
}

func TestEveryShapeOfErrorBodyIsRead(t *testing.T) {
	for _, c := range answerCases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, parseAnswer([]byte(c.body), nil))
		})
	}
}

func TestAnEchoOfTheSignedRequestIsMasked(t *testing.T) {
	token := "MIIabcdefghijklmnopqrstuvwxyz0123456789" + strings.Repeat("Q", 3000)
	signature := strings.Repeat("0a", 32)
	header := http.Header{
		"X-Security-Token": {token},
		"Authorization":    {"SDK-HMAC-SHA256 Access=AKIDEXAMPLE, SignedHeaders=x-project-id, Signature=" + signature},
	}
	for name, message := range map[string]string{
		"the canonical request":           "verify aksk signature fail, canonicalRequest:GET|/v1/p/|x-security-token:" + token,
		"a string to sign":                "stringToSign: SDK-HMAC-SHA256|" + signature,
		"the header":                      "bad Authorization: SDK-HMAC-SHA256 Access=AKIDEXAMPLE",
		"the access key alone":            "access key AKIDEXAMPLE is unknown",
		"the token alone":                 "what is " + token + "?",
		"another's token":                 "what is MII" + strings.Repeat("x", 40) + "?",
		"a signature alone":               "expected " + signature,
		"a key behind a zero-width break": "canonical\u200bRequest:" + token,
		"a token without its shape":       "x-auth-token=abc123",
		"a password":                      `"password": "hunter2"`,
		"an address":                      "proxy http://ana:hunter2@proxy:3128 said no",
	} {
		t.Run(name, func(t *testing.T) {
			got := tidy(message, maxMessage, secretsOf(header)...)
			require.Contains(t, got, masked)
			for _, secret := range []string{token[:20], "AKIDEXAMPLE", signature, "abc123", "hunter2", "xxxxxxxx"} {
				require.NotContains(t, got, secret)
			}
		})
	}
	require.Equal(t, "verify aksk signature fail, canonicalRequest[masked]",
		tidy("verify aksk signature fail, canonicalRequest:GET|/v1", maxMessage), "what says nothing secret stays")
	for _, harmless := range []string{"X-Auth-Token is invalid in the request", "Incorrect token or token resolution failed",
		"signature expired, signature time:20261124T000000Z,server time:20261124T002000Z", "job a_very_long_name_of_a_job_that_runs_every_single_night_at_two is unknown"} {
		require.Equal(t, harmless, tidy(harmless, maxMessage))
	}
}

func TestFieldsAreCutBetweenCharacters(t *testing.T) {
	got := parseAnswer([]byte(`{"error_code":"`+strings.Repeat("é", 500)+`","error_msg":"`+strings.Repeat("数", 5000)+`"}`), nil)
	require.Equal(t, strings.Repeat("é", maxCode-1)+"…", got.code)
	require.Equal(t, maxMessage, utf8.RuneCountInString(got.message))
	require.True(t, utf8.ValidString(got.message))
}

func TestAHugeErrorBodyIsReadInPart(t *testing.T) {
	s := serve(t, answering(400, `{"error_code":"common.01000001","error_msg":"`+strings.Repeat("x", 3<<20)+`"}`))
	_, err := clientOf(t, s).ShowJob(t.Context(), jobID)
	e := failed(t, err)
	require.Equal(t, "common.01000001", e.Code)
	require.Len(t, []rune(e.Message), maxMessage)
}

func TestTheStatusDecidesBeforeTheCode(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		class  Class
	}{
		{400, body400, Refused}, {401, body401, Unauthorized}, {401, body401Loose, Unauthorized}, {403, body403, Refused},
		{404, body404, Refused}, {408, body408, Unknown}, {500, body500, Unknown}, {502, body502HTML, Unknown}, {504, "", Unknown},
		{429, bodyThrottle, Throttled}, {429, strings.ReplaceAll(bodyThrottle, "APIG.", "APIGW."), Throttled},
		{429, `{"error_code":"common.1","error_msg":"slow down"}`, Unknown}, {429, "", Unknown},
		{409, body400, Unknown}, {413, body400, Unknown}, {302, "", Unknown}, {204, "", Unknown}, {201, "{}", Unknown},
	} {
		res := httptest.NewRecorder()
		answering(c.status, c.body)(res, nil)
		e := answered(OpStartJob, res.Result(), nil, time.Time{})
		require.Equal(t, c.class, e.Class, "HTTP %d %s", c.status, c.body)
		require.True(t, e.Sent)
	}
}

func TestRetryAfterIsReadAndBounded(t *testing.T) {
	now := newClock().Now()
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, "99999999999999999999": 0, "999999": maxRetryAfter,
		now.Add(20 * time.Second).Format(http.TimeFormat): 20 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):       0,
		now.AddDate(1, 0, 0).Format(http.TimeFormat):      maxRetryAfter,
	} {
		require.Equal(t, want, retryAfter(value, now), value)
	}
}

func FuzzErrorBodies(f *testing.F) {
	for _, c := range answerCases {
		f.Add([]byte(c.body))
	}
	f.Add([]byte(strings.Repeat(`{"error":`, 3000)))
	f.Add([]byte(`{"error_msg":"canonicalRequest:AKIDEXAMPLE-secret`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a := parseAnswer(body, []string{"AKIDEXAMPLE"})
		for text, limit := range map[string]int{a.code: maxCode, a.message: maxMessage, a.commonCode: maxCode, a.solution: maxMessage, a.requestID: maxCode} {
			require.LessOrEqual(t, utf8.RuneCountInString(text), limit)
			require.True(t, utf8.ValidString(text))
			require.NotContains(t, text, "AKIDEXAMPLE")
			require.False(t, strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }))
		}
		require.NotEqual(t, answer{}, a, "something is always known of an answer")
	})
}
