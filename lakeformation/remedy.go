package lakeformation

import (
	"errors"
	"slices"
	"strings"
)

// remedyRow is one next step. The first row of which every set field fits is taken; within whys, codes and statuses
// one match is enough.
type remedyRow struct {
	iam      bool // only for IAM's answers, which no row below the last of these gets to see
	whys     []why
	codes    []string // as plainCode gives them
	statuses []int
	text     string // {action} and {again} are filled in by Remedy
}

func (r remedyRow) fits(e *Error) bool {
	return (!r.iam || e.Op == OpCreateToken) &&
		(r.whys == nil || slices.Contains(r.whys, e.why)) &&
		(r.codes == nil || slices.Contains(r.codes, plainCode(e.Code))) &&
		(r.statuses == nil || slices.Contains(r.statuses, e.HTTPStatus))
}

// remedies go from the particular to the general. A row that names a permission says "likely": the pages list the
// actions but not which call needs which.
var remedies = []remedyRow{
	// What this side knows.
	{whys: []why{whyArgument}, text: "Correct the request; LakeFormation was not asked."},
	{whys: []why{whyTooLate}, text: "Ask again. If it keeps happening, the network or this machine is too slow."},
	{whys: []why{whyGivenUp}, text: "The wait was cut short on our side. {again}"},
	{whys: []why{whyDNS}, text: "Check the region or endpoint for a typing error, and the machine's DNS."},
	{whys: []why{whyNoListener, whyDial}, text: "Check the endpoint, and that a firewall or proxy lets this machine reach it."},
	{whys: []why{whyTLS}, text: "Check that the endpoint is the right one, and that this machine trusts its certificate and has the right time."},
	{whys: []why{whyCredentials}, text: "Check the IAM user, password, account and project in the settings, and that IAM can be reached."},
	{whys: []why{whyTimeout, whyBroken}, text: "The network or LakeFormation is slow or was cut off. {again}"},
	{whys: []why{whyTooLarge}, text: "The answer is too large to show here. Look at it in the LakeFormation console."},

	// IAM's own answers.
	{iam: true, statuses: []int{401}, text: "Check account, user and password; IAM locks a user after several wrong tries. Use an IAM user with programmatic access."},
	{iam: true, statuses: []int{403}, text: "Ask your Huawei Cloud administrator to enable the user and give it access to the project."},
	{iam: true, statuses: []int{400, 404}, text: "Check the IAM endpoint, the account name and the project id."},
	{iam: true, statuses: []int{429}, text: "Too many sign-ins at once. Try again in a minute."},
	{iam: true, text: "IAM gave no token. Try again in a minute; if it stays so, look at Huawei Cloud's status page."},

	// The gateway.
	{codes: []string{"APIG.0101"}, text: "The gateway does not know this address. Check that the region or endpoint is LakeFormation's."},
	{codes: []string{"APIG.0106", "APIG.0201"}, text: "The gateway did not accept the request as it was. Check the endpoint and any proxy in between."},
	{codes: []string{"APIG.0103", "APIG.0104", "APIG.0105"}, text: "The gateway has a fault of its own. {again}"},
	{codes: []string{"APIG.0202"}, text: "The gateway could not reach LakeFormation. {again}"},
	{codes: []string{"APIG.0203"}, text: "LakeFormation did not answer its gateway in time. {again}"},
	{codes: []string{"APIG.0301", "APIG.0303"}, text: "Check access key and secret key, that they belong together, and this machine's clock: more than 15 minutes off is refused."},
	{codes: []string{"APIG.0305"}, text: "Check that the keys or the token are still valid and belong to this region and project."},
	{codes: []string{"APIG.0307"}, text: "The token has expired. Set a new one, or use an access key and a secret key, which do not expire."},
	{codes: []string{"APIG.0308"}, text: "Too many calls at once; LakeFormation did not see this one. Try again in a minute."},
	{codes: []string{"APIG.1002"}, text: "The token is wrong or was made void, as after a change of password. Set a new one, or use an access key and a secret key."},
	{codes: []string{"APIG.1005"}, text: "Ask your Huawei Cloud administrator for permission on this instance; likely the action {action} is missing."},

	// LakeFormation's codes, most of which come with a 400.
	{codes: []string{"lakeformation.00000001"}, text: "LakeFormation is busy. {again}"},
	{codes: []string{"lakeformation.00000002"}, text: "LakeFormation does not know this kind of permission. Check the job's definition in the console."},
	{codes: []string{"lakeformation.00000003"}, text: "Something of that name exists already. Look at the job in the LakeFormation console."},
	{codes: []string{"lakeformation.00000004"}, text: "A quota is used up. Free some, or ask your Huawei Cloud administrator to raise it."},
	{codes: []string{"lakeformation.00000005"}, text: "LakeFormation no longer knows this job or what it works on. It may have been deleted, or belong to another instance."},
	{codes: []string{
		"lakeformation.00000006", "lakeformation.00000007", "lakeformation.00000008", "lakeformation.00000009",
		"lakeformation.00000010", "lakeformation.00000011", "lakeformation.00000012", "lakeformation.00000013",
	}, text: "LakeFormation does not accept a value. Check the job's definition in the LakeFormation console."},
	{codes: []string{"lakeformation.00000014"}, text: "LakeFormation has a fault of its own. {again}"},
	{codes: []string{"lakeformation.00000015"}, text: "The token is wrong or has expired. Set a new one, or use an access key and a secret key."},
	{codes: []string{"lakeformation.00000016"}, text: "Ask your Huawei Cloud administrator for permission on this instance; likely the action {action} is missing."},
	{codes: []string{"lakeformation.00000021"}, text: "The token belongs to another project. Check the project id in the settings, or use credentials of that project."},

	// Shapes and statuses.
	{statuses: []int{301, 302, 303, 307, 308}, text: "The endpoint sends us elsewhere, which is not followed. Check the endpoint, and that no login page stands in between."},
	{whys: []why{whyHTML}, text: "A gateway or proxy answered in LakeFormation's place. {again} If it stays so, check the endpoint and the proxy."},
	{statuses: []int{404}, text: "LakeFormation does not know this job. It may have been deleted, or belong to another instance: check its id and the instance."},
	{statuses: []int{401}, text: "Check the credentials in the settings: the keys or the token are wrong, or no longer valid."},
	{statuses: []int{403}, text: "Check that the credentials are valid for this project; likely the action {action} is missing, which your Huawei Cloud administrator can give."},
	{statuses: []int{400}, text: "LakeFormation did not accept the request. Look at the job in the LakeFormation console; its job authorization may be missing."},
	{statuses: []int{408}, text: "LakeFormation ran out of time. {again}"},
	{statuses: []int{429}, text: "Too many calls at once. {again}"},
	{statuses: []int{500, 502, 503, 504}, text: "LakeFormation or its gateway has a fault of its own. {again}"},
	{whys: []why{whyGarbage, whyEmpty}, text: "The answer makes no sense to us. {again} If it stays so, check that the endpoint is LakeFormation's."},
	{text: "{again} If it stays so, give the request id to Huawei Cloud's support."},
}

// Remedy gives our own next step for the person, in one or two plain sentences: show it where Solution is empty.
// For a start or stop whose outcome is unknown it says to look before asking again.
func (e *Error) Remedy() string {
	var iam *Error
	if e.why == whyCredentials && errors.As(e.cause, &iam) {
		return iam.Remedy()
	}
	action, again := "lakeformation:instanceJob:describe", "Try again in a minute."
	if e.Op == OpStartJob || e.Op == OpStopJob {
		action = "lakeformation:instanceJob:exec"
		if e.Class == Unknown {
			again = "Look at the job's status before you ask again: LakeFormation may have done it."
		}
	}
	text := again
	if i := slices.IndexFunc(remedies, func(r remedyRow) bool { return r.fits(e) }); i >= 0 {
		text = remedies[i].text
	}
	return strings.NewReplacer("{action}", action, "{again}", again).Replace(text)
}
