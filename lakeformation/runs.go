package lakeformation

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// StartOptions say how a job is started.
type StartOptions struct {
	Mode    Mode // "" leaves it out
	Cascade bool // false, LakeFormation's default, leaves it out

	// NotAfter is the last moment at which the first byte may leave, by the wall clock; after it the call fails with
	// NeverSent. Zero is no limit.
	NotAfter time.Time
}

// StartJob asks LakeFormation to run a job and returns nil when it has accepted (HTTP 200 or 202); the run itself
// begins later. It makes at most one request, on a connection of its own, follows no redirect and repeats nothing:
// a second start would be a second run. The error is always an *Error, and its Class says whether a run may have begun.
//
// API page: StartJobByInstance, https://support.huaweicloud.com/intl/en-us/api-lakeformation/StartJobByInstance.html
func (c *Client) StartJob(ctx context.Context, id string, options StartOptions) error {
	path, err := jobPath(OpStartJob, id, "/start")
	if err != nil {
		return err
	}
	query := url.Values{}
	switch options.Mode {
	case "":
	case NormalMode, ComparisonMode:
		query.Set("mode", string(options.Mode))
	default:
		return badArgument(OpStartJob, fmt.Sprintf("%q is no mode: it is NORMAL or COMPARISON", clip(string(options.Mode), maxCode)))
	}
	if options.Cascade {
		query.Set("cascade", "true")
	}
	return c.post(ctx, OpStartJob, path, query, options.NotAfter)
}

// StopJob asks LakeFormation to stop a job's run and returns nil when it has accepted (HTTP 200 or 202); the run ends
// later. Like StartJob it makes at most one request, so that it cannot stop a run that begins in between; notAfter is
// as in StartOptions. What it answers for a job that is not running is not documented.
//
// API page: StopJobByInstance, https://support.huaweicloud.com/intl/en-us/api-lakeformation/StopJobByInstance.html
func (c *Client) StopJob(ctx context.Context, id string, notAfter time.Time) error {
	path, err := jobPath(OpStopJob, id, "/stop")
	if err != nil {
		return err
	}
	return c.post(ctx, OpStopJob, path, nil, notAfter)
}
