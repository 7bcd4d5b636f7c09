package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// BenchmarkTypeAhead measures from Slack's delivery of what somebody typed to the jobs that are offered, with few jobs and
// with 10,000. LakeFormation lists 2,000 of a type at the most: of those that the list holds, and of those that only a
// pattern reaches.
func BenchmarkTypeAhead(b *testing.B) {
	for _, n := range []int{10, 6_000, 10_000} {
		b.Run(fmt.Sprintf("jobs=%d", n), func(b *testing.B) {
			w := stage(b, func(_ *localslack.Config, l *locallake.Config) {
				l.Jobs = nil
				types := []locallake.Type{locallake.MetadataMigration, locallake.PermissionMigration, locallake.MetadataDiscovery}
				for i := range n {
					l.Jobs = append(l.Jobs, locallake.Job{Name: crowdJob(i), Type: types[i%len(types)]})
				}
			})
			w.as("ana").types("/lf start")
			f := w.as("ana").form()
			f.offers("") // the list is read
			var answers times
			i := 0
			for b.Loop() {
				typed := fmt.Sprintf("%d", i*7919%n)
				options, d := w.slack.Suggest(f.id, "form_job", typed)
				require.NotEmpty(b, options, typed)
				answers = append(answers, d.Took)
				i++
			}
			answers.report(b, "offer")
		})
	}
}
