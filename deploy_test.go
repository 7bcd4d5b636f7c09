package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

// tree is a part of a YAML file.
type tree = map[string]any

// at follows a path of keys and list indices.
func at(t *testing.T, node any, path ...any) any {
	t.Helper()
	for i, step := range path {
		switch step := step.(type) {
		case string:
			object, ok := node.(tree)
			require.True(t, ok && object[step] != nil, "there is nothing at %v", path[:i+1])
			node = object[step]
		case int:
			list, ok := node.([]any)
			require.True(t, ok && step < len(list), "there is nothing at %v", path[:i+1])
			node = list[step]
		}
	}
	return node
}

func readYAML(t *testing.T, path string) []tree {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []tree
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var one tree
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err, path)
		all = append(all, one)
	}
}

// known are the names that Slipway reads.
func known() map[string]bool {
	read := map[string]bool{}
	for _, env := range []map[string]string{{}, {"LAKEFORMATION_IAM_DOMAIN": "d", "LAKEFORMATION_IAM_USER": "u", "LAKEFORMATION_IAM_PASSWORD": "password"}} {
		_, _ = LoadConfig(func(name string) string { read[name] = true; return env[name] })
	}
	return read
}

// takes says that Slipway starts with these settings, beside those that a person writes into the example.
func takes(t *testing.T, where string, env map[string]string) Config {
	t.Helper()
	names := known()
	for name := range env {
		require.True(t, names[name], "%s sets %s, which Slipway does not read", where, name)
	}
	all := exampleSettings(t)
	delete(all, "POSTGRES_PASSWORD")
	maps.Copy(all, env)
	config, err := LoadConfig(func(name string) string { return all[name] })
	require.NoError(t, err, where)
	return config
}

// lines are NAME=value lines; a # begins a comment, but those that show a setting count, too.
func settingLines(text string) map[string]string {
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^#?([A-Z_]+)=(.*)$`).FindAllStringSubmatch(text, -1) {
		found[m[1]] = m[2]
	}
	return found
}

func exampleSettings(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("deploy/slipway.env.example")
	require.NoError(t, err)
	env := settingLines(string(text))
	delete(env, "SLIPWAY_CONFIG") // its file is not on this machine
	return env
}

func TestTheExampleSettingsAreTaken(t *testing.T) {
	text, err := os.ReadFile("deploy/slipway.env.example")
	require.NoError(t, err)
	names := known()
	names["POSTGRES_PASSWORD"] = true // compose.yaml reads it
	for name := range settingLines(string(text)) {
		require.True(t, names[name], "%s is read by nobody", name)
	}
	takes(t, "the example", nil)
}

func TestTheKubernetesManifests(t *testing.T) {
	for path, c := range map[string]struct {
		replicas uint64
		strategy string
		kinds    []string
		secret   map[string]string
		ports    []any // of egress
	}{
		"deploy/kubernetes/sqlite.yaml": {1, "Recreate", []string{"ConfigMap", "Deployment", "NetworkPolicy", "PersistentVolumeClaim", "ServiceAccount"}, nil,
			[]any{uint64(53), uint64(53), uint64(443)}},
		"deploy/kubernetes/postgres.yaml": {2, "RollingUpdate", []string{"ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount"},
			map[string]string{"DATABASE_URL": "postgres://slipway:secret@postgres/slipway"}, []any{uint64(53), uint64(53), uint64(443), uint64(5432)}},
	} {
		t.Run(filepath.Base(path), func(t *testing.T) {
			objects := map[string]tree{}
			for _, object := range readYAML(t, path) {
				objects[at(t, object, "kind").(string)] = object
				require.Equal(t, "slipway", at(t, object, "metadata", "labels", "app"))
			}
			require.Equal(t, c.kinds, slices.Sorted(maps.Keys(objects)))

			deployment := objects["Deployment"]
			require.Equal(t, c.replicas, at(t, deployment, "spec", "replicas"))
			require.Equal(t, c.strategy, at(t, deployment, "spec", "strategy", "type"))
			labels := at(t, deployment, "spec", "template", "metadata", "labels")
			require.Equal(t, labels, at(t, deployment, "spec", "selector", "matchLabels"))
			require.Equal(t, labels, at(t, objects["NetworkPolicy"], "spec", "podSelector", "matchLabels"))
			if budget, ok := objects["PodDisruptionBudget"]; ok {
				require.Equal(t, labels, at(t, budget, "spec", "selector", "matchLabels"))
				require.Less(t, at(t, budget, "spec", "minAvailable"), c.replicas, "a node could never be drained")
			}

			pod := at(t, deployment, "spec", "template", "spec")
			require.Equal(t, false, at(t, pod, "automountServiceAccountToken"))
			require.Equal(t, true, at(t, pod, "securityContext", "runAsNonRoot"))
			require.Equal(t, "RuntimeDefault", at(t, pod, "securityContext", "seccompProfile", "type"))
			container := at(t, pod, "containers", 0)
			require.Equal(t, tree{"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": tree{"drop": []any{"ALL"}}}, at(t, container, "securityContext"))

			env := map[string]string{}
			maps.Copy(env, c.secret)
			for _, one := range at(t, container, "env").([]any) {
				env[at(t, one, "name").(string)] = at(t, one, "value").(string)
			}
			require.Equal(t, "slipway", at(t, container, "envFrom", 0, "secretRef", "name"))
			policy := at(t, objects["ConfigMap"], "data", "slipway.yaml").(string)
			mounts := mounted(t, pod, container)
			require.Contains(t, mounts, filepath.Dir(env["SLIPWAY_CONFIG"]))
			require.Contains(t, mounts, "/tmp")
			env["SLIPWAY_CONFIG"] = file(t, policy)["SLIPWAY_CONFIG"]
			config := takes(t, path, env)
			require.NotEmpty(t, config.Policy.Rules)
			if database, isFile := strings.CutPrefix(config.DatabaseURL, "sqlite:"); isFile {
				require.Contains(t, mounts, filepath.Dir(database), "the database would be gone with the pod")
			}

			port := at(t, container, "ports", 0, "containerPort")
			require.Equal(t, config.Listen, fmt.Sprint(":", port))
			for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
				require.Equal(t, at(t, container, "ports", 0, "name"), at(t, container, probe, "httpGet", "port"))
			}
			network := at(t, objects["NetworkPolicy"], "spec")
			require.Equal(t, []any{"Ingress", "Egress"}, at(t, network, "policyTypes"))
			require.Equal(t, []any{port}, portsOf(t, at(t, network, "ingress")))
			require.Equal(t, c.ports, portsOf(t, at(t, network, "egress")))
		})
	}
}

// mounted are the paths of a container's mounts, each of a volume that is there.
func mounted(t *testing.T, pod, container any) []string {
	t.Helper()
	volumes := map[any]bool{}
	for _, volume := range at(t, pod, "volumes").([]any) {
		volumes[at(t, volume, "name")] = true
	}
	var paths []string
	for _, mount := range at(t, container, "volumeMounts").([]any) {
		require.True(t, volumes[at(t, mount, "name")], "%v is mounted, and is no volume", mount)
		paths = append(paths, at(t, mount, "mountPath").(string))
	}
	return paths
}

func portsOf(t *testing.T, rules any) []any {
	t.Helper()
	var ports []any
	for _, rule := range rules.([]any) {
		for _, one := range at(t, rule, "ports").([]any) {
			ports = append(ports, at(t, one, "port"))
		}
	}
	return ports
}

// The probes ask for pages that there are.
func TestTheProbesFindTheirPages(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile("health.go")
	require.NoError(t, err)
	for _, path := range []string{"deploy/kubernetes/sqlite.yaml", "deploy/kubernetes/postgres.yaml"} {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		pages := regexp.MustCompile(`httpGet: \{path: (/\w+)`).FindAllStringSubmatch(string(text), -1)
		require.Len(t, pages, 3)
		for _, page := range pages {
			require.Contains(t, string(code), `"GET `+page[1]+`"`)
		}
	}
}

func TestTheComposeFile(t *testing.T) {
	all := readYAML(t, "compose.yaml")
	require.Len(t, all, 1)
	services := at(t, all[0], "services").(tree)
	require.Equal(t, []string{"postgres", "replica", "slipway"}, slices.Sorted(maps.Keys(services)))
	for name, profile := range map[string]string{"slipway": "sqlite", "replica": "postgres"} {
		service := services[name]
		require.Equal(t, []any{profile}, at(t, service, "profiles"), "both at once would share what people type")
		require.Equal(t, true, at(t, service, "read_only"))
		require.Equal(t, []any{"ALL"}, at(t, service, "cap_drop"))
		require.Equal(t, []any{"no-new-privileges:true"}, at(t, service, "security_opt"))
		require.Equal(t, "slipway.env", at(t, service, "env_file"))
		env := map[string]string{}
		for name, value := range at(t, service, "environment").(tree) {
			env[name] = strings.ReplaceAll(value.(string), "${POSTGRES_PASSWORD:-}", "secret")
		}
		config := takes(t, "compose.yaml", env)
		if database, isFile := strings.CutPrefix(config.DatabaseURL, "sqlite:"); isFile {
			require.Equal(t, []any{"data:" + filepath.Dir(database)}, at(t, service, "volumes"))
		}
	}
	require.Equal(t, uint64(2), at(t, services, "replica", "deploy", "replicas"))
	require.Equal(t, "service_healthy", at(t, services, "replica", "depends_on", "postgres", "condition"))
	for _, name := range []string{"data", "postgres"} {
		require.Contains(t, at(t, all[0], "volumes"), name)
	}
}

func TestTheImage(t *testing.T) {
	text, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	stages := strings.Split(string(text), "\nFROM ")
	require.Len(t, stages, 3)
	build, final := stages[1], stages[2]
	require.Contains(t, build, "CGO_ENABLED=0", "a scratch image has no libc")
	require.Regexp(t, `^golang:\d+\.\d+\.\d+ AS build`, build, "the same source is built by the same compiler")
	release, err := os.ReadFile(".ci/release")
	require.NoError(t, err)
	for _, one := range []string{build, string(release)} {
		require.Contains(t, one, `go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION`, "CI builds the image's binary")
	}
	require.True(t, strings.HasPrefix(final, "scratch\n"))
	require.Regexp(t, `(?m)^USER [1-9]\d*:[1-9]\d*$`, final, "not root, by number, so that runAsNonRoot can see it")
	require.Contains(t, final, `ENTRYPOINT ["/slipway"]`)
	require.NotRegexp(t, `(?m)^(RUN|HEALTHCHECK|ADD) `, final, "there is no shell")
	env := map[string]string{}
	for _, pair := range strings.Fields(regexp.MustCompile(`(?m)^ENV (.*)$`).FindStringSubmatch(final)[1]) {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	require.Contains(t, final, "/zoneinfo.zip "+env["ZONEINFO"])
	delete(env, "ZONEINFO") // Go reads it
	require.Equal(t, "sqlite:/data/slipway.db", takes(t, "Dockerfile", env).DatabaseURL)
	require.Contains(t, final, "VOLUME /data")
}

func TestTheSystemdUnit(t *testing.T) {
	text, err := os.ReadFile("deploy/slipway.service")
	require.NoError(t, err)
	unit := string(text)
	env := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^Environment=([A-Z_]+)=(.*)$`).FindAllStringSubmatch(unit, -1) {
		env[m[1]] = m[2]
	}
	config := takes(t, "slipway.service", env)
	require.Equal(t, "sqlite:/var/lib/slipway/slipway.db", config.DatabaseURL)
	for _, line := range []string{"User=slipway", "StateDirectory=slipway", "EnvironmentFile=/etc/slipway/slipway.env", "NoNewPrivileges=yes",
		"ProtectSystem=strict", "CapabilityBoundingSet=", "ExecReload=/bin/kill -HUP $MAINPID"} {
		require.Contains(t, unit, line+"\n")
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return // what can be checked without it is checked
	}
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "slipway.service")
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(unit, "/usr/local/bin/slipway", self)), 0o600))
	out, err := exec.Command(analyze, "verify", path).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Empty(t, string(out), "systemd does not know something in it")
}
