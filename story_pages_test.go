package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// exports is a world with many jobs.
func exports(t *testing.T, n int, w *world) *world {
	t.Helper()
	for i := range n {
		_, err := w.lake.AddJob(locallake.Job{Name: fmt.Sprintf("export_%02d", i), Type: locallake.MetadataDiscovery})
		require.NoError(t, err)
	}
	return w
}

func TestPagesAreTurnedWithButtons(t *testing.T) {
	t.Parallel()
	w := exports(t, 45, stage(t))
	w.as("ana").types("/lf jobs export")
	w.as("ana").reads("Page 1 of 3", "export_19")
	ts, next := w.as("ana").button("Next page")
	says := func(words string, without ...string) {
		t.Helper()
		w.until("the list says "+words, func() bool {
			m, _ := w.slack.Message(channel, ts)
			return strings.Contains(localslack.PlainText(m), words)
		})
		m, _ := w.slack.Message(channel, ts)
		require.Equal(t, people["ana"], m.EphemeralFor)
		for _, not := range without {
			require.NotContains(t, localslack.PlainText(m), not)
		}
	}
	says("Page 1 of 3", "Previous page")
	w.slack.Press(people["ana"], channel, ts, next)
	says("Page 2 of 3; the next: /lf jobs export --page 3", "export_19", "nightly_sync")
	w.slack.Press(people["ana"], channel, ts, next)
	says("Page 3 of 3, the last.", "export_39", "Next page")
	_, before := w.as("ana").button("Previous page")
	w.slack.Press(people["ana"], channel, ts, before)
	says("Page 2 of 3", "export_40")
	require.Equal(t, 1, len(w.privately("ana")), "it stays one answer")

	require.NoError(t, w.lake.SetFault(locallake.OpList, locallake.Fault{Name: locallake.FaultForbidden}))
	w.slack.Press(people["ana"], channel, ts, next)
	w.as("ana").reads("I can't show that now.")
	says("Page 2 of 3")
}

// privately are the messages that only this person sees.
func (w *world) privately(name string) []localslack.Message {
	var all []localslack.Message
	for _, m := range w.slack.Visible(people[name], channel) {
		if m.EphemeralFor != "" && !m.Deleted {
			all = append(all, m)
		}
	}
	return all
}

func TestAStrangersPageIsNotTurned(t *testing.T) {
	t.Parallel()
	w := exports(t, 25, stage(t))
	w.as("ana").types("/lf jobs export")
	ts, next := w.as("ana").button("Next page")
	for _, value := range []string{
		"", "1001.1", "{", `{"i":"elsewhere","p":1}`, `{"i":"default","p":0}`, `{"i":"default","p":-1}`, `{"i":"default","p":1e99}`,
		`{"i":"default","p":1,"f":"a\u0000b"}`, `{"i":"default","p":1,"c":"` + strings.Repeat("/lf", 100) + `"}`, `{"i":"default","p":1,"f":"` + strings.Repeat("x", 2000) + `"}`,
	} {
		before := len(w.privately("ana"))
		require.True(t, w.slack.PressWith(people["ana"], channel, ts, next, value).Acked)
		w.until("there is an answer to "+value, func() bool { return len(w.privately("ana")) > before })
		require.Contains(t, localslack.PlainText(w.privately("ana")[before]), "I can't read this button, so nothing changed. Please list the jobs again.", value)
	}
	made, err := json.Marshal(map[string]any{"i": "default", "f": "<!channel>", "p": 99, "c": "<!here>"})
	require.NoError(t, err)
	require.True(t, w.slack.PressWith(people["ana"], channel, ts, next, string(made)).Acked)
	w.as("ana").reads("No job on default matches `&lt;!channel&gt;`.")
	for _, m := range w.privately("ana") {
		require.NotContains(t, m.Text+string(m.Blocks), "<!")
	}
}

func TestPagesOfLongNamesAndOfOneOfSeveralInstances(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	name := strings.Repeat("x", 200)
	for i := range 21 {
		_, err := w.lake.AddJob(locallake.Job{Name: fmt.Sprintf("%s_%02d", name, i), Type: locallake.MetadataDiscovery})
		require.NoError(t, err)
	}
	w.start()
	w.as("ana").types("/lf jobs " + name)
	w.as("ana").reads("Page 1 of 2", "Next page")
	w.as("ana").types("/lf jobs " + strings.Repeat("y", 2500))
	w.as("ana").reads("No job on default matches `yyyy")

	w = exports(t, 45, twoInstances(t))
	w.as("ana").types("/lf jobs prod export")
	w.as("ana").reads("45 jobs on prod match `export`:", "Page 1 of 3; the next: /lf jobs prod export --page 2")
	w.as("ana").types("/lf jobs prod export --page 2")
	w.as("ana").reads("export_20", "Page 2 of 3")
}
