package lakeformation

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

var (
	regionShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

	// idShape is what may enter a path: the UUIDs of the service and anything else that needs no escaping.
	idShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// EndpointForRegion gives the public LakeFormation endpoint of a region such as "ap-southeast-4", or "" when the text
// cannot be a region id. The region need not be one that is known today.
func EndpointForRegion(region string) string {
	return regionalEndpoint("lakeformation", region)
}

// IAMEndpointForRegion gives the public IAM endpoint of a region, or "" when the text cannot be a region id.
func IAMEndpointForRegion(region string) string {
	return regionalEndpoint("iam", region)
}

func regionalEndpoint(service, region string) string {
	if !regionShape.MatchString(region) {
		return ""
	}
	return "https://" + service + "." + region + ".myhuaweicloud.com"
}

// checkEndpoint gives the endpoint without its last slash, or says in words why it cannot be used. The error never
// repeats the URL, which may hold a password.
func checkEndpoint(what, endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	switch {
	case endpoint == "":
		return "", fmt.Errorf("the %s endpoint is missing: give a region such as ap-southeast-4, or a whole URL", what)
	case err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return "", fmt.Errorf("the %s endpoint is not a URL: it should look like https://host", what)
	case u.User != nil:
		return "", fmt.Errorf("the %s endpoint holds a user or password: take it out, credentials are set on their own", what)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", fmt.Errorf("the %s endpoint must end before any ? or #", what)
	case u.Path != u.EscapedPath() || strings.Contains(u.Path+"/", "/../") || strings.Contains(u.Path+"/", "/./"):
		return "", fmt.Errorf("the %s endpoint has an unusual path: use plain names without dots or escapes", what)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("the %s endpoint %s would send credentials over plain http: use https (http is for this machine only)", what, u.Host)
	}
	return strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/"), nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || (err == nil && addr.Unmap().IsLoopback())
}

// escape percent-encodes all but A-Z a-z 0-9 - _ . ~, as the signature wants it: a space is %20, never "+".
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
