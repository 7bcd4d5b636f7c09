// The thread pane at the right.

import { composer } from "./composer.js";
import { byId, keyed } from "./dom.js";
import { item, messageNode } from "./messages.js";
import { pin } from "./pinned.js";
import { channelNamed, look, view, visible } from "./state.js";

const end = pin(byId("thread-messages"));
let opened = "";
let origin = null; // where the focus was when the thread was opened

export function setUpThread() {
  const pane = byId("thread");
  byId("thread-composer").append(composer({ label: "Reply in the thread", placeholder: "Reply…", thread: () => view.thread }));
  byId("thread-close").addEventListener("click", close);
  pane.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && close());
}

function close() {
  look({ thread: "" });
  document.querySelector(`#messages [data-ts="${CSS.escape(origin ?? "")}"] [data-focus=replies]`)?.focus();
}

export function drawThread() {
  const pane = byId("thread");
  const parent = visible(view.channel).find((m) => m.ts === view.thread);
  pane.hidden = !parent;
  if (!parent) {
    opened = "";
    return;
  }
  const list = byId("thread-messages");
  const channel = channelNamed(view.channel);
  byId("thread-about").textContent = channel.dmWith ? "with Slipway" : `#${channel.name}`;
  const messages = visible(view.channel).filter((m) => m.ts === view.thread || m.thread === view.thread);
  if (opened !== view.thread) list.replaceChildren();
  keyed(list, messages.map((m) => ({ ...item(m), open: false })), (i) => messageNode(i, true));
  if (opened !== view.thread) {
    origin = opened = view.thread;
    byId("thread-close").focus();
    end.toEnd();
  } else {
    end.settle();
  }
}
