package lakeformation

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAReadIsRepeatedAfterFaultsThatPass(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{
		"408": answering(408, body408), "429": answering(429, ""), "500": answering(500, body500), "502": answering(502, body502HTML),
		"503": answering(503, ""), "reset": cut(true), "end of file": cut(false),
		"an answer that breaks off": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"total":`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var slept naps
			s := serve(t, inTurn(fault, fault, answering(200, listPage)))
			c := clientOf(t, s, func(config *Config) { config.Sleep = slept.sleep })
			page, err := c.ListJobs(t.Context(), ListOptions{Type: MetadataMigration})
			require.NoError(t, err)
			require.Len(t, page.Jobs, 1)
			require.GreaterOrEqual(t, len(s.requests()), 3)
			require.Len(t, slept.each, 2)
			for i, d := range slept.each {
				full := firstWait << i
				require.True(t, full/2 <= d && d <= full, "wait %d was %s", i, d)
			}
		})
	}
}

func TestAReadGivesUpAfterThreeRetries(t *testing.T) {
	s := serve(t, answering(500, body500))
	_, err := clientOf(t, s).JobLog(t.Context(), jobID)
	e := failed(t, err)
	require.EqualError(t, e, "JobLog: HTTP 500: common.00000500: internal error")
	require.Equal(t, "GET", e.Method)
	require.Len(t, s.requests(), 1+maxRetries)
}

func TestADefiniteNoIsNotRepeated(t *testing.T) {
	for status, body := range map[int]string{400: body400, 401: body401, 403: body403, 404: body404, 409: "", 307: ""} {
		s := serve(t, answering(status, body))
		_, err := clientOf(t, s).ShowJob(t.Context(), jobID)
		require.Equal(t, status, failed(t, err).HTTPStatus)
		require.Len(t, s.requests(), 1)
	}
}

func TestARedirectOfAReadIsNotFollowed(t *testing.T) {
	elsewhere := serve(t, answering(200, detailPage))
	s := serve(t, http.RedirectHandler(elsewhere.URL, http.StatusFound).ServeHTTP)
	_, err := clientOf(t, s).ShowJob(t.Context(), jobID)
	require.Equal(t, 302, failed(t, err).HTTPStatus)
	require.Empty(t, elsewhere.requests())
}

func TestEachAttemptIsSignedAnew(t *testing.T) {
	s := serve(t, inTurn(answering(500, ""), answering(200, listPage)))
	keys := &rotating{}
	_, err := clientOf(t, s, func(c *Config) { c.Credentials = keys }).ListJobs(t.Context(), ListOptions{Type: MetadataMigration})
	require.NoError(t, err)
	require.Contains(t, s.requests()[0].Header.Get("Authorization"), "Access=KEY1,")
	require.Contains(t, s.requests()[1].Header.Get("Authorization"), "Access=KEY2,")
}

// rotating has other keys each time.
type rotating struct{ n byte }

func (r *rotating) Authorize(req *http.Request) error {
	r.n++
	return AKSK{AccessKey: "KEY" + string('0'+r.n), SecretKey: "secret"}.Authorize(req)
}

func saying(retryAfter string, then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", retryAfter)
		then(w, r)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	var slept naps
	s := serve(t, inTurn(saying("7", answering(429, bodyThrottle)), answering(200, listPage)))
	c := clientOf(t, s, func(config *Config) { config.Sleep = slept.sleep })
	_, err := c.ListJobs(t.Context(), ListOptions{Type: MetadataMigration})
	require.NoError(t, err)
	require.Equal(t, []time.Duration{7 * time.Second}, slept.each)
}

func TestAWaitThatIsTooLongEndsTheCallInstead(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   time.Duration
	}{
		"by the header":                          {saying("600", answering(503, "")), 10 * time.Minute},
		"by the throttle's window":               {answering(429, bodyThrottle), time.Minute},
		"by a header that asks for the year out": {saying("9999999", answering(503, "")), maxRetryAfter},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.answer)
			_, err := clientOf(t, s).ShowJob(t.Context(), jobID)
			require.Equal(t, c.want, failed(t, err).RetryAfter)
			require.Len(t, s.requests(), 1)
		})
	}
}

func TestAWaitBeyondTheDeadlineIsNotBegun(t *testing.T) {
	s := serve(t, saying("9", answering(503, "")))
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	_, err := clientOf(t, s).ShowJob(ctx, jobID)
	require.Equal(t, 503, failed(t, err).HTTPStatus)
	require.Len(t, s.requests(), 1)
}

func TestAReadThatIsGivenUpIsNotRepeated(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { cancel(); cut(false)(w, r) })
	_, err := clientOf(t, s).ShowJob(ctx, jobID)
	require.Error(t, err)
	require.Len(t, s.requests(), 1)
}

func TestTheDefaultSleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		require.NoError(t, sleep(t.Context(), time.Minute))
		require.Equal(t, time.Minute, time.Since(began))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, sleep(ctx, time.Hour), context.DeadlineExceeded)
		require.Equal(t, time.Minute+time.Second, time.Since(began))
	})
}

func TestObserveHearsOfEachCallOnce(t *testing.T) {
	var calls []Call
	wall := newClock()
	s := serve(t, inTurn(answering(500, body500), saying("", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "r-9")
		wall.move(3 * time.Second)
		answering(200, listPage)(w, r)
	}), answering(404, body404)))
	c := clientOf(t, s, func(config *Config) {
		config.Observe = func(call Call) { calls = append(calls, call) }
		config.Now = wall.Now
	})
	_, err := c.ListJobs(t.Context(), ListOptions{Type: MetadataMigration})
	require.NoError(t, err)
	var no *Error
	require.ErrorAs(t, c.StartJob(t.Context(), jobID, StartOptions{}), &no)
	for i := range calls {
		require.NotZero(t, calls[i].Date, "every answer has the service's time")
		calls[i].Date = time.Time{}
	}
	require.Equal(t, []Call{
		{Op: OpListJobs, Method: "GET", HTTPStatus: 200, Attempts: 2, Duration: 3 * time.Second, RequestID: "r-9"},
		{Op: OpStartJob, Method: "POST", HTTPStatus: 404, Attempts: 1, Class: Refused, Err: no},
	}, calls)
}
