package locallake

import (
	"context"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func fail(t *testing.T, s *Server, op Op, f Fault) {
	t.Helper()
	require.NoError(t, s.SetFault(op, f))
}

// Each answers a start; what the answer is, and whether anything ran.
func TestWhatAStartIsAnsweredUnderEachFault(t *testing.T) {
	cases := map[string]struct {
		status  int
		body    string // exact, or a part of it
		reaches int
		runs    int
	}{
		FaultBadRequest:       {400, `{"error_code":"common.01000001","error_msg":"failed to read http request, please check your input, code: 400, reason: Type mismatch., cause: TypeMismatchException"}`, 1, 0},
		FaultUnauthorized:     {401, `{"error_code":"APIG.1002","error_msg":"Incorrect token or token resolution failed"}`, 0, 0},
		FaultSingleQuotes:     {401, `{'error_code':'APIG.1002','error_msg':'Incorrect token or token resolution failed'}`, 0, 0},
		FaultNewGateway:       {401, `"error_code":"APIGW.0301"`, 0, 0},
		FaultTokenExpired:     {401, `"error_code":"APIG.0307"`, 0, 0},
		FaultSignatureEcho:    {401, `canonicalRequest:POST|` + nightly + `/start/|`, 0, 0},
		FaultForbidden:        {403, `{"error":{"code":"403","message":"X-Auth-Token is invalid in the request","error_code":null,"error_msg":null,"title":"Forbidden"},"error_code":"403","error_msg":"X-Auth-Token is invalid in the request","title":"Forbidden"}`, 0, 0},
		FaultDenied:           {403, `"error_code":"APIG.1005"`, 0, 0},
		FaultNoPermission:     {400, `"error_code":"lakeformation.00000016"`, 1, 0},
		FaultInvalidToken:     {400, `"error_code":"lakeformation.00000015"`, 1, 0},
		FaultNotFound:         {404, `{"error_code":"common.01000001","error_msg":"response status exception, code: 404"}`, 1, 0},
		FaultNoSuchResource:   {400, `"error_code":"lakeformation.00000005"`, 1, 0},
		FaultSolution:         {400, `"solution_msg":"Create the target catalog`, 1, 0},
		FaultBusy:             {500, `"error_code":"lakeformation.00000001"`, 1, 0},
		FaultTimeout:          {408, `{"error_code":"common.00000408","error_msg":"timeout exception occurred"}`, 1, 0},
		FaultThrottled:        {429, `over ratelimit,limit:60,time:1 minute`, 0, 0},
		FaultRetryAfter:       {429, `"error_code":"APIG.0308"`, 0, 0},
		FaultInternal:         {500, `{"error_code":"common.00000500","error_msg":"internal error"}`, 1, 0},
		FaultHTML502:          {502, `<h1>Backend unavailable</h1>`, 0, 0},
		FaultUnavailable:      {503, `"error_code":"APIG.0203"`, 0, 0},
		FaultGatewayTimeout:   {504, `"error_code":"APIG.0203"`, 1, 0},
		FaultEmptyBody:        {500, ``, 1, 0},
		FaultTruncatedJSON:    {500, `{"error_code":"common.00000500`[:29], 1, 0},
		FaultHugeBody:         {500, strings.Repeat("internal error ", 1000), 1, 0},
		FaultRedirect:         {302, ``, 0, 0},
		FaultSlow:             {202, ``, 1, 1},
		FaultHang:             {0, ``, 1, 0},
		FaultReset:            {0, ``, 0, 0},
		FaultInternalButRuns:  {500, `{"error_code":"common.00000500","error_msg":"internal error"}`, 1, 1},
		FaultTimeoutButRuns:   {504, `"error_code":"APIG.0203"`, 1, 1},
		FaultHangButRuns:      {0, ``, 1, 1},
		FaultResetAfterAccept: {0, ``, 1, 1},
		FaultAcceptedButNoRun: {202, ``, 1, 0},
	}
	require.Len(t, cases, len(Faults()), "every fault has its case")
	for _, info := range Faults() {
		t.Run(info.Name, func(t *testing.T) {
			want, known := cases[info.Name]
			require.True(t, known)
			require.NotEmpty(t, info.Title)
			require.NotEmpty(t, info.Description)
			require.Equal(t, want.reaches == 1, info.Reaches, "Reaches is true to what happens")
			require.Equal(t, want.runs == 1, info.Works, "Works is true to what happens")

			s, clock := lake(t)
			fail(t, s, OpStart, Fault{Name: info.Name, Times: 1})
			ctx, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			var others sync.WaitGroup
			others.Go(func() { // what makes waiting faults go on
				switch info.Name {
				case FaultHang, FaultHangButRuns:
					soon(t, s, func() bool { return s.StartCalls("nightly_sync") == 1 && len(s.Runs("nightly_sync")) == 3+want.runs })
					giveUp()
				case FaultSlow:
					<-clock.armed()
					clock.Advance(slowByDefault)
				}
			})
			got, err := try(authorized(t, s, "POST", nightly+"/start", "").WithContext(ctx))
			others.Wait()

			soon(t, s, func() bool { return len(s.Requests()) == 1 })
			seen := s.Requests()[0]
			require.Equal(t, Seen{At: seen.At, Method: "POST", Path: nightly + "/start", Op: OpStart, Job: PlaygroundNightlySyncID,
				Status: want.status, Fault: info.Name, RequestID: seen.RequestID}, seen)
			require.Equal(t, want.reaches, s.StartCalls("nightly_sync"))
			require.Len(t, s.Runs("nightly_sync"), 3+want.runs)
			require.Empty(t, s.ActiveFaults(), "it was meant for one call")
			if want.status == 0 {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, want.status, got.status)
			require.Contains(t, got.body, want.body)
			require.NotEmpty(t, got.header.Get("X-Request-Id"))
			if strings.HasPrefix(want.body, "{") {
				require.Equal(t, want.body, got.body[:len(want.body)])
			}
		})
	}
}

func TestAResetIsAReset(t *testing.T) {
	s, _ := lake(t)
	for _, name := range []string{FaultReset, FaultResetAfterAccept} {
		fail(t, s, OpStart, Fault{Name: name})
		_, err := try(authorized(t, s, "POST", nightly+"/start", ""))
		require.ErrorIs(t, err, syscall.ECONNRESET)
	}
}

func TestWhatReadsAreAnswered(t *testing.T) {
	s, _ := lake(t)
	whole := do(t, s, "GET", nightly, "").body
	show := func(fault string) reply {
		fail(t, s, OpShow, Fault{Name: fault})
		return do(t, s, "GET", nightly, "")
	}
	require.Equal(t, reply{200, nil, whole[:len(whole)/2]}, func() reply { r := show(FaultTruncatedJSON); r.header = nil; return r }())
	require.Empty(t, show(FaultEmptyBody).body)
	require.Equal(t, whole, show(FaultAcceptedButNoRun).body)
	require.Greater(t, len(show(FaultHugeBody).body), 1<<20-1)
	require.Equal(t, "2", show(FaultRetryAfter).header.Get("Retry-After"))
	require.Empty(t, show(FaultThrottled).header.Get("Retry-After"))
	require.Equal(t, "text/html", show(FaultHTML502).header.Get("Content-Type"))
	require.Equal(t, s.URL()+"/elsewhere", show(FaultRedirect).header.Get("Location"))

	elsewhere := do(t, s, "GET", "/elsewhere", "")
	require.Equal(t, 200, elsewhere.status)
	require.Contains(t, elsewhere.body, "Sign in")
}

func TestTheSignatureEchoRepeatsASecurityToken(t *testing.T) {
	s, _ := lake(t, func(c *Config) { c.SecurityToken = "TEMPORARY" })
	fail(t, s, OpShow, Fault{Name: FaultSignatureEcho})
	r := plain(t, s, "GET", nightly, "")
	r.Header.Set("X-Security-Token", "TEMPORARY")
	require.Contains(t, send(t, signed(r, noon, "x-security-token")).body, "|x-security-token:TEMPORARY|")
}

func TestFaultsBehindTheGatewayNeedCredentials(t *testing.T) {
	s, _ := lake(t)
	fail(t, s, OpShow, Fault{Name: FaultInternal})
	require.Equal(t, 401, send(t, plain(t, s, "GET", nightly, "")).status)
	fail(t, s, OpShow, Fault{Name: FaultUnavailable})
	require.Equal(t, 503, send(t, plain(t, s, "GET", nightly, "")).status)
}

func TestAFaultHitsAsOftenAsItWasTold(t *testing.T) {
	s, _ := lake(t)
	fail(t, s, OpAny, Fault{Name: FaultForbidden})
	fail(t, s, OpShow, Fault{Name: FaultNotFound, Times: 2})
	show := func() int { return do(t, s, "GET", nightly, "").status }
	require.Equal(t, 404, show())
	require.Equal(t, []ActiveFault{{OpShow, Fault{Name: FaultNotFound, Times: 1}}, {OpAny, Fault{Name: FaultForbidden}}}, s.ActiveFaults())
	require.Equal(t, 404, show())
	require.Equal(t, 403, show(), "then that of all operations")
	require.Equal(t, 403, do(t, s, "POST", "/v3/auth/tokens", "").status, "tokens too")
	s.ClearFault(OpAny)
	require.Equal(t, 200, show())
}

func TestAHeldCallGoesOnWhenTheFaultIsCleared(t *testing.T) {
	s, _ := lake(t)
	for _, name := range []string{FaultHang, FaultHangButRuns} {
		calls := s.StartCalls("nightly_sync")
		fail(t, s, OpStart, Fault{Name: name, Times: 1})
		var clearing sync.WaitGroup
		clearing.Go(func() {
			soon(t, s, func() bool { return s.StartCalls("nightly_sync") == calls+1 })
			s.ClearFaults()
		})
		start(t, s)
		clearing.Wait()
	}
	require.Len(t, s.Runs("nightly_sync"), 5)
}

func TestASlowStartRunsThoughItsClientHasLeft(t *testing.T) {
	s, clock := lake(t)
	fail(t, s, OpStart, Fault{Name: FaultSlow, Delay: time.Minute})
	ctx, giveUp := context.WithCancel(t.Context())
	var client sync.WaitGroup
	client.Go(func() {
		_, err := try(authorized(t, s, "POST", nightly+"/start", "").WithContext(ctx))
		assert.ErrorIs(t, err, context.Canceled)
	})
	<-clock.armed()
	giveUp()
	client.Wait()
	clock.Advance(time.Minute)
	soon(t, s, func() bool { return len(s.Runs("nightly_sync")) == 4 })
}

func TestCloseLetsHeldCallsGo(t *testing.T) {
	s, _ := lake(t)
	fail(t, s, OpStart, Fault{Name: FaultHang})
	var client sync.WaitGroup
	client.Go(func() {
		_, err := try(authorized(t, s, "POST", nightly+"/start", ""))
		assert.Error(t, err)
	})
	soon(t, s, func() bool { return s.StartCalls("nightly_sync") == 1 })
	require.NoError(t, s.Close())
	client.Wait()
	require.NoError(t, s.Close(), "twice is fine")
}

func TestFaultsThatDoNotExist(t *testing.T) {
	s, _ := lake(t)
	require.EqualError(t, s.SetFault("dance", Fault{Name: FaultBusy}), `locallake: there is no operation "dance"`)
	require.EqualError(t, s.SetFault(OpStart, Fault{Name: "gremlins"}), `locallake: there is no fault "gremlins"`)
	require.Error(t, s.SetFault(OpStart, Fault{Name: FaultBusy, Times: -1}))
	names := []string{}
	for _, f := range Faults() {
		require.False(t, slices.Contains(names, f.Name), f.Name)
		names = append(names, f.Name)
	}
}

func TestAFaultDoesNotHideThatNothingCouldBeDone(t *testing.T) {
	s, _ := lake(t)
	require.NoError(t, s.EditJob("nightly_sync", func(j *Job) { j.Status = FrozenReleasable }))
	for _, name := range []string{FaultInternalButRuns, FaultTimeoutButRuns, FaultResetAfterAccept} {
		fail(t, s, OpStart, Fault{Name: name})
		require.Equal(t, 400, do(t, s, "POST", nightly+"/start", "").status, name)
	}
	require.Len(t, s.Runs("nightly_sync"), 3)
}

func TestCloseEndsADelayWithoutDoingTheWork(t *testing.T) {
	s, clock := lake(t)
	fail(t, s, OpStart, Fault{Name: FaultSlow})
	var client sync.WaitGroup
	client.Go(func() {
		_, err := try(authorized(t, s, "POST", nightly+"/start", ""))
		assert.Error(t, err)
	})
	<-clock.armed()
	require.NoError(t, s.Close())
	client.Wait()
	require.Len(t, s.Runs("nightly_sync"), 3)
}
