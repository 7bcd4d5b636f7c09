package lakeformation

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnEndpointComesFromARegion(t *testing.T) {
	require.Equal(t, "https://lakeformation.ap-southeast-4.myhuaweicloud.com", EndpointForRegion("ap-southeast-4"))
	require.Equal(t, "https://iam.la-north-2.myhuaweicloud.com", IAMEndpointForRegion("la-north-2"))
	for _, odd := range []string{"", "evil.example.com/", "AP", "a b", "x#", "-a"} {
		require.Empty(t, EndpointForRegion(odd), odd)
	}
}

func TestEveryProblemOfASettingIsToldAtOnce(t *testing.T) {
	_, err := New(Config{Endpoint: "http://lakeformation.example.com", ProjectID: "a/b"})
	for _, words := range []string{"use https (http is for this machine only)", "the project id must be", "the instance id is missing", "credentials are missing"} {
		require.ErrorContains(t, err, words)
	}
	_, err = New(Config{Credentials: (*IAMPassword)(nil)})
	require.ErrorContains(t, err, "the IAM user and password are missing")
}

func TestPlainHTTPIsForThisMachineOnly(t *testing.T) {
	for endpoint, want := range map[string]string{
		"http://127.0.0.1:8080/":     "http://127.0.0.1:8080",
		"http://127.9.9.9":           "http://127.9.9.9",
		"http://[::1]:80":            "http://[::1]:80",
		"http://LocalHost:1":         "http://LocalHost:1",
		"https://lake.example.com/a": "https://lake.example.com/a",
		"https://10.0.0.1":           "https://10.0.0.1",
	} {
		got, err := checkEndpoint("LakeFormation", endpoint)
		require.NoError(t, err, endpoint)
		require.Equal(t, want, got)
	}
	for endpoint, words := range map[string]string{
		"":                                "is missing: give a region",
		"lakeformation.example.com":       "is not a URL",
		"ftp://lake.example.com":          "is not a URL",
		"https://":                        "is not a URL",
		"https://ana:hunter2@lake.com":    "holds a user or password",
		"https://lake.example.com?a=1":    "must end before any ? or #",
		"https://lake.example.com#x":      "must end before any ? or #",
		"https://lake.example.com/a/../b": "unusual path",
		"https://lake.example.com/%2e":    "unusual path",
		"http://10.0.0.1":                 "plain http",
		"http://127.0.0.1.example.com":    "plain http",
		"http://localhost.example.com":    "plain http",
		"http://0.0.0.0":                  "plain http",
	} {
		_, err := checkEndpoint("LakeFormation", endpoint)
		require.ErrorContains(t, err, words, endpoint)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
