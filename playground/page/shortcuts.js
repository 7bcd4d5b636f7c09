// The app's shortcuts: those beside the composer, and those in a message's menu.

import { el, toast } from "./dom.js";
import { menuButton } from "./menu.js";
import { nameOf, post, server, view } from "./state.js";
import { dateOf, timeOfDay } from "./time.js";

const items = (type, where) => server.shortcuts
  .filter((s) => s.type === type)
  .map((s) => ({ name: s.name, about: s.description, run: async () => toast(await post("/api/shortcut", { user: view.user, channel: view.channel, callback: s.callback, ...where })) }));

export const shortcutsButton = () => menuButton({
  label: "Shortcuts", shows: [el("span", {}, "Shortcuts "), "⚡"], className: "plain-button shortcuts", items: () => items("global", {}), empty: "No shortcuts here.", data: { focus: "shortcuts" },
});

export const messageMenu = (m) => menuButton({
  label: `More actions: message of ${nameOf(m.user)}, ${timeOfDay(dateOf(m.ts))}`, shows: "⋮", className: "tool",
  items: () => items("message", { ts: m.ts }), empty: "No shortcuts here.", data: { focus: "more" },
});
