// Package huawei_test runs the core of Huawei Cloud's official Go SDK against the local LakeFormation, unchanged: its
// signatures, its way to find a project, its requests and its reading of errors.
package huawei_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/def"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	lakeformation "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/lakeformation/v1"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/lakeformation/v1/model"
	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
)

func start(t *testing.T, change ...func(*locallake.Config)) *locallake.Server {
	t.Helper()
	c := locallake.Playground(time.Now())
	for _, one := range change {
		one(&c)
	}
	s, err := locallake.Start(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// keys are the playground's, with a change.
func keys(change ...func(*basic.CredentialsBuilder)) *basic.CredentialsBuilder {
	b := basic.NewCredentialsBuilder().WithAk(locallake.PlaygroundAccessKey).WithSk(locallake.PlaygroundSecretKey).WithProjectId(locallake.PlaygroundProject)
	for _, one := range change {
		one(b)
	}
	return b
}

func client(t *testing.T, s *locallake.Server, b *basic.CredentialsBuilder) *core.HcHttpClient {
	t.Helper()
	credentials, err := b.SafeBuild()
	require.NoError(t, err)
	c, err := core.NewHcHttpClientBuilder().WithEndpoint(s.URL()).WithCredential(credentials).SafeBuild()
	require.NoError(t, err)
	return c
}

// The SDK has no job calls; these are made with its core as its own services are.
const jobsPath = "/v1/{project_id}/instances/{instance_id}/lf-jobs"

type listJobs struct {
	Instance string `json:"instance_id"`
	Type     string `json:"type"`
	Offset   int32  `json:"offset"`
	Limit    *int32 `json:"limit"`
	Pattern  string `json:"name_pattern"`
}

type jobPage struct {
	Total int32 `json:"total"`
	Jobs  []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Status struct {
			Status string `json:"status"`
		} `json:"status"`
	} `json:"jobs"`
	HttpStatusCode int `json:"-"`
}

type oneJob struct {
	Instance string `json:"instance_id"`
	Job      string `json:"job_id"`
	Mode     string `json:"mode"`
}

type createJob struct {
	Instance string   `json:"instance_id"`
	Body     *jobBody `json:"body"`
}

type jobBody struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type nothing struct {
	HttpStatusCode int `json:"-"`
}

func field(name, tag string, at def.LocationType) *def.FieldDef {
	return def.NewFieldDef().WithName(name).WithJsonTag(tag).WithLocationType(at)
}

func request(method, path string, response any, fields ...*def.FieldDef) *def.HttpRequestDef {
	b := def.NewHttpRequestDefBuilder().WithMethod(method).WithPath(path).WithResponse(response).WithContentType("application/json")
	b.WithRequestField(field("Instance", "instance_id", def.Path))
	for _, f := range fields {
		b.WithRequestField(f)
	}
	return b.Build()
}

func list(t *testing.T, c *core.HcHttpClient, offset, limit int32, pattern string) (*jobPage, error) {
	t.Helper()
	got, err := c.Sync(&listJobs{Instance: locallake.PlaygroundInstance, Type: "METADATA_MIGRATION", Offset: offset, Limit: &limit, Pattern: pattern},
		request(http.MethodGet, jobsPath, new(jobPage), field("Type", "type", def.Query), field("Offset", "offset", def.Query),
			field("Limit", "limit", def.Query), field("Pattern", "name_pattern", def.Query)))
	if err != nil {
		return nil, err
	}
	return got.(*jobPage), nil
}

func refused(t *testing.T, err error) *sdkerr.ServiceResponseError {
	t.Helper()
	var problem *sdkerr.ServiceResponseError
	require.ErrorAs(t, err, &problem)
	require.NotEmpty(t, problem.RequestId)
	return problem
}

func TestItsLakeFormationClientReadsInstances(t *testing.T) {
	s := start(t)
	c := lakeformation.NewLakeFormationClient(client(t, s, keys()))
	all, err := c.ListLakeFormationInstances(&model.ListLakeFormationInstancesRequest{Limit: 10, EnterpriseProjectId: "0"})
	require.NoError(t, err)
	require.Len(t, *all.Instances, 2)
	require.NotEmpty(t, all.XRequestId)
	one, err := c.ShowLakeFormationInstance(&model.ShowLakeFormationInstanceRequest{InstanceId: locallake.PlaygroundInstance})
	require.NoError(t, err)
	require.Equal(t, "prod", *one.Name)
	agency, err := c.ShowAgency(&model.ShowAgencyRequest{AgencyType: model.GetShowAgencyRequestAgencyTypeEnum().JOB_TRUST})
	require.NoError(t, err)
	require.Equal(t, "JOB_TRUST", agency.AgencyType.Value())
}

func TestItsCoreReadsJobsPageByPage(t *testing.T) {
	c := client(t, start(t), keys())
	var names []string
	for offset := int32(0); ; offset += 2 {
		page, err := list(t, c, offset, 2, "*")
		require.NoError(t, err)
		require.Equal(t, int32(5), page.Total)
		for _, j := range page.Jobs {
			names = append(names, j.Name)
			require.NotEmpty(t, j.Status.Status)
		}
		if int32(len(names)) == page.Total {
			break
		}
		require.NotEmpty(t, page.Jobs)
	}
	require.Equal(t, []string{"nightly_sync", "new_region_sync", "orders_backfill", "legacy_import", "archived_sync"}, names)
	page, err := list(t, c, 0, 10, "a b*/é") // signed with what a query must encode
	require.NoError(t, err)
	require.Empty(t, page.Jobs)
}

func TestItsCoreStartsStopsAndCreatesJobs(t *testing.T) {
	s := start(t)
	c := client(t, s, keys())
	job := oneJob{Instance: locallake.PlaygroundInstance, Job: locallake.PlaygroundNightlySyncID, Mode: "COMPARISON"}
	path := field("Job", "job_id", def.Path)
	got, err := c.Sync(&job, request(http.MethodPost, jobsPath+"/{job_id}/start", new(nothing), path, field("Mode", "mode", def.Query)))
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, got.(*nothing).HttpStatusCode)
	require.Equal(t, 1, s.StartCalls("nightly_sync"))
	runs := s.Runs("nightly_sync")
	require.Equal(t, "COMPARISON", runs[len(runs)-1].Mode)
	_, err = c.Sync(&job, request(http.MethodPost, jobsPath+"/{job_id}/stop", new(nothing), path))
	require.NoError(t, err)

	_, err = c.Sync(&createJob{Instance: locallake.PlaygroundInstance, Body: &jobBody{Name: "made_by_sdk", Type: "METADATA_DISCOVERY"}},
		request(http.MethodPost, jobsPath, new(nothing), def.NewFieldDef().WithName("Body").WithLocationType(def.Body)))
	require.NoError(t, err)
	_, made := s.Job("made_by_sdk")
	require.True(t, made, "a body is signed with its last line break")
}

func TestItsTemporaryKeysNeedTheirToken(t *testing.T) {
	s := start(t, func(c *locallake.Config) { c.SecurityToken = "of-an-hour" })
	_, err := list(t, client(t, s, keys(func(b *basic.CredentialsBuilder) { b.WithSecurityToken("of-an-hour") })), 0, 10, "")
	require.NoError(t, err)
	_, err = list(t, client(t, s, keys()), 0, 10, "")
	require.Equal(t, "APIG.0301", refused(t, err).ErrorCode)
}

func TestItFindsItsProjectByTheRegion(t *testing.T) {
	s := start(t)
	b := basic.NewCredentialsBuilder().WithAk(locallake.PlaygroundAccessKey).WithSk(locallake.PlaygroundSecretKey).WithIamEndpointOverride(s.URL())
	credentials, err := b.SafeBuild()
	require.NoError(t, err)
	c, err := core.NewHcHttpClientBuilder().WithCredential(credentials).WithRegion(region.NewRegion(locallake.PlaygroundRegion, s.URL())).SafeBuild()
	require.NoError(t, err)
	_, err = list(t, c, 0, 10, "")
	require.NoError(t, err)
}

func TestItReadsEveryKindOfError(t *testing.T) {
	s := start(t)
	c := client(t, s, keys())
	for _, fault := range []struct {
		name   string
		status int
		code   string
		says   string
	}{
		{locallake.FaultBadRequest, 400, "common.01000001", "failed to read http request"},
		{locallake.FaultUnauthorized, 401, "APIG.1002", "Incorrect token"},
		{locallake.FaultSingleQuotes, 401, "", "{'error_code':'APIG.1002'"},
		{locallake.FaultNewGateway, 401, "APIGW.0301", "Incorrect IAM authentication"},
		{locallake.FaultForbidden, 403, "403", "X-Auth-Token is invalid"},
		{locallake.FaultNotFound, 404, "common.01000001", "response status exception"},
		{locallake.FaultTimeout, 408, "common.00000408", "timeout exception"},
		{locallake.FaultThrottled, 429, "APIG.0308", "throttling threshold"},
		{locallake.FaultInternal, 500, "common.00000500", "internal error"},
		{locallake.FaultHTML502, 502, "", "<h1>Backend unavailable</h1>"},
	} {
		t.Run(fault.name, func(t *testing.T) {
			require.NoError(t, s.SetFault(locallake.OpList, locallake.Fault{Name: fault.name, Times: 1}))
			_, err := list(t, c, 0, 10, "")
			problem := refused(t, err)
			require.Equal(t, fault.status, problem.StatusCode)
			require.Equal(t, fault.code, problem.ErrorCode)
			require.Contains(t, problem.ErrorMessage, fault.says)
		})
	}
	_, err := list(t, client(t, s, keys(func(b *basic.CredentialsBuilder) { b.WithSk("wrong") })), 0, 10, "")
	require.Contains(t, refused(t, err).ErrorMessage, "verify aksk signature fail")
	_, err = list(t, client(t, s, keys(func(b *basic.CredentialsBuilder) { b.WithProjectId("another") })), 0, 10, "")
	require.Equal(t, "lakeformation.00000021", refused(t, err).ErrorCode)
	_, err = list(t, c, 0, 1001, "")
	require.Contains(t, refused(t, err).ErrorMessage, "limit must be between 1 and 1000")
}
