package store

import "testing"

// suite is what both databases have to do alike. Each sentence is a promise; what only one of them has is tested
// beside it.
var suite = []struct {
	sentence string
	holds    func(t *testing.T, w *world)
}{
	{"the first request is R-1001, opened and due at once", firstRequest},
	{"a request comes back as it was stored, with every field", roundTrip},
	{"what was stored is there after a restart", restart},
	{"characters that no database likes are stored without them", oddCharacters},
	{"a request that does not exist is not found", notFound},
	{"one envelope is recorded once, however many bring it at the same time", sameEnvelope},
	{"one press is recorded once, though Slack sends it in two envelopes", samePress},
	{"a delivery that was recorded is seen, another is not", seenDelivery},
	{"a refused ask leaves nothing behind", refusedAsk},
	{"the crowd counts open requests of the person and of the channel", crowd},
	{"two asks at the same time never see the same crowd", crowdAtOnce},
	{"who asked for many starts waits until the first is an hour old", startsOften},
	{"the same ask within two minutes has a twin, and afterwards none", twin},
	{"a job that another request holds is busy, and the answer names that request", busy},
	{"of two requests that take one job at the same time, one is told of the other", busyAtOnce},
	{"an ended request frees its job", freed},
	{"two last approvals at the same time count right", lastApprovals},
	{"changes at the same time follow each other, and none is lost", oneAfterAnother},
	{"a row that is no longer what was read is not written", swapped},
	{"the same person may say yes and then no", yesThenNo},
	{"an event that cannot happen changes nothing", impossible},
	{"a decision that fails leaves neither change nor receipt", failedDecision},
	{"a click that was recorded before gets the request as it is now", clickSeen},
	{"requests are found by job, instance, person, channel and openness, newest first", finding},
	{"events come in order, and quiet ones are not kept", eventsInOrder},
	{"the audit is one chain, whoever writes", auditAtOnce},
	{"a refusal is in the audit, and moves nothing", noting},
	{"the audit cannot be changed through the database by mistake", appendOnly},
	{"a change behind the database's back breaks the chain", tampered},
	{"whatever somebody does to the audit with SQL is found", tamperedAtRandom},
	{"the audit of one job is its requests' events, each whole by itself", auditOfOneJob},
	{"leases are forgotten by whoever has the database alone", forgetting},
	{"a reader sees what is there and changes nothing", reading},
	{"open requests are counted by state, and what is due and held by nobody ages", standing},

	{"work is claimed longest due first, and only when it is due", claimOrder},
	{"eight claimers share the work, and none gets what another has", claimers},
	{"a lease that ran out is taken over, and the old claim can do nothing more", takeOver},
	{"a lease ends on the microsecond", leaseEdge},
	{"a renewed lease is kept, and a lease given back is not", renewing},
	{"a lease is kept where more follows, and given back where nothing happened", keeping},
	{"a definite answer is stored whoever holds the lease", definiteAnswer},
	{"a person's change leaves the worker its lease", personBesideWorker},
	{"a commit that makes something due wakes the worker, another does not", waking},
	{"replicas wake each other", wakingReplicas},

	{"an opened request has no card; a described one has its card due", cardDue},
	{"the first card starts the time to decide", firstCard},
	{"a card that changed while it was drawn is due again", cardChangedMeanwhile},
	{"a card put off is due at that time", cardLater},
	{"a card with more to say is due again", cardAgain},
	{"first cards come before outcomes, and outcomes before redraws", cardOrder},
	{"a card that was shown counts after its lease, until somebody else has claimed it", cardShownLate},
	{"a card that is pressed before it was booked is booked by the press", cardPressedFirst},
	{"a message pressed in another channel is no card", cardPressedElsewhere},
	{"a card whose approvers are to be reminded is due then, whatever is drawn before", cardReminds},
	{"a run that takes much longer than usual is told once", cardLate},
	{"a workflow's step is answered once", cardAnswersStep},
	{"copies of a card are kept as they were booked", cardCopies},
	{"a reply URL is never given out when it is too old, and is wiped", replyWiped},
	{"deliveries are forgotten after a week", receiptsForgotten},

	{"while starts are frozen none is marked, on no replica, and after the thaw they are due", frozenNoMarker},
	{"a stop is not frozen", frozenStops},
	{"a start is marked before a freeze at the same time, which names it, or not at all", frozenAtOnce},
	{"a freeze and a thaw make the cards of what waits due", frozenCards},
	{"one delivery freezes or thaws once", frozenOnce},

	{"a watch is kept once for a channel and a job, and ends when it is ended", watchKept},
	{"a channel watches so many jobs at most, however many are asked for at the same time", watchesAreFew},
	{"of several that see a run end one tells the channel, once", watchTold},

	{"a change that cannot be written says so, and is not half written", halfWritten},
	{"a request that cannot be written says so, and is not half written", halfOpened},
	{"a closed database is an error in words", closedDatabase},
	{"a database that takes writes is ready", ready},
	{"a schema of a newer Slipway is refused", newerSchema},
	{"an inspection sees how a database stands, beside its writer, and changes nothing", inspecting},
	{"work, crowds and finding read along an index", noScans},
}

func TestSQLite(t *testing.T) {
	for _, c := range suite {
		t.Run(c.sentence, func(t *testing.T) { c.holds(t, onSQLite(t)) })
	}
}

func TestPostgreSQL(t *testing.T) {
	server := postgresServer(t)
	for _, c := range suite {
		t.Run(c.sentence, func(t *testing.T) { c.holds(t, onPostgres(t, server)) })
	}
}
