package lakeformation

import "strings"

// Access is what a call tells about the credentials it was made with.
type Access int

const (
	Untold  Access = iota // nothing: there was no answer, or one that does not depend on them
	Granted               // they were accepted, whatever else the answer says
	Denied                // they were refused, and the same ones will be refused again; or the ECS's agency gives none
)

// Access is what this call tells about the credentials. A missing permission is no matter of the credentials.
func (c Call) Access() Access {
	e := c.Err
	switch {
	case c.Attempts == 0:
		return Untold
	case e == nil:
		return Granted
	case e.fetching() != nil:
		// The metadata service is on the machine itself: what it does not give for as long as the old keys last is missing.
		if fetch := e.fetching(); fetch.Class == Refused || fetch.Class == Unauthorized || fetch.Op == OpAgencyKeys {
			return Denied
		}
		return Untold
	case e.Renewable:
		return Untold
	case aboutToken(e), e.Code == "lakeformation.00000021":
		return Denied
	case (e.HTTPStatus == 400 || e.HTTPStatus == 404) && e.why == "" && !strings.HasPrefix(plainCode(e.Code), "APIG."):
		return Granted // LakeFormation itself looked at the request
	}
	return Untold
}
