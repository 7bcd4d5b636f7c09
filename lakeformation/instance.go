package lakeformation

import (
	"context"
	"net/http"
	"net/url"
)

// Instance is a LakeFormation instance as ShowInstance tells it.
type Instance struct {
	ID           string `json:"instance_id"`
	Name         string `json:"name"`
	Status       string `json:"status"` // RUNNING, FROZEN_RELEASABLE, SCALING, …
	InRecycleBin bool   `json:"in_recycle_bin"`
}

// ShowInstance gives the instance itself. An *Error with HTTPStatus 404 means that there is no such instance; one with 403
// may only mean that these credentials are for its jobs alone.
//
// API page: ShowLakeFormationInstance, https://support.huaweicloud.com/intl/en-us/api-lakeformation/ShowLakeFormationInstance.html
func (c *Client) ShowInstance(ctx context.Context) (Instance, error) {
	var out Instance
	err := c.look(ctx, OpShowInstance, c.at, &out)
	return out, err
}

// Agency says whether LakeFormation may work for the account.
type Agency struct {
	Name       string   `json:"agency_name"`
	Authorized bool     `json:"authorized"`     // it exists and may do all it must
	Missing    []string `json:"missing_action"` // what it lacks; empty where it does not exist, too
}

// ShowJobAgency tells whether an administrator has authorised jobs: without that agency every run fails. Not every region
// has this call; an *Error with HTTPStatus 404 says so.
//
// API page: ShowAgency, https://support.huaweicloud.com/intl/en-us/api-lakeformation/ShowAgency.html
func (c *Client) ShowJobAgency(ctx context.Context) (Agency, error) {
	var out Agency
	err := c.look(ctx, OpShowAgency, c.endpoint+"/v2/agency?"+canonicalQuery(url.Values{"agency_type": {"JOB_TRUST"}}), &out)
	return out, err
}

// look reads what is not below the job collection.
func (c *Client) look(ctx context.Context, op, address string, out any) error {
	r := request{op: op, method: http.MethodGet, address: address}
	return c.watched(r, func(call *Call) *Error { return c.retried(ctx, r, out, call) })
}
