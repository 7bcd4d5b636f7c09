package main

import (
	"maps"
	"slices"
	"strings"

	"slipway/commands"
	"slipway/lakeformation"
)

// InstanceConfig is one LakeFormation instance and how to sign in to it.
type InstanceConfig struct {
	Endpoint    string
	ProjectID   string
	InstanceID  string
	Credentials lakeformation.Credentials

	signIn signIn // what the Credentials were made of, to see a change
}

// ownInstance is the name of the environment's own instance.
const ownInstance = "default"

// instanceNames are the names in order; those of a file without instances are the environment's own.
func instanceNames(instances map[string]InstanceConfig) []string {
	if instances == nil {
		return []string{ownInstance}
	}
	return slices.Sorted(maps.Keys(instances))
}

// key is the same for two configs exactly if they mean one instance.
func (c InstanceConfig) key() string {
	return strings.ToLower(strings.TrimRight(c.Endpoint, "/") + "|" + c.ProjectID + "|" + c.InstanceID)
}

// readInstances reads instances:, nil where the file has none.
func readInstances(v value, env *environment) map[string]InstanceConfig {
	if !v.given() {
		return nil
	}
	instances, names := map[string]InstanceConfig{}, map[string]string{}
	entries := v.entries()
	if len(entries) == 0 && !v.s.wrong(v.path) {
		v.problem("name one, or leave instances: out and use the environment's", "instances: is empty")
	}
	for _, e := range entries {
		if line := commands.Parse("start " + e.key + "/job"); line.Instance != e.key || line.Job != "job" {
			v.s.places[e.path] = v.s.keyPlace(v.node, e.key)
			e.problem("use letters, digits and dashes, such as prod", "people could not type the instance's name %q", e.key)
		}
		c := readInstance(e.value, env)
		if other, twice := names[c.key()]; twice && c.InstanceID != "" {
			e.problem("keep one name for each instance", "%s and %s are the same instance", other, e.key)
		}
		instances[e.key], names[c.key()] = c, e.key
	}
	for _, name := range []string{"LAKEFORMATION_REGION", "LAKEFORMATION_ENDPOINT", "LAKEFORMATION_INSTANCE_ID"} {
		if env.get(name) != "" {
			v.problem("unset "+name+", or leave instances: out", "there are instances here, and %s names one in the environment, too", name)
			break
		}
	}
	return instances
}

// fileSettings is how a file names the settings of a signIn.
var fileSettings = signIn{ak: "ak", sk: "sk", securityToken: "security_token", domain: "iam_domain", user: "iam_user",
	password: "iam_password", iamEndpoint: "iam_endpoint", token: "token", agency: "ecs_agency"}

func readInstance(v value, env *environment) InstanceConfig {
	get := v.object("region", "endpoint", "project_id", "instance_id", "ak", "sk", "security_token",
		"iam_domain", "iam_user", "iam_password", "iam_endpoint", "token", "ecs_agency")
	c := InstanceConfig{Endpoint: get("endpoint").text(), ProjectID: get("project_id").text(), InstanceID: get("instance_id").text()}
	region := get("region").text()
	switch {
	case v.s.wrong(v.path):
	case region == "" && c.Endpoint == "":
		v.problem("write your region's id, such as region: ap-southeast-4", "region is missing")
	case region != "" && c.Endpoint != "":
		get("endpoint").problem("keep one; a region has a known endpoint", "region and endpoint are both given")
	case c.ProjectID == "":
		v.problem("it is on the console's page “My Credentials”, 32 letters and digits", "project_id is missing")
	case c.InstanceID == "":
		v.problem("it is on the instance's page in the LakeFormation console, a UUID", "instance_id is missing")
	}
	if c.Endpoint == "" && region != "" {
		c.Endpoint = lakeformation.EndpointForRegion(region)
	}
	own := signIn{ak: get("ak").secret(), sk: get("sk").secret(), securityToken: get("security_token").secret(),
		domain: get("iam_domain").text(), user: get("iam_user").text(), password: get("iam_password").secret(),
		iamEndpoint: get("iam_endpoint").text(), token: get("token").secret()}
	if get("ecs_agency").yes() {
		own.agency, own.metadata = "true", env.get(environmentSettings.metadata)
	}
	names := fileSettings
	if own == (signIn{}) {
		own, names = env.signIn(), environmentSettings
	}
	c.signIn = own
	if v.s.wrong(v.path) {
		return c
	}
	var wrong string
	if c.Credentials, wrong = own.credentials(region, c.ProjectID, names); wrong != "" {
		v.problem("", "%s", wrong)
		return c
	}
	if err := c.check(); err != nil {
		v.problem("", "%v", err)
	}
	return c
}

// check lets the client judge what it is given.
func (c InstanceConfig) check() error {
	client, err := lakeformation.New(lakeformation.Config{Endpoint: c.Endpoint, ProjectID: c.ProjectID, InstanceID: c.InstanceID, Credentials: c.Credentials})
	if err == nil {
		client.Close()
	}
	return err
}
