// The line at the bottom of a conversation or a thread.

import { el, toast } from "./dom.js";
import { hintsFor } from "./hints.js";
import { post, view } from "./state.js";

let composers = 0;

// composer makes a form. thread gives the thread it writes into, "" for the
// channel; sent is called after each line. Enter sends, Shift+Enter breaks the
// line, Up in an empty line brings back what was sent before.
export function composer({ label, placeholder, thread = () => "", sent = () => {}, tool = null }) {
  const id = `composer-${++composers}`;
  const menu = el("ul", { class: "hints", role: "listbox", id: `${id}-hints`, "aria-label": "Commands", hidden: true });
  const input = el("textarea", {
    id, rows: "1", placeholder, "aria-label": label, autocomplete: "off", spellcheck: "false", enterkeyhint: "send",
    "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": menu.id, maxlength: "8000",
  });
  const lines = []; // sent before, oldest first
  let recalled = 0; // how far back Up has gone
  let chosen = -1;
  let breaking = false; // Shift is held
  let hints = [];

  const set = (text) => {
    input.value = text;
    input.setSelectionRange(text.length, text.length);
    fit();
    suggest();
  };
  const fit = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
  };
  const suggest = (open = true) => {
    hints = open ? hintsFor(input.value, thread() !== "") : [];
    choose(-1);
    menu.hidden = hints.length === 0;
    menu.replaceChildren(...hints.map((hint, i) =>
      el("li", {
        role: "option", id: `${menu.id}-${i}`, "aria-selected": "false",
        onPointerdown: (event) => event.preventDefault(), // the focus stays in the line
        onClick: () => set(hint.insert),
      }, el("code", {}, hint.shows), el("span", { class: "muted" }, hint.does))));
  };
  const choose = (i) => {
    menu.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = i;
    const row = menu.children[i];
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) input.setAttribute("aria-activedescendant", row.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const send = async () => {
    const text = input.value.trim();
    if (!text) return;
    lines.push(text);
    recalled = 0;
    set("");
    sent();
    toast(await post("/api/type", { user: view.user, channel: view.channel, thread: thread(), text }));
  };
  const recall = (step) => {
    recalled = Math.min(Math.max(recalled + step, 0), lines.length);
    set(recalled ? lines[lines.length - recalled] : "");
    suggest(false);
  };

  input.addEventListener("input", () => {
    recalled = 0;
    fit();
    suggest();
  });
  input.addEventListener("blur", () => suggest(false));
  input.addEventListener("focus", () => suggest(input.value === "/"));
  // A line break that comes without its key (a driven browser sends both) is not wanted after Enter has sent the line.
  input.addEventListener("beforeinput", (event) => event.inputType === "insertLineBreak" && !breaking && event.preventDefault());
  input.addEventListener("keydown", (event) => {
    breaking = event.shiftKey;
    if (event.isComposing) return;
    const rows = hints.length;
    const recalling = recalled > 0 || input.value === "";
    const moves = {
      ArrowDown: () => (rows && !recalled ? choose((chosen + 1) % rows) : recalled && recall(-1)),
      ArrowUp: () => (rows && !recalled ? choose(chosen <= 0 ? rows - 1 : chosen - 1) : recall(1)),
      Tab: () => set(hints[Math.max(chosen, 0)].insert),
      Enter: () => (rows && chosen >= 0 ? set(hints[chosen].insert) : send()),
      Escape: () => suggest(false),
    };
    const applies = {
      ArrowDown: rows || recalled, ArrowUp: rows || (recalling && lines.length), Tab: rows && !event.shiftKey,
      Enter: !event.shiftKey, Escape: rows,
    };
    if (!applies[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });

  const form = el("form", { class: "composer", onSubmit: (event) => {
    event.preventDefault();
    send();
  } }, menu, el("div", { class: "composer-line" }, input, tool, el("button", { class: "send", "aria-label": "Send" }, "Send")));
  form.prefill = (text) => {
    set(text);
    suggest(false);
    input.focus();
  };
  form.isEmpty = () => input.value === "";
  return form;
}
