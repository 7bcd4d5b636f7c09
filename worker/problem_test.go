package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/lakeformation"
)

func TestWhatIsHeardDecidesWhetherTheCallMayBeMadeAgain(t *testing.T) {
	first, second := started(approval.Starting), started(approval.Starting)
	second.Attempt = 1
	for name, c := range map[string]struct {
		r    approval.Request
		said *lakeformation.Error
		want approval.Kind
	}{
		"yes":                          {first, nil, approval.StartAccepted},
		"never sent":                   {second, &lakeformation.Error{Class: lakeformation.NeverSent}, approval.StartNotSent},
		"throttled":                    {second, &lakeformation.Error{Class: lakeformation.Throttled, HTTPStatus: 429}, approval.StartNotSent},
		"another token may do, once":   {first, &lakeformation.Error{Class: lakeformation.Unauthorized, HTTPStatus: 401, Renewable: true}, approval.StartNotSent},
		"another token did not":        {second, &lakeformation.Error{Class: lakeformation.Unauthorized, HTTPStatus: 401, Renewable: true}, approval.StartRefused},
		"there is no other token":      {first, &lakeformation.Error{Class: lakeformation.Unauthorized, HTTPStatus: 401}, approval.StartRefused},
		"refused":                      {first, &lakeformation.Error{Class: lakeformation.Refused, HTTPStatus: 403}, approval.StartRefused},
		"unknown is never tried again": {first, &lakeformation.Error{Class: lakeformation.Unknown, HTTPStatus: 500}, approval.StartUnanswered},
	} {
		e := Heard(c.r, c.said)
		require.Equal(t, c.want, e.Kind, name)
		require.Equal(t, c.said != nil, e.Problem != nil, name)
		require.Equal(t, c.want == approval.StartNotSent, e.RetryIn > 0, name)
	}
	require.Equal(t, 7*time.Second, Heard(first, &lakeformation.Error{Class: lakeformation.Throttled, RetryAfter: 7 * time.Second}).RetryIn)
}

func TestAStopIsNotCalledAStart(t *testing.T) {
	stop := started(approval.Starting)
	stop.Ask.Action = approval.Stop
	require.Contains(t, Heard(stop, &lakeformation.Error{Class: lakeformation.NeverSent}).Problem.Words.String(), "nothing was stopped")
	require.Contains(t, refusedRead(stop, &lakeformation.Error{Class: lakeformation.Refused, HTTPStatus: 403}).Words.String(), "nothing was stopped")
}
