package lakeformation

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	listPage = `{"total":1,"jobs":[{"id":"03141229-84cd-4b1b-9733-dd124320c125","name":"testjob","type":"METADATA_MIGRATION",
 "create_time":"2023-05-27T10:04:35.743Z","start_time":"2023-05-27T10:04:35.743Z","status":{"status":"SUCCESS"}}]}`
	detailPage = `{"id":"03141229-84cd-4b1b-9733-dd124320c125","name":"testjob","description":"testJob","type":"METADATA_MIGRATION",
 "parameter":{"metadata_migration_parameter":{"datasource_parameter":{"endpoint":"protocol://example.example1.com"}}},
 "status":{"status":"SUCCESS"}}`
)

var pageTime = time.Date(2023, 5, 27, 10, 4, 35, 743e6, time.UTC)

func TestTheListOfTheAPIPageIsRead(t *testing.T) {
	s := serve(t, answering(200, listPage))
	page, err := clientOf(t, s).ListJobs(t.Context(), ListOptions{
		Type: MetadataMigration, NamePattern: "a b*/é", Status: Success, Offset: 20, Limit: 50,
	})
	require.NoError(t, err)
	require.Equal(t, JobPage{Total: 1, Jobs: []Job{{
		ID: jobID, Name: "testjob", Type: MetadataMigration, Status: Success, CreateTime: pageTime, StartTime: pageTime,
	}}}, page)

	r := s.requests()[0]
	require.Equal(t, jobsPath+"?limit=50&name_pattern=a%20b%2A%2F%C3%A9&offset=20&status=SUCCESS&type=METADATA_MIGRATION", r.RequestURI)
	require.Equal(t, project, r.Header.Get("X-Project-Id"))
	require.Contains(t, r.Header.Get("Authorization"), "SignedHeaders=x-project-id;x-sdk-date,")
	require.Equal(t, "application/json", r.Header.Get("Content-Type"))
}

func TestTheDetailOfTheAPIPageIsReadAndItsDefinitionNeverPrinted(t *testing.T) {
	s := serve(t, answering(200, detailPage))
	detail, err := clientOf(t, s).ShowJob(t.Context(), jobID)
	require.NoError(t, err)
	require.Equal(t, jobsPath+"/"+jobID, s.requests()[0].RequestURI)
	require.Equal(t, Job{ID: jobID, Name: "testjob", Type: MetadataMigration, Status: Success}, detail.Job())
	require.Equal(t, "testJob", detail.Description)
	require.JSONEq(t, `{"metadata_migration_parameter":{"datasource_parameter":{"endpoint":"protocol://example.example1.com"}}}`, string(detail.Parameter))

	written, err := json.Marshal(detail)
	require.NoError(t, err)
	for _, text := range []string{fmt.Sprint(detail), fmt.Sprintf("%+v", detail), fmt.Sprintf("%#v", &detail), string(written)} {
		require.NotContains(t, text, "example1")
		require.Contains(t, text, "testjob")
	}
}

func TestAnAnswerAboutAnotherJobIsNotBelieved(t *testing.T) {
	s := serve(t, answering(200, strings.ReplaceAll(detailPage, "0314", "9999")))
	detail, err := clientOf(t, s).ShowJob(t.Context(), jobID)
	require.Equal(t, Unknown, failed(t, err).Class)
	require.ErrorContains(t, err, "it does not tell of the job that was asked for")
	require.Zero(t, detail)
}

func TestAHistoryTellsOfRuns(t *testing.T) {
	s := serve(t, answering(200, `{"total":12,"jobs":[{"id":"r","status":"FAILED","execute_time":"700","end_time":1685181875743,"log_simple_info":"no table"}]}`))
	page, err := clientOf(t, s).JobHistory(t.Context(), jobID, 0, 1)
	require.NoError(t, err)
	require.Equal(t, jobsPath+"/"+jobID+"/history?limit=1&offset=0", s.requests()[0].RequestURI)
	require.Equal(t, JobPage{Total: 12, Jobs: []Job{{ID: "r", Status: Failed, ExecuteTime: 700 * time.Second, EndTime: pageTime, LogInfo: "no table"}}}, page)
}

func TestALogIsReadAsItIs(t *testing.T) {
	for body, want := range map[string]string{`{"log":"line 1\nline 2"}`: "line 1\nline 2", `{"log":null}`: "", `{"log":""}`: ""} {
		s := serve(t, answering(200, body))
		log, err := clientOf(t, s).JobLog(t.Context(), jobID)
		require.NoError(t, err)
		require.Equal(t, want, log)
		require.Equal(t, jobsPath+"/"+jobID+"/log", s.requests()[0].RequestURI)
	}
}

func TestAGoodAnswerThatMakesNoSenseIsUnknown(t *testing.T) {
	for name, body := range map[string]string{
		"HTML": "<html>", "empty": "", "no page": "{}", "an error": body500, "cut off": `{"jobs":[{"id":`, "a list": "[]",
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, answering(200, body))
			_, err := clientOf(t, s).ListJobs(t.Context(), ListOptions{Type: MetadataDiscovery})
			require.Equal(t, Unknown, failed(t, err).Class)
			require.ErrorContains(t, err, "the answer is not what LakeFormation's documentation describes")
			require.Len(t, s.requests(), 1)
		})
	}
	s := serve(t, answering(200, body500))
	_, err := clientOf(t, s).JobLog(t.Context(), jobID)
	require.ErrorContains(t, err, "no log in it")
}

func TestAnAnswerBeyondEightMegabytesIsNotRead(t *testing.T) {
	s := serve(t, answering(200, `{"log":"`+strings.Repeat("x", maxBody)+`"}`))
	_, err := clientOf(t, s).JobLog(t.Context(), jobID)
	require.ErrorContains(t, err, "larger than this client reads")
	require.Contains(t, failed(t, err).Remedy().String(), "LakeFormation console")
}

func TestNoIDLeadsToAnotherResource(t *testing.T) {
	s := serve(t, answering(200, "{}"))
	c := clientOf(t, s)
	for _, id := range []string{"", ".", "..", "../x", "a/b", "%2F", "%2e%2e", "a?mode=COMPARISON", "a#b", "a b", "a\nb", "é", strings.Repeat("a", 65)} {
		_, show := c.ShowJob(t.Context(), id)
		_, history := c.JobHistory(t.Context(), id, 0, 1)
		_, log := c.JobLog(t.Context(), id)
		for _, err := range []error{show, history, log, c.StartJob(t.Context(), id, StartOptions{}), c.StopJob(t.Context(), id, time.Time{})} {
			e := failed(t, err)
			require.Equal(t, Refused, e.Class, id)
			require.False(t, e.Sent)
			require.Contains(t, e.Message, "is no job id")
		}
	}
	require.Empty(t, s.requests())
}

func TestWhatLakeFormationWouldNotTakeIsNotSent(t *testing.T) {
	s := serve(t, answering(200, "{}"))
	c := clientOf(t, s)
	_, noType := c.ListJobs(t.Context(), ListOptions{})
	_, farOffset := c.ListJobs(t.Context(), ListOptions{Type: MetadataDiscovery, Offset: 1001})
	_, longPage := c.JobHistory(t.Context(), jobID, 0, 1001)
	mode := c.StartJob(t.Context(), jobID, StartOptions{Mode: "FAST&cascade=true"})
	require.ErrorContains(t, noType, "jobs are listed by type: give one")
	require.ErrorContains(t, farOffset, "offsets of 0 to 1000")
	require.ErrorContains(t, longPage, "limits of 1 to 1000")
	require.ErrorContains(t, mode, "it is NORMAL or COMPARISON")
	require.Empty(t, s.requests())
}

func TestStatusIsReadInBothShapesAndUnknownOnesAreKept(t *testing.T) {
	for body, want := range map[string]Status{
		`"RUNNING"`: Running, `{"status":"RUNNING"}`: Running, `null`: "", `{}`: "", `{"status":null}`: "",
		`"HIBERNATING"`: "HIBERNATING", `7`: "7", `["x"]`: `["x"]`, `"PARTIAL_SUCCES"`: "PARTIAL_SUCCES",
	} {
		var got Status
		require.NoError(t, json.Unmarshal([]byte(body), &got), body)
		require.Equal(t, want, got, body)
	}
	kinds := map[Status][3]bool{
		Created: {}, Submitted: {true}, Running: {true}, Success: {false, true}, PartialSuccess: {false, true}, Failed: {false, true},
		Stopped: {false, true}, FrozenReleasable: {false, false, true}, FrozenUnreleasable: {false, false, true}, "HIBERNATING": {}, "": {},
	}
	for s, want := range kinds {
		require.Equal(t, want, [3]bool{s.Active(), s.Ended(), s.Blocked()}, s)
	}
}

func TestTimesAreReadInEveryFormAndOddOnesAreAbsent(t *testing.T) {
	whole := pageTime.Truncate(time.Second)
	for body, want := range map[string]time.Time{
		`"2023-05-27T10:04:35.743Z"`: pageTime, `"2023-05-27T18:04:35.743+08:00"`: pageTime, `"2023-05-27T18:04:35+0800"`: whole,
		`"2023-05-27T10:04:35"`: whole, `"2023-05-27 10:04:35"`: whole, `1685181875743`: pageTime, `"1685181875743"`: pageTime, `1685181875`: whole,
		`""`: {}, `null`: {}, `0`: {}, `-5`: {}, `99999999999999999`: {}, `1e30`: {}, `"yesterday"`: {}, `{}`: {}, `"\ud800"`: {},
	} {
		var got moment
		require.NoError(t, json.Unmarshal([]byte(body), &got), body)
		require.Equal(t, want, got.Time, body)
	}
}

func FuzzJobs(f *testing.F) {
	f.Add([]byte(listPage))
	f.Add([]byte(detailPage))
	f.Add([]byte(`{"jobs":[{"status":7,"execute_time":-1,"create_time":{}}],"total":9}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var page JobPage
		if json.Unmarshal(body, &page) == nil {
			_, err := json.Marshal(page)
			require.NoError(t, err, "what was read can be written")
			for _, job := range page.Jobs {
				require.GreaterOrEqual(t, job.ExecuteTime, time.Duration(0))
			}
		}
		var detail JobDetail
		if json.Unmarshal(body, &detail) == nil && len(detail.Parameter) > 0 {
			require.True(t, json.Valid(detail.Parameter))
		}
	})
}

func TestEveryTypeIsPagedAsFarAsTheOffsetReaches(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("type") != string(PermissionMigration) {
			answering(200, `{"total":0,"jobs":[]}`)(w, r)
			return
		}
		from := 0
		if q.Get("offset") == "1000" {
			from = 990 // ten jobs were added in between, so that the pages overlap
		}
		answering(200, manyJobs(from, 1000, 2500))(w, r)
	})
	jobs, err := clientOf(t, s).AllJobs(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, jobs, 1990)
	require.Len(t, s.requests(), 4)

	jobs, err = clientOf(t, s).AllJobs(t.Context(), "n*", MetadataDiscovery)
	require.NoError(t, err)
	require.Empty(t, jobs)
	require.Equal(t, "n*", s.requests()[4].URL.Query().Get("name_pattern"))
}

// manyJobs is a page of n jobs, numbered from the given one, of a type that has total.
func manyJobs(from, n, total int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"total":%d,"jobs":[`, total)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"id-%d","name":"nightly_sync_%04d","type":"METADATA_MIGRATION","create_time":"2023-05-27T10:04:35.743Z",`+
			`"start_time":"2023-05-27T10:04:35.743Z","status":{"status":"SUCCESS"},"execute_time":700,"log_simple_info":"done"}`, from+i, from+i)
	}
	b.WriteString("]}")
	return b.String()
}

func BenchmarkPageOf1000Jobs(b *testing.B) {
	body := []byte(manyJobs(0, 1000, 1000))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var page JobPage
		if err := json.Unmarshal(body, &page); err != nil || len(page.Jobs) != 1000 {
			b.Fatal(err, len(page.Jobs))
		}
	}
}
