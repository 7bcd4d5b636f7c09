package locallake

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

type tokenState int

const (
	tokenUnknown tokenState = iota
	tokenExpired
	tokenGood
)

// tokens are the fixed tokens and those IAM has issued.
type tokens struct {
	mu      sync.Mutex
	fixed   []string
	expires map[string]time.Time
}

func newTokens(c Config) *tokens {
	return &tokens{fixed: c.Tokens, expires: map[string]time.Time{}}
}

func (t *tokens) check(token string, now time.Time) tokenState {
	t.mu.Lock()
	defer t.mu.Unlock()
	end, issued := t.expires[token]
	switch {
	case slices.Contains(t.fixed, token), issued && now.Before(end):
		return tokenGood
	case issued:
		return tokenExpired
	default:
		return tokenUnknown
	}
}

// issue makes a token as long as real ones are, which overflow small header limits.
func (t *tokens) issue(end time.Time) string {
	raw := make([]byte, 3600)
	_, _ = rand.Read(raw) // never fails
	token := "MII" + base64.StdEncoding.EncodeToString(raw)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expires[token] = end
	return token
}

// ExpireTokens ends the validity of all issued tokens, as a changed password
// does. Fixed tokens stay valid.
func (s *Server) ExpireTokens() {
	s.tokens.mu.Lock()
	for token := range s.tokens.expires {
		s.tokens.expires[token] = time.Time{}
	}
	s.tokens.mu.Unlock()
	s.bell.ring()
}

type named struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// tokenRequest is the body of KeystoneCreateUserTokenByPassword.
type tokenRequest struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password struct {
				User struct {
					Domain   named  `json:"domain"`
					Name     string `json:"name"`
					Password string `json:"password"`
				} `json:"user"`
			} `json:"password"`
		} `json:"identity"`
		Scope struct {
			Project named `json:"project"`
		} `json:"scope"`
	} `json:"auth"`
}

// issueToken is KeystoneCreateUserTokenByPassword (POST /v3/auth/tokens). Only
// the password method is played, and only scopes that name the project.
func (s *Server) issueToken(c *call) answer {
	var req tokenRequest
	if json.Unmarshal(c.body, &req) != nil || !slices.Equal(req.Auth.Identity.Methods, []string{"password"}) {
		return iamError(400, "Bad Request", "The request body is invalid or its method is not supported.")
	}
	user, project := req.Auth.Identity.Password.User, req.Auth.Scope.Project
	if s.cfg.User == "" || user.Name != s.cfg.User || user.Domain.Name != s.cfg.Domain || user.Password != s.cfg.Password {
		return iamError(401, "Unauthorized", "The username or password is wrong.")
	}
	if project.ID != s.cfg.ProjectID && (project.Name == "" || project.Name != s.cfg.Region) {
		return iamError(401, "Unauthorized", "The user has no access to the project in the scope.")
	}
	const iamTime = "2006-01-02T15:04:05.000000Z"
	now := s.cfg.Clock.Now().UTC()
	end := now.Add(s.cfg.TokenFor)
	domain := named{ID: "d0" + s.cfg.ProjectID, Name: s.cfg.Domain}
	a := jsonAnswer(201, map[string]any{"token": map[string]any{
		"methods": []string{"password"}, "issued_at": now.Format(iamTime), "expires_at": end.Format(iamTime),
		"catalog": []any{}, "roles": []any{},
		"project": map[string]any{"id": s.cfg.ProjectID, "name": s.cfg.Region, "domain": domain},
		"user":    map[string]any{"id": "u0" + s.cfg.ProjectID, "name": s.cfg.User, "domain": domain},
	}})
	a.header["X-Subject-Token"] = s.tokens.issue(end)
	return a
}

// listProjects is KeystoneListProjects, by which the SDK finds a region's project.
func (s *Server) listProjects(c *call) answer {
	found := []any{}
	if name := c.query.Get("name"); name == "" || name == s.cfg.Region {
		found = append(found, map[string]any{
			"id": s.cfg.ProjectID, "name": s.cfg.Region, "domain_id": "d0" + s.cfg.ProjectID, "parent_id": "d0" + s.cfg.ProjectID,
			"is_domain": false, "enabled": true, "description": "",
		})
	}
	return jsonAnswer(200, map[string]any{"projects": found})
}
