package lakeformation

import (
	"encoding/json"
	"regexp"
	"strings"
)

// Place is where in the lake a job writes to, as far as its definition says; "" is not said.
type Place struct {
	Catalog  string
	Database string // in that catalog
}

// Place reads names out of Parameter, and nothing else of it: what does not look like the name of a catalog or a database
// is left out. The source is not read, since a catalog there is another system's whatever it is called. Neither are
// locations: they are paths.
func (d JobDetail) Place() Place {
	type target struct {
		Catalog  string `json:"target_catalog"`
		Database string `json:"target_database"`
	}
	var parameter struct {
		Migration  target `json:"metadata_migration_parameter"`
		Permission target `json:"permission_migration_parameter"`
		Discovery  target `json:"metadata_discovery_parameter"`
	}
	_ = json.Unmarshal(d.Parameter, &parameter) // what is of another kind stays empty
	for _, t := range []target{parameter.Migration, parameter.Permission, parameter.Discovery} {
		if placeName.MatchString(t.Catalog) {
			p := Place{Catalog: t.Catalog}
			if placeName.MatchString(t.Database) {
				p.Database = t.Database
			}
			return p
		}
	}
	return Place{}
}

// placeName is the shape of a catalog's or database's name: no address and no path has it.
var placeName = regexp.MustCompile(`^[\pL\pN_-]{1,128}$`)

// Common is the smallest place that holds both: the catalog, or the database if both name it. Names of places do not
// differ by case. The zero Place: they have none in common.
func (p Place) Common(other Place) Place {
	switch {
	case p.Catalog == "" || !strings.EqualFold(p.Catalog, other.Catalog):
		return Place{}
	case !strings.EqualFold(p.Database, other.Database):
		return Place{Catalog: p.Catalog}
	}
	return p
}
