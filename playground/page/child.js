// Slipway itself, a process: how it is, its log, and how to kill it.

import { byId, el, keyed, toast } from "./dom.js";
import { post, server, view } from "./state.js";
import { timeWithSeconds } from "./time.js";

const control = async (what) => toast(await post("/api/child", { do: what }));

export function drawChild() {
  const { child, log, slack } = server;
  const panel = byId("child").querySelector(".panel-body");
  keyed(panel, [{ key: "child", sign: [child, slack.connections] }], controls);
  const items = [];
  if (view.link === "lost") items.push({ key: "lost", sign: "lost" });
  if (view.link === "refused") items.push({ key: "refused", sign: "refused" });
  if (view.link === "open" && !server.only && child.state !== "running") items.push({ key: "ended", sign: [child, log.slice(-6)] });
  keyed(byId("banner"), items, banner);
  drawLog();
}

// status is one word for the process, and a sentence.
function status() {
  const { child, slack } = server;
  const at = child.since ? timeWithSeconds(new Date(child.since)) : "";
  switch (child.state) {
    case "running":
      return slack.connections > 0
        ? ["running", "good", `since ${at}, connected to Slack (process ${child.pid})`]
        : ["running", "warn", `since ${at}, not connected to Slack yet (process ${child.pid})`];
    case "killed":
      return ["killed", "bad", `at ${at}, without a goodbye. What it had promised is in its database.`];
    case "stopped":
      return ["stopped", "idle", `at ${at}`];
  }
  return ["ended", "bad", `by itself at ${at}: ${child.exit}`];
}

function controls() {
  const [word, tone, sentence] = status();
  const running = server.child.state === "running";
  return el("div", { class: "child" },
    el("p", {}, el("span", { class: `pill ${tone}` }, word), " ", sentence),
    el("div", { class: "job-controls" },
      el("button", { type: "button", class: "button small danger", disabled: !running, dataset: { focus: "kill" }, onClick: () => control("kill") }, "Kill Slipway"),
      el("button", { type: "button", class: "button small", dataset: { focus: "restart" }, onClick: () => control("restart") }, running ? "Restart" : "Start again"),
      el("button", { type: "button", class: "button small", dataset: { focus: "log" }, onClick: openLog }, "Show its log")));
}

function banner({ key }) {
  if (key === "lost") return el("p", { class: "banner" }, "The playground does not answer; trying again. Is it still running in its terminal?");
  if (key === "refused") {
    return el("p", { class: "banner" }, "This page needs the key that is part of its address. Open the whole address that ", el("code", {}, "slipway playground"), " printed.");
  }
  const { child, log } = server;
  return el("div", { class: "banner" },
    el("p", {}, el("strong", {}, child.state === "exited" ? `Slipway has ended by itself (${child.exit}).` : `Slipway is ${child.state || "not started"}.`),
      " Commands and buttons get no answer until it runs again."),
    child.state === "exited" && log.length > 0 && el("pre", {}, log.slice(-6).join("\n")),
    el("p", {}, el("button", { type: "button", class: "button primary", dataset: { focus: "again" }, onClick: () => control("restart") }, "Start again")));
}

function openLog() {
  const dialog = byId("log");
  dialog.replaceChildren(
    el("header", {}, el("h2", { id: "log-title" }, "Slipway's log, the last lines"),
      el("form", { method: "dialog" }, el("button", { class: "icon-button", "aria-label": "Close the log" }, "✕"))),
    el("pre", { tabindex: "0" }));
  dialog.showModal();
  drawLog();
}

function drawLog() {
  const pre = byId("log").querySelector("pre");
  if (!byId("log").open || !pre) return;
  const words = server.log.join("\n") || "It has said nothing yet.";
  if (pre.textContent === words) return;
  const atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 40;
  pre.textContent = words;
  if (atEnd || pre.scrollTop === 0) pre.scrollTop = pre.scrollHeight;
}
