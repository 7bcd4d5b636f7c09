package lakeformation

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// world serves the given jobs; it takes a name pattern only as the whole name, or not at all.
func world(t *testing.T, patterns bool, jobs ...Job) *service {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if id := strings.TrimPrefix(r.URL.Path, jobsPath+"/"); id != r.URL.Path {
			for _, job := range jobs {
				if job.ID == id {
					body, _ := json.Marshal(job)
					answering(200, string(body))(w, r)
					return
				}
			}
			answering(404, body404)(w, r)
			return
		}
		page := struct {
			Total int   `json:"total"`
			Jobs  []Job `json:"jobs"`
		}{}
		pattern := r.URL.Query().Get("name_pattern")
		for _, job := range jobs {
			if string(job.Type) == r.URL.Query().Get("type") && (pattern == "" || patterns && pattern == job.Name) {
				page.Jobs = append(page.Jobs, job)
				page.Total++
			}
		}
		body, _ := json.Marshal(page)
		answering(200, string(body))(w, r)
	})
}

var (
	nightly    = Job{ID: jobID, Name: "nightly_sync", Type: MetadataMigration, Status: Success}
	upper      = Job{ID: "id-2", Name: "Nightly_Sync", Type: MetadataMigration, Status: Success}
	permission = Job{ID: "id-3", Name: "nightly_sync", Type: PermissionMigration, Status: Created}
	hourly     = Job{ID: "id-4", Name: "hourly_sync", Type: MetadataDiscovery, Status: Failed}
)

func TestAJobIsFoundByIDWithOneCall(t *testing.T) {
	s := world(t, true, nightly, hourly)
	job, err := clientOf(t, s).FindJob(t.Context(), jobID)
	require.NoError(t, err)
	require.Equal(t, nightly, job)
	require.Len(t, s.requests(), 1)
}

func TestAJobIsFoundByItsExactNameBeforeAnyOtherCase(t *testing.T) {
	s := world(t, true, upper, nightly, hourly)
	job, err := clientOf(t, s).FindJob(t.Context(), "nightly_sync")
	require.NoError(t, err)
	require.Equal(t, nightly, job)
	require.Len(t, s.requests(), 3)
}

func TestAPatternThatFindsNothingProvesNothing(t *testing.T) {
	s := world(t, false, nightly, hourly)
	job, err := clientOf(t, s).FindJob(t.Context(), "hourly_sync")
	require.NoError(t, err)
	require.Equal(t, hourly, job)
}

func TestANameInAnotherCaseIsFoundWhenOneJobAloneHasIt(t *testing.T) {
	job, err := clientOf(t, world(t, true, nightly, hourly)).FindJob(t.Context(), "NIGHTLY_sync")
	require.NoError(t, err)
	require.Equal(t, nightly, job)

	_, err = clientOf(t, world(t, true, nightly, upper)).FindJob(t.Context(), "NIGHTLY_sync")
	var ambiguous *AmbiguousJobError
	require.ErrorAs(t, err, &ambiguous)
}

func TestANameOfTwoTypesIsAmbiguous(t *testing.T) {
	_, err := clientOf(t, world(t, true, nightly, permission)).FindJob(t.Context(), "nightly_sync")
	var ambiguous *AmbiguousJobError
	require.ErrorAs(t, err, &ambiguous)
	require.EqualError(t, err, `2 jobs are called "nightly_sync", use an id: `+jobID+` (METADATA_MIGRATION), id-3 (PERMISSION_MIGRATION)`)
}

func TestAMissingJobComesWithNearNames(t *testing.T) {
	_, err := clientOf(t, world(t, true, nightly, permission, hourly)).FindJob(t.Context(), "nightly_snyc")
	var missing *NoSuchJobError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, &NoSuchJobError{Name: "nightly_snyc", Near: []string{"nightly_sync"}}, missing)
	require.EqualError(t, err, `there is no job "nightly_snyc"; did you mean nightly_sync?`)
}

func TestAMissingIDIsNoSuchJob(t *testing.T) {
	_, err := clientOf(t, world(t, true, hourly)).FindJob(t.Context(), jobID)
	require.EqualError(t, err, `there is no job "`+jobID+`"`)
}

func TestAJobBeyondTheListIsSaidToBePossible(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { answering(200, manyJobs(0, 1000, 5000))(w, r) })
	_, err := clientOf(t, s).FindJob(t.Context(), "zzz")
	require.EqualError(t, err, `there is no job "zzz" (not every job could be listed: an id is always found)`)
}

func TestAPatternThatIsRefusedIsNotTheEnd(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("name_pattern") {
			answering(400, body400)(w, r)
			return
		}
		answering(200, listPage)(w, r)
	})
	job, err := clientOf(t, s).FindJob(t.Context(), "TestJob")
	require.NoError(t, err)
	require.Equal(t, jobID, job.ID)
}

func TestAListThatFailsIsNotAMissingJob(t *testing.T) {
	s := serve(t, answering(403, body403))
	_, err := clientOf(t, s).FindJob(t.Context(), "nightly_sync")
	require.Equal(t, 403, failed(t, err).HTTPStatus)
}

func TestNoNameAndAnEndlessNameAskNobody(t *testing.T) {
	s := world(t, true, nightly)
	_, err := clientOf(t, s).FindJob(t.Context(), " ")
	require.ErrorContains(t, err, "a job's name or id is needed")
	_, err = clientOf(t, s).FindJob(t.Context(), strings.Repeat("x", 256))
	var missing *NoSuchJobError
	require.ErrorAs(t, err, &missing)
	require.Empty(t, s.requests())
}

func TestNearestNamesComeInOrder(t *testing.T) {
	names := []string{"sync_c", "sync_ab", "other", "sync_a", "sync_b", "SYNC_A", "sync_a", "同步任务_一"}
	require.Equal(t, []string{"SYNC_A", "sync_a", "sync_ab"}, Nearest("sync_a", names))
	require.Equal(t, []string{"同步任务_一"}, Nearest("同步任务_二", names))
	require.Empty(t, Nearest("zzzzzz", names))
	require.Empty(t, Nearest(strings.Repeat("s", 300), names))
}

func TestTheBandedDistanceIsTheWholeOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SliceOfN(rapid.RuneFrom([]rune("abcé")), 0, 12)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		require.Equal(t, min(wholeDistance(a, b), limit+1), distance(a, b, limit))
	})
}

// wholeDistance fills the whole table, with no thought of speed.
func wholeDistance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j], d[i][j-1], d[i-1][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func BenchmarkNearMissAmong10000Names(b *testing.B) {
	names := make([]string, 10_000)
	for i := range names {
		names[i] = fmt.Sprintf("nightly_sync_%04d", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(Nearest("nightly_snyc_5000", names)) != maxNear {
			b.Fatal("near names were not found")
		}
	}
}
