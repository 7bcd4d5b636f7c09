package locallake

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func passwordBody(user, password, scope string) string {
	return fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":%q},"name":%q,"password":%q}}},"scope":{"project":%s}}}`,
		PlaygroundDomain, user, password, scope)
}

func fetchToken(t *testing.T, s *Server) string {
	t.Helper()
	got := send(t, plain(t, s, "POST", "/v3/auth/tokens", passwordBody(PlaygroundUser, PlaygroundPassword, `{"name":"ap-southeast-4"}`)))
	require.Equal(t, 201, got.status, got.body)
	return got.header.Get("X-Subject-Token")
}

func withToken(t *testing.T, s *Server, token string) *http.Request {
	t.Helper()
	r := plain(t, s, "GET", nightly, "")
	r.Header.Set("X-Auth-Token", token)
	return r
}

func TestAFetchedTokenIsLongAndValidForADay(t *testing.T) {
	s, clock := lake(t)
	got := send(t, plain(t, s, "POST", "/v3/auth/tokens", passwordBody(PlaygroundUser, PlaygroundPassword, `{"id":"`+PlaygroundProject+`"}`)))
	require.Equal(t, 201, got.status, got.body)
	var body struct {
		Token struct {
			ExpiresAt time.Time `json:"expires_at"`
			Project   named     `json:"project"`
		} `json:"token"`
	}
	got.into(t, &body)
	require.True(t, body.Token.ExpiresAt.Equal(noon.Add(24*time.Hour)))
	require.Equal(t, PlaygroundProject, body.Token.Project.ID)

	token := got.header.Get("X-Subject-Token")
	require.Greater(t, len(token), 4000)
	require.Equal(t, 200, send(t, withToken(t, s, token)).status)

	clock.Advance(24 * time.Hour)
	late := send(t, withToken(t, s, token))
	require.Equal(t, 401, late.status)
	require.Contains(t, late.body, "APIG.0307")
}

func TestTokensMayEndEarly(t *testing.T) {
	s, _ := lake(t)
	token := fetchToken(t, s)
	s.ExpireTokens()
	require.Contains(t, send(t, withToken(t, s, token)).body, "The token must be updated")
	require.Equal(t, 200, send(t, withToken(t, s, fetchToken(t, s))).status, "a new one is good")
	require.Equal(t, 200, send(t, withToken(t, s, PlaygroundToken)).status, "a fixed one too")
}

func TestAnUnknownTokenIsRefusedAsThePagesSay(t *testing.T) {
	s, _ := lake(t)
	got := send(t, withToken(t, s, "made up"))
	require.Equal(t, 401, got.status)
	require.Equal(t, `{"error_code":"APIG.1002","error_msg":"Incorrect token or token resolution failed"}`, got.body)
}

func TestIAMRefusesInItsOwnShape(t *testing.T) {
	s, _ := lake(t)
	scope := `{"name":"ap-southeast-4"}`
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"wrong password":  {passwordBody(PlaygroundUser, "wrong", scope), 401},
		"wrong user":      {passwordBody("nobody", PlaygroundPassword, scope), 401},
		"another project": {passwordBody(PlaygroundUser, PlaygroundPassword, `{"name":"cn-north-4"}`), 401},
		"no project":      {passwordBody(PlaygroundUser, PlaygroundPassword, `{}`), 401},
		"not JSON":        {"password please", 400},
		"another method":  {`{"auth":{"identity":{"methods":["hw_ak_sk"]}}}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, plain(t, s, "POST", "/v3/auth/tokens", c.body))
			require.Equal(t, c.status, got.status)
			var e struct {
				Error struct {
					Code int `json:"code"`
				} `json:"error"`
			}
			got.into(t, &e)
			require.Equal(t, c.status, e.Error.Code)
			require.Empty(t, got.header.Get("X-Subject-Token"))
			require.NotContains(t, got.body, PlaygroundPassword)
		})
	}
}

func TestATokenOfAnotherProjectIsRefused(t *testing.T) {
	s, _ := lake(t)
	got := do(t, s, "GET", "/v1/another/instances", "")
	require.Equal(t, 400, got.status)
	require.Contains(t, got.body, "lakeformation.00000021")
}
