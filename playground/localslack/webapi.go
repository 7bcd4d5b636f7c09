package localslack

import (
	"encoding/json"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// args are a call's arguments without the token; JSON values are JSON text.
type args map[string]string

func (a args) flag(name string) bool { return a[name] == "true" || a[name] == "1" }

// json is an argument that holds JSON, nil when it is not there.
func (a args) json(name string) json.RawMessage {
	if a[name] == "" || a[name] == "null" {
		return nil
	}
	return json.RawMessage(a[name])
}

// answer is what a method adds to {"ok":true}.
type answer map[string]any

// failure is {"ok":false,"error":code}, with more fields where Slack sends them.
type failure struct {
	code  string
	more  answer
	limit time.Duration // for "ratelimited": Retry-After
}

func fail(code string) *failure { return &failure{code: code} }

// words are the code and what is wrong.
func (f *failure) words() string {
	words := []string{f.code}
	if bare, ok := f.more["errors"].([]string); ok {
		words = append(words, bare...)
	}
	return strings.Join(words, "; ")
}

// invalid is a failure that says in response_metadata what is wrong.
func invalid(code string, messages []string) *failure {
	bare := make([]string, len(messages))
	for i, m := range messages {
		bare[i] = strings.TrimPrefix(m, errorMark)
	}
	return &failure{code: code, more: answer{"errors": bare, "response_metadata": answer{"messages": messages}}}
}

// method is one Web API method: https://docs.slack.dev/reference/methods.
type method struct {
	do     func(*Server, args) (answer, *failure) // called with mu held
	app    bool                                   // needs the xapp- token
	open   bool                                   // needs none
	scopes []string                               // any of these will do; none: no scope needed
	perMin int                                    // its rate tier, 0 for none
}

// Rate tiers: https://docs.slack.dev/apis/web-api/rate-limits.
const (
	tier1 = 1
	tier2 = 20
	tier3 = 50
	tier4 = 100
)

var conversationReads = []string{"channels:read", "groups:read", "im:read", "mpim:read"}

var methods = map[string]method{
	"api.test":                     {do: (*Server).apiTest, open: true},
	"auth.test":                    {do: (*Server).authTest},
	"bots.info":                    {do: (*Server).botInfo, scopes: []string{"users:read"}, perMin: tier3},
	"apps.connections.open":        {do: (*Server).connectionsOpen, app: true, perMin: tier1},
	"chat.postMessage":             {do: (*Server).postMessage, scopes: []string{"chat:write"}},
	"chat.postEphemeral":           {do: (*Server).postEphemeral, scopes: []string{"chat:write"}, perMin: tier4},
	"chat.update":                  {do: (*Server).updateMessage, scopes: []string{"chat:write"}, perMin: tier3},
	"chat.delete":                  {do: (*Server).deleteMessage, scopes: []string{"chat:write"}, perMin: tier3},
	"chat.getPermalink":            {do: (*Server).permalink},
	"conversations.info":           {do: (*Server).conversationInfo, scopes: conversationReads, perMin: tier3},
	"conversations.list":           {do: (*Server).conversationList, scopes: conversationReads, perMin: tier2},
	"conversations.members":        {do: (*Server).conversationMembers, scopes: conversationReads, perMin: tier4},
	"conversations.open":           {do: (*Server).conversationOpen, scopes: []string{"im:write", "mpim:write"}, perMin: tier3},
	"users.list":                   {do: (*Server).userList, scopes: []string{"users:read"}, perMin: tier2},
	"users.info":                   {do: (*Server).userInfo, scopes: []string{"users:read"}, perMin: tier4},
	"usergroups.list":              {do: (*Server).groupList, scopes: []string{"usergroups:read"}, perMin: tier2},
	"usergroups.users.list":        {do: (*Server).groupMembers, scopes: []string{"usergroups:read"}, perMin: tier2},
	"reactions.add":                {do: (*Server).addReaction, scopes: []string{"reactions:write"}, perMin: tier3},
	"reactions.remove":             {do: (*Server).removeReaction, scopes: []string{"reactions:write"}, perMin: tier2},
	"files.getUploadURLExternal":   {do: (*Server).uploadURL, scopes: []string{"files:write"}, perMin: tier4},
	"files.completeUploadExternal": {do: (*Server).completeUpload, scopes: []string{"files:write"}, perMin: tier4},
	"functions.completeSuccess":    {do: (*Server).completeSuccess, perMin: tier3},
	"functions.completeError":      {do: (*Server).completeError, perMin: tier3},
	"views.open":                   {do: (*Server).openView, perMin: tier4},
	"views.push":                   {do: (*Server).pushView, perMin: tier4},
	"views.update":                 {do: (*Server).updateView, perMin: tier4},
	"views.publish":                {do: (*Server).publishView, perMin: tier4},
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	given, bodyToken, err := readArgs(w, r)
	call := s.record(name, given)
	if err != nil {
		s.reply(w, call, nil, fail(malformed(r)))
		return
	}
	fault, hit := s.takeFault(name)
	if hit && !s.suffer(w, r, call, fault) {
		return
	}
	m, known := methods[name]
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		token = ""
	}
	if token == "" && !m.app { // apps.connections.open takes its token from the header only
		token = bodyToken
	}
	var out answer
	f := &failure{code: "unknown_method", more: answer{"req_method": name}}
	if known {
		out, f = s.answer(name, m, given, token)
	}
	if hit && fault.DropAnswer {
		s.finish(call, droppedAnswer)
		panic(http.ErrAbortHandler)
	}
	s.tellScopes(w.Header(), m, token)
	s.reply(w, call, out, f)
}

// answer checks what Slack checks before it looks at the arguments, then calls the method.
func (s *Server) answer(name string, m method, given args, token string) (answer, *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.authorize(m, token); f != nil {
		return nil, f
	}
	if f := s.limit(name, m); f != nil {
		return nil, f
	}
	return m.do(s, given)
}

// tellScopes says what a known token may do, and which scopes would do for the method.
func (s *Server) tellScopes(h http.Header, m method, token string) {
	switch token {
	case s.cfg.AppToken:
		h.Set("X-OAuth-Scopes", "connections:write")
	case s.cfg.BotToken:
		h.Set("X-OAuth-Scopes", s.scopeHeader())
	default:
		return
	}
	if len(m.scopes) > 0 {
		h.Set("X-Accepted-OAuth-Scopes", strings.Join(m.scopes, ","))
	}
}

func (s *Server) authorize(m method, token string) *failure {
	switch {
	case m.open:
		return nil
	case token == "":
		return fail("not_authed")
	case token != s.cfg.AppToken && token != s.cfg.BotToken:
		return fail("invalid_auth")
	case s.revoked:
		return fail("token_revoked")
	case m.app != (token == s.cfg.AppToken):
		return fail("not_allowed_token_type")
	case len(m.scopes) > 0 && !slices.ContainsFunc(m.scopes, s.granted):
		return s.missingScope(m.scopes...)
	}
	return nil
}

func (s *Server) missingScope(needed ...string) *failure {
	return &failure{code: "missing_scope", more: answer{"needed": strings.Join(needed, ","), "provided": strings.Join(s.scopes, ",")}}
}

func (s *Server) scopeHeader() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.scopes, ",")
}

// limit enforces a method's tier. A minute's worth may come at once; for
// apps.connections.open that is as many as an app may hold.
func (s *Server) limit(name string, m method) *failure {
	if !s.cfg.RateTiers || m.perMin == 0 {
		return nil
	}
	limiter := s.tiers[name]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(m.perMin)), max(m.perMin, maxConnections))
		s.tiers[name] = limiter
	}
	return s.take(limiter)
}

// take uses a limiter once, or says how long to wait.
func (s *Server) take(limiter *rate.Limiter) *failure {
	now := s.now()
	reservation := limiter.ReserveN(now, 1)
	if wait := reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return &failure{code: "ratelimited", limit: wait}
	}
	return nil
}

// reply answers as Slack does: errors too have status 200, but for the rate limit.
func (s *Server) reply(w http.ResponseWriter, call *Call, out answer, f *failure) {
	if out == nil {
		out = answer{}
	}
	out["ok"] = f == nil
	status := http.StatusOK
	if f != nil {
		for k, v := range f.more {
			out[k] = v
		}
		out["error"] = f.code
		s.finish(call, f.code)
		if f.limit > 0 {
			status = http.StatusTooManyRequests
			w.Header().Set("Retry-After", seconds(f.limit))
		}
	} else {
		s.finish(call, "")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out)
}

func seconds(d time.Duration) string { return strconv.Itoa(max(1, int(math.Ceil(d.Seconds())))) }

// readArgs takes a form or a JSON object, as slack-go and Bolt send them.
func readArgs(w http.ResponseWriter, r *http.Request) (given args, token string, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	if err != nil {
		return args{}, "", err
	}
	if isJSON(r) {
		given, err = jsonArgs(body)
	} else {
		given, err = formArgs(string(body))
	}
	for name, values := range r.URL.Query() {
		if _, set := given[name]; !set {
			given[name] = values[0]
		}
	}
	token = given["token"]
	delete(given, "token")
	return given, token, err
}

// malformed names what could not be read.
func malformed(r *http.Request) string {
	if isJSON(r) {
		return "invalid_json"
	}
	return "invalid_form_data"
}

func isJSON(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "application/json"
}

func jsonArgs(body []byte) (args, error) {
	given := args{}
	var fields map[string]json.RawMessage
	if len(body) == 0 { // slack-go opens connections with no body at all
		return given, nil
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return given, err
	}
	for name, raw := range fields {
		var text string
		switch {
		case string(raw) == "null":
		case json.Unmarshal(raw, &text) == nil:
			given[name] = text
		default:
			given[name] = string(raw)
		}
	}
	return given, nil
}

func formArgs(body string) (args, error) {
	given := args{}
	form, err := url.ParseQuery(body)
	for name, values := range form {
		given[name] = values[0]
	}
	return given, err
}
