// The left: channels, the direct message with Slipway, and who one is.

import { closeDrawers } from "./drawers.js";
import { byId, el, keyed } from "./dom.js";
import { avatar } from "./messages.js";
import { channelNamed, look, me, people, server, view } from "./state.js";

export function drawSidebar() {
  const mine = me();
  const rows = (channels) => channels.map((c) => ({ key: c.id, c, fresh: unread(c), open: isOpen(c), sign: [c, unread(c), isOpen(c)] }));
  keyed(byId("channels"), rows(server.channels.filter((c) => !c.dmWith)), row);
  keyed(byId("direct"), [{ key: "home", sign: view.home }, ...rows(server.channels.filter((c) => c.dmWith && c.dmWith === mine?.id))], (i) => (i.c ? row(i) : homeRow()));
  keyed(byId("cast"), [{ key: "legend" }, ...people().map((p) => ({ key: p.id, p, sign: [p, p.id === view.user] }))], persona);

  const channel = channelNamed(view.channel);
  if (!channel) return;
  byId("channel-name").textContent = view.home || channel.dmWith ? "Slipway" : `#${channel.name}`;
  byId("channel-about").textContent = view.home ? `Home, as ${mine?.name} sees it` : channel.dmWith
    ? `Only ${mine?.name} sees this`
    : `${channel.members.length} people${channel.hasBot ? " and Slipway" : ", Slipway is not here"}`;
  document.title = `${byId("channel-name").textContent} · Slipway playground`;
}

const isOpen = (channel) => channel.id === view.channel && !view.home;

// unread counts what others said here since this persona last looked.
function unread(channel) {
  const seen = view.seen[`${view.user} ${channel.id}`] ?? "";
  if (isOpen(channel)) return 0;
  return (server.messages[channel.id] ?? []).filter((m) => m.ts > seen && m.user !== view.user && (!m.onlyFor || m.onlyFor === view.user)).length;
}

function row({ c, fresh, open }) {
  return el("li", {}, el("button", {
    type: "button", class: "row", "aria-current": open ? "page" : undefined, dataset: { focus: "row" },
    onClick: () => {
      look({ channel: c.id, thread: "", home: false });
      closeDrawers();
    },
  },
  el("span", { class: "row-mark", "aria-hidden": "true" }, c.dmWith ? "✉" : "#"),
  el("span", { class: "row-name" }, c.dmWith ? "Messages" : c.name),
  fresh > 0 && el("span", { class: "fresh" }, `${fresh} new`)));
}

function homeRow() {
  return el("li", {}, el("button", {
    type: "button", class: "row", "aria-current": view.home ? "page" : undefined, dataset: { focus: "home", row: "home" },
    onClick: () => {
      look({ home: true, thread: "" });
      closeDrawers();
    },
  }, el("span", { class: "row-mark", "aria-hidden": "true" }, "⌂"), el("span", { class: "row-name" }, "Home")));
}

function persona({ key, p }) {
  if (key === "legend") return el("legend", {}, "You are");
  return el("label", { class: "persona" },
    el("input", { type: "radio", name: "persona", value: p.id, checked: p.id === view.user, dataset: { focus: "radio" }, onChange: () => become(p) }),
    avatar(p.id),
    el("span", {}, el("strong", {}, p.name), el("small", {}, p.role)));
}

// become changes the persona. Somebody's direct message is not taken along.
function become(p) {
  const here = channelNamed(view.channel);
  const channel = here?.dmWith ? p.dm : view.channel;
  look({ user: p.id, channel, thread: here?.dmWith ? "" : view.thread });
}
