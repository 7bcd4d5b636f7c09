package locallake

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Op names an operation, for faults and for Seen.
type Op string

// The operations. OpAny stands for all of them in SetFault.
const (
	OpStart     Op = "start"
	OpStop      Op = "stop"
	OpShow      Op = "show"
	OpList      Op = "list"
	OpHistory   Op = "history"
	OpLog       Op = "log"
	OpCreate    Op = "create"
	OpUpdate    Op = "update"
	OpDelete    Op = "delete"
	OpInstances Op = "instances"
	OpInstance  Op = "instance"
	OpAgency    Op = "agency"
	OpToken     Op = "token"
	OpMetadata  Op = "metadata" // of an ECS: its agency's keys, and the token to ask for them
	OpProjects  Op = "projects"
	OpAny       Op = "any"

	// opElsewhere is where the fault "redirect" leads; it cannot be made to fail.
	opElsewhere Op = "elsewhere"
)

// Ops are all operations that can be made to fail, OpAny last.
func Ops() []Op {
	var ops []Op
	for _, r := range routes() {
		if r.op != opElsewhere && !slices.Contains(ops, r.op) {
			ops = append(ops, r.op)
		}
	}
	return append(ops, OpAny)
}

// call is one request on its way through the server.
type call struct {
	*http.Request
	op        Op
	open      bool // needs no credentials
	handle    func(*Server, *call) answer
	requestID string
	query     url.Values
	body      []byte

	project, instance, job string // from the path
}

type route struct {
	method  string // "" for any
	pattern string
	op      Op
	open    bool
	handle  func(*Server, *call) answer
}

func routes() []route {
	const (
		instances = "/v1/{project}/instances"
		jobs      = instances + "/{instance}/lf-jobs"
		job       = jobs + "/{job}"
	)
	return []route{
		{"POST", job + "/start", OpStart, false, (*Server).startJob},
		{"POST", job + "/stop", OpStop, false, (*Server).stopJob},
		{"GET", job, OpShow, false, (*Server).showJob},
		{"GET", jobs, OpList, false, (*Server).listJobs},
		{"GET", job + "/history", OpHistory, false, (*Server).showHistory},
		{"GET", job + "/log", OpLog, false, (*Server).showLog},
		{"POST", jobs, OpCreate, false, (*Server).createJob},
		{"PUT", job, OpUpdate, false, (*Server).updateJob},
		{"DELETE", job, OpDelete, false, (*Server).deleteJob},
		{"GET", instances, OpInstances, false, (*Server).listInstances},
		{"GET", instances + "/{instance}", OpInstance, false, (*Server).showInstance},
		{"GET", "/v2/agency", OpAgency, false, (*Server).showAgency},
		{"POST", "/v3/auth/tokens", OpToken, true, (*Server).issueToken},
		{"PUT", "/meta-data/latest/api/token", OpMetadata, true, (*Server).issueMetadataToken},
		{"GET", "/openstack/latest/securitykey", OpMetadata, true, (*Server).showAgencyKeys},
		{"GET", "/v3/projects", OpProjects, false, (*Server).listProjects},
		{"", "/elsewhere", opElsewhere, true, (*Server).elsewhere},
	}
}

// routed fills in what the method and path say; false for an unknown API. It is
// not http.ServeMux, which cleans paths and redirects where the gateway does not.
func (c *call) routed(table []route) bool {
	path := strings.Split(c.URL.EscapedPath(), "/")
	for _, r := range table {
		if (r.method == "" || r.method == c.Method) && c.match(strings.Split(r.pattern, "/"), path) {
			c.op, c.open, c.handle = r.op, r.open, r.handle
			return true
		}
	}
	return false
}

func (c *call) match(pattern, path []string) bool {
	if len(pattern) != len(path) {
		return false
	}
	c.project, c.instance, c.job = "", "", ""
	ids := map[string]*string{"{project}": &c.project, "{instance}": &c.instance, "{job}": &c.job}
	for i, want := range pattern {
		got, err := url.PathUnescape(path[i])
		id, isID := ids[want]
		switch {
		case err != nil, isID && got == "", !isID && got != want:
			return false
		case isID:
			*id = got
		}
	}
	return true
}
