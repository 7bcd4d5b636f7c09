// The modal on top of the persona's screen.

import { plain } from "./blocks.js";
import { byId } from "./dom.js";
import { changed, server, view } from "./state.js";
import { act, drawBlocks, forget, surfaceOf } from "./views.js";

let shown = null; // the view that is drawn
let answered = ""; // what a submission was answered with, by field, until it is drawn

const dialog = () => byId("modal");

export function setUpModal() {
  dialog().addEventListener("cancel", (event) => {
    event.preventDefault();
    dismiss();
  });
  // A browser may close a dialog for a second Escape without asking.
  dialog().addEventListener("close", () => shown && dismiss());
  byId("modal-x").addEventListener("click", dismiss);
  byId("modal-close").addEventListener("click", dismiss);
  byId("modal-form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
}

const say = (problem) => {
  const words = problem && problem[0].toUpperCase() + problem.slice(1);
  byId("modal-problem").textContent = words && !/[.!?]$/.test(words) ? `${words}.` : words;
};

async function dismiss() {
  say((await act(view.user, shown.id, { do: "close" })).problem);
}

async function submit() {
  const button = byId("modal-submit");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  say("");
  const { problem, errors } = await act(view.user, shown.id, { do: "submit" });
  button.removeAttribute("aria-busy");
  say(problem);
  answered = errors ? JSON.stringify(errors) : "";
  changed();
}

export function drawModal() {
  const top = (server.modals[view.user] ?? []).at(-1);
  if (!top) return close();
  const fresh = shown?.id !== top.id;
  if (fresh) {
    byId("modal-blocks").replaceChildren();
    say("");
    answered = "";
  }
  shown = top;
  const { title, submit: send, close: leave } = top.view;
  byId("modal-title").textContent = plain(title);
  byId("modal-close").textContent = plain(leave) || "Close";
  byId("modal-submit").textContent = plain(send) || "Submit";
  byId("modal-submit").hidden = !send;
  drawBlocks(byId("modal-blocks"), top, { ...surfaceOf(top, say), heading: "h3" });
  if (!dialog().open) dialog().showModal();
  if (fresh) focusFirst(top);
  if (answered && answered === JSON.stringify(top.errors)) {
    answered = "";
    focusIn("[aria-invalid], .wrong input");
  }
}

function close() {
  if (!shown) return;
  forget(shown.id);
  shown = null;
  dialog().close();
  if (document.activeElement === document.body) document.querySelector("#composer textarea")?.focus();
}

const focusIn = (selector) => dialog().querySelector(`#modal-blocks :is(${selector})`)?.focus();

// focusFirst goes to the element with focus_on_load, else to the first input.
function focusFirst(top) {
  const wanted = top.view.blocks.find((b) => b.element?.focus_on_load);
  const node = wanted && byId(`${top.id}-${wanted.block_id}`);
  if (node) node.focus();
  else focusIn("input, textarea, select, button");
  if (!byId("modal-blocks").contains(document.activeElement)) byId("modal-close").focus();
}
