package lakeformation

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACallTellsAboutTheCredentials(t *testing.T) {
	iam := func(class Class) *Error {
		return &Error{Op: OpListJobs, why: whyCredentials, cause: &Error{Op: OpCreateToken, HTTPStatus: 401, Class: class}}
	}
	for name, c := range map[string]struct {
		err  *Error
		want Access
	}{
		"success":                              {nil, Granted},
		"no such job":                          {&Error{HTTPStatus: 404, Code: "common.01000001"}, Granted},
		"a permission is missing":              {&Error{HTTPStatus: 400, Code: "lakeformation.00000016"}, Granted},
		"a wrong signature":                    {&Error{HTTPStatus: 401, Code: "APIG.0301"}, Denied},
		"a token that a 400 refuses":           {&Error{HTTPStatus: 400, Code: "lakeformation.00000015"}, Denied},
		"a token that a 403 refuses":           {&Error{HTTPStatus: 403, Message: "X-Auth-Token is invalid in the request"}, Denied},
		"another project's credentials":        {&Error{HTTPStatus: 400, Code: "lakeformation.00000021"}, Denied},
		"a token that is renewed":              {&Error{HTTPStatus: 401, Renewable: true}, Untold},
		"a permission the gateway misses":      {&Error{HTTPStatus: 403, Code: "APIG.1005"}, Untold},
		"an address the gateway does not know": {&Error{HTTPStatus: 404, Code: "APIGW.0101"}, Untold},
		"a web page":                           {&Error{HTTPStatus: 404, why: whyHTML}, Untold},
		"a fault":                              {&Error{HTTPStatus: 500}, Untold},
		"no answer":                            {&Error{why: whyTimeout}, Untold},
		"IAM refuses":                          {iam(Unauthorized), Denied},
		"IAM is not working":                   {iam(Unknown), Untold},
	} {
		require.Equal(t, c.want, Call{Attempts: 1, Err: c.err}.Access(), name)
	}
	require.Equal(t, Untold, Call{Err: &Error{HTTPStatus: 401}}.Access(), "nothing was asked")
}
