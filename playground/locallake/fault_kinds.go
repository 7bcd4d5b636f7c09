package locallake

import "slices"

// The names of the faults; Faults describes them.
const (
	FaultBadRequest       = "bad-request"
	FaultUnauthorized     = "unauthorized"
	FaultSingleQuotes     = "unauthorized-single-quotes"
	FaultNewGateway       = "unauthorized-apigw"
	FaultTokenExpired     = "token-expired"
	FaultSignatureEcho    = "signature-echo"
	FaultForbidden        = "forbidden"
	FaultDenied           = "permission-denied"
	FaultNoPermission     = "insufficient-permission"
	FaultInvalidToken     = "invalid-token"
	FaultNotFound         = "not-found"
	FaultNoSuchResource   = "no-such-resource"
	FaultSolution         = "solution"
	FaultBusy             = "busy"
	FaultTimeout          = "timeout"
	FaultThrottled        = "throttled"
	FaultRetryAfter       = "throttled-retry-after"
	FaultInternal         = "internal"
	FaultHTML502          = "html-502"
	FaultUnavailable      = "unavailable-503"
	FaultGatewayTimeout   = "gateway-timeout-504"
	FaultEmptyBody        = "empty-body"
	FaultTruncatedJSON    = "truncated-json"
	FaultHugeBody         = "huge-body"
	FaultRedirect         = "redirect"
	FaultSlow             = "slow"
	FaultHang             = "hang"
	FaultReset            = "reset"
	FaultInternalButRuns  = "500-but-runs"
	FaultTimeoutButRuns   = "504-but-runs"
	FaultHangButRuns      = "hang-but-runs"
	FaultResetAfterAccept = "reset-after-accept"
	FaultAcceptedButNoRun = "accepted-no-run"
)

// playFunc plays a fault. What serve returns is the answer without the fault,
// after the work was done; release lets a held call go on.
type playFunc = func(s *Server, c *call, release <-chan struct{}, serve func() answer) answer

type faultKind struct {
	FaultInfo
	play playFunc
}

func kindOf(name string) *faultKind {
	if i := slices.IndexFunc(faultKinds, func(k faultKind) bool { return k.Name == name }); i >= 0 {
		return &faultKinds[i]
	}
	return nil
}

// refused is a fault of the gateway: LakeFormation never sees the request.
func refused(name, title, description string, play func(*call) answer) faultKind {
	return faultKind{FaultInfo{Name: name, Title: title, Description: description}, answering(play)}
}

// failed is LakeFormation's own error: it saw the request and did nothing.
func failed(name, title, description string, play func(*call) answer) faultKind {
	return faultKind{FaultInfo{Name: name, Title: title, Description: description, Reaches: true}, answering(play)}
}

// worked is a fault behind which the work is done.
func worked(name, title, description string, play playFunc) faultKind {
	return faultKind{FaultInfo{Name: name, Title: title, Description: description, Reaches: true, Works: true}, play}
}

func answering(play func(*call) answer) playFunc {
	return func(_ *Server, c *call, _ <-chan struct{}, _ func() answer) answer { return play(c) }
}

var faultKinds = []faultKind{
	failed(FaultBadRequest, "400 bad request", "LakeFormation cannot read the request (common.01000001).",
		func(*call) answer { return jsonText(400, body400) }),
	refused(FaultUnauthorized, "401 unauthorized", "The gateway does not accept the credentials (APIG.1002).",
		func(*call) answer { return jsonText(401, body401) }),
	refused(FaultSingleQuotes, "401, not quite JSON", "The same 401 with single quotes, as the API pages print it.",
		func(*call) answer { return jsonText(401, body401Quoted) }),
	refused(FaultNewGateway, "401 from the newer gateway", "The credentials are refused by a gateway whose codes begin with APIGW (APIGW.0301).",
		func(c *call) answer {
			return gatewayError(c, 401, "APIGW.0301", "Incorrect IAM authentication information")
		}),
	refused(FaultTokenExpired, "401 token expired", "The token must be renewed (APIG.0307).",
		func(c *call) answer { return gatewayError(c, 401, "APIG.0307", "The token must be updated") }),
	refused(FaultSignatureEcho, "401 signature echo", "The signature is refused and the signed request repeated in the message, a security token included (APIG.0301).", playEcho),
	refused(FaultForbidden, "403 forbidden", "The credentials are known but not allowed here.",
		func(*call) answer { return jsonText(403, body403) }),
	refused(FaultDenied, "403 permission denied", "The gateway misses a permission (APIG.1005).",
		func(c *call) answer {
			return gatewayError(c, 403, "APIG.1005", "You do not have permission to call the API")
		}),
	failed(FaultNoPermission, "400 no permission", "A missing permission, which LakeFormation answers with 400 (lakeformation.00000016).",
		func(*call) answer { return lakeError(400, "lakeformation.00000016", "insufficient permission") }),
	failed(FaultInvalidToken, "400 invalid token", "An invalid token, which LakeFormation answers with 400 (lakeformation.00000015).",
		func(*call) answer { return lakeError(400, "lakeformation.00000015", "invalid token") }),
	failed(FaultNotFound, "404 not found", "The job or instance is not known; the code is that of a bad request (common.01000001).",
		func(*call) answer { return notFound() }),
	failed(FaultNoSuchResource, "400 no such resource", "A missing resource, which LakeFormation may also answer with 400 (lakeformation.00000005).",
		func(*call) answer { return lakeError(400, "lakeformation.00000005", "the resource does not exist") }),
	failed(FaultSolution, "400 with a solution", "An error that says what to do, in solution_msg.", playSolution),
	failed(FaultBusy, "500 busy", "The service is busy (lakeformation.00000001).",
		func(*call) answer { return lakeError(500, "lakeformation.00000001", "the system is busy") }),
	failed(FaultTimeout, "408 timeout", "LakeFormation gave up waiting for itself (common.00000408). Nothing was done.",
		func(*call) answer { return jsonText(408, body408) }),
	refused(FaultThrottled, "429 throttled", "Too many calls, refused by the gateway (APIG.0308).", playThrottled),
	refused(FaultRetryAfter, "429 with Retry-After", "Too many calls; the answer says to wait 2 seconds.", func(c *call) answer {
		a := playThrottled(c)
		a.header["Retry-After"] = "2"
		return a
	}),
	failed(FaultInternal, "500 internal error", "LakeFormation failed (common.00000500). Nothing was done.",
		func(*call) answer { return internalError() }),
	refused(FaultHTML502, "502 as a web page", "The gateway cannot reach LakeFormation and answers with HTML.", func(*call) answer {
		return htmlAnswer(502, "<html><head><title>502 Bad Gateway</title></head><body><h1>Backend unavailable</h1><hr>APIG.0202</body></html>")
	}),
	refused(FaultUnavailable, "503 unavailable", "The gateway cannot reach LakeFormation (APIG.0203).",
		func(c *call) answer { return gatewayError(c, 503, "APIG.0203", "Backend timeout") }),
	failed(FaultGatewayTimeout, "504 gateway timeout", "LakeFormation did not answer the gateway in time (APIG.0203). Nothing was done.", playTimeout),
	failed(FaultEmptyBody, "Empty answer", "Nothing where an answer should be: 200 for reads, 500 for the rest.", playEmpty),
	{FaultInfo{FaultTruncatedJSON, "Half an answer", "Half of the JSON: of the right answer for reads, of a 500 for the rest.", true, false}, playTruncated},
	failed(FaultHugeBody, "1 MiB of error", "A 500 with an error message of 1 MiB.", playHuge),
	{FaultInfo{FaultRedirect, "302 elsewhere", "A redirect to a sign-in page that answers everything with 200.", false, false}, playRedirect},
	worked(FaultSlow, "Slow", "The answer takes 5 seconds, or the delay given. The work is done even if the client has left.",
		func(_ *Server, _ *call, _ <-chan struct{}, serve func() answer) answer { return serve() }),
	{FaultInfo{FaultHang, "No answer", "Nothing is done and nothing answered until the client gives up or the fault is cleared.", true, false}, playHang},
	refused(FaultReset, "Connection reset", "The connection is reset before anything is done.",
		func(*call) answer { return answer{ending: cut} }),
	worked(FaultInternalButRuns, "500, but it runs", "LakeFormation does what was asked and answers 500.", insteadOf(func(*call) answer { return internalError() })),
	worked(FaultTimeoutButRuns, "504, but it runs", "LakeFormation does what was asked; the gateway answers 504.", insteadOf(playTimeout)),
	worked(FaultHangButRuns, "No answer, but it runs", "LakeFormation does what was asked; nothing is answered until the client gives up or the fault is cleared.", playHangButRuns),
	worked(FaultResetAfterAccept, "Reset, but it runs", "LakeFormation does what was asked; the connection is reset instead of an answer.",
		insteadOf(func(*call) answer { return answer{ending: cut} })),
	{FaultInfo{FaultAcceptedButNoRun, "202, but no run", "Start and stop are accepted and never carried out. Other calls are not affected.", true, false}, playNoRun},
}
