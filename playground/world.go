package playground

import (
	"time"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// lakeConfig is the local LakeFormation's world, with runs short enough to be
// watched to their end: 8 to 20 seconds.
func lakeConfig() locallake.Config {
	c := locallake.Playground(time.Now())
	c.SignalFor, c.SubmitFor, c.StopFor = time.Second, 2*time.Second, 2*time.Second
	c.RunFor = 8 * time.Second
	for i := range c.Jobs {
		c.Jobs[i].RunFor = c.RunFor + time.Duration(i%4)*3*time.Second
	}
	return c
}

// roles say in a few words what each of the cast is there for.
var roles = map[string]string{
	localslack.UserAna:   "asks",
	localslack.UserBen:   "data lead",
	localslack.UserChen:  "data lead",
	localslack.UserDev:   "may only watch",
	localslack.UserGuest: "guest",
}
