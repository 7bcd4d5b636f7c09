package lakeformation

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// giving answers like IAM: token t1, t2, … that last for life, by the given clock, each of several kB.
func giving(wall *clock, life time.Duration) http.HandlerFunc {
	var mu sync.Mutex
	n := 0
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n++
		w.Header().Set("X-Subject-Token", tokenNumber(n))
		w.WriteHeader(201)
		_, _ = fmt.Fprintf(w, `{"token":{"expires_at":%q}}`, wall.Now().Add(life).Format("2006-01-02T15:04:05.000000Z"))
	}
}

func tokenNumber(n int) string { return fmt.Sprintf("MIIt%d-%s", n, strings.Repeat("x", 90_000)) }

func passwordAt(t *testing.T, endpoint string, wall *clock) *IAMPassword {
	t.Helper()
	p, err := NewIAMPassword(PasswordConfig{Endpoint: endpoint, Domain: "acme", User: "ana", Password: "hunter2!", ProjectID: project, Now: wall.Now})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// tokenOf is the token that the credentials would send now.
func tokenOf(t *testing.T, p *IAMPassword) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "https://lakeformation.example.com", nil)
	require.NoError(t, err)
	require.NoError(t, p.Authorize(req))
	return req.Header.Get("X-Auth-Token")
}

func TestATokenIsFetchedOnceAndSharedByAll(t *testing.T) {
	wall := newClock()
	asked, release := make(chan string, 1), make(chan struct{})
	give := giving(wall, 24*time.Hour)
	iam := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked <- string(body)
		<-release
		give(w, r)
	})
	lake := serve(t, answering(200, listPage))
	c := clientOf(t, lake, func(config *Config) { config.Credentials = passwordAt(t, iam.URL, wall) })

	results := make(chan error)
	for range 20 {
		go func() {
			_, err := c.ListJobs(t.Context(), ListOptions{Type: MetadataMigration})
			results <- err
		}()
	}
	require.JSONEq(t, `{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"acme"},"name":"ana","password":"hunter2!"}}},
		"scope":{"project":{"id":"`+project+`"}}}}`, <-asked)
	close(release)
	for range 20 {
		require.NoError(t, <-results)
	}
	require.Len(t, iam.requests(), 1)
	require.Equal(t, "/v3/auth/tokens", iam.requests()[0].RequestURI)
	for _, r := range lake.requests() {
		require.Equal(t, tokenNumber(1), r.Header.Get("X-Auth-Token"))
		require.Empty(t, r.Header.Get("Authorization"))
	}
}

func TestATokenIsRenewedBeforeItEnds(t *testing.T) {
	wall := newClock()
	p := passwordAt(t, serve(t, giving(wall, 24*time.Hour)).URL, wall)
	require.Equal(t, tokenNumber(1), tokenOf(t, p))
	wall.move(23*time.Hour + 29*time.Minute)
	require.Equal(t, tokenNumber(1), tokenOf(t, p))
	wall.move(2 * time.Minute)
	require.Equal(t, tokenNumber(2), tokenOf(t, p))
}

func TestAShortTokenIsRenewedAtThreeQuartersOfItsLife(t *testing.T) {
	wall := newClock()
	p := passwordAt(t, serve(t, giving(wall, 20*time.Minute)).URL, wall)
	require.Equal(t, tokenNumber(1), tokenOf(t, p))
	wall.move(14 * time.Minute)
	require.Equal(t, tokenNumber(1), tokenOf(t, p))
	wall.move(2 * time.Minute)
	require.Equal(t, tokenNumber(2), tokenOf(t, p))
}

func TestATokenOfUnknownLifeLastsAnHour(t *testing.T) {
	wall := newClock()
	iam := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Subject-Token", "t")
		w.WriteHeader(201)
	})
	p := passwordAt(t, iam.URL, wall)
	tokenOf(t, p)
	wall.move(44 * time.Minute)
	tokenOf(t, p)
	require.Len(t, iam.requests(), 1)
	wall.move(2 * time.Minute)
	tokenOf(t, p)
	require.Len(t, iam.requests(), 2)
}

func TestAnOldTokenServesWhileIAMIsDown(t *testing.T) {
	wall := newClock()
	iam := serve(t, inTurn(giving(wall, 24*time.Hour), answering(503, "")))
	p := passwordAt(t, iam.URL, wall)
	tokenOf(t, p)
	wall.move(23*time.Hour + 45*time.Minute)
	require.Equal(t, tokenNumber(1), tokenOf(t, p))
	require.Equal(t, tokenNumber(1), tokenOf(t, p))
	require.Len(t, iam.requests(), 2, "IAM is left alone for a minute")
	wall.move(time.Hour)
	_, err := p.token.current(t.Context())
	require.Equal(t, 503, failed(t, err).HTTPStatus, "but not beyond its end")
}

func TestARefusedTokenIsRenewedOnceForARead(t *testing.T) {
	for name, refusal := range map[string]http.HandlerFunc{
		"401": answering(401, body401), "a 403 about the token": answering(403, body403),
		"a 400 about the token": answering(400, `{"error_code":"lakeformation.00000015","error_msg":"invalid token"}`),
	} {
		t.Run(name, func(t *testing.T) {
			wall := newClock()
			iam := serve(t, giving(wall, 24*time.Hour))
			p := passwordAt(t, iam.URL, wall)
			tokenOf(t, p)
			wall.move(time.Hour)

			lake := serve(t, inTurn(refusal, answering(200, detailPage)))
			_, err := clientOf(t, lake, func(c *Config) { c.Credentials = p }).ShowJob(t.Context(), jobID)
			require.NoError(t, err)
			require.Equal(t, tokenNumber(2), lake.requests()[1].Header.Get("X-Auth-Token"))
			require.Len(t, lake.requests(), 2)
			require.Len(t, iam.requests(), 2)
		})
	}
}

func TestATokenThatIsAlwaysRefusedIsNotRenewedForEver(t *testing.T) {
	wall := newClock()
	iam := serve(t, giving(wall, 24*time.Hour))
	p := passwordAt(t, iam.URL, wall)
	tokenOf(t, p)
	wall.move(time.Hour)
	lake := serve(t, answering(401, body401))
	_, err := clientOf(t, lake, func(c *Config) { c.Credentials = p }).ShowJob(t.Context(), jobID)
	e := failed(t, err)
	require.Equal(t, Unauthorized, e.Class)
	require.False(t, e.Renewable, "the token was a moment old")
	require.Len(t, lake.requests(), 2)
	require.Len(t, iam.requests(), 2)
}

func TestAStartWithARefusedTokenIsSentOnceAndTheNextHasAnother(t *testing.T) {
	wall := newClock()
	p := passwordAt(t, serve(t, giving(wall, 24*time.Hour)).URL, wall)
	tokenOf(t, p)
	wall.move(time.Hour)
	lake := serve(t, inTurn(answering(401, body401), answering(202, "")))
	c := clientOf(t, lake, func(config *Config) { config.Credentials = p })
	e := failed(t, c.StartJob(t.Context(), jobID, StartOptions{}))
	require.Equal(t, Unauthorized, e.Class)
	require.True(t, e.Renewable)
	require.Len(t, lake.requests(), 1)

	require.NoError(t, c.StartJob(t.Context(), jobID, StartOptions{}))
	require.Equal(t, tokenNumber(2), lake.requests()[1].Header.Get("X-Auth-Token"))
}

func TestA401OfOtherCredentialsIsNotRenewable(t *testing.T) {
	for _, credentials := range []Credentials{testKeys, FixedToken("MIIfixed")} {
		lake := serve(t, answering(401, body401))
		_, err := clientOf(t, lake, func(c *Config) { c.Credentials = credentials }).ShowJob(t.Context(), jobID)
		require.False(t, failed(t, err).Renewable)
		require.Len(t, lake.requests(), 1)
	}
}

func TestWhatIAMRefusesIsToldInWordsAndStartsNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		class  Class
		words  string
		remedy string
	}{
		{"a wrong password", answering(401, `{"error":{"message":"The username or password is wrong: hunter2!","code":401}}`), Refused,
			"the account, user or password is wrong: CreateToken: HTTP 401", "IAM locks a user after several wrong tries"},
		{"no permission", answering(403, `{"error_code":"IAM.0003","error_msg":"no"}`), Refused, "the user is not let in, or not into this project", "Ask your Huawei Cloud administrator"},
		{"another address", answering(404, ""), Refused, "the account, the project or IAM's address is not known", "Check the IAM endpoint"},
		{"a fault", answering(500, body500), NeverSent, "IAM is not working at the moment", "status page"},
		{"too many", answering(429, ""), NeverSent, "there were too many sign-ins at once", "It is safe to try again."},
		{"no token", answering(201, "{}"), NeverSent, "IAM answered without a token", "status page"},
		{"a reset", cut(true), NeverSent, "IAM gave no token: the connection broke", "slow or was cut off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lake := serve(t, answering(202, ""))
			p := passwordAt(t, serve(t, c.answer).URL, newClock())
			e := failed(t, clientOf(t, lake, func(config *Config) { config.Credentials = p }).StartJob(t.Context(), jobID, StartOptions{}))
			require.Equal(t, c.class, e.Class)
			require.False(t, e.Sent)
			require.Zero(t, e.HTTPStatus, "a status of IAM's is none of LakeFormation's")
			require.Contains(t, e.Error(), c.words)
			require.Contains(t, e.Remedy().String(), c.remedy)
			require.NotContains(t, e.Error(), "hunter2")
			require.Empty(t, lake.requests())
		})
	}
}

func TestAWrongPasswordIsNotTriedAgainSoon(t *testing.T) {
	wall := newClock()
	iam := serve(t, inTurn(answering(401, ""), giving(wall, 24*time.Hour)))
	p := passwordAt(t, iam.URL, wall)
	for range 3 {
		_, err := p.token.current(t.Context())
		require.Equal(t, 401, failed(t, err).HTTPStatus)
	}
	require.Len(t, iam.requests(), 1)
	wall.move(6 * time.Minute)
	require.Equal(t, tokenNumber(1), tokenOf(t, p))
}

func TestAReadWaitsForIAMToComeBack(t *testing.T) {
	wall := newClock()
	p := passwordAt(t, serve(t, inTurn(answering(503, ""), giving(wall, 24*time.Hour))).URL, wall)
	_, err := clientOf(t, serve(t, answering(200, detailPage)), func(c *Config) { c.Credentials = p }).ShowJob(t.Context(), jobID)
	require.NoError(t, err)
}

func TestAnUnreachableIAMIsToldAsSuch(t *testing.T) {
	p, err := NewIAMPassword(PasswordConfig{Endpoint: "https://iam.example.com", Domain: "d", User: "u", Password: "p4ssw0rd", ProjectName: "ap-southeast-4",
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "iam.example.com"}
		}})
	require.NoError(t, err)
	_, err = p.token.current(t.Context())
	require.EqualError(t, err, "CreateToken: IAM gave no token: the host name could not be resolved: lookup iam.example.com: no such host")
	require.Equal(t, NeverSent, failed(t, err).Class)
}

func TestACallerThatGivesUpDoesNotSpoilTheToken(t *testing.T) {
	wall := newClock()
	asked, release := make(chan struct{}), make(chan struct{})
	give := giving(wall, time.Hour)
	iam := serve(t, func(w http.ResponseWriter, r *http.Request) { close(asked); <-release; give(w, r) })
	p := passwordAt(t, iam.URL, wall)
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() { _, err := p.token.current(ctx); gaveUp <- err }()
	<-asked
	cancel()
	require.ErrorIs(t, <-gaveUp, context.Canceled)
	close(release)
	require.Equal(t, tokenNumber(1), tokenOf(t, p))
	require.Len(t, iam.requests(), 1)
}

func TestFetchingATokenDoesNotArmTheGate(t *testing.T) {
	wall := newClock()
	p := passwordAt(t, serve(t, giving(wall, time.Hour)).URL, wall)
	lake := serve(t, answering(202, ""))
	c := clientAt(t, strings.Replace(lake.URL, "http:", "https:", 1), func(config *Config) { config.Credentials = p })
	e := failed(t, c.StartJob(t.Context(), jobID, StartOptions{}))
	require.Equal(t, NeverSent, e.Class, "the handshake failed after the token was there")
	require.Equal(t, whyTLS, e.why)
}

func TestEveryMissingSettingOfIAMIsNamed(t *testing.T) {
	_, err := NewIAMPassword(PasswordConfig{Endpoint: "http://iam.example.com"})
	for _, words := range []string{"over plain http", "the IAM domain is missing", "the IAM user is missing", "the IAM password is missing", "the project of the token is missing"} {
		require.ErrorContains(t, err, words)
	}
}

func TestCredentialsDoNotPrintWhatTheyHold(t *testing.T) {
	p := passwordAt(t, "http://127.0.0.1:1", newClock())
	config := Config{Credentials: AKSK{"AKIDEXAMPLE", "SKEXAMPLE", "STOKEN"}}
	c := clientAt(t, "http://127.0.0.1:1")
	for _, v := range []any{config, config.Credentials, FixedToken("MIIfixed"), p, c, []Credentials{p, FixedToken("MIIfixed")}} {
		text := fmt.Sprintf("%v %+v %#v %s", v, v, v, v)
		written, err := json.Marshal(v)
		if err == nil {
			text += string(written)
		}
		for _, secret := range []string{"SKEXAMPLE", "STOKEN", "MIIfixed", "hunter2"} {
			require.NotContains(t, text, secret)
		}
	}
}
