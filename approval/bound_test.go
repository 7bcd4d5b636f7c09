package approval

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

const parameter = `{"metadata_migration_parameter":{"datasource_type":"ALIYUN_DLF","target_catalog":"c1","sync_objects":["DATABASE"],"locations":[{"key":"a","value":"b"}],"empty":{}}}`

func factsOf(t *testing.T, param string, change func(*Ask, *Target, *Job, *Rule)) Facts {
	t.Helper()
	d := described(BuiltIn())
	ask := opened().Ask
	if change != nil {
		change(&ask, &d.Target, &d.Job, &d.Rule)
	}
	facts, err := NewFacts(ask, d.Target, d.Job, json.RawMessage(param), d.Rule, "")
	require.NoError(t, err)
	return facts
}

func TestADecisionBindsToEverythingThatWasShown(t *testing.T) {
	bound := Bind(factsOf(t, parameter, nil))
	require.Empty(t, bound.Changed(factsOf(t, parameter, nil)))
	for name, c := range map[string]struct {
		param  string
		change func(*Ask, *Target, *Job, *Rule)
		want   []string
	}{
		"another endpoint":        {parameter, func(_ *Ask, t *Target, _ *Job, _ *Rule) { t.Endpoint = "https://x" }, []string{"endpoint"}},
		"another project":         {parameter, func(_ *Ask, t *Target, _ *Job, _ *Rule) { t.ProjectID = "x" }, []string{"project"}},
		"another instance":        {parameter, func(_ *Ask, t *Target, _ *Job, _ *Rule) { t.InstanceID = "x" }, []string{"instance"}},
		"another job id":          {parameter, func(_ *Ask, _ *Target, j *Job, _ *Rule) { j.ID = "x" }, []string{"job id"}},
		"another name":            {parameter, func(_ *Ask, _ *Target, j *Job, _ *Rule) { j.Name = "x" }, []string{"job name"}},
		"another type":            {parameter, func(_ *Ask, _ *Target, j *Job, _ *Rule) { j.Type = "x" }, []string{"job type"}},
		"another action":          {parameter, func(a *Ask, _ *Target, _ *Job, _ *Rule) { a.Action = Stop }, []string{"action", "run"}},
		"another mode":            {parameter, func(a *Ask, _ *Target, _ *Job, _ *Rule) { a.Mode = "COMPARISON" }, []string{"mode"}},
		"cascade":                 {parameter, func(a *Ask, _ *Target, _ *Job, _ *Rule) { a.Cascade = true }, []string{"cascade"}},
		"break glass":             {parameter, func(a *Ask, _ *Target, _ *Job, _ *Rule) { a.BreakGlass = true }, []string{"break glass"}},
		"another rule":            {parameter, func(_ *Ask, _ *Target, _ *Job, r *Rule) { r.Approvals = 2 }, []string{"rule"}},
		"an edited value":         {`{"metadata_migration_parameter":{"datasource_type":"ALIYUN_DLF","target_catalog":"c2","sync_objects":["DATABASE"],"locations":[{"key":"a","value":"b"}],"empty":{}}}`, nil, []string{"parameter.metadata_migration_parameter.target_catalog"}},
		"a longer list":           {`{"metadata_migration_parameter":{"datasource_type":"ALIYUN_DLF","target_catalog":"c1","sync_objects":["DATABASE","TABLE"],"locations":[{"key":"a","value":"b"}],"empty":{}}}`, nil, []string{"parameter.metadata_migration_parameter.sync_objects", "parameter.metadata_migration_parameter.sync_objects[1]"}},
		"a value of another kind": {`{"metadata_migration_parameter":{"datasource_type":"ALIYUN_DLF","target_catalog":null,"sync_objects":["DATABASE"],"locations":[{"key":"a","value":"b"}],"empty":{}}}`, nil, []string{"parameter.metadata_migration_parameter.target_catalog"}},
		"an empty object gone":    {`{"metadata_migration_parameter":{"datasource_type":"ALIYUN_DLF","target_catalog":"c1","sync_objects":["DATABASE"],"locations":[{"key":"a","value":"b"}]}}`, nil, []string{"parameter.metadata_migration_parameter.empty"}},
	} {
		require.Equal(t, c.want, bound.Changed(factsOf(t, c.param, c.change)), name)
	}
}

func TestTheOrderOfKeysDoesNotMatter(t *testing.T) {
	bound := Bind(factsOf(t, `{"a":1,"b":{"c":[1,2]}}`, nil))
	require.Empty(t, bound.Changed(factsOf(t, ` { "b" : {"c":[ 1 ,2]}, "a":1 } `, nil)))
}

func TestValuesAreNotStored(t *testing.T) {
	stored, err := json.Marshal(Bind(factsOf(t, `{"password":"hunter2-hunter2"}`, nil)))
	require.NoError(t, err)
	require.NotContains(t, string(stored), "hunter2")
	again := Bind(factsOf(t, `{"password":"hunter2-hunter2"}`, nil))
	require.NotEqual(t, Bind(factsOf(t, `{"password":"hunter2-hunter2"}`, nil)).Sums, again.Sums, "each request has its own salt")
}

func TestNothingBoundMatchesNothing(t *testing.T) {
	require.NotEmpty(t, Bound{}.Changed(factsOf(t, `{}`, nil)))
}

func TestADefinitionThatIsNotJSONIsAnError(t *testing.T) {
	_, err := NewFacts(opened().Ask, Target{}, Job{}, json.RawMessage(`{"a":`), BuiltIn(), "")
	require.Error(t, err)
}
