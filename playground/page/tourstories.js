// The tour's five stories. Every step is done when the server's state says so:
// nothing here plays a result.
//
// A step has say (what to do and why), and may have
//   as: the name of the persona who does it,
//   at(now): the control to press or the place to look at,
//   done(now): whether it has happened; the last step of a story is never done,
//   line: what the composer is filled with,
//   fault: what is switched on in LakeFormation for the next start,
//   down: Slipway need not run for it.
// now is {job, card, replies, calls}: LakeFormation's job, the request's message, what
// stands in its thread, and how many start calls came since it was asked.

import { byId } from "./dom.js";
import { server } from "./state.js";
import { dateOf } from "./time.js";

const has = (message, action) => JSON.stringify(message.blocks).includes(`"action_id":"${action}"`);
const onCard = (action) => ({ card }) => document.querySelector(`#messages [data-ts="${card.ts}"] [data-action="${action}"]`);
const jobPanel = ({ job }) => byId("jobs").querySelector(`[data-key="${job.id}"]`);
const thread = ({ card }) => document.querySelector(`#messages [data-ts="${card.ts}"] .replies`);
const running = () => server.child.state === "running" && server.slack.connections > 0;

// told says whether the run has ended and the thread has heard of it since.
const told = ({ job, replies, calls }) => calls > 0 && !job.active && job.end && replies.some((r) => dateOf(r.ts) >= new Date(job.end));
const counted = ({ calls }) => `LakeFormation counts ${calls === 1 ? "one start call" : `${calls} start calls`}.`;

const ask = (job, why) => ({
  as: "Ana", line: `/lf start ${job}`, say: `Press Enter in the message line: Ana asks Slipway to start ${job}. ${why}`,
  at: () => document.querySelector("#composer textarea"), done: ({ card }) => card,
});
const press = (as, say, more = {}) => ({ as, say, at: onCard("approve"), done: ({ card }) => !has(card, "approve"), ...more });
const watch = (say) => ({ say, at: jobPanel, done: told });

export const stories = [
  {
    title: "Ask, confirm, told to the end", job: "nightly_sync",
    steps: [
      ask("nightly_sync", "Nothing starts yet: a card asks first."),
      press("Ana", "Press “Start job” on the card. For this job the policy wants no more than that whoever asks confirms."),
      watch("Watch the job: LakeFormation accepts the start, the run begins and ends. The card follows. (“Finish now” ends the run sooner.)"),
      { say: (now) => `Done: the card shows how it ended, and a reply in its thread told Ana. ${counted(now)}`, at: thread },
    ],
  },
  {
    title: "Two approvals", job: "orders_backfill",
    steps: [
      ask("orders_backfill", "The policy's rule for orders wants two data leads, and Ana is none."),
      press("Ben", "Press “Approve” on the card: Ben is a data lead, so his approval counts. Nothing starts yet.", { done: ({ card }) => card.text.includes("1 of 2") || !has(card, "approve") }),
      press("Chen", "Press “Approve” on the card: with the second data lead the rule is content, and the job is started."),
      watch("Watch the job run. It will not manage everything: some of its old tables cannot be migrated."),
      { say: (now) => `Done: the card names who approved and under which rule, and says “partly”, not “succeeded”. ${counted(now)}`, at: thread },
    ],
  },
  {
    title: "A refusal with its solution", job: "weekly_discovery",
    steps: [
      ask("weekly_discovery", "LakeFormation is going to refuse this one."),
      press("Ana", "Press “Start job”. The tour has switched a fault on: LakeFormation will refuse the next start, and say what to do.", { fault: "solution" }),
      { say: "A moment: LakeFormation answers.", at: jobPanel, done: ({ card, replies }) => has(card, "ask_again") && replies.length > 0 },
      { say: "Done: the card has LakeFormation's own code, words and solution, and says that nothing was started. “Ask again” is one press.", at: onCard("ask_again") },
    ],
  },
  {
    title: "No clear answer: Slipway looks", job: "permissions_sync",
    steps: [
      ask("permissions_sync", "The answer to this start is going to be lost."),
      press("Ana", "Press “Start job”. The tour has switched a fault on: LakeFormation will start the run, but the connection breaks before it can say so.", { fault: "reset-after-accept" }),
      watch("Slipway cannot know yet whether the job runs. It does not call a second time: it looks, finds the run, and follows it."),
      { say: (now) => `Done: the card says what is known and what is not. ${counted(now)} A second call might have run the job twice.`, at: thread },
    ],
  },
  {
    title: "A crash in the middle", job: "new_region_sync",
    steps: [
      ask("new_region_sync", "Slipway is going to die while it starts the job."),
      press("Ana", "Press “Start job”. The tour has switched a fault on: LakeFormation will start the run, but leave Slipway waiting for the answer.", { fault: "hang-but-runs" }),
      { say: "Press “Kill Slipway”: it dies at the worst moment, with the start sent and no answer.", at: () => byId("child").querySelector('[data-focus="kill"]'), down: true, done: () => server.child.state !== "running" },
      { say: "Press “Start again”. All that Slipway has now is its database.", at: () => byId("child").querySelector('[data-focus="restart"]'), down: true, done: running },
      watch("Slipway reads that it was about to start the job, does not call again, looks, and finds the run. Wait for its end."),
      { say: (now) => `Done: nothing was lost, and nothing ran twice. ${counted(now)}`, at: thread },
    ],
  },
];
