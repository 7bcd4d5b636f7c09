// A select whose options come from the app while one types: a text input with a
// listbox under it, used with the keyboard as any combobox is.

import { plain } from "./blocks.js";
import { el } from "./dom.js";

const pause = 150; // ms without a key before the app is asked

let selects = 0;

// externalSelects is an external select that takes more than one: under it is what was
// taken. Choosing something again lets it go.
export function externalSelects(e, attributes, { chosen, suggest, choose }) {
  let taken = chosen.map((o) => ({ text: plain(o.text), value: o.value }));
  const list = el("ul", { class: "taken", "aria-label": "Chosen" });
  const toggle = async (value, text) => {
    const has = taken.some((o) => o.value === value);
    if (!has && taken.length >= (e.max_selected_items ?? Infinity)) return false;
    if ((await choose(value)) === false) return false;
    taken = has ? taken.filter((o) => o.value !== value) : [...taken, { text, value }];
    draw();
    return true;
  };
  const draw = () => list.replaceChildren(...taken.map((o) => el("li", {}, o.text,
    el("button", { type: "button", class: "icon-button", "aria-label": `Remove ${o.text}`, onClick: async () => {
      if (await toggle(o.value)) select.querySelector("input").focus();
    } }, "✕"))));
  const select = externalSelect(e, attributes, { suggest, choose: toggle, keeps: false });
  select.append(list);
  draw();
  return select;
}

// externalSelect asks suggest(text) for {problem, options} and calls choose(value, text);
// keeps says whether what was chosen stays in the input.
export function externalSelect(e, attributes, { chosen, suggest, choose, keeps = true }) {
  const id = `${attributes.id ?? "select"}-${++selects}-list`;
  const least = e.min_query_length ?? 3;
  let text = chosen ? plain(chosen.text) : "";
  let asked = 0;
  let active = -1;
  let timer;

  const list = el("div", { class: "options", role: "listbox", id, "aria-label": "Options", hidden: true });
  const status = el("p", { class: "muted", role: "status" });
  const input = el("input", {
    ...attributes, class: "input", type: "text", autocomplete: "off", spellcheck: "false", value: text,
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
    placeholder: plain(e.placeholder) || undefined,
  });
  const rows = () => [...list.querySelectorAll("[role=option]")];

  const close = () => {
    asked++; // an answer on its way comes too late
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    activate(-1);
    status.textContent = "";
  };
  const activate = (i) => {
    const all = rows();
    all[active]?.setAttribute("aria-selected", "false");
    active = i;
    all[i]?.setAttribute("aria-selected", "true");
    all[i]?.scrollIntoView({ block: "nearest" });
    if (all[i]) input.setAttribute("aria-activedescendant", all[i].id);
    else input.removeAttribute("aria-activedescendant");
  };
  const pick = async (option) => {
    const before = text;
    text = input.value = keeps ? option.text : "";
    close();
    if ((await choose(option.value, option.text)) === false) text = input.value = before;
  };
  const show = (options) => {
    const groups = [...new Set(options.map((o) => o.group))];
    let next = 0;
    const row = (o) => el("div", {
      class: "option", role: "option", id: `${id}-${next++}`, "aria-selected": "false", dataset: { value: o.value },
      onPointerdown: (event) => event.preventDefault(), // the focus stays in the input
      onClick: () => pick(o),
    }, el("span", {}, o.text), o.description && el("small", { class: "muted" }, o.description));
    list.replaceChildren(...groups.map((g) => {
      const its = options.filter((o) => o.group === g).map(row);
      return g ? el("div", { role: "group", "aria-label": g }, el("p", { class: "option-group", "aria-hidden": "true" }, g), its) : el("div", { role: "presentation" }, its);
    }));
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    active = -1;
    activate(options.length ? 0 : -1);
    list.picks = options.filter((o) => groups.includes(o.group)).sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group));
  };
  const ask = async () => {
    const typed = input.value === text ? "" : input.value;
    if ([...typed].length < least) {
      show([]);
      status.textContent = `Type at least ${least} character${least === 1 ? "" : "s"}.`;
      return;
    }
    const mine = ++asked;
    status.textContent = "Looking…";
    const { problem, options } = await suggest(typed);
    if (mine !== asked) return;
    show(problem ? [] : options ?? []);
    status.textContent = problem || (options?.length ? "" : "No results.");
  };
  const askSoon = () => {
    asked++;
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  };

  input.addEventListener("input", askSoon);
  input.addEventListener("click", () => list.hidden && ask());
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    close();
    input.value = text; // what was typed and not chosen is no choice
  });
  // Enter chooses; it does not send the form.
  input.addEventListener("keypress", (event) => event.key === "Enter" && event.preventDefault());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const count = rows().length;
    const open = !list.hidden;
    const moves = {
      ArrowDown: () => (open ? activate((active + 1) % count) : ask()),
      ArrowUp: () => open && activate(active <= 0 ? count - 1 : active - 1),
      Enter: () => open && active >= 0 && pick(list.picks[active]),
      Escape: () => {
        close();
        input.value = text;
      },
    };
    const applies = { ArrowDown: true, ArrowUp: open, Enter: true, Escape: open || input.value !== text };
    if (!applies[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  });
  return el("div", { class: "external" }, input, list, status);
}
