package lakeformation

import (
	"errors"
	"net/http"
	"strings"
)

// Speaker is whose words an Error's Code, Message and Solution are, fit to begin a sentence.
type Speaker string

const (
	ByLakeFormation Speaker = "LakeFormation"
	ByGateway       Speaker = "Huawei Cloud's API gateway" // in front of LakeFormation: codes APIG.… and APIGW.…
	ByIAM           Speaker = "IAM"
	ByStranger      Speaker = "A gateway or proxy" // it answered in LakeFormation's place
	ByNobody        Speaker = "nobody"             // there was no answer, or none to understand: Message is this package's own
)

// Speaker tells who refused or failed. It goes by the answer's form, since an answer does not name its sender.
func (e *Error) Speaker() Speaker {
	switch e.why {
	case whyDNS, whyNoListener, whyDial, whyTLS, whyTooLate, whyTimeout, whyBroken, whyGivenUp, whyTooLarge, whyArgument:
		return ByNobody
	case whyCredentials:
		var iam *Error
		if errors.As(e.cause, &iam) {
			return iam.Speaker()
		}
		return ByNobody
	case whyGarbage:
		if e.HTTPStatus < 300 {
			return ByNobody
		}
		return ByStranger
	case whyHTML:
		return ByStranger
	}
	switch {
	case e.Op == OpCreateToken:
		return ByIAM
	case e.HTTPStatus >= 300 && e.HTTPStatus < 400:
		return ByStranger
	case strings.HasPrefix(plainCode(e.Code), "APIG."):
		return ByGateway
	}
	return ByLakeFormation
}

// Summary says in one sentence, without its full stop, what became of the call and why as far as we know: "IAM gave no
// token: the user is locked".
func (e *Error) Summary() string {
	words := "LakeFormation gave no clear answer"
	switch {
	case e.iam() != nil:
		words = "IAM gave no token"
	case e.why == whyArgument:
		words = "The request cannot be right"
	case e.Class == NeverSent:
		words = "LakeFormation could not be asked"
	case e.Class == Throttled:
		words = string(e.Speaker()) + " turned it away"
	case e.Class == Refused, e.Class == Unauthorized:
		words = string(e.Speaker()) + " refused it"
	}
	if means := e.Meaning(); means != "" {
		words += ": " + means
	}
	return words
}

// NoSuchJob reports whether LakeFormation itself says with a 404 that it does not know the job. A gateway's or proxy's
// 404 says nothing of jobs.
func (e *Error) NoSuchJob() bool {
	return e.HTTPStatus == http.StatusNotFound && e.Speaker() == ByLakeFormation && e.Op != OpListJobs
}

// Fields are what a log line should tell of the Error beside its text.
func (e *Error) Fields() map[string]any {
	fields := map[string]any{"op": e.Op, "class": e.Class, "speaker": e.Speaker()}
	for name, value := range map[string]string{"code": e.Code, "lakeformation_request": e.RequestID, "meaning": e.Meaning()} {
		if value != "" {
			fields[name] = value
		}
	}
	if e.HTTPStatus != 0 {
		fields["http_status"] = e.HTTPStatus
	}
	return fields
}

// signIn is how a request was signed in; it decides what can be wrong with its credentials.
type signIn string

const (
	byKeys      signIn = "keys"
	byTemporary signIn = "temporary keys" // with a security token
	byToken     signIn = "token"
	byPassword  signIn = "password" // a token that is renewed
)

func signInOf(credentials Credentials, header http.Header) signIn {
	_, renewable := credentials.(Renewable)
	switch {
	case renewable:
		return byPassword
	case header.Get("X-Auth-Token") != "":
		return byToken
	case header.Get("X-Security-Token") != "":
		return byTemporary
	}
	return byKeys
}
