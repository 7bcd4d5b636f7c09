package locallake

import "strings"

// wireInstance is LakeFormationInstance. Its id is instance_id, where a job's is id.
type wireInstance struct {
	ID                  string `json:"instance_id"`
	Name                string `json:"name"`
	Description         string `json:"description"`
	EnterpriseProjectID string `json:"enterprise_project_id"`
	Shared              bool   `json:"shared"`
	DefaultInstance     bool   `json:"default_instance"`
	CreateTime          string `json:"create_time,omitempty"`
	UpdateTime          string `json:"update_time,omitempty"`
	Status              string `json:"status"`
	InRecycleBin        bool   `json:"in_recycle_bin"`
}

func (s *Server) wireInstance(index int) wireInstance {
	i := s.cfg.Instances[index]
	if i.Status == "" {
		i.Status = "RUNNING"
	}
	return wireInstance{
		ID: i.ID, Name: i.Name, Description: i.Description, EnterpriseProjectID: "0", DefaultInstance: index == 0,
		CreateTime: wireTimeOf(i.CreateTime), UpdateTime: wireTimeOf(i.CreateTime), Status: i.Status,
	}
}

// listInstances is ListLakeFormationInstances. The SDK always sends offset and
// limit, the page does not demand them.
func (s *Server) listInstances(c *call) answer {
	p := page{0, maxLimit}
	if c.query.Has("offset") || c.query.Has("limit") {
		var refusal *answer
		if p, refusal = c.page(); refusal != nil {
			return *refusal
		}
	}
	found := []wireInstance{}
	total := 0
	for index, i := range s.cfg.Instances {
		if c.query.Get("in_recycle_bin") == "true" || !strings.Contains(i.Name, c.query.Get("name")) {
			continue
		}
		if p.holds(total) {
			found = append(found, s.wireInstance(index))
		}
		total++
	}
	return jsonAnswer(200, map[string]any{"instances": found, "total": total})
}

// showInstance is ShowLakeFormationInstance.
func (s *Server) showInstance(c *call) answer {
	for index, i := range s.cfg.Instances {
		if i.ID == c.instance {
			return jsonAnswer(200, s.wireInstance(index))
		}
	}
	return notFound()
}

// showAgency is ShowAgencyV2: have jobs been authorised?
func (s *Server) showAgency(c *call) answer {
	names := map[string]string{"JOB_TRUST": "lakeformation_job_trust", "ADMIN_TRUST": "lakeformation_admin_trust"}
	kind := c.query.Get("agency_type")
	if names[kind] == "" {
		return jsonText(400, body400)
	}
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	return jsonAnswer(200, map[string]any{
		"agency_type": kind, "agency_name": names[kind], "authorized": kind != "JOB_TRUST" || !s.world.unauthorized,
	})
}
