package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/localslack"
)

// says something that is no slash command, in a channel, a direct message or a thread, and waits for the ack.
func (p person) says(channelID, thread, text string) localslack.Delivery {
	p.t.Helper()
	d := p.slack.TypeInThread(p.id, channelID, thread, text)
	require.Empty(p.t, d.Problem)
	return d
}

func TestAMentionInAThreadDoesWhatTheCommandDoes(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.slack.Type(w.as("ben").id, channel, "the source is loaded again")
	visible := w.slack.Visible(w.as("ana").id, channel)
	root := visible[len(visible)-1].TS
	d := w.as("ana").says(channel, root, "@slipway start nightly_sync source reloaded")
	require.True(t, d.Acked)
	w.as("ana").reads("R-1001: looking up `nightly_sync`")
	ts, action := w.as("ana").button("Start job")
	card, _ := w.slack.Message(channel, ts)
	require.Equal(t, root, card.ThreadTS, "the card is in the thread")
	require.Contains(t, localslack.PlainText(card), "Reason: source reloaded")
	require.True(t, w.slack.Press(w.as("ana").id, channel, ts, action).Acked)
	w.until("the thread hears how it ended", func() bool {
		for _, m := range w.slack.Thread(channel, root) {
			if containsAll(localslack.PlainText(m), []string{"<@" + localslack.UserAna + "> `nightly_sync` succeeded after"}) {
				return true
			}
		}
		return false
	})
	require.Equal(t, 1, w.lake.StartCalls("nightly_sync"))
	w.as("ana").says(channel, root, "@slipway start")
	w.as("ana").reads("Which job? Nothing was done.", "start nightly_sync source reloaded")
}

func TestPlainWordsInADirectMessage(t *testing.T) {
	t.Parallel()
	w := stage(t)
	dm := w.slack.DM(localslack.UserAna)
	w.as("ana").says(dm, "", "help")
	w.as("ana").reads("I start LakeFormation jobs once", "`jobs [filter]`")
	w.as("ana").says(dm, "", "start nightly_sync")
	w.until("the card is there", func() bool { return containsAll(w.everything(), []string{"Start `nightly_sync` on default?"}) })
	for _, m := range w.slack.Visible(localslack.UserAna, dm) {
		for _, b := range localslack.Buttons(m) {
			if b.Text == "Start job" {
				require.True(t, w.slack.Press(localslack.UserAna, dm, m.TS, b.ActionID).Acked)
			}
		}
	}
	w.as("ana").reads("`nightly_sync` succeeded after")
	w.as("ana").says(dm, "", "what?")
	w.as("ana").reads("I don't know `what`, so nothing was done.")
}

func TestNobodyApprovesWhereNobodySees(t *testing.T) {
	t.Parallel()
	w := under(t, approval.Rule{Name: "leads", Approvals: 1, Approvers: []string{"@data-leads"}, ExpiresIn: approval.BuiltIn().ExpiresIn})
	w.as("ana").says(w.slack.DM(localslack.UserAna), "", "start nightly_sync")
	w.as("ana").reads("Nobody else sees this conversation, so nobody could approve it here. Nothing was started.", "Ask in a channel")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestAnEventThatIsDeliveredAgainAsksOnce(t *testing.T) {
	t.Parallel()
	w := stage(t)
	d := w.as("ana").says(channel, "", "@slipway start nightly_sync")
	w.cardSays("Start `nightly_sync` on default?")
	require.True(t, w.slack.Resend(d.EnvelopeID).Acked)
	w.as("ana").types("/lf pending")
	w.as("ana").reads("Waiting for a decision in this channel:", "R-1001")
	require.Len(t, w.cards(), 1)
	w.as("gita").says(channel, "", "@slipway start weekly_discovery")
	w.as("gita").reads("Only full members of this workspace may ask or decide")
}

func TestEventsThatAreNoCommands(t *testing.T) {
	t.Parallel()
	w := stage(t)
	for name, event := range map[string]string{
		"its own message": `{"type":"message","channel_type":"im","user":"U0SLIPWAY0","team":"T0PLAYGRND","channel":"D1","ts":"1.1","text":"start nightly_sync"}`,
		"a bot's message": `{"type":"message","channel_type":"im","user":"U0ANA00001","bot_id":"B1","team":"T0PLAYGRND","channel":"D1","ts":"1.2","text":"start nightly_sync"}`,
		"an edit":         `{"type":"message","channel_type":"im","subtype":"message_changed","channel":"D1","ts":"1.3"}`,
		"in a channel":    `{"type":"message","channel_type":"channel","user":"U0ANA00001","team":"T0PLAYGRND","channel":"C0PLATFORM","ts":"1.4","text":"start nightly_sync"}`,
		"something else":  `{"type":"reaction_added","user":"U0ANA00001"}`,
		"nonsense":        `{"type":"app_mention","user":7}`,
		"another team's":  `{"type":"app_mention","user":"U0ANA00001","user_team":"T0OTHER","team":"T0PLAYGRND","channel":"C0PLATFORM","ts":"1.5","text":"<@U0SLIPWAY0> start nightly_sync"}`,
		"of no team":      `{"type":"app_mention","user":"U0ANA00001","channel":"C0PLATFORM","ts":"1.6","text":"<@U0SLIPWAY0> start nightly_sync"}`,
	} {
		frame := `{"envelope_id":"e-` + name + `","type":"events_api","accepts_response_payload":false,"payload":{"type":"event_callback","event":` + event + `}}`
		require.True(t, w.slack.Send([]byte(frame)).Acked, name)
	}
	w.as("ana").types("/lf status")
	w.as("ana").reads("Nothing is open in this channel.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}
