package store

import (
	"context"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"slipway/approval"
)

// Whatever strangers send is stored, and comes back as text that both databases take.
func FuzzWhatStrangersSendIsStored(f *testing.F) {
	f.Add("nightly_sync", "source reloaded", "C1", "Ev1")
	f.Add("", "", "", "")
	f.Add("a\x00b", "\xff\xfe", "'; DROP TABLE requests; --", "\x00")
	f.Add("作业", "🚀 \u2028", "$1", "%s")
	w := onSQLite(f)
	f.Fuzz(func(t *testing.T, job, reason, channel, key string) {
		w := &world{t: t, store: w.store}
		w.exec("DELETE FROM inbox")
		ask := approval.Ask{Action: approval.Start, Job: job, Reason: reason, Channel: channel, By: ana}
		r, err := w.store.Open(context.Background(), approval.Receipt{EnvelopeID: "e" + key, Key: key}, ask, approval.Reply{}, anyCrowd)
		require.NoError(t, err)
		require.Equal(t, r, w.request(r.ID))
		require.Equal(t, text(job), r.Ask.Job)
		require.True(t, utf8.ValidString(r.Ask.Job+r.Ask.Channel+r.Ask.Reason))
		require.NotContains(t, r.Ask.Job+r.Ask.Channel, "\x00")
		id, err := w.store.Seen(context.Background(), approval.Receipt{EnvelopeID: "e" + key})
		require.NoError(t, err)
		require.Equal(t, r.ID, id)
	})
}
