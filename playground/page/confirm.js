// The confirmation dialog of a button: https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object.

import { plain, text } from "./blocks.js";
import { byId, el } from "./dom.js";

// confirmed asks, and resolves to true when the person agrees. Every question has
// a dialog of its own: a late "close" of the one before is not its answer.
export function confirmed(c) {
  const dialog = el("dialog", { id: "confirm", "aria-labelledby": "confirm-title" },
    el("h2", { id: "confirm-title" }, plain(c.title) || "Are you sure?"),
    el("div", { class: "text" }, text(c.text)),
    el("form", { method: "dialog", class: "dialog-buttons" },
      el("button", { value: "no", class: "button" }, plain(c.deny) || "Cancel"),
      el("button", { value: "yes", class: `button ${c.style ?? "primary"}` }, plain(c.confirm) || "Yes")));
  dialog.returnValue = "no"; // also for Escape
  byId("confirm").replaceWith(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
