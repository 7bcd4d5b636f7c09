package main

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// byPassword signs Slipway in as an IAM user instead of by keys.
func byPassword(t *testing.T, password string) *world {
	t.Helper()
	w := unstarted(t, func(_ *localslack.Config, l *locallake.Config) {
		l.Domain, l.User, l.Password = "acme", "slipway", "password-of-a-test"
	})
	delete(w.env, "HUAWEICLOUD_SDK_AK")
	delete(w.env, "HUAWEICLOUD_SDK_SK")
	w.env["LAKEFORMATION_IAM_DOMAIN"], w.env["LAKEFORMATION_IAM_USER"], w.env["LAKEFORMATION_IAM_PASSWORD"] = "acme", "slipway", password
	w.env["HUAWEICLOUD_SDK_IAM_ENDPOINT"] = w.lake.URL()
	w.start()
	return w
}

func TestSlipwaySignsInByUserAndPassword(t *testing.T) {
	t.Parallel()
	w := byPassword(t, "password-of-a-test")
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	tokens := 0
	for _, seen := range w.lake.Requests() {
		if seen.Op == locallake.OpToken {
			tokens++
		}
	}
	require.Equal(t, 1, tokens, "one token serves all calls")
}

func TestAWrongPasswordIsToldInWords(t *testing.T) {
	t.Parallel()
	w := byPassword(t, "not-the-password")
	w.as("ana").types("/lf jobs")
	w.as("ana").reads("LakeFormation could not tell me", "IAM")
	for _, m := range w.slack.Messages(channel) {
		require.NotContains(t, m.Text, "not-the-password")
	}
}

func TestHealthTellsTheTruth(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	require.NoError(t, listener.Close())
	w.env["SLIPWAY_LISTEN"] = addr
	w.start()
	get := func(path string) (int, string) {
		answer, err := http.Get("http://" + addr + path)
		require.NoError(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(body)
	}
	w.until("it is ready", func() bool { code, _ := get("/readyz"); return code == http.StatusOK })
	code, body := get("/healthz")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, "alive\n", body)
	w.slack.Fail("apps.connections.open", localslack.Fault{Error: "internal_error"})
	w.slack.Cut()
	w.until("it is not ready", func() bool { code, _ := get("/readyz"); return code == http.StatusServiceUnavailable })
	_, body = get("/readyz")
	require.Equal(t, "not ready: no connection to Slack\n", body)
}
