// The channel in the middle: messages, cards, and what only the persona sees.

import { content } from "./blocks.js";
import { byId, el, keyed, toast } from "./dom.js";
import { pin } from "./pinned.js";
import { messageMenu } from "./shortcuts.js";
import { ask, channelNamed, look, me, nameOf, personNamed, post, server, view, visible } from "./state.js";
import { dateOf, dayOf, timeOfDay, wholeTime } from "./time.js";

let shown = ""; // persona and conversation, as drawn last
const end = pin(byId("messages"));

export function drawChannel() {
  const channel = channelNamed(view.channel);
  if (!channel || view.home) return;
  const list = byId("messages");
  const key = `${view.user} ${view.channel}`;
  const moved = key !== shown;
  if (moved) list.replaceChildren(); // another room: do not read it all out
  list.setAttribute("aria-busy", String(moved));
  shown = key;

  const all = visible(channel.id);
  const inChannel = all.filter((m) => !m.thread || m.broadcast);
  const items = [];
  let day = "";
  let before = null;
  for (const m of inChannel) {
    const its = dayOf(dateOf(m.ts));
    if (its !== day) {
      items.push({ key: `day ${its}`, sign: its, day: its });
      before = null;
    }
    day = its;
    items.push(item(m, all.filter((r) => r.thread === m.ts), before));
    before = m;
  }
  if (items.length === 0) items.push({ key: "empty", sign: channel.id, empty: true });
  keyed(list, items, (i) => (i.day ? divider(i.day) : i.empty ? empty(channel) : messageNode(i)));
  if (moved) requestAnimationFrame(() => list.setAttribute("aria-busy", "false"));
  if (moved) end.toEnd();
  else end.settle();
  remember(inChannel);
}

// remember keeps how far this persona has read here.
function remember(messages) {
  const last = messages.at(-1)?.ts ?? "";
  const key = `${view.user} ${view.channel}`;
  if (last > (view.seen[key] ?? "")) look({ seen: { ...view.seen, [key]: last } });
}

// item is a message with everything its node depends on.
export function item(m, replies = [], before = null) {
  const follows = before && before.user === m.user && !m.blocks && !before.onlyFor === !m.onlyFor && dateOf(m.ts) - dateOf(before.ts) < 300000;
  const open = m.ts === view.thread;
  return { key: m.ts, m, replies, follows, open, sign: [m, replies.length, replies.at(-1)?.ts, follows, open, view.user, server.groups] };
}

export function messageNode({ m, replies, follows, open }, inThread = false) {
  const sender = personNamed(m.user);
  const isCard = Boolean(m.blocks?.length) && Boolean(sender?.bot) && !m.onlyFor;
  const warning = m.warnings?.[view.user];
  const classes = ["message", follows && "follows", m.onlyFor && "private", open && "open"].filter(Boolean).join(" ");
  return el("div", { class: classes, dataset: { ts: m.ts } },
    follows ? el("span", { class: "avatar-gap", "aria-hidden": "true" }, time(m)) : avatar(m.user),
    el("article", { class: "message-body", "aria-label": `${nameOf(m.user)}, ${timeOfDay(dateOf(m.ts))}` },
      m.onlyFor && el("p", { class: "private-note" }, "Only visible to you"),
      m.broadcast && el("p", { class: "private-note" }, "Replied to a thread"),
      !follows && el("p", { class: "message-head" },
        el("strong", {}, nameOf(m.user)), sender?.bot && el("span", { class: "app-tag" }, "App"), time(m)),
      el("div", { class: isCard ? "card" : "words" }, content(m, surfaceOf(m)), (m.files ?? []).map(fileNode)),
      m.edited && !isCard && el("p", { class: "edited muted" }, "(edited)"),
      warning && el("p", { class: "warning" }, warning),
      reactions(m),
      !inThread && !m.onlyFor && replies.length > 0 && repliesButton(m, replies),
      !m.onlyFor && el("div", { class: "message-tools" }, !inThread && replies.length === 0 && replyButton(m), messageMenu(m))));
}

// surfaceOf is a message as its buttons and menus need it.
function surfaceOf(m) {
  const place = { user: view.user, channel: view.channel, ts: m.ts };
  const done = async (path, body) => {
    const problem = await post(path, { ...place, ...body });
    toast(problem);
    return problem === "";
  };
  return {
    id: m.ts, errors: {}, value: () => undefined, type: () => {},
    press: (button, action) => done("/api/press", { button, action }),
    choose: (action, value) => done("/api/choose", { action, value }),
    suggest: (action, typed) => ask("/api/suggest", { ...place, action, typed }),
  };
}

function fileNode(f) {
  const size = f.size < 1024 ? `${f.size} bytes` : `${Math.round(f.size / 1024)} kB`;
  return el("figure", { class: "file" },
    el("figcaption", {}, el("strong", {}, f.title), el("span", { class: "muted" }, `${f.name} · ${size}`)),
    el("pre", { tabindex: "0", "aria-label": `Content of ${f.title}` }, f.content),
    f.cut && el("p", { class: "note" }, "The page shows the beginning only."));
}

const time = (m) => el("time", { class: "muted", datetime: dateOf(m.ts).toISOString(), title: wholeTime(dateOf(m.ts)) }, timeOfDay(dateOf(m.ts)));

export function avatar(id, small = false) {
  const size = small ? "avatar small" : "avatar";
  if (personNamed(id)?.bot) return el("img", { class: size, src: "icon.svg", alt: "" });
  const index = server.people.findIndex((p) => p.id === id);
  return el("span", { class: `${size} tint-${index < 0 ? "none" : index % 6}`, "aria-hidden": "true" }, nameOf(id).slice(0, 1));
}

function repliesButton(m, replies) {
  const who = [...new Set(replies.map((r) => r.user))].slice(0, 3);
  const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return el("button", { type: "button", class: "replies", dataset: { focus: "replies" }, onClick: () => look({ thread: m.ts }) },
    who.map((id) => avatar(id, true)), el("strong", {}, count),
    el("span", { class: "muted" }, `last at ${timeOfDay(dateOf(replies.at(-1).ts))}`));
}

const replyButton = (m) =>
  el("button", { type: "button", class: "tool", dataset: { focus: "replies" }, onClick: () => look({ thread: m.ts }) }, "Reply in thread");

function reactions(m) {
  const entries = Object.entries(m.reactions ?? {}).filter(([, who]) => who.length);
  return entries.length > 0 && el("p", { class: "reactions" },
    entries.map(([name, who]) => el("span", { class: "reaction", title: who.map(nameOf).join(", ") }, `:${name}: ${who.length}`)));
}

const divider = (day) => el("div", { class: "day", role: "separator" }, el("span", {}, day));

function empty(channel) {
  const words = channel.dmWith
    ? `Only ${me()?.name} and Slipway are here. Commands work here, too: type /lf help.`
    : channel.hasBot
      ? "Nothing has been said here yet. Slipway is in this channel and listens to /lf."
      : "Nothing has been said here yet, and Slipway is not in this channel: /invite @Slipway brings it in.";
  return el("div", { class: "empty" }, el("img", { src: "icon.svg", alt: "", width: "56", height: "56" }), el("p", {}, words));
}
