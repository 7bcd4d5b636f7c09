package lakeformation

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Class says what a failed call leaves known. The words are fit for metrics.
type Class string

const (
	// Refused is a definite no: HTTP 400, 403 or 404, or a request that cannot be right and was not sent.
	Refused Class = "refused"
	// Unauthorized is HTTP 401: a definite no, which other credentials may turn into a yes.
	Unauthorized Class = "unauthorized"
	// Throttled is a 429 that the gateway answered itself (APIG.0308): LakeFormation never saw the request.
	Throttled Class = "throttled"
	// NeverSent means that no byte of the request left: the call may be made again.
	NeverSent Class = "never-sent"
	// Unknown is everything else: LakeFormation may have acted, or may yet.
	Unknown Class = "unknown"
)

// What Error.Op can say.
const (
	OpListJobs     = "ListJobs"
	OpShowJob      = "ShowJob"
	OpJobHistory   = "JobHistory"
	OpJobLog       = "JobLog"
	OpStartJob     = "StartJob"
	OpStopJob      = "StopJob"
	OpShowInstance = "ShowInstance"
	OpShowAgency   = "ShowAgency"
	OpCreateToken  = "CreateToken" // IAM's call, made by IAMPassword
	OpAgencyKeys   = "AgencyKeys"  // the metadata service's, made by ECSAgency
)

// Error is the one error of every call that failed. No field holds a secret: what an answer echoes of signed headers,
// tokens and keys is masked. The texts are short, of one line, and come from outside: escape them where they are shown.
type Error struct {
	Op         string
	Method     string
	HTTPStatus int    // 0: LakeFormation gave no answer
	Code       string // error_code, such as common.01000001 or APIG.0301
	Message    string // error_msg, or our own words where there was no answer
	CommonCode string // common_error_code
	Solution   string // solution_msg: show it rather than Remedy where it is set
	RequestID  string // for Huawei's support
	Class      Class
	Sent       bool          // some byte of the request may have left
	Renewable  bool          // the credentials bring another token next time: the refused call may be made again
	RetryAfter time.Duration // what the answer asks to wait; 0: it does not say

	why   why
	by    signIn // "" where nothing was sent
	cause error
}

// why is the kind of failure where HTTPStatus and Code do not tell it.
type why string

const (
	whyDNS         why = "the host name could not be resolved"
	whyNoListener  why = "nothing accepts connections at that address"
	whyDial        why = "no connection could be made"
	whyTLS         why = "no secure connection could be made"
	whyTooLate     why = "the request was held back because its time limit had passed"
	whyTimeout     why = "no answer came in time"
	whyBroken      why = "the connection broke before the answer was complete"
	whyGivenUp     why = "the caller gave up waiting"
	whyTooLarge    why = "the answer is larger than this client reads"
	whyGarbage     why = "the answer is not what LakeFormation's documentation describes"
	whyHTML        why = "the answer is a web page"
	whyEmpty       why = "the answer has no text"
	whyArgument    why = "the request cannot be right"
	whyCredentials why = "no credentials could be had"
)

// Error gives what happened in one line.
func (e *Error) Error() string {
	if fetch := e.fetching(); fetch != nil {
		return e.Op + ": " + cmp.Or(fetch.Meaning().String(), string(whyCredentials)) + ": " + fetch.Error()
	}
	var b strings.Builder
	b.WriteString(e.Op + ": ")
	if e.HTTPStatus != 0 {
		b.WriteString("HTTP " + strconv.Itoa(e.HTTPStatus) + ": ")
	}
	if e.Code != "" {
		b.WriteString(e.Code + ": ")
	}
	b.WriteString(cmp.Or(e.Message, string(e.why), string(whyEmpty)))
	if e.Solution != "" {
		b.WriteString("; solution: " + e.Solution)
	}
	if e.RequestID != "" {
		b.WriteString(" (request id " + e.RequestID + ")")
	}
	return b.String()
}

// Unwrap gives the error below, such as context.Canceled. Its own text is not masked: do not show it.
func (e *Error) Unwrap() error { return e.cause }

// classify goes by the HTTP status first: LakeFormation uses one code for a 400 and for a 404.
func classify(status int, code string) Class {
	switch status {
	case 400, 403, 404:
		return Refused
	case 401:
		return Unauthorized
	case 429:
		if plainCode(code) == "APIG.0308" {
			return Throttled
		}
	}
	return Unknown
}

// plainCode is the code with one spelling for both prefixes of the gateway.
func plainCode(code string) string {
	if prefix, number, ok := strings.Cut(code, "."); ok && (strings.EqualFold(prefix, "APIG") || strings.EqualFold(prefix, "APIGW")) {
		return "APIG." + number
	}
	return code
}

// badArgument refuses a call before anything is sent.
func badArgument(op, message string) *Error {
	return &Error{Op: op, Class: Refused, Message: tidy(message, maxMessage), why: whyArgument}
}
