package locallake

import (
	"encoding/json"
	"errors"
)

var errExists = errors.New("the name or id exists already")

// withJob runs do with the job in the path under the lock, or answers 404.
func (s *Server) withJob(c *call, do func(*job) answer) answer {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	shelf := s.world.shelves[c.instance]
	if shelf == nil || shelf.byID[c.job] == nil {
		return notFound()
	}
	return do(shelf.byID[c.job])
}

// listJobs is ListJobsByInstance: the jobs of one type, oldest first (the order
// is not documented).
func (s *Server) listJobs(c *call) answer {
	jobType := Type(c.query.Get("type"))
	if jobType == "" {
		return badInput("Required request parameter 'type' is not present")
	}
	if !jobType.known() {
		return jsonText(400, body400)
	}
	page, refusal := c.page()
	if refusal != nil {
		return *refusal
	}
	status, refusal := c.statusFilter()
	if refusal != nil {
		return *refusal
	}
	pattern := newNamePattern(c.query.Get("name_pattern"))

	found, known := s.findPage(c.instance, jobType, page, func(j *job) bool {
		return (status == "" || j.status() == status) && pattern.matches(j.def.Name)
	})
	if !known {
		return notFound()
	}
	return jsonAnswer(200, found)
}

// findPage walks the jobs of one type once and makes wire forms of one page only.
func (s *Server) findPage(instance string, t Type, p page, match func(*job) bool) (jobPage, bool) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	shelf := s.world.shelves[instance]
	if shelf == nil {
		return jobPage{}, false
	}
	found := jobPage{Jobs: []jobInfo{}}
	for _, j := range shelf.byType[t] {
		if !match(j) {
			continue
		}
		if p.holds(found.Total) {
			found.Jobs = append(found.Jobs, s.wireInfo(j))
		}
		found.Total++
	}
	return found, true
}

// showJob is ShowJobByInstance.
func (s *Server) showJob(c *call) answer {
	return s.withJob(c, func(j *job) answer { return jsonAnswer(200, s.wireDetail(j)) })
}

// jobInput is the body of create and update.
type jobInput struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Type        Type            `json:"type"`
	Parameter   json.RawMessage `json:"parameter"`
}

// createJob is CreateJobByInstance. The page's success code is not known; 200 was chosen.
func (s *Server) createJob(c *call) answer {
	var in jobInput
	if json.Unmarshal(c.body, &in) != nil {
		return jsonText(400, body400)
	}
	if s.world.shelves[c.instance] == nil {
		return notFound()
	}
	def := Job{InstanceID: c.instance, Name: in.Name, Description: in.Description, Type: in.Type, Parameter: in.Parameter}
	id, err := s.world.add(def)
	if err != nil {
		return refuseDefinition(def, err)
	}
	c.job = id
	return s.showJob(c)
}

// updateJob is UpdateJobByInstance. It replaces all three, as a PUT does; the
// page's success code is not known, 200 was chosen.
func (s *Server) updateJob(c *call) answer {
	var in jobInput
	if json.Unmarshal(c.body, &in) != nil {
		return jsonText(400, body400)
	}
	return s.withJob(c, func(j *job) answer {
		def := j.def
		def.Name, def.Description, def.Parameter = in.Name, in.Description, in.Parameter
		if err := s.world.redefine(j, def); err != nil {
			return refuseDefinition(def, err)
		}
		return jsonAnswer(200, s.wireDetail(j))
	})
}

func refuseDefinition(def Job, err error) answer {
	if errors.Is(err, errExists) {
		return lakeError(400, "lakeformation.00000003", "the job already exists: "+def.Name)
	}
	return badInput(def.problem())
}

// deleteJob is DeleteJobByInstance. A submitted or running job must be stopped first.
func (s *Server) deleteJob(c *call) answer {
	return s.withJob(c, func(j *job) answer {
		if j.active() != nil {
			return badState("the job is submitted or running, stop it before deleting it")
		}
		s.world.remove(j)
		return answer{status: 200}
	})
}
