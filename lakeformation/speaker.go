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
	ByMetadata      Speaker = "The metadata service" // of the ECS that Slipway runs on
	ByStranger      Speaker = "A gateway or proxy"   // it answered in LakeFormation's place
	ByNobody        Speaker = "nobody"               // there was no answer, or none to understand: Message is this package's own
)

// Speaker tells who refused or failed. It goes by the answer's form, since an answer does not name its sender.
func (e *Error) Speaker() Speaker {
	switch e.why {
	case whyDNS, whyNoListener, whyDial, whyTLS, whyTooLate, whyTimeout, whyBroken, whyGivenUp, whyTooLarge, whyArgument:
		return ByNobody
	case whyCredentials:
		var fetch *Error
		if errors.As(e.cause, &fetch) {
			return fetch.Speaker()
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
	case e.Op == OpAgencyKeys:
		return ByMetadata
	case e.HTTPStatus >= 300 && e.HTTPStatus < 400:
		return ByStranger
	case strings.HasPrefix(plainCode(e.Code), "APIG."):
		return ByGateway
	}
	return ByLakeFormation
}

// Summary says in one sentence what became of the call and why as far as we know: "IAM gave no token: the user is
// locked."
func (e *Error) Summary() Words {
	who := Words{Format: string(e.Speaker())}
	switch {
	case e.NoCredentials() && e.fetching().Op == OpAgencyKeys:
		return e.summary("The agency gave no keys.", "The agency gave no keys: %s.")
	case e.NoCredentials():
		return e.summary("IAM gave no token.", "IAM gave no token: %s.")
	case e.why == whyArgument:
		return e.summary("The request cannot be right.", "The request cannot be right: %s.")
	case e.Class == NeverSent:
		return e.summary("LakeFormation could not be asked.", "LakeFormation could not be asked: %s.")
	case e.Class == Throttled:
		return e.summary("%s turned it away.", "%s turned it away: %s.", who)
	case e.Class == Refused, e.Class == Unauthorized:
		return e.summary("%s refused it.", "%s refused it: %s.", who)
	}
	return e.summary("LakeFormation gave no clear answer.", "LakeFormation gave no clear answer: %s.")
}

func (e *Error) summary(alone, with string, args ...any) Words {
	if means := e.Meaning(); !means.IsZero() {
		return Words{Format: with, Args: append(args, means)}
	}
	return Words{Format: alone, Args: args}
}

// NoSuchJob reports whether LakeFormation itself says with a 404 that it does not know the job. A gateway's or proxy's
// 404 says nothing of jobs.
func (e *Error) NoSuchJob() bool {
	return e.HTTPStatus == http.StatusNotFound && e.Speaker() == ByLakeFormation && e.Op != OpListJobs && e.Op != OpShowInstance && e.Op != OpShowAgency
}

// Fields are what a log line should tell of the Error beside its text.
func (e *Error) Fields() map[string]any {
	fields := map[string]any{"op": e.Op, "class": e.Class, "speaker": e.Speaker()}
	for name, value := range map[string]string{"code": e.Code, "lakeformation_request": e.RequestID, "meaning": e.Meaning().String()} {
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
	byAgency    signIn = "agency"   // temporary keys that are renewed
)

func signInOf(credentials Credentials, header http.Header) signIn {
	_, renewable := credentials.(Renewable)
	switch {
	case renewable && header.Get("X-Security-Token") != "":
		return byAgency
	case renewable:
		return byPassword
	case header.Get("X-Auth-Token") != "":
		return byToken
	case header.Get("X-Security-Token") != "":
		return byTemporary
	}
	return byKeys
}
