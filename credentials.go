package main

import (
	"slipway/lakeformation"
)

// credentials picks the one way to sign in that the environment gives; two at once are a problem, not a guess.
func (e *environment) credentials(region string) lakeformation.Credentials {
	ak, sk, security := e.secret("HUAWEICLOUD_SDK_AK"), e.secret("HUAWEICLOUD_SDK_SK"), e.secret("HUAWEICLOUD_SDK_SECURITY_TOKEN")
	domain, user, password := e.get("LAKEFORMATION_IAM_DOMAIN"), e.get("LAKEFORMATION_IAM_USER"), e.secret("LAKEFORMATION_IAM_PASSWORD")
	token := e.secret("LAKEFORMATION_TOKEN")
	signed, byPassword := ak != "" || sk != "", domain != "" || user != "" || password != ""
	ways := 0
	for _, given := range []bool{signed, byPassword, token != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0:
		e.problem("credentials for LakeFormation are missing; set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (an access key of a user for Slipway alone)")
	case ways > 1:
		e.problem("there are several credentials for LakeFormation; keep one: HUAWEICLOUD_SDK_AK and _SK (preferred), LAKEFORMATION_IAM_DOMAIN, _USER and _PASSWORD, or LAKEFORMATION_TOKEN")
	case signed && (ak == "" || sk == ""):
		e.problem("HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK belong together; one of them is missing")
	case signed:
		return lakeformation.AKSK{AccessKey: ak, SecretKey: sk, SecurityToken: security}
	case token != "":
		return lakeformation.FixedToken(token)
	case domain == "" || user == "" || password == "":
		e.problem("LAKEFORMATION_IAM_DOMAIN, LAKEFORMATION_IAM_USER and LAKEFORMATION_IAM_PASSWORD belong together; one of them is missing")
	default:
		return e.iam(region, domain, user, password)
	}
	return nil
}

// iam signs in by user and password.
func (e *environment) iam(region, domain, user, password string) lakeformation.Credentials {
	endpoint := e.get("HUAWEICLOUD_SDK_IAM_ENDPOINT")
	if endpoint == "" && region != "" {
		endpoint = lakeformation.IAMEndpointForRegion(region)
	}
	if endpoint == "" {
		e.problem("HUAWEICLOUD_SDK_IAM_ENDPOINT is missing; without LAKEFORMATION_REGION it must say where to sign in, such as https://iam.ap-southeast-4.myhuaweicloud.com")
		return nil
	}
	project := e.get("LAKEFORMATION_PROJECT_ID")
	if project == "" {
		project = e.get("HUAWEICLOUD_SDK_PROJECT_ID")
	}
	credentials, err := lakeformation.NewIAMPassword(lakeformation.PasswordConfig{Endpoint: endpoint, Domain: domain, User: user, Password: password, ProjectID: project})
	if err != nil {
		e.problem("LAKEFORMATION_IAM_…: %v", err)
		return nil
	}
	return credentials
}
