package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// canaries are secrets that sing wherever they are seen. Each holds a word that nothing else does, and those that are
// made on the way are caught as they pass.
type canaries struct {
	mu     sync.Mutex
	caught map[string]bool
	agency int // how often the agency gave keys
}

const song = "zq7xKanari"

// sees catches what a request or an answer carries in these headers.
func (c *canaries) sees(h http.Header) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range []string{"X-Auth-Token", "X-Subject-Token", "X-Security-Token", "X-Metadata-Token"} {
		if value := h.Get(name); value != "" {
			c.caught[value] = true
		}
	}
	if _, signature, ok := strings.Cut(h.Get("Authorization"), "Signature="); ok {
		c.caught[signature] = true
	}
}

// keys catches what the metadata service gives: the keys themselves go no further than into memory.
func (c *canaries) keys(r *http.Response) error {
	if r.Request.URL.Path != "/openstack/latest/securitykey" {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var said struct {
		Credential struct{ Access, Secret, SecurityToken string }
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.agency++
	for _, secret := range []string{said.Credential.Access, said.Credential.Secret, said.Credential.SecurityToken} {
		c.caught[secret] = true
	}
	return nil
}

// sings finds the first secret in a text, in the spellings in which one gets about.
func (c *canaries) sings(text string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for secret := range c.caught {
		plain := base64.StdEncoding.EncodeToString([]byte(secret))
		for _, spelling := range []string{secret, url.QueryEscape(secret), plain[:len(plain)-4]} {
			if strings.Contains(text, spelling) {
				return spelling
			}
		}
	}
	if strings.Contains(strings.ToLower(text), strings.ToLower(song)) {
		return song
	}
	return ""
}

// between stands before LakeFormation and IAM and catches what passes.
func (c *canaries) between(t *testing.T, target string) string {
	t.Helper()
	to, err := url.Parse(target)
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ModifyResponse: func(r *http.Response) error { c.sees(r.Header); return c.keys(r) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.sees(r.Header)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const (
	tokenInstance = "33333333-0000-4000-8000-000000000003"
	ecsInstance   = "44444444-0000-4000-8000-000000000004"
	canaryRules   = `
instances:
  prod: {endpoint: "URL", project_id: "PROJECT", instance_id: PROD, ak: "${CANARY_AK}", sk: "${CANARY_SK}", security_token: "${CANARY_TEMPORARY}"}
  staging: {endpoint: "URL", project_id: "PROJECT", instance_id: STAGING, iam_domain: acme, iam_user: slipway, iam_password: "${CANARY_PASSWORD}", iam_endpoint: "URL"}
  trial: {endpoint: "URL", project_id: "PROJECT", instance_id: TRIAL, token: "${CANARY_TOKEN}"}
  cloud: {endpoint: "URL", project_id: "PROJECT", instance_id: CLOUD, ecs_agency: true}
rules:
  - {name: all, approvals: 1, approvers: [requester]}
`
)

// canaryWorld signs in to four instances in the four ways there are, with secrets from files and from the environment.
func canaryWorld(t *testing.T) (*world, *canaries) {
	t.Helper()
	c := &canaries{caught: map[string]bool{}}
	secret := func(what string) string {
		s := song + what + "0f1e2d3c4b5a"
		c.caught[s] = true
		return s
	}
	parameter := fmt.Sprintf(`{"metadata_migration_parameter":{"datasource_type":"MRS_RDS_FOR_MYSQL","datasource_parameter":{"endpoint":"mysql://db:3306/hive","user":"reader","password":%q}}}`, secret("Parameter"))
	w := unstarted(t, realTime, func(s *localslack.Config, l *locallake.Config) {
		s.AppToken, s.BotToken = "xapp-1-"+secret("App"), "xoxb-"+secret("Bot")
		l.AccessKey, l.SecretKey, l.SecurityToken = secret("AK"), secret("SK"), secret("Temporary")
		l.Domain, l.User, l.Password = "acme", "slipway", secret("Password")
		l.Tokens = []string{secret("Token")}
		l.Instances = append(l.Instances, locallake.Instance{ID: tokenInstance, Name: "trial"}, locallake.Instance{ID: ecsInstance, Name: "cloud"})
		l.Agency = true
		l.Jobs = append(l.Jobs, locallake.Job{Name: "cloud_sync", InstanceID: ecsInstance, Type: locallake.MetadataMigration},
			locallake.Job{Name: "trial_sync", InstanceID: tokenInstance, Type: locallake.MetadataMigration},
			locallake.Job{Name: "canary_sync", Type: locallake.MetadataMigration, Parameter: []byte(parameter)})
	})
	lake := c.between(t, w.lake.URL())
	text := strings.NewReplacer("URL", lake, "PROJECT", locallake.PlaygroundProject, "PROD", locallake.PlaygroundInstance,
		"STAGING", locallake.PlaygroundStaging, "TRIAL", tokenInstance, "CLOUD", ecsInstance).Replace(canaryRules)
	for _, name := range []string{"LAKEFORMATION_ENDPOINT", "LAKEFORMATION_PROJECT_ID", "LAKEFORMATION_INSTANCE_ID", "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"} {
		delete(w.env, name)
	}
	for name, what := range map[string]string{"AK": "AK", "SK": "SK", "TEMPORARY": "Temporary", "PASSWORD": "Password", "TOKEN": "Token"} {
		w.env["CANARY_"+name] = secret(what)
	}
	inFiles(t, w.env, "SLACK_BOT_TOKEN", "CANARY_SK", "CANARY_PASSWORD")
	w.env["SLIPWAY_CONFIG"], w.env["LAKEFORMATION_ECS_METADATA"] = secretFile(t, text), lake
	return w, c
}

func TestNoSecretIsSeenAnywhere(t *testing.T) {
	t.Parallel()
	w, c := canaryWorld(t)
	get := w.listens()
	dir := filepath.Dir(strings.TrimPrefix(w.env["DATABASE_URL"], "sqlite:"))
	endpoints := ""
	look := func() {
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			_, body := get(path)
			endpoints += body
		}
	}
	p := w.spawn()
	ana := w.as("ana")

	// It goes well, in each of the four ways to sign in.
	for _, job := range []string{"prod/canary_sync", "staging/staging_sync", "trial/trial_sync", "cloud/cloud_sync"} {
		ana.types("/lf start " + job)
		ana.presses("Start job")
		_, name, _ := strings.Cut(job, "/")
		w.cardSays("`" + name + "` succeeded")
	}
	look()

	// What was approved is changed; the log of a run holds a secret; the gateway repeats what was signed.
	ana.types("/lf start prod/canary_sync")
	_, action := ana.button("Start job")
	require.NotEmpty(t, action)
	require.NoError(t, w.lake.EditJob("canary_sync", func(j *locallake.Job) {
		j.Parameter = []byte(strings.Replace(string(j.Parameter), song, song+"Changed", 1))
	}))
	ana.presses("Start job")
	w.cardSays("was not started", "this changed")
	require.NoError(t, w.lake.SetLog("canary_sync", "jdbc:mysql://root:"+song+"Log@db/hive\npassword="+song+"Log\nthe end\n"))
	ana.types("/lf log prod/canary_sync")
	ana.reads("the end")
	for _, op := range []locallake.Op{locallake.OpList, locallake.OpShow} {
		require.NoError(t, w.lake.SetFault(op, locallake.Fault{Name: locallake.FaultSignatureEcho}))
	}
	for _, typed := range []string{"jobs prod", "jobs staging", "jobs trial", "jobs cloud"} {
		ana.types("/lf " + typed)
	}
	w.as("ben").types("/lf start prod/canary_sync")
	w.as("ben").reads("could not read the job", "the signature is wrong")
	w.until("each instance is refused", func() bool {
		_, body := get("/readyz")
		return strings.Count(body, "LakeFormation refuses the credentials") == 4
	})
	look()
	w.lake.ClearFaults()
	require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultSignatureEcho, Times: 1}))
	ana.types("/lf start prod/canary_sync")
	ana.presses("Start job")
	w.cardSays("was not started", "the signature is wrong")

	// It is killed in the middle of a start, and another goes on.
	require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultHangButRuns, Times: 1}))
	before := w.lake.StartCalls("trial_sync")
	ana.types("/lf start trial/trial_sync")
	ana.presses("Start job")
	w.until("the start has reached LakeFormation", func() bool { return w.lake.StartCalls("trial_sync") == before+1 })
	p.kill()
	w.spawn()
	w.cardSays("`trial_sync` that began at", "succeeded")
	look()

	require.NotZero(t, c.agency)
	require.GreaterOrEqual(t, len(c.caught), 16, "secrets of the settings, signatures and a fetched token were on the wire")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	bytes := ""
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		bytes += string(text)
	}
	require.Contains(t, bytes, "canary_sync", "the database was read")
	said := ""
	for _, ch := range w.slack.Channels() {
		for _, m := range w.slack.Messages(ch.ID) {
			said += m.Text + string(m.Blocks)
		}
	}
	for _, call := range w.slack.Calls() {
		said += fmt.Sprint(call.Args)
	}
	for where, text := range map[string]string{"the log": w.childLog.String(), "Slack": said, "the database's files": bytes, "the endpoints": endpoints} {
		require.NotEmpty(t, text, where)
		require.Empty(t, c.sings(text), "a secret is in %s", where)
	}
	require.NotContains(t, w.childLog.String(), "[redacted]", "the log's last resort had nothing to do")
}

// What keeps Slipway from starting is told without what it was given.
func TestNoSecretIsInAnErrorAtStart(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world){
		"a token of the wrong kind": func(w *world) {
			w.env["SLACK_APP_TOKEN"], w.env["SLACK_BOT_TOKEN_FILE"] = song+"App", secretFile(t, song+"Bot")
		},
		"a token Slack does not know": func(w *world) { w.env["SLACK_BOT_TOKEN_FILE"] = secretFile(t, "xoxb-"+song) },
		"no database there": func(w *world) {
			w.env["DATABASE_URL"] = "postgres://slipway:" + song + "@127.0.0.1:1/slipway?connect_timeout=1"
		},
		"a database's address, broken": func(w *world) { w.env["DATABASE_URL"] = "postgres://slipway:" + song + "@127.0.0.1:x/slipway" },
		"no database's address":        func(w *world) { w.env["DATABASE_URL"] = "mysql://slipway:" + song + "@127.0.0.1/slipway" },
		"a secret as a path":           func(w *world) { w.env["CANARY_SK_FILE"] = song },
		"both":                         func(w *world) { w.env["CANARY_SK"] = song },
		"a line break in a key":        func(w *world) { w.env["CANARY_AK"] = song + "\n" + song },
		"a line break in a token":      func(w *world) { w.env["CANARY_TOKEN"] = song + "\n" + song },
	} {
		t.Run(name, func(t *testing.T) {
			w, c := canaryWorld(t)
			change(w)
			var out transcript
			ctx, done := context.WithTimeout(t.Context(), 30*time.Second)
			defer done()
			err := run(ctx, []string{"run"}, func(name string) string { return w.env[name] }, &out, &out)
			require.Error(t, err)
			require.Empty(t, c.sings(err.Error()), err.Error())
			require.Empty(t, c.sings(out.String()))
		})
	}
}
