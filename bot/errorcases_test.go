package bot

import (
	"fmt"
	"net/http"
	"strings"

	"slipway/lakeformation"
)

// errorCase is one documented way for a call to go wrong, as it comes over the wire.
type errorCase struct {
	group  string // a heading of docs/errors.md
	status int
	body   string            // {authorization} and the like stand for what the request carried
	header map[string]string // of the answer
	by     string            // how the request is signed in: "keys" where empty
	iam    bool              // IAM, or with "agency" the metadata service, answers so, and LakeFormation is never asked
}

// lake is LakeFormation's own form of an error.
func lake(status int, code, message string) errorCase {
	return errorCase{group: "LakeFormation", status: status, body: `{"error_code":"` + code + `","error_msg":"` + message + `"}`}
}

// gate is the API gateway's form, which has the request id in the body too.
func gate(status int, code, message string) errorCase {
	return errorCase{group: "API gateway", status: status, body: `{"error_code":"` + code + `","error_msg":"` + message + `","request_id":"5f3a0c"}`}
}

// iam is IAM's form.
func iam(status int, title, message string) errorCase {
	c := errorCase{group: "IAM", iam: true, by: "password", status: status}
	if message != "" {
		c.body = fmt.Sprintf(`{"error":{"code":%d,"message":%q,"title":%q}}`, status, message, title)
	}
	return c
}

// ecs is the metadata service's form, on a machine that is to sign in by its agency.
func ecs(status int, message string) errorCase {
	c := iam(status, "Unauthorized", message)
	c.group, c.by = "Agency of an ECS", "agency"
	return c
}

func shape(status int, body string) errorCase {
	return errorCase{group: "Other shapes", status: status, body: body}
}

func (c errorCase) signedIn(by string) errorCase { c.by = by; return c }

func (c errorCase) with(name, value string) errorCase {
	c.header = map[string]string{name: value}
	return c
}

const (
	notIAM       = "Incorrect IAM authentication information"
	overLimit    = "The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 "
	canonical    = notIAM + ": verify aksk signature fail, canonicalRequest:POST|/v1/p/instances/i/lf-jobs/j/start/||x-project-id:p|x-sdk-date:d|x-security-token:{x-security-token}||x-project-id;x-sdk-date;x-security-token|e3b0"
	invalidToken = "X-Auth-Token is invalid in the request"
	body403      = `{"error":{"code":"403","message":"` + invalidToken + `","error_code":null,"error_msg":null,"title":"Forbidden"},"error_code":"403","error_msg":"` + invalidToken + `","title":"Forbidden"}`
	typeMismatch = "failed to read http request, please check your input, code: 400, reason: Type mismatch., cause: TypeMismatchException"
)

// documented are the errors and shapes that Huawei Cloud's pages and SDK name, and those that a network adds. Where the
// pages give no text for a code, the text here is ours.
func documented() map[string]errorCase {
	cases := map[string]errorCase{
		"page-400":               lake(400, "common.01000001", typeMismatch),
		"page-401":               lake(401, "APIG.1002", "Incorrect token or token resolution failed").signedIn("token"),
		"page-401-single-quotes": {group: "LakeFormation", by: "token", status: 401, body: `{'error_code':'APIG.1002','error_msg':'Incorrect token or token resolution failed'}`},
		"page-403-token":         {group: "LakeFormation", by: "token", status: 403, body: body403},
		"page-403-password":      {group: "LakeFormation", by: "password", status: 403, body: body403},
		"page-403-keys":          {group: "LakeFormation", status: 403, body: body403},
		"page-404":               lake(404, "common.01000001", "response status exception, code: 404"),
		"page-408":               lake(408, "common.00000408", "timeout exception occurred"),
		"page-500":               lake(500, "common.00000500", "internal error"),

		"lakeformation-01-busy":               lake(500, "lakeformation.00000001", "the system is busy"),
		"lakeformation-02-permission-type":    lake(400, "lakeformation.00000002", "the permission type is not supported"),
		"lakeformation-03-exists":             lake(400, "lakeformation.00000003", "the resource already exists"),
		"lakeformation-04-over-limit":         lake(400, "lakeformation.00000004", "the number of resources exceeds the limit"),
		"lakeformation-05-no-resource":        lake(400, "lakeformation.00000005", "the resource does not exist"),
		"lakeformation-14-internal":           lake(500, "lakeformation.00000014", "an internal error occurred"),
		"lakeformation-15-invalid-token":      lake(400, "lakeformation.00000015", "invalid token").signedIn("token"),
		"lakeformation-15-password":           lake(400, "lakeformation.00000015", "invalid token").signedIn("password"),
		"lakeformation-16-no-permission":      lake(400, "lakeformation.00000016", "insufficient permission"),
		"lakeformation-16-names-action":       lake(400, "lakeformation.00000016", "the user has no permission lakeformation:job:exec"),
		"lakeformation-21-another-project":    lake(400, "lakeformation.00000021", "the project of the token is not the project of the URL"),
		"lakeformation-99-not-in-the-pages":   lake(400, "lakeformation.00000099", "something nobody has documented"),
		"message-agency-missing":              lake(400, "common.01000001", "the agency lakeformation_job_trust does not exist"),
		"message-frozen":                      lake(400, "lakeformation.00000006", "the job is FROZEN_RELEASABLE and cannot be run"),
		"message-running-already":             lake(400, "lakeformation.00000006", "the job is already submitted or running"),
		"message-names-a-denied-action":       lake(403, "common.00000403", "Policy doesn't allow lakeformation:instanceJob:exec to be performed"),
		"solution":                            {group: "LakeFormation", status: 400, body: `{"error_code":"lakeformation.00000009","error_msg":"the target catalog does not exist","common_error_code":"CBC.0150","solution_msg":"Create the target catalog, then run the job again."}`},
		"solution-to-an-outage":               {group: "LakeFormation", status: 500, body: `{"error_code":"lakeformation.00000001","error_msg":"the system is busy","solution_msg":"Try again later."}`},
		"encoded-authorization-message":       {group: "LakeFormation", status: 403, body: `{"error_code":"common.00000403","error_msg":"access denied","encoded_authorization_message":"XvQ0…long…","details":[{"error_code":"d.1","error_msg":"inner"}]}`},
		"request-id-in-the-header":            lake(400, "common.01000001", typeMismatch).with("X-Request-Id", "0b1c2d"),
		"markup-in-the-message":               lake(400, "common.01000001", "<!channel> *bold* `code` <https://evil.example.com|click>"),
		"gateway-0101-no-such-api":            gate(404, "APIG.0101", "The API does not exist or has not been published in the environment"),
		"gateway-0103":                        gate(500, "APIG.0103", "The backend does not exist"),
		"gateway-0104":                        gate(500, "APIG.0104", "The plug-ins do not exist"),
		"gateway-0105":                        gate(500, "APIG.0105", "The backend configurations do not exist"),
		"gateway-0106":                        gate(400, "APIG.0106", "Orchestration error"),
		"gateway-0201-bad-request":            gate(400, "APIG.0201", "Bad request"),
		"gateway-0201-too-large":              gate(413, "APIG.0201", "Request entity too large"),
		"gateway-0202":                        gate(502, "APIG.0202", "Backend unavailable"),
		"gateway-0203":                        gate(504, "APIG.0203", "Backend timeout"),
		"gateway-0301":                        gate(401, "APIG.0301", notIAM),
		"gateway-0301-access-key":             gate(401, "APIG.0301", notIAM+": aksk authentication failed, access key not found"),
		"gateway-0301-signature-echo":         gate(401, "APIG.0301", canonical).signedIn("temporary keys"),
		"gateway-0301-clock":                  gate(401, "APIG.0301", notIAM+": signature expired, signature time:20261124T000000Z,server time:20261124T002000Z"),
		"gateway-0301-security-token":         gate(401, "APIG.0301", notIAM+": the security token is invalid").signedIn("temporary keys"),
		"gateway-0301-temporary":              gate(401, "APIG.0301", notIAM).signedIn("temporary keys"),
		"gateway-0301-no-token":               gate(401, "APIG.0301", notIAM+": x-auth-token not found").signedIn("token"),
		"gateway-0303":                        gate(401, "APIG.0303", "Incorrect app authentication information"),
		"gateway-0305":                        gate(401, "APIG.0305", "Incorrect authentication information"),
		"gateway-0307-token":                  gate(401, "APIG.0307", "The token must be updated").signedIn("token"),
		"gateway-0307-password":               gate(401, "APIG.0307", "The token must be updated").signedIn("password"),
		"gateway-0308-a-minute":               gate(429, "APIG.0308", overLimit+"minute"),
		"gateway-0308-a-second":               gate(429, "APIG.0308", overLimit+"second"),
		"gateway-0308-retry-after":            gate(429, "APIG.0308", overLimit+"minute").with("Retry-After", "7"),
		"gateway-1002-password":               gate(401, "APIG.1002", "Incorrect token or token resolution failed").signedIn("password"),
		"gateway-1005":                        gate(403, "APIG.1005", "The app does not have permission"),
		"gateway-APIGW-0301":                  gate(401, "APIGW.0301", notIAM),
		"gateway-APIGW-0308":                  gate(429, "APIGW.0308", overLimit+"minute"),
		"gateway-echoes-the-header":           gate(401, "APIGW.0301", notIAM+": cannot verify {authorization}"),
		"gateway-echoes-the-token":            gate(401, "APIG.1002", "cannot resolve {x-auth-token}").signedIn("token"),
		"iam-400":                             iam(400, "Bad Request", "The request body is invalid."),
		"iam-401-wrong-password":              iam(401, "Unauthorized", "The username or password is wrong."),
		"iam-401-locked":                      iam(401, "Unauthorized", "The user is locked."),
		"iam-401-password-expired":            iam(401, "Unauthorized", "The password has expired."),
		"iam-401-another-project":             iam(401, "Unauthorized", "The user has no access to the project in the scope."),
		"iam-401-echoes-the-password":         iam(401, "Unauthorized", "canary-password is wrong"),
		"iam-403-nested":                      iam(403, "Forbidden", "You are not authorized to perform the requested action."),
		"iam-403-flat":                        {group: "IAM", iam: true, by: "password", status: 403, body: `{"error_msg":"no permission","error_code":"IAM.0003"}`},
		"iam-404":                             iam(404, "Not Found", "Could not find domain: acme."),
		"iam-429":                             iam(429, "Too Many Requests", ""),
		"iam-500":                             iam(500, "Internal Server Error", "An unexpected error prevented the server from fulfilling your request."),
		"iam-503":                             iam(503, "Service Unavailable", ""),
		"iam-web-page":                        {group: "IAM", iam: true, by: "password", status: 502, body: "<html><head><title>502 Bad Gateway</title></head></html>"},
		"iam-201-without-a-token":             {group: "IAM", iam: true, by: "password", status: 201, body: `{"token":{}}`},
		"gateway-0301-agency":                 gate(401, "APIG.0301", notIAM+": the security token is invalid").signedIn("agency"),
		"empty-401-agency":                    shape(401, "").signedIn("agency"),
		"agency-none":                         ecs(401, "Please configure Cloud Service Agency first"),
		"agency-500":                          ecs(500, "Internal Server Error"),
		"agency-200-without-keys":             {group: "Agency of an ECS", iam: true, by: "agency", status: 200, body: `{"credential":null}`},
		"nested":                              shape(400, `{"error":{"code":"common.01000001","message":"inner words"}}`),
		"camel-case":                          shape(400, `{"errorCode":"common.01000001","errorMsg":"camel words","solutionMsg":"Check it.","requestId":"c-1"}`),
		"code-alone":                          shape(400, `{"error_code":"lakeformation.00000013"}`),
		"message-alone":                       shape(400, `{"message":"only words"}`),
		"list":                                shape(400, `[{"code":"c.1","message":"in a list"}]`),
		"byte-order-mark":                     shape(500, "\ufeff"+`{"error_code":"common.00000500","error_msg":"internal error"}`),
		"truncated":                           shape(500, `{"error_code":"common.00000500","error_msg":"internal er`),
		"huge":                                shape(500, `{"error_code":"common.00000500","error_msg":"`+strings.Repeat("internal error ", 1<<16)+`"}`),
		"plain-text":                          shape(503, "upstream connect error or disconnect/reset before headers"),
		"other-json":                          shape(400, `{"hello":"world"}`),
		"web-page-502":                        shape(502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"),
		"web-page-404":                        shape(404, "<!DOCTYPE html><title>Not here</title>"),
		"web-page-403":                        shape(403, "<html><body>Blocked by the proxy</body></html>"),
		"empty-400":                           shape(400, ""),
		"empty-401":                           shape(401, ""),
		"empty-401-password":                  shape(401, "").signedIn("password"),
		"empty-403":                           shape(403, ""),
		"empty-404":                           shape(404, ""),
		"empty-408":                           shape(408, ""),
		"empty-409":                           shape(409, ""),
		"empty-429":                           shape(429, ""),
		"empty-500":                           shape(500, ""),
		"empty-503":                           shape(503, ""),
		"empty-504":                           shape(504, ""),
		"throttled-by-somebody-else":          shape(429, `{"error_code":"common.1","error_msg":"slow down"}`),
		"redirect-302":                        shape(302, "").with("Location", "/elsewhere"),
		"redirect-308":                        shape(308, "").with("Location", "/elsewhere"),
		"another-success-201":                 shape(201, "{}"),
		"another-success-204":                 shape(204, ""),
		"accepted-202":                        shape(202, ""),
		"accepted-200-with-a-body-of-garbage": shape(200, "<html>fine</html>"),
	}
	for _, n := range []string{"06", "07", "08", "09", "10", "11", "12", "13"} {
		cases["lakeformation-"+n+"-input"] = lake(400, "lakeformation.000000"+n, "a parameter is not valid")
	}
	for _, n := range []string{"17", "18", "19", "20"} {
		cases["lakeformation-"+n] = lake(400, "lakeformation.000000"+n, "a text that is not known here")
	}
	return cases
}

// answer writes the answer, with what the request carried where the body wants it.
func (c errorCase) answer(w http.ResponseWriter, r *http.Request) {
	for name, value := range c.header {
		w.Header().Set(name, value)
	}
	body := c.body
	for _, name := range []string{"authorization", "x-auth-token", "x-security-token"} {
		body = strings.ReplaceAll(body, "{"+name+"}", r.Header.Get(name))
	}
	w.WriteHeader(c.status)
	_, _ = w.Write([]byte(body))
}

// credentials are as the case wants them; every secret in them is a canary.
func credentials(by string, fetched lakeformation.Credentials) lakeformation.Credentials {
	switch by {
	case "token":
		return lakeformation.FixedToken("canary-fixed-token")
	case "temporary keys":
		return lakeformation.AKSK{AccessKey: "CANARYACCESSKEY1", SecretKey: "canary-secret-key", SecurityToken: "canary-security-token"}
	case "password", "agency":
		return fetched
	}
	return lakeformation.AKSK{AccessKey: "CANARYACCESSKEY1", SecretKey: "canary-secret-key"}
}
