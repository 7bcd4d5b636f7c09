package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/lakeformation"
)

var (
	noon      = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	yesterday = noon.Add(-10 * time.Hour)
	today     = noon.Add(time.Second)
)

// started is a start whose marker is a moment old; the job last ran yesterday and succeeded.
func started(state approval.State) approval.Request {
	return approval.Request{
		ID: 1042, State: state, Ask: approval.Ask{Action: approval.Start}, MarkedAt: noon, AcceptedAt: noon,
		Before: approval.Before{Status: "SUCCESS", StartedAt: yesterday, LastSuccess: yesterday, Runs: 1},
	}
}

func seen(status lakeformation.Status, start time.Time, runs ...approval.Run) sight {
	return sight{detail: lakeformation.JobDetail{Status: status, StartTime: start, LastSuccessRunTime: yesterday}, runs: runs, total: max(len(runs), 1)}
}

func kinds(events []approval.Event) []approval.Kind {
	var list []approval.Kind
	for _, e := range events {
		list = append(list, e.Kind)
	}
	return list
}

func TestJudgeTellsOurRunFromYesterdays(t *testing.T) {
	old := approval.Run{Status: "SUCCESS", StartedAt: yesterday}
	ours := approval.Run{Status: "SUCCESS", StartedAt: today, Took: time.Minute}
	later := approval.Run{Status: "RUNNING", StartedAt: today.Add(time.Hour)}
	running := started(approval.Running)
	running.Run = approval.Run{Status: "RUNNING", StartedAt: today}
	openStart := started(approval.Running)
	openStart.Run = approval.Run{Status: "RUNNING"}
	said := started(approval.Running)
	sparse := started(approval.Accepted)
	sparse.Before.StartedAt, sparse.Before.LastSuccess = time.Time{}, time.Time{}
	for name, c := range map[string]struct {
		r    approval.Request
		s    sight
		want []approval.Kind
	}{
		"yesterday's success is not ours":               {started(approval.Accepted), seen("SUCCESS", yesterday, old), []approval.Kind{approval.Looked}},
		"a new start time is ours":                      {started(approval.Accepted), seen("RUNNING", today, old), []approval.Kind{approval.RunSeen}},
		"active before the start time moves is ours":    {started(approval.Accepted), seen("SUBMITTED", yesterday, old), []approval.Kind{approval.RunSeen}},
		"a fast run is seen and over in one look":       {started(approval.Starting), seen("SUCCESS", today, ours, old), []approval.Kind{approval.RunSeen, approval.RunSucceeded}},
		"no start time: a new history row is ours":      {sparse, sight{detail: lakeformation.JobDetail{Status: "FAILED"}, runs: []approval.Run{{Status: "FAILED"}, {Status: "SUCCESS"}}, total: 2}, []approval.Kind{approval.RunSeen, approval.RunFailed}},
		"no start time and no new row is no sign":       {sparse, sight{detail: lakeformation.JobDetail{Status: "SUCCESS"}, runs: []approval.Run{{Status: "SUCCESS"}}, total: 1}, []approval.Kind{approval.Looked}},
		"it goes on running":                            {running, seen("RUNNING", today), []approval.Kind{approval.Looked}},
		"it ends":                                       {running, seen("SUCCESS", today, ours, old), []approval.Kind{approval.RunSucceeded}},
		"another run began since; ours is in history":   {running, seen("RUNNING", later.StartedAt, later, ours, old), []approval.Kind{approval.RunSucceeded}},
		"another run began since; ours is nowhere":      {running, seen("RUNNING", later.StartedAt, later, old), []approval.Kind{approval.Looked}},
		"seen active, then ended, start time never set": {openStart, seen("FAILED", yesterday, old), []approval.Kind{approval.RunFailed}},
		"a person's word needs a run before an end":     {said, seen("SUCCESS", yesterday, old), []approval.Kind{approval.Looked}},
		"a status nobody documented ends nothing":       {running, seen("PAUSED", today, approval.Run{Status: "PAUSED", StartedAt: today}), []approval.Kind{approval.Looked}},
		"partly":  {running, seen("PARTIAL_SUCCESS", today), []approval.Kind{approval.RunPartly}},
		"stopped": {running, seen("STOPPED", today), []approval.Kind{approval.RunStopped}},
	} {
		require.Equal(t, c.want, kinds(judge(c.r, c.s, noon.Add(time.Minute))), name)
	}
}

func TestJudgeGivesUpInTime(t *testing.T) {
	starting, accepted := started(approval.Starting), started(approval.Accepted)
	none := seen("SUCCESS", yesterday, approval.Run{Status: "SUCCESS", StartedAt: yesterday})
	require.Equal(t, []approval.Kind{approval.Looked}, kinds(judge(starting, none, noon.Add(2*time.Minute))), "one look is not enough")
	starting.Looks = 2
	require.Equal(t, []approval.Kind{approval.Looked}, kinds(judge(starting, none, noon.Add(59*time.Second))), "nor is less than a minute")
	require.Equal(t, []approval.Kind{approval.NoSign}, kinds(judge(starting, none, noon.Add(time.Minute))))
	require.Equal(t, []approval.Kind{approval.Looked}, kinds(judge(accepted, none, noon.Add(14*time.Minute))))
	require.Equal(t, []approval.Kind{approval.NoSign}, kinds(judge(accepted, none, noon.Add(15*time.Minute))))
	unknown := started(approval.Unknown)
	require.Equal(t, []approval.Kind{approval.Looked}, kinds(judge(unknown, none, noon.Add(23*time.Hour))))
	require.Equal(t, []approval.Kind{approval.GaveUp}, kinds(judge(unknown, none, noon.Add(24*time.Hour))))
}

func TestAFailedLookMeansNothingByItself(t *testing.T) {
	gone := &lakeformation.Error{HTTPStatus: 404, Class: lakeformation.Refused}
	down := &lakeformation.Error{Class: lakeformation.NeverSent}
	starting := started(approval.Starting)
	starting.Looks = 2
	require.Equal(t, []approval.Kind{approval.LookFailed}, kinds(unseen(starting, down, noon.Add(time.Hour))), "unknown is said only after looking")
	running := started(approval.Running)
	require.Equal(t, []approval.Kind{approval.LookFailed}, kinds(unseen(running, gone, noon.Add(time.Minute))))
	running.Misses = 2
	require.Equal(t, []approval.Kind{approval.RunLost}, kinds(unseen(running, gone, noon.Add(time.Minute))))
	require.Equal(t, []approval.Kind{approval.LookFailed}, kinds(unseen(running, down, noon.Add(time.Minute))))
	require.Equal(t, []approval.Kind{approval.RunLost}, kinds(unseen(running, down, noon.Add(7*24*time.Hour))))
}

func TestAStopEndsWithItsOwnRun(t *testing.T) {
	stop := started(approval.Accepted)
	stop.Ask.Action, stop.Before = approval.Stop, approval.Before{Status: "RUNNING", StartedAt: today}
	require.Equal(t, []approval.Kind{approval.Looked}, kinds(judge(stop, seen("RUNNING", today), noon)))
	require.Equal(t, []approval.Kind{approval.RunSeen, approval.RunStopped}, kinds(judge(stop, seen("STOPPED", today), noon)))
	require.Equal(t, []approval.Kind{approval.RunSeen, approval.RunSucceeded}, kinds(judge(stop, seen("SUCCESS", today), noon)))
	next := today.Add(time.Hour)
	require.Equal(t, []approval.Kind{approval.RunSeen, approval.RunStopped},
		kinds(judge(stop, seen("RUNNING", next, approval.Run{Status: "RUNNING", StartedAt: next}, approval.Run{Status: "STOPPED", StartedAt: today}), noon)))
}
