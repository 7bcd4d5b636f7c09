package locallake

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func start(t *testing.T, s *Server) {
	t.Helper()
	got := do(t, s, "POST", nightly+"/start", "")
	require.Equal(t, 202, got.status, got.body)
	require.Empty(t, got.body)
}

func view(t *testing.T, s *Server, idOrName string) JobView {
	t.Helper()
	v, found := s.Job(idOrName)
	require.True(t, found)
	return v
}

func TestARunIsSignalledSubmittedRunsAndEnds(t *testing.T) {
	s, clock := lake(t, func(c *Config) { c.SignalFor = 3 * time.Second })
	before := view(t, s, "nightly_sync")
	start(t, s)
	require.Equal(t, before.StartTime, view(t, s, "nightly_sync").StartTime, "nothing can be seen at first")
	require.Equal(t, Success, view(t, s, "nightly_sync").Status, "it still looks like yesterday")

	clock.Advance(3 * time.Second)
	require.Equal(t, Submitted, view(t, s, "nightly_sync").Status)
	require.Equal(t, noon.Add(3*time.Second), view(t, s, "nightly_sync").StartTime)
	clock.Advance(2 * time.Second)
	require.Equal(t, Running, view(t, s, "nightly_sync").Status)
	require.True(t, view(t, s, "nightly_sync").EndTime.IsZero())
	clock.Advance(20 * time.Second)

	after := view(t, s, "nightly_sync")
	require.Equal(t, Success, after.Status)
	require.Equal(t, 22*time.Second, after.ExecuteTime)
	require.Equal(t, after.StartTime, after.LastSuccessRunTime)
	require.Contains(t, do(t, s, "GET", nightly+"/log", "").body, "2026-11-24T12:00:25.000Z INFO the run has ended: SUCCESS")
	require.Zero(t, clock.waiting())
}

func TestHistoryHasARowForEachRun(t *testing.T) {
	for name, oldestFirst := range map[string]bool{"newest first": false, "oldest first": true} {
		t.Run(name, func(t *testing.T) {
			s, clock := lake(t, func(c *Config) { c.HistoryOldestFirst = oldestFirst })
			got := do(t, s, "POST", nightly+"/start?mode=COMPARISON&cascade=true", "")
			require.Equal(t, 202, got.status)
			clock.Advance(time.Minute)
			history := func(query string) jobPage {
				var page jobPage
				do(t, s, "GET", nightly+"/history?offset=0&limit=10"+query, "").into(t, &page)
				return page
			}
			all := history("")
			require.Equal(t, 4, all.Total)
			newest := all.Jobs[0]
			if oldestFirst {
				newest = all.Jobs[3]
			}
			require.Equal(t, "2026-11-24T12:00:00.000Z", newest.StartTime)
			require.Equal(t, int64(22), *newest.ExecuteTime)
			require.Equal(t, PlaygroundNightlySyncID, newest.ID, "rows carry the job's id, not a run's")
			require.Equal(t, 1, history("&status=FAILED").Total)
			require.Equal(t, 1, history("&mode=COMPARISON").Total)
			require.Equal(t, 400, do(t, s, "GET", nightly+"/history?offset=0", "").status)
			require.Equal(t, 400, do(t, s, "GET", nightly+"/history?offset=0&limit=1&mode=FAST", "").status)
			require.True(t, s.Runs("nightly_sync")[3].Cascade)
		})
	}
}

func TestJobsEndAsTheyWereMadeOrAsTheNextRunWasTold(t *testing.T) {
	s, clock := lake(t)
	require.NoError(t, s.NextRunEnds("legacy_import", PartialSuccess))
	ends := func(name string) Status {
		require.NoError(t, s.StartOutside(name))
		clock.Advance(time.Minute)
		return view(t, s, name).Status
	}
	require.Equal(t, PartialSuccess, ends("orders_backfill"))
	require.Equal(t, PartialSuccess, ends("legacy_import"), "as told")
	require.Equal(t, Failed, ends("legacy_import"), "as made")
	require.Contains(t, view(t, s, "legacy_import").Log, "cannot connect to the source")
	require.Zero(t, s.StartCalls("legacy_import"), "nobody called")
}

func TestASecondStartIsASecondRun(t *testing.T) {
	s, clock := lake(t)
	start(t, s)
	start(t, s)
	runs := s.Runs("nightly_sync")
	require.Len(t, runs, 5)
	require.NotEqual(t, runs[3].StartTime, runs[4].StartTime, "the start time tells runs apart")
	require.Equal(t, 2, s.StartCalls("nightly_sync"))
	clock.Advance(time.Minute)
	require.Equal(t, Success, s.Runs("nightly_sync")[3].Status)

	s.RefuseSecondStart(true)
	start(t, s)
	require.Equal(t, 400, do(t, s, "POST", nightly+"/start", "").status)
	require.Len(t, s.Runs("nightly_sync"), 6)
	require.Equal(t, 4, s.StartCalls("nightly_sync"), "a refused call reached LakeFormation too")
}

func TestStartsThatAreRefused(t *testing.T) {
	s, _ := lake(t)
	require.Equal(t, 400, do(t, s, "POST", nightly+"/start?mode=FAST", "").status)
	require.Equal(t, 400, do(t, s, "POST", nightly+"/start?cascade=perhaps", "").status)
	frozen := view(t, s, "archived_sync")
	got := do(t, s, "POST", jobsPath+"/"+frozen.ID+"/start", "")
	require.Equal(t, 400, got.status)
	require.Contains(t, got.body, "FROZEN_UNRELEASABLE")
	require.Len(t, s.Runs("nightly_sync"), 3)
}

func TestAStopTakesItsTimeUnlessTheRunEndsBefore(t *testing.T) {
	s, clock := lake(t)
	stop := func() int { return do(t, s, "POST", nightly+"/stop", "").status }
	require.Equal(t, 400, stop(), "nothing runs")

	start(t, s)
	clock.Advance(10 * time.Second)
	require.Equal(t, 202, stop())
	require.Equal(t, Running, view(t, s, "nightly_sync").Status)
	clock.Advance(time.Second)
	require.Equal(t, Stopped, view(t, s, "nightly_sync").Status)

	start(t, s)
	clock.Advance(21500 * time.Millisecond)
	require.Equal(t, 202, stop())
	clock.Advance(time.Minute)
	require.Equal(t, Success, view(t, s, "nightly_sync").Status)
}

func TestHeldRunsEndWhenTheyAreLetGo(t *testing.T) {
	s, clock := lake(t)
	s.HoldRuns(true)
	start(t, s)
	clock.Advance(time.Hour)
	require.Equal(t, Running, view(t, s, "nightly_sync").Status)
	s.HoldRuns(false)
	require.Equal(t, Success, view(t, s, "nightly_sync").Status)
	require.Equal(t, noon.Add(time.Hour), view(t, s, "nightly_sync").EndTime)
}

func TestFinishEndsTheRunNow(t *testing.T) {
	s, clock := lake(t)
	require.EqualError(t, s.Finish("nightly_sync", Failed), `locallake: no run of "nightly_sync" is going on`)
	start(t, s)
	require.NoError(t, s.Finish("nightly_sync", Failed))
	require.Equal(t, Failed, view(t, s, "nightly_sync").Status)
	clock.Advance(time.Hour)
	require.Equal(t, Failed, view(t, s, "nightly_sync").Status)
	require.Error(t, s.Finish("nightly_sync", Running), "a run cannot end as running")
}

func TestWithoutDurationsARunIsOverAtOnce(t *testing.T) {
	s, _ := lake(t, func(c *Config) { c.SubmitFor, c.RunFor = 0, 0 })
	start(t, s)
	require.Equal(t, Success, view(t, s, "nightly_sync").Status)
}

func TestOthersMayChangeTheJob(t *testing.T) {
	s, _ := lake(t)
	require.NoError(t, s.EditJob("nightly_sync", func(j *Job) {
		j.Parameter = json.RawMessage(`{"smn_notify":true}`)
		j.ID = "cannot be changed"
	}))
	require.Contains(t, do(t, s, "GET", nightly, "").body, `"parameter":{"smn_notify":true}`)
	require.NoError(t, s.EditJob("nightly_sync", func(j *Job) { j.Status = "PAUSED" }))
	require.Contains(t, do(t, s, "GET", nightly, "").body, `{"status":"PAUSED"}`, "a status nobody has documented")
	require.Error(t, s.EditJob("nightly_sync", func(j *Job) { j.Name = "legacy_import" }))

	require.NoError(t, s.EditJob("nightly_sync", func(j *Job) { j.Type = MetadataDiscovery }))
	require.Equal(t, []string{"weekly_discovery", "nightly_sync"}, names(t, do(t, s, "GET", jobsPath+"?type=METADATA_DISCOVERY"+firstPage, "")))

	require.NoError(t, s.SetLog("nightly_sync", "<!channel> & more"))
	require.Equal(t, `{"log":"<!channel> & more"}`, do(t, s, "GET", nightly+"/log", "").body)

	require.NoError(t, s.StartOutside("nightly_sync"))
	require.NoError(t, s.DeleteJob("nightly_sync"))
	require.Equal(t, 404, do(t, s, "GET", nightly, "").status)
	require.EqualError(t, s.DeleteJob("nightly_sync"), `locallake: there is no job "nightly_sync"`)
}

func TestSomeoneWhoWaitsIsTold(t *testing.T) {
	s, _ := lake(t)
	var waiting sync.WaitGroup
	waiting.Go(func() { soon(t, s, func() bool { return s.StartCalls("nightly_sync") == 8 }) })
	for range 8 {
		waiting.Go(func() {
			_, err := try(authorized(t, s, "POST", nightly+"/start", ""))
			assert.NoError(t, err)
		})
	}
	waiting.Wait()
	require.Len(t, s.Runs("nightly_sync"), 11)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.WaitUntil(ctx, func() bool { return false }), context.Canceled)
}

func TestThePlaygroundIsABelievableWorld(t *testing.T) {
	s, _ := lake(t)
	nightly := view(t, s, "nightly_sync")
	require.Equal(t, time.Date(2026, 11, 23, 2, 14, 0, 0, time.UTC), nightly.StartTime)
	require.Equal(t, 12*time.Minute, nightly.ExecuteTime)
	require.Contains(t, string(nightly.Parameter), PlaygroundSecret)
	statuses := map[string]Status{}
	for _, j := range s.Jobs() {
		statuses[j.Name] = j.Status
		require.NotContains(t, j.Log, PlaygroundSecret)
	}
	require.Equal(t, map[string]Status{
		"nightly_sync": Success, "permissions_sync": Success, "weekly_discovery": Success, "new_region_sync": Created,
		"orders_backfill": PartialSuccess, "legacy_import": Failed, "archived_sync": FrozenUnreleasable, "staging_sync": Success,
	}, statuses)
}

func TestARunMayEndBeforeAnythingOfItIsSeen(t *testing.T) {
	s, clock := lake(t, func(c *Config) { c.SignalFor = time.Minute })
	start(t, s)
	clock.Advance(time.Second)
	require.NoError(t, s.Finish("nightly_sync", Stopped))
	stopped := view(t, s, "nightly_sync")
	require.Equal(t, Stopped, stopped.Status)
	require.Equal(t, noon.Add(time.Second), stopped.StartTime)
	require.Zero(t, stopped.ExecuteTime)
}

func TestJobsRunByTheRealClockToo(t *testing.T) {
	s, _ := lake(t, func(c *Config) { c.Clock = nil })
	id, err := s.AddJob(Job{Name: "short_sync", Type: PermissionMigration, RunFor: time.Millisecond})
	require.NoError(t, err)
	require.Equal(t, PlaygroundInstance, view(t, s, id).InstanceID, "the first instance unless another is named")
	require.Equal(t, Created, view(t, s, id).Status)

	fail(t, s, OpStart, Fault{Name: FaultSlow, Delay: time.Millisecond})
	require.Equal(t, 202, do(t, s, "POST", jobsPath+"/"+id+"/start", "").status)
	soon(t, s, func() bool { return view(t, s, id).Status == Submitted })
	require.NoError(t, s.Finish(id, Success))

	_, err = s.AddJob(Job{Name: "short_sync", Type: PermissionMigration})
	require.ErrorContains(t, err, "exists already")
}
