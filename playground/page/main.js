// Puts the page together. The server's state comes in through state.js; every
// part draws itself from it.

import { drawChild } from "./child.js";
import { composer } from "./composer.js";
import { byId, el, keyed } from "./dom.js";
import { setUpDrawers } from "./drawers.js";
import { drawFaults } from "./faults.js";
import { drawHome } from "./home.js";
import { drawJobs } from "./lakeformation.js";
import { drawChannel } from "./messages.js";
import { drawModal, setUpModal } from "./modal.js";
import { drawOnly } from "./only.js";
import { shortcutsButton } from "./shortcuts.js";
import { drawSidebar } from "./sidebar.js";
import { channelNamed, changed, connect, me, server, subscribe, view } from "./state.js";
import { drawThread, setUpThread } from "./thread.js";
import { drawTour, setUpTour, touring } from "./tour.js";

let started = false; // the first state has come
let tip = "";

const line = composer({
  label: "Message or command", placeholder: "Write a message, or / for commands",
  sent: () => setTip(tip === "first" ? "second" : ""), tool: shortcutsButton(),
});

function setTip(next) {
  tip = next;
  changed();
}

// greet prefills the line when nothing has been said in the first channel yet.
function greet() {
  if (started || view.link !== "open") return;
  started = true;
  if (server.only) return;
  const first = server.channels[0];
  if (!first || (server.messages[first.id] ?? []).length || view.channel !== first.id) return;
  tip = "first";
  line.prefill("/lf start nightly_sync");
}

const tips = {
  first: () => [el("strong", {}, "Start here: "), `you are ${me()?.name}. Press Enter to ask Slipway to start a job.`],
  second: () => [el("strong", {}, "Next: "), "press the button on the card. Then be somebody else, end the run another way, or kill Slipway in the middle. The Tour above shows five stories."],
};

function drawTip() {
  keyed(byId("tip"), tip && !touring() ? [{ key: tip, sign: [tip, view.user] }] : [], () =>
    el("p", { class: "tip", role: "status" }, el("span", {}, tips[tip]()),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close this hint", onClick: () => setTip("") }, "✕")));
  const channel = channelNamed(view.channel);
  if (channel) line.querySelector("textarea").placeholder = `Message ${channel.dmWith ? "Slipway" : `#${channel.name}`} as ${me()?.name}; / for commands`;
}

byId("composer").append(line);
setUpThread();
setUpDrawers();
setUpModal();
setUpTour(line);
for (const draw of [drawOnly, greet, drawSidebar, drawChannel, drawThread, drawHome, drawModal, drawJobs, drawFaults, drawChild, drawTip, drawTour]) subscribe(draw);
connect();
