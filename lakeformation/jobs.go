package lakeformation

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
)

// How far the lists of jobs reach, by the API page.
const (
	MaxLimit  = 1000 // rows of one page
	MaxOffset = 1000 // rows before a page
	// defaultLimit is the service's own.
	defaultLimit = 10
)

// ListOptions choose one page of one type's jobs.
type ListOptions struct {
	Type        JobType // required
	NamePattern string  // wildcard; the grammar is not documented, so compare names yourself
	Status      Status  // "" is any; FROZEN_* cannot be asked for
	Offset      int     // 0 to 1000
	Limit       int     // 1 to 1000; 0 is 10
}

// ListJobs gives one page of the jobs of one type, repeating what may pass. Every error is an *Error.
//
// API page: ListJobsByInstance, https://support.huaweicloud.com/intl/en-us/api-lakeformation/ListJobsByInstance.html
func (c *Client) ListJobs(ctx context.Context, options ListOptions) (JobPage, error) {
	if options.Type == "" {
		return JobPage{}, badArgument(OpListJobs, "jobs are listed by type: give one")
	}
	query, err := pageQuery(OpListJobs, options.Offset, options.Limit)
	if err != nil {
		return JobPage{}, err
	}
	query.Set("type", string(options.Type))
	if options.NamePattern != "" {
		query.Set("name_pattern", options.NamePattern)
	}
	if options.Status != "" {
		query.Set("status", string(options.Status))
	}
	var page JobPage
	err = c.get(ctx, OpListJobs, "", query, &page)
	return page, err
}

// ShowJob gives one job with its definition. An *Error with HTTPStatus 404 means that there is no such job.
//
// API page: ShowJobByInstance, https://support.huaweicloud.com/intl/en-us/api-lakeformation/ShowJobByInstance.html
func (c *Client) ShowJob(ctx context.Context, id string) (JobDetail, error) {
	path, err := jobPath(OpShowJob, id, "")
	if err != nil {
		return JobDetail{}, err
	}
	out := shown{id: id}
	err = c.get(ctx, OpShowJob, path, nil, &out)
	return out.detail, err
}

// JobHistory gives one page of a job's runs, told as Jobs. Their order is not documented: compare start times. Offset is 0
// to 1000, limit 1 to 1000 (0 is 10).
//
// API page: ShowJobHistoryByInstance, https://support.huaweicloud.com/intl/en-us/api-lakeformation/ShowJobHistoryByInstance.html
func (c *Client) JobHistory(ctx context.Context, id string, offset, limit int) (JobPage, error) {
	path, err := jobPath(OpJobHistory, id, "/history")
	if err != nil {
		return JobPage{}, err
	}
	query, err := pageQuery(OpJobHistory, offset, limit)
	if err != nil {
		return JobPage{}, err
	}
	var page JobPage
	err = c.get(ctx, OpJobHistory, path, query, &page)
	return page, err
}

// JobLog gives the log of a job's last run, at most 8 MiB; "" where there is none. It is text from outside.
//
// API page: ShowJobLogByInstance, https://support.huaweicloud.com/intl/en-us/api-lakeformation/ShowJobLogByInstance.html
func (c *Client) JobLog(ctx context.Context, id string) (string, error) {
	path, err := jobPath(OpJobLog, id, "/log")
	if err != nil {
		return "", err
	}
	var out logged
	err = c.get(ctx, OpJobLog, path, nil, &out)
	return out.text, err
}

// jobPath gives the path of a job below the collection. An id is 1 to 64 letters, digits, _ or -; nothing else
// enters a path, so that no id leads to another resource.
func jobPath(op, id, suffix string) (string, error) {
	if !idShape.MatchString(id) {
		return "", badArgument(op, fmt.Sprintf("%q is no job id: it has 1 to 64 letters, digits, _ or -", clip(id, maxCode)))
	}
	return "/" + url.PathEscape(id) + suffix, nil
}

func pageQuery(op string, offset, limit int) (url.Values, error) {
	if limit == 0 {
		limit = defaultLimit
	}
	if offset < 0 || offset > MaxOffset || limit < 1 || limit > MaxLimit {
		return nil, badArgument(op, fmt.Sprintf("offset %d and limit %d: LakeFormation takes offsets of 0 to 1000 and limits of 1 to 1000", offset, limit))
	}
	return url.Values{"offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(limit)}}, nil
}

// AllJobs gives the jobs whose names match a pattern ("" is all) of the given types, or of every type. There is no
// call for all: each type is paged through, twice 1000 jobs at most, which is as far as the documented offset
// reaches. Jobs of a type beyond its first 2000 cannot be reached this way; their ids still work everywhere.
// A job that two pages both have is given once.
func (c *Client) AllJobs(ctx context.Context, namePattern string, types ...JobType) ([]Job, error) {
	jobs, _, err := c.Reachable(ctx, namePattern, types...)
	return jobs, err
}

// Reachable is AllJobs that also reports whether there are more: paging reaches 2,000 jobs of a type, and a pattern the
// others.
func (c *Client) Reachable(ctx context.Context, namePattern string, types ...JobType) (jobs []Job, more bool, err error) {
	if len(types) == 0 {
		types = JobTypes()
	}
	seen := map[string]bool{}
	for _, t := range types {
		for offset := 0; offset <= MaxOffset; offset += MaxLimit {
			page, err := c.ListJobs(ctx, ListOptions{Type: t, NamePattern: namePattern, Offset: offset, Limit: MaxLimit})
			if err != nil {
				return nil, false, err
			}
			for _, job := range page.Jobs {
				if !seen[job.ID] {
					seen[job.ID] = true
					jobs = append(jobs, job)
				}
			}
			if len(page.Jobs) < MaxLimit || offset == MaxOffset {
				more = more || page.Total > offset+len(page.Jobs)
				break
			}
		}
	}
	return jobs, more, nil
}
