package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
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
	require.True(t, w.slack.Press(w.as("ben").id, channel, ts, action).Acked)
	w.until("Ben, who may not confirm, is told in that thread", func() bool {
		for _, m := range w.slack.Visible(w.as("ben").id, channel) {
			if m.EphemeralFor == w.as("ben").id && containsAll(localslack.PlainText(m), []string{"Only Ana can confirm"}) {
				return m.ThreadTS == root
			}
		}
		return false
	})
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
	w := under(t, approval.Rule{Name: "leads", Approvals: 1, Approvers: []string{"@data-leads"}, RequesterMay: true, ExpiresIn: time.Hour})
	w.as("ana").says(w.slack.DM(people["ana"]), "", "start nightly_sync")
	w.as("ana").reads("Nobody else sees this conversation, so nobody could approve it here. Nothing was started.", "Ask in a channel that @data-leads can see.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
	w.as("ben").says(w.slack.DM(people["ben"]), "", "start nightly_sync")
	w.as("ben").reads("Ben asks to start `nightly_sync`", "waiting for one of") // Ben is a lead, and may approve it himself
}

func TestApproversGetACopyOfWhatIsAskedDirectly(t *testing.T) {
	t.Parallel()
	w := under(t, twoLeads(direct, func(r *approval.Rule) { r.Approvals = 1 }))
	w.as("ana").says(w.slack.DM(people["ana"]), "", "start nightly_sync")
	w.as("ben").pressesCopy("approve")
	w.as("ben").copySays("succeeded after")
	w.as("ben").pressesCopy("run_again")
	w.until("Ben's request is shown to Ben", func() bool { return len(w.as("ben").direct()) > 1 })
	for _, m := range w.as("ana").direct() {
		require.NotContains(t, localslack.PlainText(m), "Ben asks")
	}
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

// hears delivers an event as Slack would, whatever is in it.
func (w *world) hears(envelope, event string) localslack.Delivery {
	return w.slack.Send([]byte(`{"envelope_id":"` + envelope + `","type":"events_api","accepts_response_payload":false,"payload":{"type":"event_callback","event":` + event + `}}`))
}

// ts is the present as Slack writes it, and so many seconds before it.
func (w *world) ts(ago time.Duration) string {
	return strconv.FormatInt(w.clock.Now().Add(-ago).Unix(), 10) + ".000100"
}

func TestEventsThatAreNoCommands(t *testing.T) {
	t.Parallel()
	w := stage(t)
	ts := w.ts(0)
	for name, event := range map[string]string{
		"its own message": `{"type":"message","channel_type":"im","user":"U0SLIPWAY0","team":"T0PLAYGRND","channel":"D1","ts":"` + ts + `","text":"start nightly_sync"}`,
		"a bot's message": `{"type":"message","channel_type":"im","user":"U0ANA00001","bot_id":"B1","team":"T0PLAYGRND","channel":"D1","ts":"` + ts + `","text":"start nightly_sync"}`,
		"an edit":         `{"type":"app_mention","user":"U0ANA00001","team":"T0PLAYGRND","channel":"C0PLATFORM","ts":"` + ts + `","edited":{"ts":"1.0"},"text":"<@U0SLIPWAY0> start nightly_sync"}`,
		"in a channel":    `{"type":"message","channel_type":"channel","user":"U0ANA00001","team":"T0PLAYGRND","channel":"C0PLATFORM","ts":"` + ts + `","text":"start nightly_sync"}`,
		"something else":  `{"type":"reaction_added","user":"U0ANA00001"}`,
		"nonsense":        `{"type":"app_mention","user":7}`,
	} {
		require.True(t, w.hears("e-"+name, event).Acked, name)
	}
	w.as("ana").types("/lf status")
	w.as("ana").reads("Nothing is open in this channel.")
	require.Zero(t, w.lake.StartCalls("nightly_sync"))
}

func TestStrangersInASharedChannelLearnNothing(t *testing.T) {
	t.Parallel()
	w := stage(t, func(c *localslack.Config, _ *locallake.Config) {
		c.Users = append(c.Users, localslack.User{ID: "U0STRANGER", Name: "stranger", TeamID: "T0OTHER"})
		c.Channels[0].Members = append(c.Channels[0].Members, "U0STRANGER")
	})
	stranger := person{w, "U0STRANGER"}
	answered := 0
	refused := func(what string) {
		t.Helper()
		answered++
		w.until(what+" is refused", func() bool {
			n := 0
			for _, m := range w.slack.Messages(channel) {
				if m.EphemeralFor != "" && containsAll(localslack.PlainText(m), []string{"Only members of this workspace may use Slipway here."}) {
					n++
				}
			}
			return n == answered
		})
	}
	for _, words := range []string{"jobs", "log nightly_sync", "instances", "help", "what", "start nightly_sync", "start nowhere/nightly_sync"} {
		stranger.says(channel, "", "@slipway "+words)
		refused(words)
	}
	for name, team := range map[string]string{"the event names another team": `"team":"T0PLAYGRND","user_team":"T0OTHER",`, "the event names none": ``} {
		require.True(t, w.hears("e-"+name, `{"type":"app_mention","user":"U0ANA00001",`+team+`"channel":"C0PLATFORM","ts":"`+w.ts(0)+`","text":"<@U0SLIPWAY0> jobs"}`).Acked)
		refused(name)
	}
	require.NotContains(t, w.everything(), "weekly_discovery")
	require.Empty(t, w.cards())
}

func TestAThreadThatIsGone(t *testing.T) {
	t.Parallel()
	w := stage(t)
	require.True(t, w.hears("e1", `{"type":"app_mention","user":"U0ANA00001","team":"T0PLAYGRND","channel":"C0PLATFORM","ts":"`+w.ts(0)+`","thread_ts":"1600000000.000100","text":"<@U0SLIPWAY0> start nightly_sync"}`).Acked)
	w.cardSays("Start `nightly_sync` on default?")
	w.as("ana").presses("Start job")
	w.threadSays("`nightly_sync` succeeded after")
	require.Len(t, w.cards(), 1)
}

func TestAMentionInADirectMessageCountsOnce(t *testing.T) {
	t.Parallel()
	w := stage(t)
	dm := w.slack.DM(people["ana"])
	w.as("ana").says(dm, "", "@slipway start nightly_sync")
	written := w.as("ana").direct()[0]
	require.True(t, w.hears("e1", `{"type":"app_mention","user":"U0ANA00001","team":"T0PLAYGRND","channel":"`+dm+`","ts":"`+written.TS+`","text":"<@U0SLIPWAY0> start nightly_sync"}`).Acked)
	w.as("ana").reads("Start `nightly_sync` on default?")
	w.as("ana").says(dm, "", "status")
	w.as("ana").reads("Open in this channel:", "R-1001")
	require.NotContains(t, w.everything(), "R-1002")
	require.NotContains(t, w.everything(), "a moment ago")
}

func TestAnEventOfLongAgoIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := stage(t)
	require.True(t, w.hears("e1", `{"type":"app_mention","user":"U0ANA00001","team":"T0PLAYGRND","channel":"C0PLATFORM","ts":"`+w.ts(time.Hour)+`","text":"<@U0SLIPWAY0> start nightly_sync"}`).Acked)
	w.as("ana").reads("This reached me only 1 h", "after you wrote it, so I left it alone.")
	w.as("ana").types("/lf status")
	w.as("ana").reads("Nothing is open in this channel.")
}

func TestHintsInADirectMessageAreTheBareWords(t *testing.T) {
	t.Parallel()
	w := stage(t)
	dm := w.slack.DM(people["ana"])
	w.as("ana").says(dm, "", "start nightly_snyc")
	w.as("ana").reads("Did you mean `nightly_sync`?", "`jobs` lists the jobs.")
	w.as("ana").says(dm, "", "cancel")
	w.as("ana").reads("Write its id, as in cancel R-1042.")
	w.as("ana").says(dm, "", "stauts")
	w.as("ana").reads("Did you mean status?")
	w.as("ana").says(dm, "", "stop")
	w.as("ana").reads("Which job?", "`stop nightly_sync wrong source`")
	w.as("ana").says(channel, "", "@slipway cancel")
	w.as("ana").reads("Write its id, as in @Slipway cancel R-1042.")
	w.as("ana").says(dm, "", " /lf whoami")
	w.as("ana").reads("You are Ana (U0ANA00001), a full member", "policy &lt;job&gt; tells it for a job")
}

func TestTheFormIsOfferedWhereItCannotOpenByItself(t *testing.T) {
	t.Parallel()
	w := stage(t)
	w.as("ana").says(channel, "", "@slipway start")
	w.as("ana").reads("Which job? Nothing was done.", "`@Slipway start nightly_sync source reloaded`")
	w.as("ana").presses("Start a job")
	require.NotEmpty(t, w.as("ana").form().blocks())
}

// deaf is a database that does not take new Requests for so many times.
type deaf struct {
	approval.Store
	times atomic.Int32
}

func (d *deaf) Open(ctx context.Context, receipt approval.Receipt, ask approval.Ask, reply approval.Reply, check func(approval.Crowd) error) (approval.Request, error) {
	if d.times.Add(-1) >= 0 {
		return approval.Request{}, errors.New("the disk is full")
	}
	return d.Store.Open(ctx, receipt, ask, reply, check)
}

// whileDeaf is a world whose database fails for so many times; Slack delivers again what is not acked in time.
func whileDeaf(t *testing.T, times int32) *world {
	w := unstarted(t, func(c *localslack.Config, _ *locallake.Config) {
		c.AckWithin, c.RetryEvents = time.Second, []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
	})
	w.around = func(s approval.Store) approval.Store {
		d := &deaf{Store: s}
		d.times.Store(times)
		return d
	}
	w.start()
	return w
}

// hearsMeanwhile waits while the story's clock stands still: Slack's deliveries take their time on the wall.
func (p person) hearsMeanwhile(words string) {
	p.t.Helper()
	ctx, done := context.WithTimeout(p.t.Context(), time.Minute)
	defer done()
	require.NoError(p.t, p.slack.WaitFor(ctx, func() bool { return strings.Contains(p.everything(), words) }), "%s\n%s", words, p.everything())
}

func TestWhatCannotBeRecordedIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	w := whileDeaf(t, 1)
	require.False(t, w.slack.Type(people["ana"], channel, "@slipway start nightly_sync").Acked)
	w.as("ana").hearsMeanwhile("I can't record this just now. Slack hands it to me again within some minutes, so you need not write it again.")
	w.as("ana").hearsMeanwhile("R-1001: looking up `nightly_sync`")
	w.cardSays("Start `nightly_sync` on default?", "R-1001")
	require.Len(t, w.cards(), 1)
}

func TestWhatCanNeverBeRecordedIsSaid(t *testing.T) {
	t.Parallel()
	w := whileDeaf(t, 4)
	require.False(t, w.slack.Type(people["ana"], channel, "@slipway start nightly_sync").Acked)
	w.as("ana").hearsMeanwhile("This could not be recorded, so nothing was started or decided. Please try again in a moment.")
	w.slack.Type(people["ana"], channel, "@slipway start nightly_sync")
	w.cardSays("Start `nightly_sync` on default?")
	require.Len(t, w.cards(), 1)
}
