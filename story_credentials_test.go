package main

import (
	"bytes"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// passwordWorld is a world, not begun, in which Slipway signs in as an IAM user instead of by keys.
func passwordWorld(t *testing.T) *world {
	t.Helper()
	w := unstarted(t, func(_ *localslack.Config, l *locallake.Config) {
		l.Domain, l.User, l.Password = "acme", "slipway", "password-of-a-test"
	})
	delete(w.env, "HUAWEICLOUD_SDK_AK")
	delete(w.env, "HUAWEICLOUD_SDK_SK")
	w.env["LAKEFORMATION_IAM_DOMAIN"], w.env["LAKEFORMATION_IAM_USER"], w.env["LAKEFORMATION_IAM_PASSWORD"] = "acme", "slipway", "password-of-a-test"
	w.env["HUAWEICLOUD_SDK_IAM_ENDPOINT"] = w.lake.URL()
	return w
}

func byPassword(t *testing.T) *world {
	t.Helper()
	w := passwordWorld(t)
	w.start()
	return w
}

// fixedToken is a world in which Slipway has a token that somebody fetched.
func fixedToken(token string) func(*testing.T) *world {
	return func(t *testing.T) *world {
		w := unstarted(t)
		delete(w.env, "HUAWEICLOUD_SDK_AK")
		delete(w.env, "HUAWEICLOUD_SDK_SK")
		w.env["LAKEFORMATION_TOKEN"] = token
		return w
	}
}

func tokensFetched(w *world) int {
	tokens := 0
	for _, seen := range w.lake.Requests() {
		if seen.Op == locallake.OpToken {
			tokens++
		}
	}
	return tokens
}

func TestSlipwaySignsInByUserAndPassword(t *testing.T) {
	t.Parallel()
	w := byPassword(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	require.Equal(t, 1, tokensFetched(w), "one token serves all calls")
}

// ahead is the story's clock, twenty minutes fast.
type ahead struct{ *handClock }

func (c ahead) Now() time.Time { return c.handClock.Now().Add(20 * time.Minute) }

// Whoever asks is told in plain words what is wrong with Slipway's credentials, for reads and for a start; the log has
// the cause in fields; nobody sees a secret.
func TestCredentialsThatDoNotWorkAreToldInWords(t *testing.T) {
	t.Parallel()
	const secret = "a-secret-that-nobody-sees"
	keys := func(name, value string) func(*testing.T) *world {
		return func(t *testing.T) *world { w := unstarted(t); w.env[name] = value; return w }
	}
	fault := func(name string) func(*testing.T) *world {
		return func(t *testing.T) *world {
			w := unstarted(t)
			require.NoError(t, w.lake.SetFault(locallake.OpAny, locallake.Fault{Name: name}))
			return w
		}
	}
	signedIn := func(change func(*world)) func(*testing.T) *world {
		return func(t *testing.T) *world { w := passwordWorld(t); change(w); return w }
	}
	for name, c := range map[string]struct {
		world func(*testing.T) *world
		words []string
		code  string
	}{
		"a wrong secret key":    {keys("HUAWEICLOUD_SDK_SK", secret), []string{"API gateway refused it: the signature is wrong.", "Our suggestion: Check the secret key"}, "APIG.0301"},
		"an unknown access key": {keys("HUAWEICLOUD_SDK_AK", "A-SECRET-THAT-NOBODY-SEES"), []string{"refused it: the access key is not known.", "Our suggestion: Check the access key"}, "APIG.0301"},
		"an expired security token": {func(t *testing.T) *world {
			w := unstarted(t, func(_ *localslack.Config, l *locallake.Config) { l.SecurityToken = "the-token-of-today" })
			w.env["HUAWEICLOUD_SDK_SECURITY_TOKEN"] = secret
			return w
		}, []string{"refused it: the security token is wrong or has expired.", "all three of the same issue"}, "APIG.0301"},
		"a clock that is wrong": {func(t *testing.T) *world {
			return unstarted(t, func(_ *localslack.Config, l *locallake.Config) { l.Clock = ahead{l.Clock.(*handClock)} })
		}, []string{"the signature's time is not the server's.", "Set this machine's clock: more than 15 minutes off is refused.", "signature expired"}, "APIG.0301"},
		"another project":                  {keys("LAKEFORMATION_PROJECT_ID", "another0project"), []string{"refused it: the credentials belong to another project."}, "lakeformation.00000021"},
		"another instance":                 {keys("LAKEFORMATION_INSTANCE_ID", "00000000-0000-4000-8000-000000000000"), []string{"it does not know this instance or project.", "Check the instance id"}, "common.01000001"},
		"a permission is missing":          {fault(locallake.FaultNoPermission), []string{"LakeFormation refused it: a permission is missing.", "most likely lakeformation:instanceJob:describe (to list and read jobs and their logs)"}, "lakeformation.00000016"},
		"forbidden":                        {fault(locallake.FaultForbidden), []string{"LakeFormation refused it: the credentials are not valid here.", "lakeformation:instanceJob:describe"}, "403"},
		"a fixed token that nobody issued": {fixedToken(secret), []string{"refused it: the token is wrong or no longer valid.", "Set a new token"}, "APIG.1002"},
		"a wrong password": {signedIn(func(w *world) { w.env["LAKEFORMATION_IAM_PASSWORD"] = secret }),
			[]string{"IAM gave no token: the account, user or password is wrong.", "IAM said: 401: The username or password is wrong.", "Our suggestion: Check account, user and password"}, "401"},
		"a user of another project": {signedIn(func(w *world) { w.env["LAKEFORMATION_PROJECT_ID"] = "another0project" }),
			[]string{"IAM gave no token: the user may not use the project."}, "401"},
		"a token that stays refused": {signedIn(func(w *world) {
			require.NoError(w.t, w.lake.SetFault(locallake.OpList, locallake.Fault{Name: locallake.FaultTokenExpired}))
		}), []string{"API gateway refused it: the token was refused as expired.", "IAM's sign-in works"}, "APIG.0307"},
		"a user without the permission": {signedIn(func(w *world) {
			require.NoError(w.t, w.lake.SetFault(locallake.OpList, locallake.Fault{Name: locallake.FaultNoPermission}))
		}), []string{"LakeFormation refused it: a permission is missing.", "lakeformation:instanceJob:describe"}, "lakeformation.00000016"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := c.world(t)
			var log bytes.Buffer
			w.log = &log
			w.start()
			for _, typed := range []string{"jobs", "status nightly_sync", "log nightly_sync"} {
				w.as("ana").types("/lf " + typed)
				w.as("ana").reads(append([]string{"I can't show that now."}, c.words...)...)
			}
			w.as("ben").types("/lf start nightly_sync")
			w.as("ben").reads(append([]string{"R-1001: I could not read the job, so nothing was started."}, c.words...)...)
			require.Empty(t, w.cards(), "there is nothing for the channel to see")
			require.Zero(t, w.lake.StartCalls("nightly_sync"))
			w.end()
			require.Regexp(t, `"code":"`+regexp.QuoteMeta(c.code)+`".*could not read jobs`, log.String())
			require.Regexp(t, `"code":"`+regexp.QuoteMeta(c.code)+`".*refused what was asked`, log.String())
			for _, seen := range []string{log.String(), w.everything()} {
				for _, hidden := range []string{secret, "A-SECRET-THAT-NOBODY-SEES", w.env["HUAWEICLOUD_SDK_SK"], w.env["LAKEFORMATION_IAM_PASSWORD"]} {
					if hidden != "" {
						require.NotContains(t, seen, hidden)
					}
				}
			}
		})
	}
}

// The start alone may need a permission that reading does not.
func TestAStartThatLacksThePermissionNamesIt(t *testing.T) {
	t.Parallel()
	w := withFault(t, locallake.Fault{Name: locallake.FaultNoPermission})
	w.cardSays("`nightly_sync` was not started.", "LakeFormation refused it: a permission is missing.", "most likely lakeformation:instanceJob:exec (to start and stop jobs)")
}

func TestJobsThatNobodyHasAuthorised(t *testing.T) {
	t.Parallel()
	w := stage(t, func(_ *localslack.Config, l *locallake.Config) { l.JobsUnauthorized = true })
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").presses("Start job")
	w.cardSays("LakeFormation refused it: jobs are not authorised there.", "Tasks &gt; Job Authorization", "the agency lakeformation_job_trust")
}

func TestCredentialsThatAreChangedBetweenApprovalAndStart(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").button("Start job")
	require.NoError(t, w.lake.SetFault(locallake.OpShow, locallake.Fault{Name: locallake.FaultSignatureEcho}))
	w.as("ana").presses("Start job")
	w.cardSays("`nightly_sync` was not started.", "I could not read the job, so nothing was started. Huawei Cloud's API gateway refused it: the signature is wrong.", "Our suggestion:")
	w.threadSays("the signature is wrong")
	w.as("ana").types("/lf status R-1001")
	w.as("ana").reads("R-1001: `nightly_sync` was not started.", "the signature is wrong. Our suggestion: Check the secret key", "said: APIG.0301:")
}

// A token that LakeFormation refuses early is fetched once more, and the work goes on.
func TestATokenThatEndedEarlyIsRenewedOnce(t *testing.T) {
	t.Parallel()
	w := byPassword(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").button("Start job")
	w.passes(2 * time.Minute)
	w.lake.ExpireTokens()
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Equal(t, 2, tokensFetched(w))
}

// The refusal hits the start itself: nothing was started, so it is made again with another token.
func TestAStartThatIsRefusedForItsTokenIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := byPassword(t)
	w.as("ana").types("/lf start nightly_sync")
	w.as("ana").button("Start job")
	w.passes(2 * time.Minute)
	require.NoError(t, w.lake.SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultTokenExpired, Times: 1}))
	w.as("ana").presses("Start job")
	w.cardSays("succeeded after")
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	require.Equal(t, 2, tokensFetched(w))
}
