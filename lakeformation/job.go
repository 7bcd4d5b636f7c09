package lakeformation

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Job is a job as lists tell it; in a history it is one run of it. Absent times are zero, all times are UTC.
type Job struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"`
	Type        JobType       `json:"type"`
	Status      Status        `json:"status"`
	CreateTime  time.Time     `json:"create_time,omitzero"`
	StartTime   time.Time     `json:"start_time,omitzero"`       // of the last run
	EndTime     time.Time     `json:"end_time,omitzero"`         // of the last run; unknown in a JobDetail
	ExecuteTime time.Duration `json:"-"`                         // of the last run, whole seconds; 0 also where it is not said
	LogInfo     string        `json:"log_simple_info,omitempty"` // one line, secrets masked
}

// UnmarshalJSON reads LakeFormation's JobInfo.
func (j *Job) UnmarshalJSON(b []byte) error {
	type plain Job
	wire := struct {
		*plain
		CreateTime  moment          `json:"create_time"`
		StartTime   moment          `json:"start_time"`
		EndTime     moment          `json:"end_time"`
		ExecuteTime json.RawMessage `json:"execute_time"`
	}{plain: (*plain)(j)}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	j.CreateTime, j.StartTime, j.EndTime = wire.CreateTime.Time, wire.StartTime.Time, wire.EndTime.Time
	j.ExecuteTime = seconds(wire.ExecuteTime)
	j.LogInfo = tidy(j.LogInfo, maxMessage)
	return nil
}

// seconds reads a number of seconds, also out of a text; anything else is 0.
func seconds(raw json.RawMessage) time.Duration {
	const tenYears = 10 * 365 * 24 * 60 * 60
	var number json.Number // takes 12 and "12"
	if json.Unmarshal(raw, &number) != nil {
		return 0
	}
	n, err := number.Int64()
	if err != nil || n < 0 || n > tenYears {
		return 0
	}
	return time.Duration(n) * time.Second
}

// JobDetail is one job with its definition. It has no end of the last run: see JobHistory. Absent times are zero.
type JobDetail struct {
	ID                 string    `json:"id"`
	Name               string    `json:"name"`
	Description        string    `json:"description,omitempty"`
	Type               JobType   `json:"type"`
	Status             Status    `json:"status"`
	CreateTime         time.Time `json:"create_time,omitzero"`
	StartTime          time.Time `json:"start_time,omitzero"`            // of the last run
	LastSuccessRunTime time.Time `json:"last_success_run_time,omitzero"` // not sent by older versions of the service

	// Parameter is the definition as LakeFormation sent it. It may hold addresses and passwords of the source, so it
	// is neither printed nor written as JSON.
	Parameter json.RawMessage `json:"-"`
}

// UnmarshalJSON reads LakeFormation's JobDetail.
func (d *JobDetail) UnmarshalJSON(b []byte) error {
	type plain JobDetail
	wire := struct {
		*plain
		CreateTime         moment          `json:"create_time"`
		StartTime          moment          `json:"start_time"`
		LastSuccessRunTime moment          `json:"last_success_run_time"`
		Parameter          json.RawMessage `json:"parameter"`
	}{plain: (*plain)(d)}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	d.CreateTime, d.StartTime, d.LastSuccessRunTime = wire.CreateTime.Time, wire.StartTime.Time, wire.LastSuccessRunTime.Time
	d.Parameter = wire.Parameter
	return nil
}

// String leaves Parameter out.
func (d JobDetail) String() string {
	return "job " + d.Name + " (" + d.ID + ", " + string(d.Type) + ", " + string(d.Status) + ")"
}

// GoString leaves Parameter out.
func (d JobDetail) GoString() string { return d.String() }

// Job gives what a list would tell of the job; the end and duration of the last run stay unknown.
func (d JobDetail) Job() Job {
	return Job{ID: d.ID, Name: d.Name, Type: d.Type, Status: d.Status, CreateTime: d.CreateTime, StartTime: d.StartTime}
}

// JobPage is one page of jobs or runs.
type JobPage struct {
	Total int // of all pages, as the service counts it
	Jobs  []Job
}

// UnmarshalJSON wants at least one of total and jobs, so that an answer of another kind is not read as "no jobs".
func (p *JobPage) UnmarshalJSON(b []byte) error {
	var wire struct {
		Total *int   `json:"total"`
		Jobs  *[]Job `json:"jobs"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if wire.Total == nil && wire.Jobs == nil {
		return errors.New("neither total nor jobs in it")
	}
	*p = JobPage{}
	if wire.Jobs != nil {
		p.Jobs = *wire.Jobs
	}
	p.Total = len(p.Jobs)
	if wire.Total != nil {
		p.Total = *wire.Total
	}
	return nil
}

// shown is ShowJob's answer, which must tell of the job that was asked for.
type shown struct {
	id     string
	detail JobDetail
}

func (s *shown) UnmarshalJSON(b []byte) error {
	s.detail = JobDetail{}
	if err := json.Unmarshal(b, &s.detail); err != nil {
		return err
	}
	if !strings.EqualFold(s.detail.ID, s.id) {
		s.detail = JobDetail{}
		return errors.New("it does not tell of the job that was asked for")
	}
	return nil
}

// logged is JobLog's answer.
type logged struct{ text string }

func (l *logged) UnmarshalJSON(b []byte) error {
	var wire struct {
		Log json.RawMessage `json:"log"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if wire.Log == nil {
		return errors.New("no log in it")
	}
	l.text = ""
	return json.Unmarshal(wire.Log, &l.text) // null, of a job that never ran, leaves it empty
}
