package locallake

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const firstPage = "&offset=0&limit=10"

func names(t *testing.T, r reply) []string {
	t.Helper()
	require.Equal(t, 200, r.status, r.body)
	var page jobPage
	r.into(t, &page)
	got := []string{}
	for _, j := range page.Jobs {
		got = append(got, j.Name)
	}
	return got
}

func TestListShowsOneTypeWithTheLastRun(t *testing.T) {
	s, _ := lake(t)
	got := do(t, s, "GET", jobsPath+"?type=PERMISSION_MIGRATION"+firstPage, "")
	require.Equal(t, 200, got.status)
	require.JSONEq(t, `{"total":1,"jobs":[{"id":"1f7c2b54-9a3e-4f0d-8c61-5d2e7b90a102","name":"permissions_sync",
		"type":"PERMISSION_MIGRATION","create_time":"2026-08-26T09:30:00.000Z","start_time":"2026-11-23T03:05:00.000Z",
		"end_time":"2026-11-23T03:06:35.000Z","status":{"status":"SUCCESS"},"execute_time":95}]}`, got.body)
}

func TestListDemandsTypeOffsetAndLimit(t *testing.T) {
	s, _ := lake(t)
	for _, query := range []string{
		"", "?offset=0&limit=10", "?type=METADATA_MIGRATION&limit=10", "?type=METADATA_MIGRATION&offset=0",
		"?type=EVERYTHING" + firstPage, "?type=METADATA_MIGRATION&offset=1001&limit=10", "?type=METADATA_MIGRATION&offset=-1&limit=10",
		"?type=METADATA_MIGRATION&offset=0&limit=0", "?type=METADATA_MIGRATION&offset=0&limit=1001", "?type=METADATA_MIGRATION&offset=a&limit=10",
		"?type=METADATA_MIGRATION&status=FROZEN_RELEASABLE" + firstPage, "?type=METADATA_MIGRATION&status=PARTIAL_SUCCES" + firstPage,
	} {
		got := do(t, s, "GET", jobsPath+query, "")
		require.Equal(t, 400, got.status, query)
		require.Contains(t, got.body, `"error_code":"common.01000001"`, query)
	}
}

func TestListFiltersByNameAndStatusAndPages(t *testing.T) {
	s, _ := lake(t)
	list := func(query string) []string {
		return names(t, do(t, s, "GET", jobsPath+"?type=METADATA_MIGRATION"+query, ""))
	}
	require.Equal(t, []string{"nightly_sync", "new_region_sync", "archived_sync"}, list(firstPage+"&name_pattern=sync"), "a substring")
	require.Equal(t, []string{"nightly_sync", "new_region_sync"}, list(firstPage+"&name_pattern=n*_sync"), "a wildcard")
	require.Equal(t, []string{}, list(firstPage+"&name_pattern=sync*"), "a wildcard stands for the whole name")
	require.Equal(t, []string{"legacy_import"}, list(firstPage+"&status=FAILED"))
	require.Equal(t, []string{"new_region_sync"}, list(firstPage+"&status=CREATED"))
	require.Equal(t, []string{"new_region_sync", "orders_backfill"}, list("&offset=1&limit=2"))
	require.Equal(t, []string{}, list("&offset=900&limit=2"))
}

func TestNamePatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "any", true}, {"ny", "any", true}, {"x", "any", false}, {"*", "any", true}, {"a*y", "any", true},
		{"a*a", "a", false}, {"a*a", "aa", true}, {"*b*c", "abxc", true}, {"*b*c", "acb", false}, {"**", "", true}, {"any*", "any", true},
	} {
		require.Equal(t, c.want, newNamePattern(c.pattern).matches(c.name), "%q in %q", c.pattern, c.name)
	}
}

func TestShowHasTheDefinitionAndTheLastStartOnly(t *testing.T) {
	s, _ := lake(t)
	var detail map[string]any
	got := do(t, s, "GET", nightly, "")
	got.into(t, &detail)
	require.Equal(t, map[string]any{"status": "SUCCESS"}, detail["status"])
	require.Equal(t, "2026-11-23T02:14:00.000Z", detail["start_time"])
	require.Equal(t, "2026-11-23T02:14:00.000Z", detail["last_success_run_time"])
	require.Contains(t, got.body, PlaygroundSecret, "the parameter is shown to whoever may see the job")
	for _, absent := range []string{"end_time", "execute_time", "log_simple_info"} {
		require.NotContains(t, detail, absent)
	}
}

func TestTheShapesThatThePagesDisagreeAbout(t *testing.T) {
	s, _ := lake(t, func(c *Config) { c.StatusAsString, c.SparseDetail = true, true })
	var detail map[string]any
	do(t, s, "GET", nightly, "").into(t, &detail)
	require.Equal(t, "SUCCESS", detail["status"])
	require.NotContains(t, detail, "start_time")
	require.NotContains(t, detail, "create_time")
}

func TestWhatIsNotThereIsA404(t *testing.T) {
	s, _ := lake(t)
	other := "/v1/" + PlaygroundProject + "/instances/none"
	for _, c := range [][2]string{
		{"GET", jobsPath + "/none"}, {"POST", jobsPath + "/none/start"}, {"POST", jobsPath + "/none/stop"}, {"GET", jobsPath + "/none/log"},
		{"GET", jobsPath + "/none/history?offset=0&limit=1"}, {"DELETE", jobsPath + "/none"}, {"GET", other},
		{"GET", other + "/lf-jobs?type=METADATA_MIGRATION" + firstPage},
		{"GET", strings.Replace(nightly, PlaygroundInstance, PlaygroundStaging, 1)},
	} {
		got := do(t, s, c[0], c[1], "")
		require.Equal(t, 404, got.status, c)
		require.Equal(t, `{"error_code":"common.01000001","error_msg":"response status exception, code: 404"}`, got.body)
	}
}

func TestAnUnknownPathIsUnknownToTheGateway(t *testing.T) {
	s, _ := lake(t)
	for _, c := range [][2]string{{"GET", "/"}, {"GET", jobsPath + "/"}, {"PATCH", nightly}, {"GET", "/v1//instances"}, {"GET", "/v1/../v1/" + PlaygroundProject + "/instances"}, {"GET", nightly + "/start"}} {
		got := do(t, s, c[0], c[1], "")
		require.Equal(t, 404, got.status, c)
		var e errorBody
		got.into(t, &e)
		require.Equal(t, "APIG.0101", e.Code)
		require.Equal(t, got.header.Get("X-Request-Id"), e.RequestID)
	}
}

func TestAJobIsCreatedUpdatedAndDeleted(t *testing.T) {
	s, _ := lake(t)
	got := do(t, s, "POST", jobsPath, `{"name":"数据_sync","type":"METADATA_DISCOVERY","parameter":{"smn_notify":true}}`)
	require.Equal(t, 200, got.status, got.body)
	var made jobDetail
	got.into(t, &made)

	got = do(t, s, "PUT", jobsPath+"/"+made.ID, `{"name":"renamed_sync","description":"new"}`)
	require.Equal(t, 200, got.status, got.body)
	job, found := s.Job("renamed_sync")
	require.True(t, found)
	require.Equal(t, made.ID, job.ID)
	require.Equal(t, "new", job.Description)
	_, found = s.Job("数据_sync")
	require.False(t, found)

	s.HoldRuns(true)
	require.NoError(t, s.StartOutside(made.ID))
	require.Equal(t, 400, do(t, s, "DELETE", jobsPath+"/"+made.ID, "").status, "it must be stopped first")
	require.NoError(t, s.Finish(made.ID, Stopped))
	require.Equal(t, 200, do(t, s, "DELETE", jobsPath+"/"+made.ID, "").status)
	require.Equal(t, 404, do(t, s, "GET", jobsPath+"/"+made.ID, "").status)
}

func TestDefinitionsThatAreRefused(t *testing.T) {
	s, _ := lake(t)
	for body, code := range map[string]string{
		`{"name":"abc","type":"METADATA_MIGRATION"}`:                      "common.01000001",
		`{"name":"has space","type":"METADATA_MIGRATION"}`:                "common.01000001",
		`{"name":"good_name","type":"OTHER"}`:                             "common.01000001",
		`{"name":"good_name","type":"METADATA_MIGRATION","parameter":[]}`: "common.01000001",
		`{"name":`: "common.01000001",
		`{"name":"nightly_sync","type":"METADATA_MIGRATION"}`: "lakeformation.00000003",
	} {
		got := do(t, s, "POST", jobsPath, body)
		require.Equal(t, 400, got.status, body)
		require.Contains(t, got.body, code, body)
	}
	require.Equal(t, 400, do(t, s, "PUT", nightly, `{"name":"orders_backfill"}`).status, "the name is taken")
}

func TestInstancesAndTheAgency(t *testing.T) {
	s, _ := lake(t, func(c *Config) { c.JobsUnauthorized = true })
	var list struct {
		Total     int
		Instances []wireInstance
	}
	do(t, s, "GET", "/v1/"+PlaygroundProject+"/instances?enterprise_project_id=0&in_recycle_bin=false&limit=10&offset=0", "").into(t, &list)
	require.Equal(t, 2, list.Total)
	require.Equal(t, PlaygroundInstance, list.Instances[0].ID)
	require.Equal(t, "RUNNING", list.Instances[1].Status)

	var one wireInstance
	do(t, s, "GET", "/v1/"+PlaygroundProject+"/instances/"+PlaygroundStaging, "").into(t, &one)
	require.Equal(t, "staging", one.Name)

	require.JSONEq(t, `{"agency_type":"JOB_TRUST","agency_name":"lakeformation_job_trust","authorized":false}`, do(t, s, "GET", "/v2/agency?agency_type=JOB_TRUST", "").body)
	require.Equal(t, 400, do(t, s, "GET", "/v2/agency", "").status)
}

func manyJobs(n int) []Job {
	jobs := make([]Job, n)
	for i := range jobs {
		jobs[i] = Job{Name: fmt.Sprintf("sync_%05d", i), Type: MetadataMigration, History: []PastRun{{Start: noon}}}
	}
	return jobs
}

func TestTenThousandJobsArePagedOnlyAsFarAsThePagesSay(t *testing.T) {
	s, _ := lake(t, func(c *Config) { c.Jobs = manyJobs(10_000) })
	var page jobPage
	do(t, s, "GET", jobsPath+"?type=METADATA_MIGRATION&offset=1000&limit=1000", "").into(t, &page)
	require.Equal(t, 10_000, page.Total)
	require.Len(t, page.Jobs, 1000)
	require.Equal(t, "sync_01999", page.Jobs[999].Name)
}

func BenchmarkListOfTenThousandJobs(b *testing.B) {
	s, _ := lake(b, func(c *Config) { c.Jobs = manyJobs(10_000) })
	c := &call{instance: PlaygroundInstance, query: url.Values{"type": {"METADATA_MIGRATION"}, "offset": {"500"}, "limit": {"10"}, "name_pattern": {"sync*9"}, "status": {"SUCCESS"}}}
	for b.Loop() {
		require.Equal(b, 200, s.listJobs(c).status)
	}
}
