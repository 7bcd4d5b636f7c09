package lakeformation

const (
	askForAction = "Ask your Huawei Cloud administrator to allow the IAM user (or the agency) that signs in here the action that is missing: {action}."
	newToken     = "Set a new token, or use an access key and a secret key, which do not expire."
	agencyNoKeys = "Give this ECS an agency that may use LakeFormation, on its page in the ECS console under Management Information; or sign in with an access key and a secret key."
	agencyAgain  = "The keys came from this ECS's agency just now, so that works. Check that the agency may use LakeFormation in this project, and this machine's clock."
	refusedAgain = "It was fetched with the user and password just now, so IAM's sign-in works. Check that the project id and the region are right for this user, and this machine's clock."
)

// remedies go from the particular to the general. Where the service does not name the missing permission, "most likely"
// is said: the pages list the actions but not which call needs which.
var remedies = []remedyRow{
	// What the metadata service of an ECS answers, or does not.
	{ops: []string{OpAgencyKeys}, whys: []why{whyNoListener, whyDial, whyTimeout, whyBroken}, means: "the metadata service cannot be reached",
		text: "An agency works on a Huawei Cloud ECS alone. Check that Slipway runs on one, and that its firewall or container network lets it reach 169.254.169.254."},
	{ops: []string{OpAgencyKeys}, statuses: []int{401, 403, 404}, means: "this machine has no agency", text: agencyNoKeys},
	{ops: []string{OpAgencyKeys}, means: "the metadata service is not working at the moment", text: "{again} If it stays so, check that Slipway runs on a Huawei Cloud ECS that has an agency."},

	// What this side knows.
	{whys: []why{whyArgument}, text: "Correct the request; LakeFormation was not asked."},
	{whys: []why{whyTooLate}, text: "Ask again. If it keeps happening, the network or this machine is too slow."},
	{whys: []why{whyGivenUp}, text: "The wait was cut short on our side. {again}"},
	{whys: []why{whyDNS}, text: "Check the region or endpoint for a typing error, and the machine's DNS."},
	{whys: []why{whyNoListener, whyDial}, text: "Check the endpoint, and that a firewall or proxy lets this machine reach it."},
	{whys: []why{whyTLS}, text: "Check that the endpoint is the right one, and that this machine trusts its certificate and has the right time."},
	{whys: []why{whyCredentials}, means: "no credentials could be had", text: "Check the IAM user, password, account and project in the settings, and that IAM can be reached."},
	{whys: []why{whyTimeout, whyBroken}, text: "The network or LakeFormation is slow or was cut off. {again}"},
	{whys: []why{whyTooLarge}, text: "The answer is too large to show here. Look at it in the LakeFormation console."},

	// IAM's own answers.
	{iam: true, statuses: []int{401}, says: tells(`\bproject\b`), means: "the user may not use the project",
		text: "Check the project id in the settings, and that this IAM user has a permission in that project."},
	{iam: true, statuses: []int{401}, says: tells(`expired`), means: "the password has expired",
		text: "Set a new password for this IAM user in the IAM console, then in the settings."},
	{iam: true, statuses: []int{401}, says: tells(`lock`), means: "the user is locked",
		text: "IAM locks a user for a while after several wrong passwords. Correct the password in the settings, then wait a quarter of an hour."},
	{iam: true, statuses: []int{401}, means: "the account, user or password is wrong",
		text: "Check account, user and password; IAM locks a user after several wrong tries. Use an IAM user with programmatic access."},
	{iam: true, statuses: []int{403}, means: "the user is not let in, or not into this project",
		text: "Ask your Huawei Cloud administrator to enable the user and give it access to the project."},
	{iam: true, statuses: []int{400, 404}, means: "the account, the project or IAM's address is not known",
		text: "Check the IAM endpoint, the account name and the project id."},
	{iam: true, statuses: []int{429}, means: "there were too many sign-ins at once", text: "{again}"},
	{iam: true, means: "IAM is not working at the moment", text: "{again} If it stays so, look at Huawei Cloud's status page."},

	// The gateway.
	{codes: []string{"APIG.0101"}, means: "it does not know this address", text: "Check that the region or endpoint is LakeFormation's."},
	{codes: []string{"APIG.0106"}, text: "The gateway did not accept the request as it was. Check the endpoint and any proxy in between."},
	{codes: []string{"APIG.0201"}, text: "The gateway did not accept the request as it was, or its size. Check the endpoint and any proxy in between."},
	{codes: []string{"APIG.0103", "APIG.0104", "APIG.0105"}, text: "The gateway has a fault of its own. {again}"},
	{codes: []string{"APIG.0202"}, text: "The gateway could not reach LakeFormation. {again}"},
	{codes: []string{"APIG.0203"}, text: "LakeFormation did not answer its gateway in time. {again}"},
	{codes: []string{"APIG.0301", "APIG.0303"}, says: tells(`signature expired`), means: "the signature's time is not the server's",
		text: "Set this machine's clock: more than 15 minutes off is refused."},
	{codes: []string{"APIG.0301", "APIG.0303", "APIG.0305", "APIG.0307", "APIG.1002", "lakeformation.00000015"}, by: []signIn{byAgency},
		means: "the agency's keys were refused", text: agencyAgain},
	{codes: []string{"APIG.0301", "APIG.0303"}, says: tells(`access key (not found|.* not exist)|ak .*not exist`), means: "the access key is not known",
		text: "Check the access key: it may be mistyped, deleted or disabled, or of another account."},
	{codes: []string{"APIG.0301", "APIG.0303"}, says: tells(`security.?token`), by: []signIn{byTemporary, byKeys, ""}, means: "the security token is wrong or has expired",
		text: "Temporary keys end after a while. Set access key, secret key and security token anew, all three of the same issue."},
	{codes: []string{"APIG.0301", "APIG.0303"}, says: tells(`signature fail|signature .*(wrong|invalid|not match)`), means: "the signature is wrong",
		text: "Check the secret key: it does not belong to this access key, or was not copied whole. Check that no proxy changes the request."},
	{codes: []string{"APIG.0301", "APIG.0303"}, by: []signIn{byTemporary}, means: "the temporary keys are wrong or have expired",
		text: "Set access key, secret key and security token anew, all three of the same issue, and check this machine's clock."},
	{codes: []string{"APIG.0301", "APIG.0303"}, by: []signIn{byToken, byPassword}, means: "the token was not accepted",
		text: "Check the token and that no proxy takes headers away; an access key and a secret key are safer."},
	{codes: []string{"APIG.0301", "APIG.0303"}, means: "the credentials are wrong",
		text: "Check access key and secret key, that they belong together, and this machine's clock: more than 15 minutes off is refused."},
	{codes: []string{"APIG.0305"}, means: "the credentials were not accepted",
		text: "Check that the keys or the token are still valid and belong to this region and project."},
	{codes: []string{"APIG.0307"}, by: []signIn{byPassword}, means: "the token was refused as expired", text: refusedAgain},
	{codes: []string{"APIG.0307", "APIG.1002", "lakeformation.00000015"}, by: []signIn{byKeys, byTemporary}, means: "the credentials are wrong or no longer valid",
		text: "The answer speaks of a token, though requests are signed with keys here. Check access key and secret key, and with temporary keys the security token."},
	{codes: []string{"APIG.0307"}, means: "the token has expired", text: newToken},
	{codes: []string{"APIG.0308"}, means: "there were too many calls at once", text: "LakeFormation did not see this call. {again}"},
	{codes: []string{"APIG.1002", "lakeformation.00000015"}, by: []signIn{byPassword}, means: "the token was refused", text: refusedAgain},
	{codes: []string{"APIG.1002", "lakeformation.00000015"}, means: "the token is wrong or no longer valid",
		text: "A change of password or of permissions ends a token early. " + newToken},
	{codes: []string{"APIG.1005"}, means: "a permission is missing", text: askForAction},

	// LakeFormation's codes, most of which come with a 400.
	{codes: []string{"lakeformation.00000001"}, text: "LakeFormation is busy. {again}"},
	{codes: []string{"lakeformation.00000002"}, text: "LakeFormation does not know this kind of permission. Check the job's definition in the console."},
	{codes: []string{"lakeformation.00000003"}, text: "Something of that name exists already. Look at the job in the LakeFormation console."},
	{codes: []string{"lakeformation.00000004"}, means: "a quota is used up", text: "Free some of the quota, or ask your Huawei Cloud administrator to raise it."},
	{codes: []string{"lakeformation.00000005"}, means: "it does not know this job or what it works on",
		text: "The job or its catalog may have been deleted, or belong to another instance. Look at the job's definition in the LakeFormation console."},
	{codes: []string{"lakeformation.00000014"}, text: "LakeFormation has a fault of its own. {again}"},
	{codes: []string{"lakeformation.00000016"}, means: "a permission is missing", text: askForAction},
	{codes: []string{"lakeformation.00000021"}, means: "the credentials belong to another project",
		text: "Check the project id in the settings, or use credentials of that project."},

	// What a message tells where its code does not. The pages document none of these words.
	{statuses: []int{400, 403}, says: tells(`\bagency\b|job_trust|job authori[sz]ation|authori[sz]e jobs`), means: "jobs are not authorised there",
		text: "An administrator must do it once in the LakeFormation console, under Tasks > Job Authorization. It creates the agency lakeformation_job_trust, which must not be deleted."},
	{statuses: []int{400, 403}, says: tells(`frozen|in arrears|overdue payment`), means: "it is frozen",
		text: "The account may be in arrears. Ask whoever pays for the Huawei Cloud account to settle it; the job can be started afterwards."},
	{statuses: []int{400}, says: tells(`already (submitted|running)|is (submitted or )?running`), means: "the job is running already",
		text: "Wait until the run ends, then ask again."},
	{statuses: []int{400}, codes: []string{
		"lakeformation.00000006", "lakeformation.00000007", "lakeformation.00000008", "lakeformation.00000009",
		"lakeformation.00000010", "lakeformation.00000011", "lakeformation.00000012", "lakeformation.00000013",
	}, text: "LakeFormation does not accept a value. Check the job's definition in the LakeFormation console."},

	// Shapes and statuses.
	{statuses: []int{301, 302, 303, 307, 308}, text: "The endpoint sends us elsewhere, which is not followed. Check the endpoint, and that no login page stands in between."},
	{whys: []why{whyHTML}, text: "A gateway or proxy answered in LakeFormation's place. {again} If it stays so, check the endpoint and the proxy."},
	{statuses: []int{404}, ops: []string{OpListJobs, OpShowInstance}, means: "it does not know this instance or project",
		text: "Check the instance id, the project id and the region in the settings."},
	{statuses: []int{404}, means: "it does not know this job", text: "The job may have been deleted, or belong to another instance: check its id and the instance."},
	{statuses: []int{401}, by: []signIn{byPassword}, means: "the token was refused", text: refusedAgain},
	{statuses: []int{401}, by: []signIn{byAgency}, means: "the agency's keys were refused", text: agencyAgain},
	{statuses: []int{401}, means: "the credentials are wrong or no longer valid", text: "Check the keys or the token in the settings."},
	{statuses: []int{403}, says: namesTokenHeader, by: []signIn{byPassword}, means: "the token was refused", text: refusedAgain},
	{statuses: []int{403}, says: namesTokenHeader, by: []signIn{byToken}, means: "the token is not valid here",
		text: "It may be of another project or region, or have ended. " + newToken},
	{statuses: []int{403}, says: namesTokenHeader, means: "the credentials are not valid here",
		text: "Check that they belong to this project and region. " + askForAction},
	{statuses: []int{403}, means: "the credentials may not do this", text: askForAction + " Check also that they belong to this project."},
	{statuses: []int{400}, text: "LakeFormation did not accept the request. Look at the job in the LakeFormation console; its job authorization may be missing."},
	{statuses: []int{408}, text: "LakeFormation ran out of time. {again}"},
	{statuses: []int{429}, text: "Too many calls at once. {again}"},
	{statuses: []int{500, 502, 503, 504}, text: "LakeFormation or its gateway has a fault of its own. {again}"},
	{whys: []why{whyGarbage, whyEmpty}, text: "The answer makes no sense to us. {again} If it stays so, check that the endpoint is LakeFormation's."},
	{text: "{again} If it stays so, give the request id to Huawei Cloud's support."},
}
