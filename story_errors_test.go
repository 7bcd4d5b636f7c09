package main

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
)

// impatient gives up on a connection that stays silent, so that a story need not wait the thirty seconds that a real
// call is given.
func impatient(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return impatientConn{conn}, nil
}

type impatientConn struct{ net.Conn }

func (c impatientConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

// withFault is a world in which starts go wrong in one way.
func withFault(t *testing.T, fault locallake.Fault) *world {
	t.Helper()
	w := unstarted(t)
	w.dial = impatient
	w.start()
	require.NoError(t, w.lake.SetFault(locallake.OpStart, fault))
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	return w
}

func TestADefiniteRefusalShowsWhatLakeFormationSaid(t *testing.T) {
	t.Parallel()
	for fault, words := range map[string][]string{
		locallake.FaultBadRequest:     {"LakeFormation refused it.", "common.01000001: failed to read http request", "Our suggestion:"},
		locallake.FaultUnauthorized:   {"API gateway refused it: the credentials are wrong or no longer valid.", "APIG.1002: Incorrect token or token resolution failed", "Our suggestion:"},
		locallake.FaultSingleQuotes:   {"API gateway refused it: the credentials are wrong or no longer valid.", "APIG.1002", "Our suggestion:"},
		locallake.FaultTokenExpired:   {"API gateway refused it: the credentials are wrong or no longer valid.", "APIG.0307", "Our suggestion:"},
		locallake.FaultSignatureEcho:  {"API gateway refused it: the signature is wrong.", "canonicalRequest[masked]", "Our suggestion:"},
		locallake.FaultForbidden:      {"LakeFormation refused it: the credentials are not valid here.", "403: X-Auth-Token is invalid in the request", "Our suggestion:"},
		locallake.FaultDenied:         {"API gateway refused it: a permission is missing.", "APIG.1005", "Our suggestion:", "lakeformation:instanceJob:exec"},
		locallake.FaultNoPermission:   {"LakeFormation refused it: a permission is missing.", "lakeformation.00000016", "Our suggestion:", "lakeformation:instanceJob:exec"},
		locallake.FaultInvalidToken:   {"LakeFormation refused it: the credentials are wrong or no longer valid.", "lakeformation.00000015", "Our suggestion:"},
		locallake.FaultNotFound:       {"LakeFormation no longer knows this job (404).", "common.01000001: response status exception, code: 404", "Our suggestion: Look it up with `/lf jobs nightly_sync`"},
		locallake.FaultNoSuchResource: {"LakeFormation refused it: it does not know this job or what it works on.", "lakeformation.00000005", "Our suggestion:"},
		locallake.FaultSolution:       {"LakeFormation refused it.", "LakeFormation says what to do:", "request id"},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := withFault(t, locallake.Fault{Name: fault})
			w.cardSays(append([]string{"`nightly_sync` was not started.", " said: ", "request id"}, words...)...)
			w.threadSays(append([]string{"<@" + people["ana"] + ">"}, words...)...)
			require.NotContains(t, w.card(), w.env["HUAWEICLOUD_SDK_AK"])
			if fault == locallake.FaultSolution {
				require.NotContains(t, w.card(), "Our suggestion")
			}
		})
	}
}

func TestAThrottledStartIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{locallake.FaultThrottled, locallake.FaultRetryAfter} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := withFault(t, locallake.Fault{Name: fault, Times: 2})
			w.cardSays("succeeded after")
			require.Equal(t, 1, w.lake.StartCalls("nightly_sync"), "the gateway turned the others away")
		})
	}
}

func TestAStartThatStaysThrottledExpires(t *testing.T) {
	t.Parallel()
	w := withFault(t, locallake.Fault{Name: locallake.FaultThrottled})
	w.cardSays("The time to start `nightly_sync` is over; nothing was started.", "LakeFormation could not be asked yet", "APIG.0308")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestAnUnclearAnswerIsLookedInto(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{
		locallake.FaultBusy, locallake.FaultTimeout, locallake.FaultInternal, locallake.FaultHTML502, locallake.FaultUnavailable,
		locallake.FaultGatewayTimeout, locallake.FaultEmptyBody, locallake.FaultTruncatedJSON, locallake.FaultHugeBody,
		locallake.FaultRedirect, locallake.FaultReset, locallake.FaultHang,
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := withFault(t, locallake.Fault{Name: fault, Times: 1})
			w.cardSays("I can't tell whether `nightly_sync` started.", "I won't try again by myself, so it can't run twice.",
				"Look again", "It did start", "It did not")
			w.threadSays("<@"+people["ana"]+">", "I can't tell whether `nightly_sync` started.")
			require.LessOrEqual(t, w.lake.StartCalls("nightly_sync"), 1)
			for _, seen := range w.lake.Requests() {
				require.False(t, strings.HasPrefix(seen.Path, "/elsewhere"), "a redirect was followed")
			}
		})
	}
}

func TestAStartThatAnsweredBadlyButRuns(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{
		locallake.FaultInternalButRuns, locallake.FaultTimeoutButRuns, locallake.FaultHangButRuns, locallake.FaultResetAfterAccept,
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := withFault(t, locallake.Fault{Name: fault, Times: 1})
			w.threadSays("A run of `nightly_sync`", "began", "this may also be a run that somebody else or a schedule began")
			w.cardSays("A run of `nightly_sync` that began at", "succeeded after")
			require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
		})
	}
}

func TestAcceptedButNothingRuns(t *testing.T) {
	t.Parallel()
	w := withFault(t, locallake.Fault{Name: locallake.FaultAcceptedButNoRun, Times: 1})
	w.threadSays("accepted by LakeFormation")
	w.cardSays("I can't tell whether `nightly_sync` started.", "LakeFormation accepted it but shows no new run")
}

func TestAPersonAnswersForAnUnknownStart(t *testing.T) {
	t.Parallel()
	t.Run("it did not", func(t *testing.T) {
		t.Parallel()
		w := withFault(t, locallake.Fault{Name: locallake.FaultInternal, Times: 1})
		w.cardSays("It did not")
		w.as("ben").presses("It did not")
		w.as("ben").reads("You can't answer for R-1001")
		w.as("ana").presses("It did not")
		w.cardSays("`nightly_sync` was not started.", "Ana looked and says that it did not start.")
		w.as("ana").types("/lf start nightly_sync")
		w.cardSays("Start `nightly_sync`", "R-1002")
	})
	t.Run("it did start", func(t *testing.T) {
		t.Parallel()
		w := withFault(t, locallake.Fault{Name: locallake.FaultInternal, Times: 1})
		w.cardSays("It did start")
		w.as("ana").presses("It did start")
		w.cardSays("Ana says that `nightly_sync` started; I am watching it.")
		require.NoError(t, w.lake.StartOutside("nightly_sync"))
		w.cardSays("succeeded after")
	})
	t.Run("look again", func(t *testing.T) {
		t.Parallel()
		w := withFault(t, locallake.Fault{Name: locallake.FaultInternal, Times: 1})
		w.cardSays("Look again")
		require.NoError(t, w.lake.StartOutside("nightly_sync"))
		w.as("ben").presses("Look again")
		w.threadSays("A run of `nightly_sync`", "began")
	})
	t.Run("nobody does", func(t *testing.T) {
		t.Parallel()
		w := withFault(t, locallake.Fault{Name: locallake.FaultInternal, Times: 1})
		w.cardSays("Look again")
		w.passes(25 * time.Hour)
		w.cardSays("It was never found out whether `nightly_sync` started.")
	})
}

func TestLakeFormationIsDown(t *testing.T) {
	t.Parallel()
	t.Run("with a fault of its own while the job is looked up", func(t *testing.T) {
		t.Parallel()
		w := stage(t)
		require.NoError(t, w.lake.SetFault(locallake.OpAny, locallake.Fault{Name: locallake.FaultThrottled}))
		w.as("ana").types("/lf start nightly_sync")
		w.as("ana").reads("The job could not be read within two minutes, so nothing was started.", "turned it away: there were too many calls at once.", "said: APIG.0308:", "Our suggestion:")
	})
	t.Run("while the job is looked up", func(t *testing.T) {
		t.Parallel()
		w := stage(t)
		require.NoError(t, w.lake.SetFault(locallake.OpAny, locallake.Fault{Name: locallake.FaultReset}))
		w.as("ana").types("/lf start nightly_sync")
		w.as("ana").reads("The job could not be read within two minutes, so nothing was started. LakeFormation gave no clear answer.", "What happened: the connection broke")
	})
	t.Run("between the approval and the start", func(t *testing.T) {
		t.Parallel()
		w := stage(t)
		w.as("ana").types("/lf start nightly_sync")
		w.as("ana").button("Start job")
		require.NoError(t, w.lake.SetFault(locallake.OpAny, locallake.Fault{Name: locallake.FaultReset}))
		w.as("ana").presses("Start job")
		w.cardSays("The job could not be read for ten minutes before the start, so nothing was started. LakeFormation gave no clear answer.", "What happened: the connection broke")
		require.Zero(t, w.lake.StartCalls("nightly_sync"))
	})
	t.Run("for ten minutes while the job runs", func(t *testing.T) {
		t.Parallel()
		w := stage(t)
		w.lake.HoldRuns(true)
		w.as("ana").types("/lf start nightly_sync")
		w.as("ana").presses("Start job")
		w.cardSays("is running")
		require.NoError(t, w.lake.SetFault(locallake.OpAny, locallake.Fault{Name: locallake.FaultReset}))
		w.passes(10 * time.Minute)
		w.lake.ClearFaults()
		require.NoError(t, w.lake.Finish("nightly_sync", locallake.Success))
		w.cardSays("succeeded after")
	})
}
