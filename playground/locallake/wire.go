package locallake

import (
	"encoding/json"
	"time"
)

const wireTime = "2006-01-02T15:04:05.000Z"

func wireTimeOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(wireTime)
}

// jobInfo is JobInfo of the lists: a job with its last run, or a run of history.
type jobInfo struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	Type          Type   `json:"type"`
	CreateTime    string `json:"create_time,omitempty"`
	StartTime     string `json:"start_time,omitempty"`
	EndTime       string `json:"end_time,omitempty"`
	Status        any    `json:"status"`
	ExecuteTime   *int64 `json:"execute_time,omitempty"` // seconds
	LogSimpleInfo string `json:"log_simple_info,omitempty"`
}

// jobDetail is JobDetail of show. It has no end and no length of the last run.
type jobDetail struct {
	ID                 string          `json:"id"`
	Name               string          `json:"name"`
	Description        string          `json:"description,omitempty"`
	Type               Type            `json:"type"`
	Parameter          json.RawMessage `json:"parameter,omitempty"`
	CreateTime         string          `json:"create_time,omitempty"`
	LastSuccessRunTime string          `json:"last_success_run_time,omitempty"`
	StartTime          string          `json:"start_time,omitempty"`
	Status             any             `json:"status"`
}

type jobPage struct {
	Total int       `json:"total"`
	Jobs  []jobInfo `json:"jobs"`
}

// wireStatus is an object, or a string as the tables of the same pages say.
func (s *Server) wireStatus(status Status) any {
	if s.cfg.StatusAsString {
		return status
	}
	return map[string]Status{"status": status}
}

func (s *Server) wireRun(j *job, r *run) jobInfo {
	info := jobInfo{
		ID: j.def.ID, Name: j.def.Name, Type: j.def.Type, CreateTime: wireTimeOf(j.def.CreateTime),
		StartTime: wireTimeOf(r.StartTime), EndTime: wireTimeOf(r.EndTime),
		Status: s.wireStatus(r.Status), LogSimpleInfo: r.Info,
	}
	if r.over() {
		seconds := int64(r.executeTime() / time.Second)
		info.ExecuteTime = &seconds
	}
	return info
}

func (s *Server) wireInfo(j *job) jobInfo {
	last := j.last()
	if last == nil {
		last = &run{}
	}
	info := s.wireRun(j, last)
	info.Status = s.wireStatus(j.status())
	return info
}

func (s *Server) wireDetail(j *job) jobDetail {
	d := jobDetail{
		ID: j.def.ID, Name: j.def.Name, Description: j.def.Description, Type: j.def.Type,
		Parameter: j.def.Parameter, Status: s.wireStatus(j.status()),
	}
	if s.cfg.SparseDetail {
		return d
	}
	d.CreateTime, d.LastSuccessRunTime = wireTimeOf(j.def.CreateTime), wireTimeOf(j.lastSuccess())
	if r := j.last(); r != nil {
		d.StartTime = wireTimeOf(r.StartTime)
	}
	return d
}
