package lakeformation

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyNamesOfPlacesAreRead(t *testing.T) {
	for parameter, want := range map[string]Place{
		`{"metadata_migration_parameter":{"datasource_parameter":{"endpoint":"e","password":"p"},"source_catalog":"hive","target_catalog":"lake"}}`: {Catalog: "lake"},
		`{"metadata_discovery_parameter":{"target_catalog":"lake","target_database":"orders_2"},"smn_notify":true}`:                                 {Catalog: "lake", Database: "orders_2"},
		`{"permission_migration_parameter":{"target_catalog":"湖-1"}}`:                                                                               {Catalog: "湖-1"},
		`{"metadata_discovery_parameter":{"target_catalog":"lake","target_database":["a"]}}`:                                                        {Catalog: "lake"},
		`{"metadata_migration_parameter":7,"metadata_discovery_parameter":{"target_catalog":"lake"}}`:                                               {Catalog: "lake"},
		`{"metadata_migration_parameter":{"target_catalog":"lake","locations":[{"key":"a/b","value":"test2/db"}],"sync_objects":["DATABASE"]}}`:     {Catalog: "lake"},
		`{"metadata_migration_parameter":{"target_catalog":"mysql://u:p@host/db"}}`:                                                                 {},
		`{"metadata_migration_parameter":{"target_catalog":"lake","target_database":"obs://x"}}`:                                                    {Catalog: "lake"},
		`{"metadata_discovery_parameter":{"target_database":"orders"}}`:                                                                             {}, // a database of no known catalog
		`{"metadata_migration_parameter":{"target_catalog":"` + strings.Repeat("x", 129) + `"}}`:                                                    {},
		`{"target_catalog":"lake"}`: {}, `{"metadata_migration_parameter":{"target_catalog":7}}`: {}, `[]`: {}, `null`: {}, `{"`: {}, ``: {},
	} {
		require.Equal(t, want, JobDetail{Parameter: json.RawMessage(parameter)}.Place(), parameter)
	}
}

func TestPlacesInCommon(t *testing.T) {
	for _, c := range []struct{ a, b, common Place }{
		{Place{"lake", ""}, Place{"lake", ""}, Place{"lake", ""}},
		{Place{"lake", ""}, Place{"LAKE", "orders"}, Place{"lake", ""}},
		{Place{"lake", "orders"}, Place{"lake", "Orders"}, Place{"lake", "orders"}},
		{Place{"lake", "orders"}, Place{"lake", "items"}, Place{"lake", ""}},
		{Place{"lake", "orders"}, Place{"pond", "orders"}, Place{}},
		{Place{}, Place{}, Place{}},
	} {
		require.Equal(t, c.common, c.a.Common(c.b), "%v and %v", c.a, c.b)
	}
}

// Whatever a definition holds, its place is made of names, and of those of its target alone.
func FuzzPlace(f *testing.F) {
	f.Add("lake", "orders", "s3cr3t", "password")
	f.Add("mysql://u:p@h/db", "a b", "lake", "target_catalogue")
	f.Add("x\n<!channel>", "`", "", "source_catalog")
	f.Fuzz(func(t *testing.T, catalog, database, secret, key string) {
		if strings.EqualFold(key, "target_catalog") || strings.EqualFold(key, "target_database") {
			key = "password"
		}
		target := map[string]any{"target_catalog": catalog, "target_database": database, key: secret,
			"datasource_parameter": map[string]string{"target_catalog": secret, key: secret}, "locations": []map[string]string{{"key": secret, "value": secret}}}
		parameter, err := json.Marshal(map[string]any{"metadata_migration_parameter": target, "x" + key: secret})
		require.NoError(t, err)
		p := JobDetail{Parameter: parameter}.Place()
		for _, name := range []string{p.Catalog, p.Database} {
			require.True(t, name == "" || placeName.MatchString(name))
		}
		require.Contains(t, []string{"", catalog}, p.Catalog)
		require.Contains(t, []string{"", database}, p.Database)
		require.NotPanics(t, func() { JobDetail{Parameter: json.RawMessage(secret)}.Place() })
	})
}
