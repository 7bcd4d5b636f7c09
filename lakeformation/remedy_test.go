package lakeformation

import (
	"context"
	"net/http/httptest"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEveryFailureHasANextStep(t *testing.T) {
	lookFirst := "Look at the job's status before you ask again"
	for _, c := range []struct {
		name  string
		e     Error
		words string
	}{
		{"an argument", Error{why: whyArgument}, "Correct the request"},
		{"too late", Error{why: whyTooLate}, "this machine is too slow"},
		{"given up before it was sent", Error{why: whyGivenUp, Class: NeverSent}, "It is safe to try again."},
		{"given up after it was sent", Error{why: whyGivenUp, Class: Unknown}, lookFirst},
		{"DNS", Error{why: whyDNS, Class: NeverSent}, "typing error"},
		{"no listener", Error{why: whyNoListener, Class: NeverSent}, "firewall or proxy"},
		{"no connection", Error{why: whyDial, Class: NeverSent}, "firewall or proxy"},
		{"TLS", Error{why: whyTLS, Class: NeverSent}, "trusts its certificate"},
		{"credentials", Error{why: whyCredentials, Class: NeverSent}, "IAM can be reached"},
		{"a timeout", Error{why: whyTimeout, Class: Unknown}, lookFirst},
		{"a broken connection", Error{why: whyBroken, Class: Unknown}, lookFirst},
		{"too large", Error{why: whyTooLarge, Class: Unknown}, "LakeFormation console"},

		{"APIG.0101", Error{HTTPStatus: 404, Code: "APIG.0101"}, "region or endpoint is LakeFormation's"},
		{"APIG.0103", Error{HTTPStatus: 500, Code: "APIG.0103", Class: Unknown}, lookFirst},
		{"APIG.0104", Error{HTTPStatus: 500, Code: "APIG.0104", Class: Unknown}, lookFirst},
		{"APIG.0105", Error{HTTPStatus: 500, Code: "APIG.0105", Class: Unknown}, "fault of its own"},
		{"APIG.0106", Error{HTTPStatus: 400, Code: "APIG.0106"}, "any proxy in between"},
		{"APIG.0201 of a bad request", Error{HTTPStatus: 400, Code: "APIG.0201"}, "any proxy in between"},
		{"APIG.0201 of a large one", Error{HTTPStatus: 413, Code: "APIG.0201"}, "any proxy in between"},
		{"APIG.0202", Error{HTTPStatus: 502, Code: "APIG.0202", Class: Unknown}, "could not reach LakeFormation"},
		{"APIG.0203", Error{HTTPStatus: 504, Code: "APIG.0203", Class: Unknown}, "did not answer its gateway in time. " + lookFirst},
		{"APIG.0301", Error{HTTPStatus: 401, Code: "APIG.0301"}, "this machine's clock"},
		{"APIGW.0301", Error{HTTPStatus: 401, Code: "APIGW.0301"}, "this machine's clock"},
		{"APIG.0303", Error{HTTPStatus: 401, Code: "APIG.0303"}, "15 minutes"},
		{"APIG.0305", Error{HTTPStatus: 401, Code: "APIG.0305"}, "region and project"},
		{"APIG.0307", Error{HTTPStatus: 401, Code: "APIG.0307"}, "the token has expired"},
		{"APIGW.0308", Error{HTTPStatus: 429, Code: "APIGW.0308", Class: Throttled}, "LakeFormation did not see this call"},
		{"APIG.1002", Error{HTTPStatus: 401, Code: "APIG.1002"}, "change of password"},
		{"APIG.1005", Error{HTTPStatus: 403, Code: "APIG.1005"}, "a permission is missing. Ask your Huawei Cloud administrator to allow the IAM user (or the agency) that signs in here the action that is missing: most likely lakeformation:instanceJob:exec (to start and stop jobs)."},

		{"lakeformation 01", Error{HTTPStatus: 500, Code: "lakeformation.00000001", Class: Unknown}, "is busy. " + lookFirst},
		{"lakeformation 02", Error{HTTPStatus: 400, Code: "lakeformation.00000002"}, "kind of permission"},
		{"lakeformation 03", Error{HTTPStatus: 400, Code: "lakeformation.00000003"}, "exists already"},
		{"lakeformation 04", Error{HTTPStatus: 400, Code: "lakeformation.00000004"}, "quota"},
		{"lakeformation 05", Error{HTTPStatus: 400, Code: "lakeformation.00000005"}, "does not know this job or what it works on"},
		{"lakeformation 06", Error{HTTPStatus: 400, Code: "lakeformation.00000006"}, "does not accept a value"},
		{"lakeformation 13", Error{HTTPStatus: 400, Code: "lakeformation.00000013"}, "does not accept a value"},
		{"lakeformation 14", Error{HTTPStatus: 500, Code: "lakeformation.00000014", Class: Unknown}, lookFirst},
		{"lakeformation 15", Error{HTTPStatus: 400, Code: "lakeformation.00000015"}, "the token is wrong or no longer valid"},
		{"lakeformation 16", Error{HTTPStatus: 400, Code: "lakeformation.00000016"}, "a permission is missing. Ask your Huawei Cloud administrator to allow the IAM user (or the agency) that signs in here the action that is missing: most likely lakeformation:instanceJob:exec (to start and stop jobs)."},
		{"lakeformation 17, of which no words are known", Error{HTTPStatus: 400, Code: "lakeformation.00000017"}, "did not accept the request"},
		{"lakeformation 21", Error{HTTPStatus: 400, Code: "lakeformation.00000021"}, "another project"},

		{"the page's 400", Error{HTTPStatus: 400, Code: "common.01000001"}, "job authorization"},
		{"the page's 404", Error{HTTPStatus: 404, Code: "common.01000001"}, "does not know this job"},
		{"the page's 403", Error{HTTPStatus: 403, Code: "403"}, "may not do this"},
		{"the page's 408", Error{HTTPStatus: 408, Code: "common.00000408", Class: Unknown}, "ran out of time. " + lookFirst},
		{"the page's 500", Error{HTTPStatus: 500, Code: "common.00000500", Class: Unknown}, lookFirst},
		{"another 401", Error{HTTPStatus: 401}, "the credentials are wrong or no longer valid. Check the keys"},
		{"another 429", Error{HTTPStatus: 429, Class: Unknown}, "Too many calls at once. " + lookFirst},
		{"a redirect", Error{HTTPStatus: 302, Class: Unknown, why: whyHTML}, "sends us elsewhere"},
		{"HTML", Error{HTTPStatus: 502, Class: Unknown, why: whyHTML}, "in LakeFormation's place. " + lookFirst},
		{"an HTML 404", Error{HTTPStatus: 404, Class: Refused, why: whyHTML}, "check the endpoint and the proxy"},
		{"an empty 503", Error{HTTPStatus: 503, Class: Unknown, why: whyEmpty}, "fault of its own"},
		{"an empty 409", Error{HTTPStatus: 409, Class: Unknown, why: whyEmpty}, "makes no sense to us. " + lookFirst},
		{"garbage", Error{HTTPStatus: 200, Class: Unknown, why: whyGarbage}, "makes no sense to us"},
		{"a status nobody knows", Error{HTTPStatus: 418, Code: "x", Class: Unknown}, "request id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.e.Op = OpStartJob
			require.Contains(t, c.e.Meaning().String()+". "+c.e.Remedy().String(), c.words)
			require.NotContains(t, c.e.Remedy().String(), "{")
		})
	}
}

func TestAReadNeedsAnotherPermissionAndMayBeTriedAgain(t *testing.T) {
	require.Contains(t, (&Error{Op: OpListJobs, HTTPStatus: 403}).Remedy().String(), "most likely lakeformation:instanceJob:describe (to list and read jobs and their logs)")
	require.Contains(t, (&Error{Op: OpListJobs, HTTPStatus: 403}).Remedy().String(), "likely")
	require.Contains(t, (&Error{Op: OpShowJob, HTTPStatus: 500, Class: Unknown}).Remedy().String(), "Try again in a minute.")
}

// Every row is there for a failure that no earlier row takes, and its words hold together.
func TestEachRemedyIsReachable(t *testing.T) {
	for i, row := range remedies {
		e := Error{Op: OpStartJob}
		if row.iam {
			e.Op = OpCreateToken
		}
		if row.ops != nil {
			e.Op = row.ops[0]
		}
		if row.by != nil {
			e.by = row.by[0]
		}
		if row.whys != nil {
			e.why = row.whys[0]
		}
		if row.codes != nil {
			e.Code = row.codes[0]
		}
		if row.statuses != nil {
			e.HTTPStatus = row.statuses[0]
		}
		if row.says != nil {
			e.Message = messageFor(t, row.says)
		}
		for j, earlier := range remedies[:i] {
			require.False(t, earlier.fits(&e), "row %d (%s) hides row %d (%s)", j, earlier.text, i, row.text)
		}
		require.NotRegexp(t, `[.:,]$`, row.means, "a clause")
		require.Regexp(t, `[.}]$`, row.text, "sentences")
	}
}

// The page for people, which a test of package bot writes from answers, tells of every code and every meaning.
func TestThePageOfErrorsIsComplete(t *testing.T) {
	page, err := os.ReadFile("../docs/errors.md")
	require.NoError(t, err)
	for _, row := range remedies {
		for _, code := range row.codes {
			require.Contains(t, string(page), "`"+code+"`")
		}
		if row.ops == nil && row.whys == nil { // a start meets it
			require.Contains(t, string(page), row.means)
		}
	}
}

// messageFor is a message of the kind that a row looks for.
func messageFor(t *testing.T, says *regexp.Regexp) string {
	for _, message := range []string{
		"signature expired, signature time:20261124T000000Z,server time:20261124T002000Z", "access key not found", "AK AKID not exist",
		"the security token is invalid", "verify aksk signature fail, canonicalRequest[masked]", "The user has no access to the project in the scope.",
		"The password has expired.", "The user is locked.", "the agency lakeformation_job_trust does not exist", "the job is FROZEN_RELEASABLE",
		"the job is already submitted or running", "X-Auth-Token is invalid in the request",
	} {
		if says.MatchString(message) {
			return message
		}
	}
	require.Fail(t, "no message for "+says.String())
	return ""
}

func TestAMessageTellsMoreThanItsCode(t *testing.T) {
	for _, c := range []struct {
		by      signIn
		code    string
		status  int
		message string
		means   string
		next    string
	}{
		{byKeys, "APIG.0301", 401, "Incorrect IAM authentication information: signature expired, signature time:20261124T000000Z,server time:20261124T002000Z", "the signature's time is not the server's", "Set this machine's clock"},
		{byKeys, "APIGW.0301", 401, "Incorrect IAM authentication information: aksk authentication failed, access key not found", "the access key is not known", "mistyped, deleted or disabled"},
		{byKeys, "APIG.0301", 401, "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest[masked]", "the signature is wrong", "secret key"},
		{byTemporary, "APIG.0301", 401, "Incorrect IAM authentication information: the security token is invalid or not signed", "the security token is wrong or has expired", "all three"},
		{byTemporary, "APIG.0301", 401, "Incorrect IAM authentication information", "the temporary keys are wrong or have expired", "all three"},
		{byToken, "APIG.0301", 401, "Incorrect IAM authentication information: x-auth-token not found", "the token was not accepted", "headers"},
		{byKeys, "APIG.0301", 401, "Incorrect IAM authentication information", "the credentials are wrong", "more than 15 minutes off"},
		{byToken, "APIG.0307", 401, "The token must be updated", "the token has expired", "Set a new token"},
		{byPassword, "APIG.0307", 401, "The token must be updated", "the token was refused as expired", "IAM's sign-in works"},
		{byPassword, "lakeformation.00000015", 400, "invalid token", "the token was refused", "IAM's sign-in works"},
		{byToken, "403", 403, "X-Auth-Token is invalid in the request", "the token is not valid here", "another project"},
		{byKeys, "403", 403, "X-Auth-Token is invalid in the request", "the credentials are not valid here", "lakeformation:instanceJob:exec"},
		{byKeys, "APIG.1005", 403, "no permission for lakeformation:job:exec", "a permission is missing", "the action that is missing: lakeformation:job:exec."},
		{byKeys, "common.01000001", 400, "the agency lakeformation_job_trust does not exist", "jobs are not authorised there", "Tasks > Job Authorization"},
		{byKeys, "lakeformation.00000006", 400, "the job is FROZEN_RELEASABLE and cannot be run", "it is frozen", "in arrears"},
		{byKeys, "lakeformation.00000006", 400, "the job is already submitted or running", "the job is running already", "Wait until the run ends"},
	} {
		e := Error{Op: OpStartJob, Code: c.code, HTTPStatus: c.status, Message: c.message, by: c.by}
		require.Equal(t, c.means, e.Meaning().String(), c.message)
		require.Contains(t, e.Remedy().String(), c.next, c.message)
	}
	list := Error{Op: OpListJobs, HTTPStatus: 404, Code: "common.01000001"}
	require.Equal(t, "it does not know this instance or project", list.Meaning().String())
}

func TestASpeakerIsNamedTruly(t *testing.T) {
	for _, c := range []struct {
		status  int
		body    string
		speaker Speaker
		gone    bool
	}{
		{400, body400, ByLakeFormation, false}, {404, body404, ByLakeFormation, true}, {404, "", ByLakeFormation, true}, {401, body401, ByGateway, false},
		{404, `{"error_code":"APIG.0101","error_msg":"The API does not exist"}`, ByGateway, false}, {404, body502HTML, ByStranger, false},
		{401, `{"error_code":"APIGW.0301","error_msg":"no"}`, ByGateway, false}, {302, "", ByStranger, false}, {503, "upstream connect error", ByStranger, false},
	} {
		_, err := clientOf(t, serve(t, answering(c.status, c.body))).ShowJob(t.Context(), jobID)
		e := failed(t, err)
		require.Equal(t, c.speaker, e.Speaker(), c.body)
		require.Equal(t, c.gone, e.NoSuchJob(), c.body)
		require.Equal(t, c.status, e.Fields()["http_status"])
	}
	_, err := clientOf(t, serve(t, answering(200, "<html>"))).ShowJob(t.Context(), jobID)
	require.Equal(t, ByNobody, failed(t, err).Speaker())
}

func TestErrorsOfThePagesReadWell(t *testing.T) {
	for body, want := range map[string]string{
		body404: "ShowJob: HTTP 404: common.01000001: response status exception, code: 404",
		body403: "ShowJob: HTTP 404: 403: X-Auth-Token is invalid in the request",
		"":      "ShowJob: HTTP 404: the answer has no text",
		`{"error_code":"lakeformation.00000005","error_msg":"gone","solution_msg":"check the id","request_id":"r-7"}`: "ShowJob: HTTP 404: lakeformation.00000005: gone; solution: check the id (request id r-7)",
	} {
		s := serve(t, answering(404, body))
		_, err := clientOf(t, s).ShowJob(t.Context(), jobID)
		require.EqualError(t, err, want)
	}
}

func TestTheHeadersRequestIDComesFirst(t *testing.T) {
	res := httptest.NewRecorder()
	res.Header().Set("X-Request-Id", "from-header")
	answering(429, bodyThrottle)(res, nil)
	e := answered(OpStartJob, res.Result(), nil, time.Time{})
	require.Equal(t, "from-header", e.RequestID)
}

func TestACancelledCallSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := serve(t, answering(202, ""))
	e := failed(t, clientOf(t, s).StartJob(ctx, jobID, StartOptions{}))
	require.ErrorIs(t, e, context.Canceled)
	require.Equal(t, NeverSent, e.Class)
	require.Contains(t, e.Error(), "the caller gave up waiting")
	require.Empty(t, s.requests())
}
