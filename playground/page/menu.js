// A button that opens a menu. The menu is a popover: above everything, closed by
// Escape and by a click elsewhere.

import { el } from "./dom.js";

// menuButton: items() gives [{name, about, run}] when it opens; none shows the words of empty.
export function menuButton({ label, shows, className = "icon-button", items, empty = "There is nothing here.", data = {} }) {
  const button = el("button", {
    type: "button", class: className, "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false", dataset: data,
    onClick: () => open(button, label, items(), empty),
  }, shows);
  return button;
}

function open(button, label, items, empty) {
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label, popover: "auto" },
    items.length === 0 && el("p", { class: "muted" }, empty),
    items.map((item) => el("button", {
      type: "button", role: "menuitem", tabindex: "-1",
      onClick: () => {
        menu.hidePopover();
        item.run();
      },
    }, el("span", {}, item.name), item.about && el("small", { class: "muted" }, item.about))));
  button.after(menu);
  const rows = [...menu.querySelectorAll("[role=menuitem]")];
  menu.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState !== "closed") return;
    if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus();
    menu.remove();
  });
  menu.addEventListener("keydown", (event) => {
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % rows.length, ArrowUp: (at - 1 + rows.length) % rows.length, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Tab") menu.hidePopover();
    if (to === undefined || rows.length === 0) return;
    event.preventDefault();
    rows[to].focus();
  });
  menu.showPopover();
  place(menu, button.getBoundingClientRect());
  rows[0]?.focus();
}

// place puts the menu under its button, or above where there is no room.
function place(menu, at) {
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left), innerWidth - width - 8);
  const below = at.bottom + 4 + height <= innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - 4 - height)}px`;
}
