// The tour: a small panel that says the next step, shows where to press, and
// notices by itself when it has happened.

import { byId, el, toast } from "./dom.js";
import { changed, look, people, post, server, view } from "./state.js";
import { stories } from "./tourstories.js";

// Where the person is; kept over a reload. armed: the step's fault was switched on.
const trip = { open: false, story: 0, step: 0, card: "", calls: 0, armed: false, ...JSON.parse(sessionStorage.getItem("tour") ?? "{}") };
let line; // the composer of the channel
let arming = false;
let target = null; // what the step is about
let marked = null; // the node that has the ring
let said = "";

const keep = (changes) => sessionStorage.setItem("tour", JSON.stringify(Object.assign(trip, changes)));
const step = () => stories[trip.story].steps[trip.step];
const room = () => server.channels[0];
export const touring = () => trip.open;

export function setUpTour(composer) {
  line = composer;
  byId("tour-story").append(...stories.map((s, i) => el("option", { value: String(i) }, `${i + 1} of ${stories.length}: ${s.title}`)));
  byId("tour-story").addEventListener("change", ({ target }) => begin(Number(target.value)));
  byId("tour-open").addEventListener("click", () => (trip.open ? leave() : resume()));
  byId("tour-leave").addEventListener("click", leave);
  byId("tour-again").addEventListener("click", () => begin(trip.story));
  byId("tour-next").addEventListener("click", () => (trip.story + 1 < stories.length ? begin(trip.story + 1) : finish()));
  byId("tour-show").addEventListener("click", show);
  // What is opened and closed on the page may hide or show the control.
  document.addEventListener("toggle", changed, true);
}

async function begin(story) {
  disarm();
  keep({ open: true, story, step: 0, card: "", calls: 0 });
  const ana = people().find((p) => p.name === step().as);
  look({ user: ana?.id ?? view.user, channel: room()?.id ?? view.channel, home: false, thread: "" });
  line.prefill(step().line);
}

function resume() {
  if (trip.step === 0) return begin(trip.story);
  keep({ open: true });
  changed();
}

function leave() {
  disarm();
  keep({ open: false });
  changed();
  byId("tour-open").focus();
}

function finish() {
  leave();
  keep({ story: 0, step: 0 });
}

// arm switches the step's fault on, once; disarm switches it off if it has not hit yet.
async function arm() {
  arming = true;
  keep({ armed: true });
  toast(await post("/api/fault", { do: "set", op: "start", fault: step().fault, times: 1 }));
  arming = false;
  changed();
}

function disarm() {
  if (trip.armed && step().fault) post("/api/fault", { do: "clear", op: "start", fault: "", times: 0 });
  keep({ armed: false });
}

// happening is what the server knows of this story.
function happening() {
  const job = server.jobs.find((j) => j.name === stories[trip.story].job);
  const all = server.messages[room()?.id] ?? [];
  if (trip.step === 0 && job && !all.some((m) => m.ts === trip.card)) {
    const asked = all.findLast((m) => m.blocks && !m.onlyFor && !m.thread && m.text.includes(`\`${job.name}\``) && JSON.stringify(m.blocks).includes('"action_id":"approve"'));
    if (asked) keep({ card: asked.ts, calls: job.startCalls });
  }
  const card = all.find((m) => m.ts === trip.card);
  return { job, card, replies: all.filter((m) => card && m.thread === card.ts), calls: (job?.startCalls ?? 0) - trip.calls };
}

// obstacle is what must be done before the step can be.
function obstacle({ job, card }) {
  const { as, down, line: typed, fault } = step();
  const person = people().find((p) => p.name === as);
  if (!job) return { say: `${stories[trip.story].job} was deleted. Bring it back as a new job, then start this story over.`, at: () => byId("jobs").querySelector('[data-key="deleted"] button') };
  if (trip.step > 0 && !card) return { say: "The card of this story is gone. Start it over.", at: () => byId("tour-again") };
  if (!down && server.child.state !== "running") return { say: "Slipway does not run. Press “Start again” first.", at: () => byId("banner").querySelector("button") };
  if (view.home || view.channel !== room().id) return { say: `Go back to #${room().name}: the story is there.`, at: () => byId("channels").querySelector(`[data-key="${room().id}"] button`) };
  if (person && view.user !== person.id) return { say: `Be ${as}: choose ${as} under “You are”.`, at: () => byId("cast").querySelector(`[data-key="${person.id}"]`) };
  if (typed && job.active) return { say: `${job.name} is still running. Wait for its end, or press “Finish now”.`, at: () => byId("jobs").querySelector(`[data-key="${job.id}"] [data-focus="finish"]`) };
  if (fault && (arming || !trip.armed)) return { say: "A moment: a fault is being switched on in LakeFormation.", arms: !trip.armed };
  return null;
}

export function drawTour() {
  byId("tour").hidden = !trip.open;
  byId("tour-open").setAttribute("aria-expanded", String(trip.open));
  if (!trip.open || view.link !== "open") return mark(null);
  const now = happening();
  const { steps } = stories[trip.story];
  while (now.job && (now.card || trip.step === 0) && step().done?.(now)) keep({ step: trip.step + 1, armed: false });
  const last = trip.step === steps.length - 1;
  const inTheWay = last ? null : obstacle(now);
  if (inTheWay?.arms) arm();
  const { say, at } = inTheWay ?? step();
  const words = typeof say === "function" ? say(now) : say;
  byId("tour-story").value = String(trip.story);
  byId("tour-step").textContent = `Step ${trip.step + 1} of ${steps.length}`;
  byId("tour-next").hidden = !last;
  byId("tour-next").textContent = trip.story + 1 < stories.length ? `Next: ${stories[trip.story + 1].title}` : "End the tour";
  target = (!last || now.card) && at?.(now);
  byId("tour-show").hidden = !target;
  mark(reach(target));
  if (words === said) return;
  byId("tour-say").textContent = said = words;
  marked?.scrollIntoView({ block: "nearest" });
}

function mark(node) {
  if (marked && marked !== node) marked.classList.remove("tour-here");
  marked = node;
  node?.classList.add("tour-here");
}

// reach is the node itself, or what must be opened or closed to get at it.
function reach(node) {
  if (!node) return null;
  const side = node.closest(".side");
  const opener = side && document.querySelector(`[data-open="${side.id}"]`);
  const cover = document.querySelector(".side.shown");
  if (opener?.checkVisibility() && !side.classList.contains("shown")) return opener;
  if (cover && cover !== side) return cover.querySelector("[data-close]");
  const shut = node.closest("details:not([open])");
  return shut ? shut.querySelector("summary") : node;
}

// show brings the keyboard to the control.
function show() {
  for (let way = reach(target); way !== target; way = reach(target)) {
    if (way.matches("summary")) way.parentElement.open = true;
    else way.click();
  }
  mark(target);
  target.scrollIntoView({ block: "nearest" });
  const inside = target.matches("label") ? target.querySelector("input") : target;
  if (inside.matches("article")) inside.tabIndex = -1;
  inside.focus();
}
