// Everything that can go wrong, with a switch.

import { byId, el, keyed, toast } from "./dom.js";
import { post, server } from "./state.js";

const form = { op: "start", fault: "", times: "1" };

export function drawFaults() {
  drawLakeFaults();
  drawSlackFaults();
}

function drawLakeFaults() {
  const { kinds, ops, active } = server.faults;
  if (!kinds.length) return;
  form.fault ||= kinds[0].name;
  keyed(byId("faults").querySelector(".panel-body"), [
    { key: "form", sign: [kinds, ops] }, { key: "active", sign: active },
  ], (i) => (i.key === "form" ? faultForm(kinds, ops) : activeFaults(active)));
  count("faults", active.length);
}

const change = async (body) => toast(await post("/api/fault", { op: "", fault: "", times: 0, ...body }));

function faultForm(kinds, ops) {
  const about = el("p", { class: "muted", role: "status" }, kinds.find((k) => k.name === form.fault)?.description);
  const choose = (name, options, label) =>
    el("label", { class: "stacked" }, label, el("select", {
      dataset: { focus: name }, id: `fault-${name}`,
      onChange: (event) => {
        form[name] = event.target.value;
        about.textContent = kinds.find((k) => k.name === form.fault)?.description ?? "";
        once.textContent = `for the next ${callsOf(form.op)}`;
      },
    }, options.map(([value, words]) => el("option", { value, selected: value === form[name] }, words))));
  const once = el("span", {}, `for the next ${callsOf(form.op)}`);
  const radio = (value, words) => el("label", {},
    el("input", { type: "radio", name: "fault-times", value, checked: form.times === value, onChange: () => (form.times = value) }), words);
  return el("form", { class: "fault-form", onSubmit: (event) => {
    event.preventDefault();
    change({ do: "set", op: form.op, fault: form.fault, times: Number(form.times) });
  } },
  choose("fault", kinds.map((k) => [k.name, k.title]), "What goes wrong"),
  about,
  choose("op", ops.map((o) => [o, o === "any" ? "every call" : o]), "Which call"),
  el("fieldset", { class: "inline" }, el("legend", {}, "How long"), radio("1", once), radio("0", "until cleared")),
  el("button", { class: "button primary" }, "Switch it on"));
}

const callsOf = (op) => (op === "any" ? "call" : `“${op}”`);

function activeFaults(active) {
  if (!active.length) return el("p", { class: "muted" }, "All is well: no fault is on.");
  return el("ul", { class: "active" }, active.map((a) => el("li", {},
    el("span", {}, el("strong", {}, a.title), ` on ${a.op === "any" ? "every call" : a.op}, ${a.times ? `for the next ${a.times === 1 ? "one" : a.times}` : "until cleared"}`),
    el("button", { type: "button", class: "button small", "aria-label": `Clear ${a.title}`, dataset: { focus: `clear-${a.op}` }, onClick: () => change({ do: "clear", op: a.op }) }, "Clear"))));
}

function drawSlackFaults() {
  const { tools, lasting } = server.slack;
  keyed(byId("slack").querySelector(".panel-body"), [
    { key: "tools", sign: tools }, { key: "lasting", sign: lasting },
  ], (i) => (i.key === "tools" ? slackTools(tools) : lastingFaults(lasting)));
  count("slack", lasting.length);
}

const disturb = async (what) => toast(await post("/api/slack", { do: what }));

const slackTools = (tools) => el("ul", { class: "tools" }, tools.map((t) => el("li", {},
  el("button", { type: "button", class: "button small", dataset: { focus: t.name }, "aria-describedby": `tool-${t.name}`, onClick: () => disturb(t.name) }, t.title),
  el("span", { class: "muted", id: `tool-${t.name}` }, t.description))));

const lastingFaults = (lasting) => el("p", { class: "active-line" },
  el("span", {}, lasting.length ? `On: ${lasting.join(", ")}` : "Nothing lasting is on."),
  el("button", { type: "button", class: "button small", dataset: { focus: "clear" }, onClick: () => disturb("clear") }, "Clear all"));

// count shows in a panel's heading how many faults are on, also when it is closed.
function count(panel, n) {
  const summary = byId(panel).querySelector("summary");
  keyed(summary, [{ key: "title" }, ...(n ? [{ key: "count", sign: n }] : [])],
    (i) => (i.key === "title" ? el("span", {}, summary.textContent) : el("span", { class: "pill warn" }, `${n} on`)));
}
