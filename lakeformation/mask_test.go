package lakeformation

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shapes are the forms in which an answer may say something; %s is what it says.
var shapes = map[string]string{
	"flat":                `{"error_code":"APIG.0301","error_msg":"%s","request_id":"r-1"}`,
	"the code":            `{"error_code":"%s","error_msg":"no"}`,
	"the solution":        `{"error_code":"c","error_msg":"no","solution_msg":"%s"}`,
	"the request id":      `{"error_code":"c","error_msg":"no","request_id":"%s"}`,
	"the common code":     `{"error_code":"c","error_msg":"no","common_error_code":"%s"}`,
	"nested":              `{"error":{"code":"403","message":"%s","title":"Forbidden"}}`,
	"camel case":          `{"errorCode":"c","errorMsg":"%s"}`,
	"an error text":       `{"error":"%s"}`,
	"an OAuth error":      `{"error":"invalid","error_description":"%s"}`,
	"a list":              `[{"code":"c","message":"%s"}]`,
	"single quotes":       `{'error_code':'APIG.0301','error_msg':'%s'}`,
	"cut off":             `{"error_code":"APIG.0301","error_msg":"%s`,
	"cut off with a rest": `{"error_code":"APIG.0301","error_msg":"%s","request`,
	"other JSON":          `{"hello":{"world":"%s"}}`,
	"plain text":          `%s`,
	"HTML":                `<html><head><title>%s</title></head><body>%[1]s</body></html>`,
	"two lines":           "refused\n%s",
}

// echoes are what a message may repeat of a request.
func echoes(r *http.Request) map[string]string {
	authorization, token, security := r.Header.Get("Authorization"), r.Header.Get("X-Auth-Token"), r.Header.Get("X-Security-Token")
	_, signature, _ := strings.Cut(authorization, "Signature=")
	list := map[string]string{"nothing": "nothing", "canonical": "verify aksk signature fail, canonicalRequest:GET|/v1|x-security-token:" + security + "|x-auth-token:" + token}
	if authorization != "" {
		list["authorization"], list["signature"], list["access key"] = "got Authorization: "+authorization, "expected "+signature, "key CANARYACCESSKEY0001 is unknown"
		list["bare header"] = authorization
	}
	for name, secret := range map[string]string{"token": token, "security token": security} {
		if secret == "" {
			continue
		}
		list[name] = "what is " + secret + " about?"
		list[name+" escaped"] = "what is " + strings.NewReplacer("/", `\/`, "=", `\u003d`).Replace(secret) + " about?"
		list[name+" in a query"] = "GET /x?y=" + strings.NewReplacer("/", "%2F", "=", "%3D", "+", "%2B").Replace(secret)
		list[name+" cut off"] = "what is " + secret[:len(secret)-3]
	}
	return list
}

func TestNoShapeOfAnswerRepeatsASecret(t *testing.T) {
	for signedIn, credentials := range map[string]Credentials{
		"keys":           AKSK{AccessKey: "CANARYACCESSKEY0001", SecretKey: "canary-secret-key"},
		"temporary keys": AKSK{AccessKey: "CANARYACCESSKEY0001", SecretKey: "canary-secret-key", SecurityToken: "canary/security+token/of+some/length=="},
		"token":          FixedToken("canary/auth+token/that+is/not+MII=="),
	} {
		for shape, body := range shapes {
			t.Run(signedIn+"/"+shape, func(t *testing.T) {
				var what, echo string
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					echo = echoes(r)[what]
					w.Header().Set("X-Request-Id", strings.ReplaceAll(echo, "\n", " "))
					w.WriteHeader(401)
					_, _ = fmt.Fprintf(w, body, echo)
				})
				c := clientOf(t, s, func(config *Config) { config.Credentials = credentials })
				r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL, nil)
				require.NoError(t, err)
				require.NoError(t, credentials.Authorize(r))
				for what = range echoes(r) {
					_, err := c.ShowJob(t.Context(), jobID)
					e := failed(t, err)
					said := strings.Join([]string{e.Error(), e.Code, e.Message, e.CommonCode, e.Solution, e.RequestID, e.Meaning().String(), e.Remedy().String(), e.Summary().String(), fmt.Sprint(e.Fields())}, "\n")
					require.NotContains(t, strings.ToLower(said), "canary", "%s: %s", what, echo)
					require.NotRegexp(t, `[0-9a-f]{40}`, strings.ReplaceAll(said, instance, ""), what)
				}
			})
		}
	}
}

func TestIAMRepeatsNoPassword(t *testing.T) {
	for shape, body := range shapes {
		t.Run(shape, func(t *testing.T) {
			iam := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Request-Id", "hunter2!")
				w.WriteHeader(401)
				_, _ = fmt.Fprintf(w, body, `no user acme/ana with hunter2!`)
			})
			p := passwordAt(t, iam.URL, newClock())
			err := clientOf(t, iam, func(config *Config) { config.Credentials = p }).StartJob(t.Context(), jobID, StartOptions{})
			e := failed(t, err)
			said := strings.Join([]string{e.Error(), e.Code, e.Message, e.CommonCode, e.Solution, e.RequestID, e.Remedy().String(), e.Summary().String(), fmt.Sprint(e.Fields())}, "\n")
			require.NotContains(t, said, "hunter2")
			require.Contains(t, e.Summary().String(), "IAM gave no token: ")
		})
	}
}
