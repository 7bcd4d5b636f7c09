// Where there is no room, the left and the right become drawers.

import { byId } from "./dom.js";
import { changed } from "./state.js";

let opener = null;

export function setUpDrawers() {
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => open(byId(button.dataset.open), button));
  }
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", closeDrawers);
  byId("backdrop").addEventListener("click", closeDrawers);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !byId("backdrop").hidden) closeDrawers();
  });
}

function open(drawer, button) {
  opener = button;
  drawer.classList.add("shown");
  byId("backdrop").hidden = false;
  drawer.querySelector("[data-close]").focus();
  changed();
}

export function closeDrawers() {
  if (byId("backdrop").hidden) return;
  for (const drawer of document.querySelectorAll(".side.shown")) drawer.classList.remove("shown");
  byId("backdrop").hidden = true;
  opener?.focus();
  changed();
}
