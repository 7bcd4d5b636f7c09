// The jobs of the local LakeFormation, and what somebody else may do to them.

import { byId, el, keyed, toast } from "./dom.js";
import { post, server } from "./state.js";
import { lasting, shortTime, wholeTime } from "./time.js";

const statuses = {
  CREATED: ["never run", "idle"], SUBMITTED: ["submitted", "busy"], RUNNING: ["running", "busy"],
  SUCCESS: ["succeeded", "good"], PARTIAL_SUCCESS: ["partly succeeded", "warn"], FAILED: ["failed", "bad"],
  STOPPED: ["stopped", "idle"], FROZEN_RELEASABLE: ["frozen", "idle"], FROZEN_UNRELEASABLE: ["frozen", "idle"],
};
const ends = [["SUCCESS", "succeeded"], ["PARTIAL_SUCCESS", "partly succeeded"], ["FAILED", "failed"]];
const types = {
  METADATA_MIGRATION: "metadata migration", PERMISSION_MIGRATION: "permission migration", METADATA_DISCOVERY: "metadata discovery",
};

export function drawJobs() {
  const items = server.jobs.map((j) => ({ key: j.id, j, sign: j }));
  if (server.deleted.length) items.push({ key: "deleted", deleted: server.deleted, sign: server.deleted });
  keyed(byId("jobs").querySelector(".panel-body"), items, (i) => (i.deleted ? restore(i.deleted) : card(i.j)));
}

const change = async (job, what, status = "") => toast(await post("/api/job", { job, do: what, status }));

function card(j) {
  const [word, tone] = statuses[j.status] ?? [j.status.toLowerCase(), "idle"];
  const act = (label, what, explains, extra = {}) =>
    el("button", { type: "button", class: "button small", title: explains, "aria-label": `${label} ${j.name}: ${explains}`, dataset: { focus: what }, onClick: () => change(j.id, what, j.ends), ...extra }, label);
  return el("article", { class: "job", "aria-label": j.name },
    el("header", {}, el("code", { class: "job-name" }, j.name), el("span", { class: `pill ${tone}` }, word)),
    el("p", { class: "muted" }, `${types[j.type] ?? j.type} on ${j.instance} · ${j.description}`),
    el("p", { class: "job-run" }, lastRun(j)),
    el("div", { class: "job-controls" },
      el("label", {}, "Ends as ",
        el("select", { dataset: { focus: "ends" }, onChange: (event) => change(j.id, "ends", event.target.value) },
          ends.map(([value, label]) => el("option", { value, selected: value === j.ends }, label)))),
      act("Finish now", "finish", "ends the run that is going on", { disabled: !j.active })),
    j.past.length > 0 && el("details", { dataset: { keep: "past" } },
      el("summary", { dataset: { focus: "past" } }, "Runs and log"),
      el("ul", { class: "job-past", "aria-label": `The newest runs of ${j.name}` }, j.past.map(run)),
      el("pre", { class: "job-log", tabindex: "0", role: "region", "aria-label": `The end of the newest log of ${j.name}` }, j.log.join("\n") || "No log.")),
    el("details", { dataset: { keep: "else" } },
      el("summary", { dataset: { focus: "else" } }, "Somebody else…"),
      el("div", { class: "job-controls" },
        act("Edits it", "edit", "switches the parameter smn_notify, so that what was approved is no longer what would run"),
        act("Starts it", "start", "begins a run from the console"),
        act("Deletes it", "delete", "the job is gone; it can be brought back below", { class: "button small danger" }))));
}

function run(r) {
  const start = new Date(r.start);
  return el("li", {}, statuses[r.status]?.[0] ?? r.status.toLowerCase(), " · ", el("time", { datetime: r.start, title: wholeTime(start) }, shortTime(start)),
    r.seconds ? `, took ${lasting(r.seconds)}` : "", r.outside ? " · not by Slipway" : "");
}

// lastRun also counts the start calls that reached LakeFormation: two for one
// approval would be one too many.
function lastRun(j) {
  const calls = j.startCalls === 0 ? "" : j.startCalls === 1 ? " · 1 start call" : ` · ${j.startCalls} start calls`;
  if (!j.start) return (j.runs ? "A run begins…" : "No run yet") + calls;
  const start = new Date(j.start);
  const when = el("time", { datetime: j.start, title: wholeTime(start) }, shortTime(start));
  return j.active ? ["Run began ", when, calls] : ["Last run ", when, `, took ${lasting(j.seconds)}`, calls];
}

function restore(names) {
  return el("div", { class: "job" },
    el("p", {}, `Deleted: ${names.join(", ")}`),
    el("button", { type: "button", class: "button small", onClick: () => change("", "restore") }, "Bring back as new jobs"));
}
