// With one side alone, what belongs to the other side and to Slipway's process is left out; layout.css hides it.

import { byId } from "./dom.js";
import { server } from "./state.js";

const notes = {
  slack: "Only Slack is played here. Jobs that are started from here are started for real.",
  lakeformation: "Only LakeFormation is played here. Slipway and Slack are elsewhere.",
};

export function drawOnly() {
  document.body.dataset.only = server.only;
  if (notes[server.only]) for (const note of document.querySelectorAll(".side-note")) note.textContent = notes[server.only];
  if (server.only === "lakeformation") {
    byId("lake").querySelector("h2").textContent = "LakeFormation";
    byId("lake").querySelector(".chat-title p").textContent = notes.lakeformation;
    document.title = "LakeFormation · Slipway playground";
  }
}
