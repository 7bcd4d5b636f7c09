package main

import (
	"fmt"
	"strings"

	"slipway/lakeformation"
)

// signIn is what somebody gives to sign in with; right is one way of four.
type signIn struct {
	ak, sk, securityToken  string
	domain, user, password string
	iamEndpoint            string // where the region does not say where to sign in
	token                  string
	agency                 string // true: that of the ECS that Slipway runs on
	metadata               string // where to ask for its keys; "": where an ECS does
}

// environmentSettings is how the environment names the settings of a signIn.
var environmentSettings = signIn{
	ak: "HUAWEICLOUD_SDK_AK", sk: "HUAWEICLOUD_SDK_SK", securityToken: "HUAWEICLOUD_SDK_SECURITY_TOKEN",
	domain: "LAKEFORMATION_IAM_DOMAIN", user: "LAKEFORMATION_IAM_USER", password: "LAKEFORMATION_IAM_PASSWORD",
	iamEndpoint: "HUAWEICLOUD_SDK_IAM_ENDPOINT", token: "LAKEFORMATION_TOKEN",
	agency: "LAKEFORMATION_ECS_AGENCY", metadata: "LAKEFORMATION_ECS_METADATA",
}

// signIn reads what the environment gives.
func (e *environment) signIn() signIn {
	n := environmentSettings
	return signIn{
		ak: e.secret(n.ak), sk: e.secret(n.sk), securityToken: e.secret(n.securityToken),
		domain: e.get(n.domain), user: e.get(n.user), password: e.secret(n.password),
		iamEndpoint: e.get(n.iamEndpoint), token: e.secret(n.token),
		agency: e.agency(n.agency), metadata: e.get(n.metadata),
	}
}

// agency reads whether the ECS's agency is to sign in: true or "".
func (e *environment) agency(name string) string {
	switch raw := strings.ToLower(e.get(name)); raw {
	case "", "false":
	case "true":
		return raw
	default:
		e.problem("%s is %q; it may be true or false", name, raw)
	}
	return ""
}

// credentials makes the one way to sign in that is given; two at once are a problem, not a guess. wrong says what is
// the matter, in the names of the settings.
func (s signIn) credentials(region, project string, names signIn) (c lakeformation.Credentials, wrong string) {
	signed, byPassword := s.ak != "" || s.sk != "", s.domain != "" || s.user != "" || s.password != ""
	ways := 0
	for _, given := range []bool{signed, byPassword, s.token != "", s.agency != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0:
		return nil, fmt.Sprintf("credentials for LakeFormation are missing; set %s and %s (an access key of a user for Slipway alone), or on an ECS that has an agency %s to true", names.ak, names.sk, names.agency)
	case ways > 1:
		return nil, fmt.Sprintf("there are several credentials for LakeFormation; keep one: %s (on an ECS that has an agency), %s and %s, %s, %s and %s, or %s",
			names.agency, names.ak, names.sk, names.domain, names.user, names.password, names.token)
	case signed && (s.ak == "" || s.sk == ""):
		return nil, fmt.Sprintf("%s and %s belong together; one of them is missing", names.ak, names.sk)
	case signed:
		return lakeformation.AKSK{AccessKey: s.ak, SecretKey: s.sk, SecurityToken: s.securityToken}, ""
	case s.agency != "":
		return s.ofAgency()
	case s.token != "":
		return lakeformation.FixedToken(s.token), ""
	case s.domain == "" || s.user == "" || s.password == "":
		return nil, fmt.Sprintf("%s, %s and %s belong together; one of them is missing", names.domain, names.user, names.password)
	}
	return s.iam(region, project, names)
}

// ofAgency signs in with the keys that the ECS's agency gives.
func (s signIn) ofAgency() (lakeformation.Credentials, string) {
	c, err := lakeformation.NewECSAgency(lakeformation.ECSAgencyConfig{Endpoint: s.metadata})
	if err != nil {
		return nil, fmt.Sprintf("%s: %v", environmentSettings.metadata, err)
	}
	return c, ""
}

// iam signs in by user and password.
func (s signIn) iam(region, project string, names signIn) (lakeformation.Credentials, string) {
	endpoint := s.iamEndpoint
	if endpoint == "" && region != "" {
		endpoint = lakeformation.IAMEndpointForRegion(region)
	}
	if endpoint == "" {
		return nil, names.iamEndpoint + " is missing; without a region it must say where to sign in, such as https://iam.ap-southeast-4.myhuaweicloud.com"
	}
	c, err := lakeformation.NewIAMPassword(lakeformation.PasswordConfig{Endpoint: endpoint, Domain: s.domain, User: s.user, Password: s.password, ProjectID: project})
	if err != nil {
		return nil, fmt.Sprintf("%s, %s, %s: %v", names.domain, names.user, names.password, err)
	}
	return c, ""
}
