package lakeformation

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// NewIAMPassword gives credentials by user and password, or an error that names every problem in words. It makes no
// request; the first call fetches the token.
func NewIAMPassword(config PasswordConfig) (*IAMPassword, error) {
	endpoint, problem := checkEndpoint("IAM", config.Endpoint)
	problems := []error{problem}
	for _, required := range []struct{ value, words string }{
		{config.Domain, "the IAM domain is missing: it is the account name"},
		{config.User, "the IAM user is missing"},
		{config.Password, "the IAM password is missing"},
		{config.ProjectID + config.ProjectName, "the project of the token is missing: give its id, or its name (a region id)"},
	} {
		if required.value == "" {
			problems = append(problems, errors.New(required.words))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if config.UserAgent == "" {
		config.UserAgent = "lakeformation-client"
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.DialContext == nil {
		config.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	project := map[string]string{"name": config.ProjectName}
	if config.ProjectID != "" {
		project = map[string]string{"id": config.ProjectID}
	}
	body, err := json.Marshal(map[string]any{"auth": map[string]any{
		"identity": map[string]any{
			"methods": []string{"password"},
			"password": map[string]any{"user": map[string]any{
				"domain": map[string]string{"name": config.Domain}, "name": config.User, "password": config.Password,
			}},
		},
		"scope": map[string]any{"project": project},
	}})
	if err != nil {
		return nil, err
	}
	transport := newTransport(config.DialContext)
	p := &IAMPassword{
		url:       endpoint + "/v3/auth/tokens",
		body:      body,
		password:  config.Password,
		resty:     newResty(transport, config.UserAgent),
		transport: transport,
	}
	p.token.fetch, p.token.early, p.token.now = p.fetch, tokenEarly, config.Now
	return p, nil
}

// fetch asks IAM for a token, once. API page: KeystoneCreateUserTokenByPassword,
// https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html. The body
// is read only for the token's end.
func (p *IAMPassword) fetch(ctx context.Context) (token string, ends time.Time, _ *Error) {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	res, err := p.resty.R().SetContext(ctx).SetBody(p.body).Post(p.url)
	if err != nil {
		reason := reasonOf(err)
		e := &Error{Op: OpCreateToken, Method: http.MethodPost, Class: NeverSent, Sent: connected.Load(), why: reason, cause: err}
		if e.Sent {
			e.Class = Unknown
		}
		e.Message = "IAM gave no token: " + string(reason) + ": " + tidy(innermost(err), maxMessage, p.password)
		return "", time.Time{}, e
	}
	raw := res.RawResponse
	defer func() { _ = raw.Body.Close() }()
	token = raw.Header.Get("X-Subject-Token")
	switch {
	case raw.StatusCode != http.StatusCreated:
		e := answered(OpCreateToken, raw, http.Header{"X-Auth-Token": {p.password}}, p.token.now())
		e.Method = http.MethodPost
		return "", time.Time{}, e
	case token == "" || headerSafe("", token) != nil:
		return "", time.Time{}, &Error{
			Op: OpCreateToken, Method: http.MethodPost, HTTPStatus: raw.StatusCode, Class: Unknown, Sent: true, why: whyGarbage,
			Message: "IAM answered without a token: the endpoint may not be IAM's",
		}
	}
	var said struct {
		Token struct {
			ExpiresAt moment `json:"expires_at"`
		} `json:"token"`
	}
	body, _ := io.ReadAll(io.LimitReader(raw.Body, maxBody))
	if json.Unmarshal(body, &said) != nil || said.Token.ExpiresAt.IsZero() {
		return token, p.token.now().Add(lifeUnknown), nil
	}
	return token, said.Token.ExpiresAt.Time, nil
}
