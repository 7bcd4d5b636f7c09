package lakeformation

import (
	"context"
	"net/http/httptest"
	"strings"
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
		{"given up before it was sent", Error{why: whyGivenUp, Class: NeverSent}, "Try again in a minute."},
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
		{"APIG.0307", Error{HTTPStatus: 401, Code: "APIG.0307"}, "The token has expired"},
		{"APIGW.0308", Error{HTTPStatus: 429, Code: "APIGW.0308", Class: Throttled}, "LakeFormation did not see this one"},
		{"APIG.1002", Error{HTTPStatus: 401, Code: "APIG.1002"}, "change of password"},
		{"APIG.1005", Error{HTTPStatus: 403, Code: "APIG.1005"}, "likely the action lakeformation:instanceJob:exec is missing"},

		{"lakeformation 01", Error{HTTPStatus: 500, Code: "lakeformation.00000001", Class: Unknown}, "is busy. " + lookFirst},
		{"lakeformation 02", Error{HTTPStatus: 400, Code: "lakeformation.00000002"}, "kind of permission"},
		{"lakeformation 03", Error{HTTPStatus: 400, Code: "lakeformation.00000003"}, "exists already"},
		{"lakeformation 04", Error{HTTPStatus: 400, Code: "lakeformation.00000004"}, "quota"},
		{"lakeformation 05", Error{HTTPStatus: 400, Code: "lakeformation.00000005"}, "no longer knows this job"},
		{"lakeformation 06", Error{HTTPStatus: 400, Code: "lakeformation.00000006"}, "does not accept a value"},
		{"lakeformation 13", Error{HTTPStatus: 400, Code: "lakeformation.00000013"}, "does not accept a value"},
		{"lakeformation 14", Error{HTTPStatus: 500, Code: "lakeformation.00000014", Class: Unknown}, lookFirst},
		{"lakeformation 15", Error{HTTPStatus: 400, Code: "lakeformation.00000015"}, "token is wrong or has expired"},
		{"lakeformation 16", Error{HTTPStatus: 400, Code: "lakeformation.00000016"}, "likely the action lakeformation:instanceJob:exec is missing"},
		{"lakeformation 17, of which no words are known", Error{HTTPStatus: 400, Code: "lakeformation.00000017"}, "did not accept the request"},
		{"lakeformation 21", Error{HTTPStatus: 400, Code: "lakeformation.00000021"}, "another project"},

		{"the page's 400", Error{HTTPStatus: 400, Code: "common.01000001"}, "job authorization"},
		{"the page's 404", Error{HTTPStatus: 404, Code: "common.01000001"}, "does not know this job"},
		{"the page's 403", Error{HTTPStatus: 403, Code: "403"}, "valid for this project"},
		{"the page's 408", Error{HTTPStatus: 408, Code: "common.00000408", Class: Unknown}, "ran out of time. " + lookFirst},
		{"the page's 500", Error{HTTPStatus: 500, Code: "common.00000500", Class: Unknown}, lookFirst},
		{"another 401", Error{HTTPStatus: 401}, "Check the credentials"},
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
			require.Contains(t, c.e.Remedy(), c.words)
			require.NotContains(t, c.e.Remedy(), "{")
		})
	}
}

func TestAReadNeedsAnotherPermissionAndMayBeTriedAgain(t *testing.T) {
	require.Contains(t, (&Error{Op: OpListJobs, HTTPStatus: 403}).Remedy(), "lakeformation:instanceJob:describe")
	require.Contains(t, (&Error{Op: OpListJobs, HTTPStatus: 403}).Remedy(), "likely")
	require.Contains(t, (&Error{Op: OpShowJob, HTTPStatus: 500, Class: Unknown}).Remedy(), "Try again in a minute.")
}

func TestEachRemedyIsReachable(t *testing.T) {
	for i, row := range remedies {
		e := Error{Op: OpStartJob}
		if row.iam {
			e.Op = OpCreateToken
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
		for j, earlier := range remedies[:i] {
			require.False(t, earlier.fits(&e), "row %d (%s) hides row %d (%s)", j, earlier.text, i, row.text)
		}
		require.LessOrEqual(t, strings.Count(row.text, ". ")+strings.Count(row.text, "{again} "), 2, "one or two sentences and a hint: %s", row.text)
	}
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
