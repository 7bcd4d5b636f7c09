package locallake

import (
	"encoding/json"
	"strings"
	"time"
)

// Identifiers and credentials of the Playground's world. None is real.
const (
	PlaygroundRegion        = "ap-southeast-4"
	PlaygroundProject       = "0123456789abcdef0123456789abcdef"
	PlaygroundInstance      = "2180518f-42b8-4947-b20b-adfc53981a25" // prod
	PlaygroundStaging       = "7c0e4a1d-5b7e-4c55-9d0e-3f3f1c6a2b10"
	PlaygroundAccessKey     = "PLAYGROUNDACCESSKEY1"
	PlaygroundSecretKey     = "playground-secret-key-never-shown"
	PlaygroundToken         = "playground-fixed-token-never-shown"
	PlaygroundDomain        = "playground"
	PlaygroundUser          = "slipway"
	PlaygroundPassword      = "playground-iam-password-never-shown"
	PlaygroundNightlySyncID = "03141229-84cd-4b1b-9733-dd124320c125"

	// PlaygroundSecret is in the parameter of nightly_sync. It must never be seen
	// in a message, a log or a database.
	PlaygroundSecret = "s3cr3t-metastore-password-never-shown"
)

// Playground is one believable world at the time now, which decides what
// "yesterday" is: two instances, jobs of all three types, runs that take 20 s.
func Playground(now time.Time) Config {
	opened := now.AddDate(-1, 0, 0)
	return Config{
		ProjectID: PlaygroundProject,
		Region:    PlaygroundRegion,
		Instances: []Instance{
			{ID: PlaygroundInstance, Name: "prod", Description: "production lake", CreateTime: opened},
			{ID: PlaygroundStaging, Name: "staging", Description: "for trying things", CreateTime: opened},
		},
		Jobs:      PlaygroundJobs(now),
		AccessKey: PlaygroundAccessKey, SecretKey: PlaygroundSecretKey,
		Tokens: []string{PlaygroundToken},
		Domain: PlaygroundDomain, User: PlaygroundUser, Password: PlaygroundPassword,
		SubmitFor: 2 * time.Second, RunFor: 20 * time.Second, StopFor: time.Second,
		RejectOldSignatures: true,
	}
}

// PlaygroundJobs are the Playground's jobs, with runs before now.
func PlaygroundJobs(now time.Time) []Job {
	at := func(daysAgo, hour, minute int) time.Time {
		y, m, d := now.Date()
		return time.Date(y, m, d-daysAgo, hour, minute, 0, 0, now.Location())
	}
	created := at(90, 9, 30)
	return []Job{
		{
			ID: PlaygroundNightlySyncID, Name: "nightly_sync", Type: MetadataMigration, CreateTime: created,
			Description: "Copies the warehouse's metastore into the lake",
			Parameter:   migration("MRS_RDS_FOR_MYSQL", "mysql://metastore.example.com:3306/hive", PlaygroundSecret),
			History: []PastRun{
				{Start: at(3, 2, 14), Took: 11*time.Minute + 48*time.Second},
				{Start: at(2, 2, 14), Took: 3 * time.Minute, Status: Failed},
				{Start: at(1, 2, 14), Took: 12 * time.Minute},
			},
		},
		{
			ID: "1f7c2b54-9a3e-4f0d-8c61-5d2e7b90a102", Name: "permissions_sync", Type: PermissionMigration, CreateTime: created,
			Description: "Copies the Ranger policies into the lake",
			Parameter:   json.RawMessage(`{"permission_migration_parameter":{"location":"obs://lake-example/ranger","instance_policy":"UPDATE"}}`),
			History:     []PastRun{{Start: at(1, 3, 5), Took: 95 * time.Second}},
		},
		{
			ID: "52d0e6aa-37c8-4be9-a1f4-08c9b6d3e203", Name: "weekly_discovery", Type: MetadataDiscovery, CreateTime: created,
			Description: "Looks for new tables in the landing zone",
			Parameter:   json.RawMessage(`{"metadata_discovery_parameter":{"data_location":"obs://landing-example/orders","target_catalog":"lake","conflict_strategy":"UPDATE"}}`),
			History:     []PastRun{{Start: at(8, 5, 0), Took: 41 * time.Minute}, {Start: at(1, 5, 0), Took: 38 * time.Minute}},
		},
		{
			ID: "6a9b1c3d-2e4f-4a5b-8c7d-9e0f1a2b3c04", Name: "new_region_sync", Type: MetadataMigration, CreateTime: at(0, 0, 0),
			Description: "Made today, never run",
			Parameter:   migration("ALIYUN_DLF", "https://dlf.example.com", ""),
		},
		{
			ID: "7b8c9d0e-1f2a-4b3c-9d4e-5f6a7b8c9d05", Name: "orders_backfill", Type: MetadataMigration, CreateTime: created,
			Description: "Ends partly: some old tables cannot be migrated",
			Parameter:   migration("MRS_RDS_FOR_PG", "postgres://orders.example.com:5432/hive", ""),
			Ends:        PartialSuccess, History: []PastRun{{Start: at(6, 22, 0), Took: 14 * time.Minute, Status: PartialSuccess}},
		},
		{
			ID: "8c9d0e1f-2a3b-4c4d-8e5f-6a7b8c9d0e06", Name: "legacy_import", Type: MetadataMigration, CreateTime: created,
			Description: "Fails: its source is out of reach",
			Parameter:   migration("OPEN_FOR_MYSQL", "mysql://legacy.example.com:3306/hive", ""),
			Ends:        Failed, History: []PastRun{{Start: at(4, 1, 0), Took: 2 * time.Minute, Status: Failed}},
		},
		{
			ID: "9d0e1f2a-3b4c-4d5e-9f6a-7b8c9d0e1f07", Name: "archived_sync", Type: MetadataMigration, CreateTime: created,
			Description: "Frozen by the service",
			Parameter:   migration("MRS_LOCAL_GAUSSDB", "gaussdb://archive.example.com:8000/hive", ""),
			Status:      FrozenUnreleasable, History: []PastRun{{Start: at(60, 2, 0), Took: 9 * time.Minute}},
		},
		{
			ID: "0e1f2a3b-4c5d-4e6f-8a7b-8c9d0e1f2a08", InstanceID: PlaygroundStaging, Name: "staging_sync", Type: MetadataMigration, CreateTime: created,
			Description: "The staging twin of nightly_sync",
			Parameter:   migration("MRS_RDS_FOR_MYSQL", "mysql://metastore-staging.example.com:3306/hive", ""),
			History:     []PastRun{{Start: at(1, 1, 30), Took: 70 * time.Second}},
		},
	}
}

// migration is a JobParameter; a password goes where a source's credentials would.
func migration(datasource, endpoint, password string) json.RawMessage {
	source := map[string]string{"endpoint": endpoint}
	if password != "" {
		source["user"], source["password"] = "reader", password
	}
	parameter, err := json.Marshal(map[string]any{"metadata_migration_parameter": map[string]any{
		"datasource_type": datasource, "datasource_parameter": source,
		"source_catalog": "hive", "target_catalog": "lake", "conflict_strategy": "UPDATE",
		"log_location": "obs://lake-logs-example/" + strings.ToLower(datasource),
		"sync_objects": []string{"DATABASE", "TABLE"},
		"locations":    []map[string]string{{"key": "hdfs://warehouse", "value": "obs://lake-example/warehouse"}},
	}})
	if err != nil {
		panic(err) // strings always marshal
	}
	return parameter
}
