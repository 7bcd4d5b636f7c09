package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// The benchmarks measure on the wire, with every commit on disk. docs/benchmarks.md says what each figure means and
// shows a run of them.

const (
	crowdUsers    = 500
	crowdChannels = 40
)

func crowdUser(i int) string    { return fmt.Sprintf("U0CROWD%03d", i%crowdUsers) }
func crowdChannel(i int) string { return fmt.Sprintf("C0CROWD%03d", i%crowdChannels) }
func crowdJob(i int) string     { return fmt.Sprintf("job_%05d", i) }

// crowd is a workspace large enough that no limit per person or channel is met.
func crowd(s *localslack.Config, _ *locallake.Config) {
	s.RatePerChannel = false
	s.Channels, s.Users = nil, nil
	for i := range crowdUsers {
		s.Users = append(s.Users, localslack.User{ID: crowdUser(i), Name: fmt.Sprintf("user%d", i), RealName: "User", TeamID: s.Team.ID})
	}
	members := make([]string, len(s.Users))
	for i, u := range s.Users {
		members[i] = u.ID
	}
	for i := range crowdChannels {
		s.Channels = append(s.Channels, localslack.Channel{ID: crowdChannel(i), Name: fmt.Sprintf("channel-%d", i), Members: members, BotIsMember: true})
	}
}

// jobs is a LakeFormation with that many jobs, whose runs end when they are told to.
func jobs(n int) func(*localslack.Config, *locallake.Config) {
	return func(_ *localslack.Config, l *locallake.Config) {
		l.Jobs = nil
		for i := range n {
			l.Jobs = append(l.Jobs, locallake.Job{Name: crowdJob(i), Type: locallake.MetadataMigration})
		}
		l.SignalFor, l.SubmitFor, l.RunFor = 0, 0, time.Second
		l.RejectOldSignatures = false // its clock runs ahead of the one that signs
	}
}

// times collects how long something took.
type times []time.Duration

func (t times) report(b *testing.B, what string) {
	if len(t) == 0 {
		return
	}
	slices.Sort(t)
	b.ReportMetric(float64(t[len(t)/2].Microseconds())/1000, what+"-p50-ms")
	b.ReportMetric(float64(t[len(t)*99/100].Microseconds())/1000, what+"-p99-ms")
}

// BenchmarkAck measures from Slack's delivery of a command to the ack: Slipway, which commits a new request before it
// acks, beside a bare responder that only reads JSON and answers.
func BenchmarkAck(b *testing.B) {
	b.Run("slipway", func(b *testing.B) { measureAcks(b, stage(b, crowd)) })
	b.Run("bare", func(b *testing.B) {
		w := unstarted(b, crowd)
		w.respond(b)
		measureAcks(b, w)
	})
}

func measureAcks(b *testing.B, w *world) {
	var acks times
	i := 0
	for b.Loop() {
		d := w.slack.Type(crowdUser(i), crowdChannel(i), "/lf start job_"+fmt.Sprint(i))
		require.True(b, d.Acked, d.Problem)
		acks = append(acks, d.Took)
		i++
	}
	acks.report(b, "ack")
}

// BenchmarkCycle measures the main job: a command to its ack and its card, the press to its ack and to LakeFormation's
// start call, and from that call to the card that says so. One at a time, with few jobs and with many.
func BenchmarkCycle(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("jobs=%d", n), func(b *testing.B) { measureCycles(b, stage(b, crowd, jobs(n)), n) })
	}
	b.Run("jobs=10/PostgreSQL", func(b *testing.B) { measureCycles(b, onPostgreSQL(b, 10), 10) })
}

// onPostgreSQL is a world whose Slipway keeps its requests on the server of TEST_POSTGRES_URL.
func onPostgreSQL(b *testing.B, n int) *world {
	b.Helper()
	w := unstarted(b, crowd, jobs(n))
	w.env["DATABASE_URL"] = schema(b)
	w.start()
	return w
}

// BenchmarkSustained starts jobs under a rule that asks nobody, sixteen people at a time, each to its end in the
// database: how many whole requests a second the engine carries, Slack's and LakeFormation's own pace left aside.
func BenchmarkSustained(b *testing.B) {
	atOnce := []approval.Rule{{Name: "at once", ExpiresIn: time.Hour}}
	b.Run("SQLite", func(b *testing.B) {
		w := unstarted(b, crowd, jobs(1000))
		w.rules = atOnce
		w.start()
		measureSustained(b, w)
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		w := unstarted(b, crowd, jobs(1000))
		w.env["DATABASE_URL"], w.rules = schema(b), atOnce
		w.start()
		measureSustained(b, w)
	})
}

func measureSustained(b *testing.B, w *world) {
	ended := make(chan struct{})
	go func() { // time goes on by itself, so that looks and runs take none
		for {
			select {
			case <-ended:
				return
			case <-time.After(2 * time.Millisecond):
				w.clock.Advance(500 * time.Millisecond)
			}
		}
	}()
	defer close(ended)
	next := make(chan int)
	var people sync.WaitGroup
	for range 16 {
		people.Go(func() {
			for i := range next {
				w.carries(b, i)
			}
		})
	}
	began := time.Now()
	i := 0
	for b.Loop() {
		next <- i
		i++
	}
	close(next)
	people.Wait()
	b.ReportMetric(float64(i)/time.Since(began).Seconds(), "requests/s")
}

// carries starts one job, and waits until its request has succeeded.
func (w *world) carries(b *testing.B, i int) {
	job := crowdJob(i % 1000)
	d := w.slack.Type(crowdUser(i), crowdChannel(i), "/lf start "+job)
	if !d.Acked {
		b.Error(d.Problem)
		return
	}
	_, number, _ := strings.Cut(string(d.AckPayload), "R-")
	number, _, _ = strings.Cut(number, ":")
	id, ok := approval.ParseID("R-" + number)
	if !ok {
		b.Errorf("no request in %s", d.AckPayload)
		return
	}
	for {
		r, err := w.app.store.Request(context.Background(), id)
		if err != nil || r.State.Ended() {
			if err != nil || r.State != approval.Succeeded {
				b.Errorf("%v ended as %s: %v", id, r.State, err)
			}
			return
		}
		changed := w.lake.Changed()
		select {
		case <-changed:
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func measureCycles(b *testing.B, w *world, n int) {
	var acks, cards, clicks, starts, told times
	i := 0
	for b.Loop() {
		user, channel, job := crowdUser(i), crowdChannel(i), crowdJob(i%n)
		began := time.Now()
		d := w.slack.Type(user, channel, "/lf start "+job)
		require.True(b, d.Acked, d.Problem)
		acks = append(acks, d.Took)

		var ts string
		var approve localslack.Button
		w.soon("the card of "+job, func() bool {
			for _, m := range slices.Backward(w.slack.Visible(user, channel)) {
				if buttons := localslack.Buttons(m); len(buttons) > 0 && m.ThreadTS == "" {
					ts, approve = m.TS, buttons[0]
					return containsAll(localslack.PlainText(m), []string{job})
				}
			}
			return false
		})
		cards = append(cards, time.Since(began))

		calls := w.lake.StartCalls(job)
		pressed := time.Now()
		d = w.slack.Press(user, channel, ts, approve.ActionID)
		require.True(b, d.Acked, d.Problem)
		clicks = append(clicks, d.Took)
		w.soon("the start of "+job, func() bool { return w.lake.StartCalls(job) > calls })
		called := time.Now()
		starts = append(starts, called.Sub(pressed))
		w.soon("the card says so", func() bool {
			m, _ := w.slack.Message(channel, ts)
			return containsAll(localslack.PlainText(m), []string{"accepted by LakeFormation"})
		})
		told = append(told, time.Since(called))

		w.soon("the run ends", func() bool {
			m, _ := w.slack.Message(channel, ts)
			return containsAll(localslack.PlainText(m), []string{"succeeded"}) && len(w.slack.Thread(channel, ts)) >= 3
		})
		w.clock.Advance(time.Minute) // Slack's limits are for busier times
		i++
	}
	acks.report(b, "command-ack")
	cards.report(b, "command-card")
	clicks.report(b, "click-ack")
	starts.report(b, "click-start")
	told.report(b, "accepted-card")
}

// soon waits without letting the clock run, as long as things go on; time passes when nothing does. So waits for Slack's
// limits do not count, and the work does.
func (w *world) soon(what string, is func() bool) {
	w.t.Helper()
	end := time.Now().Add(time.Minute)
	for !is() {
		slackChanged, lakeChanged := w.slack.Changed(), w.lake.Changed()
		if is() {
			return
		}
		require.True(w.t, time.Now().Before(end), "waited too long until %s; the channels show:\n%s", what, w.everything())
		select {
		case <-slackChanged:
		case <-lakeChanged:
		case <-time.After(50 * time.Millisecond):
			w.clock.Advance(time.Second)
		}
	}
}

// BenchmarkBurst types a thousand commands at once, over forty channels, and waits for every ack and every card. An ack
// that says "busy" is counted: nothing was recorded then. Cards come at the pace Slack allows, one a second and channel;
// that time is not waited for here, but counted as time of the clock.
func BenchmarkBurst(b *testing.B) {
	const commands = 1000
	var acks times
	var busy, cards int
	var pace time.Duration
	for b.Loop() {
		b.StopTimer()
		w := stage(b, crowd, jobs(commands))
		b.StartTimer()
		var deliveries []<-chan localslack.Delivery
		for i := range commands {
			deliveries = append(deliveries, w.slack.TypeAsync(crowdUser(i), crowdChannel(i), "/lf start "+crowdJob(i)))
		}
		recorded := 0
		for _, delivery := range deliveries {
			d := <-delivery
			require.True(b, d.Acked, d.Problem)
			acks = append(acks, d.Took)
			if containsAll(string(d.AckPayload), []string{"looking up"}) {
				recorded++
			} else {
				require.Contains(b, string(d.AckPayload), "not recorded")
				busy++
			}
		}
		before := w.clock.Now()
		w.soon("every card is there", func() bool { return w.crowdCards() == recorded })
		pace += w.clock.Now().Sub(before)
		cards += recorded
		w.end()
	}
	acks.report(b, "ack")
	b.ReportMetric(float64(acks[len(acks)-1].Microseconds())/1000, "ack-max-ms")
	b.ReportMetric(float64(busy)/float64(b.N), "busy")
	b.ReportMetric(float64(cards)/float64(b.N), "cards")
	b.ReportMetric(pace.Seconds()/float64(b.N), "cards-in-s")
}

// crowdCards counts the cards in the crowd's channels.
func (w *world) crowdCards() int {
	n := 0
	for i := range crowdChannels {
		for _, m := range w.slack.Messages(crowdChannel(i)) {
			if m.BotID != "" && m.EphemeralFor == "" && m.ThreadTS == "" {
				n++
			}
		}
	}
	return n
}

// BenchmarkRefusedClickAck measures from Slack's delivery of a press to the ack, for somebody whom the rule does not
// name: no decision is recorded. So the same press can be repeated.
func BenchmarkRefusedClickAck(b *testing.B) {
	w := stage(b)
	w.as("ana").types("/lf start nightly_sync")
	ts, action := w.as("ana").button("Start job")
	var acks times
	for b.Loop() {
		d := w.slack.Press(people["ben"], channel, ts, action)
		require.True(b, d.Acked, d.Problem)
		acks = append(acks, d.Took)
	}
	acks.report(b, "ack")
}

// respond acks everything, and does nothing else.
func (w *world) respond(b *testing.B) {
	api := slack.New(w.env["SLACK_BOT_TOKEN"], slack.OptionAppLevelToken(w.env["SLACK_APP_TOKEN"]), slack.OptionAPIURL(w.slack.APIURL()))
	_, url, err := api.StartSocketModeContext(context.Background())
	require.NoError(b, err)
	conn, _, err := websocket.Dial(context.Background(), url, nil)
	require.NoError(b, err)
	b.Cleanup(func() { conn.CloseNow() })
	go func() {
		for {
			_, frame, err := conn.Read(context.Background())
			if err != nil {
				return
			}
			var envelope struct {
				ID string `json:"envelope_id"`
			}
			if json.Unmarshal(frame, &envelope) == nil && envelope.ID != "" {
				ack, _ := json.Marshal(map[string]any{"envelope_id": envelope.ID, "payload": map[string]string{"text": "ok"}})
				if conn.Write(context.Background(), websocket.MessageText, ack) != nil {
					return
				}
			}
		}
	}()
	w.until("the responder is connected", func() bool { return w.slack.Connections() > 0 })
}
