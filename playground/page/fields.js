// Block Kit's elements that hold a value, and the input block around one of them:
// https://docs.slack.dev/reference/block-kit/block-elements.
//
// A surface is what they stand on, a message or a view:
//   id, errors (words by block_id), heading (the tag of a header block, h2 where it is not said),
//   value(block, action): the element's state, as in view.state.values,
//   type(block, action, text): keeps what is in a text input until the next press,
//   press(button, action), choose(action, value), suggest(action, text).

import { plain, text } from "./blocks.js";
import { confirmed } from "./confirm.js";
import { el } from "./dom.js";
import { externalSelect, externalSelects } from "./externalselect.js";
import { menuButton } from "./menu.js";
import { people, server, view } from "./state.js";

// inputBlock is a label with its element, a hint, and what is wrong.
export function inputBlock(b, surface) {
  const id = `${surface.id}-${b.block_id}`;
  const error = surface.errors[b.block_id];
  const about = [error && `${id}-error`, b.hint && `${id}-hint`].filter(Boolean).join(" ");
  const attributes = {
    id, "aria-describedby": about || undefined, "aria-invalid": error ? "true" : undefined, "aria-required": b.optional ? undefined : "true",
  };
  const label = [plain(b.label), b.optional && el("span", { class: "muted" }, " (optional)")];
  const isGroup = /^(radio_buttons|checkboxes|multi_)/.test(b.element.type) && b.element.type !== "multi_external_select";
  return el(isGroup ? "fieldset" : "div", { class: error ? "field wrong" : "field", "aria-describedby": isGroup ? about || undefined : undefined },
    isGroup ? el("legend", {}, label) : el("label", { for: id }, label),
    field(b.element, b.block_id, surface, attributes) ?? unknown(b.element),
    error && el("p", { class: "field-error", id: `${id}-error` }, error),
    b.hint && el("p", { class: "muted", id: `${id}-hint` }, plain(b.hint)));
}

export const unknown = (e) => el("span", { class: "note" }, `A ${String(e.type).replaceAll("_", " ")} is here; it works in Slack only.`);

// field is one element, null for a type the playground does not draw.
export function field(e, block, surface, given = {}) {
  const attributes = { "aria-label": given.id ? undefined : plain(e.placeholder) || e.action_id, ...given, dataset: { focus: e.action_id, action: e.action_id } };
  const state = surface.value(block, e.action_id) ?? {};
  const choose = async (value) => (e.confirm && !(await confirmed(e.confirm)) ? false : surface.choose(e.action_id, value));
  switch (e.type) {
    case "plain_text_input":
    case "email_text_input":
    case "url_text_input":
    case "number_input":
      return textInput(e, block, surface, state, attributes);
    case "static_select":
      return nativeSelect(e, attributes, groupsOf(e), state.selected_option?.value, choose);
    case "users_select":
      return nativeSelect(e, attributes, [{ options: people().map((p) => ({ name: p.name, value: p.id })) }], state.selected_user, choose);
    case "channels_select":
    case "conversations_select":
      return nativeSelect(e, attributes, [{ options: conversations(e) }], state.selected_conversation ?? state.selected_channel, choose);
    case "multi_static_select":
      return several(e, block, surface, attributes, groupsOf(e), (state.selected_options ?? []).map((o) => o.value), choose);
    case "multi_users_select":
      return several(e, block, surface, attributes, [{ options: people().map((p) => ({ name: p.name, value: p.id })) }], state.selected_users ?? [], choose);
    case "multi_channels_select":
    case "multi_conversations_select":
      return several(e, block, surface, attributes, [{ options: conversations(e) }], state.selected_conversations ?? state.selected_channels ?? [], choose);
    case "datepicker":
      return picker("date", e, attributes, state.selected_date ?? "", choose);
    case "timepicker":
      return picker("time", e, attributes, state.selected_time ?? "", choose);
    case "datetimepicker":
      return picker("datetime-local", e, attributes, state.selected_date_time ? localTime(state.selected_date_time) : "", (value) => choose(value && String(new Date(value) / 1000)));
    case "radio_buttons":
      return ticks("radio", e, block, surface, [state.selected_option], choose);
    case "checkboxes":
      return ticks("checkbox", e, block, surface, state.selected_options ?? [], choose);
    case "external_select":
      return externalSelect(e, attributes, { chosen: state.selected_option, suggest: (typed) => surface.suggest(e.action_id, typed), choose });
    case "multi_external_select":
      return externalSelects(e, attributes, { chosen: state.selected_options ?? [], suggest: (typed) => surface.suggest(e.action_id, typed), choose });
    case "overflow":
      return menuButton({
        label: "More actions", shows: "⋯", data: attributes.dataset,
        items: () => (e.options ?? []).map((o) => ({ name: plain(o.text), about: plain(o.description), run: () => choose(o.value) })),
      });
  }
  return null;
}

function textInput(e, block, surface, state, attributes) {
  const kinds = { email_text_input: "email", url_text_input: "url", number_input: "number" };
  const own = e.multiline ? { rows: "3" } : { type: kinds[e.type] ?? "text" };
  return el(e.multiline ? "textarea" : "input", {
    ...attributes, ...own, class: "input", autocomplete: "off", placeholder: plain(e.placeholder) || undefined, value: state.value ?? "",
    onInput: ({ target }) => surface.type(block, e.action_id, target.value),
  });
}

const groupsOf = (e) => {
  const rows = (options) => (options ?? []).map((o) => ({ name: plain(o.text), value: o.value }));
  return e.option_groups ? e.option_groups.map((g) => ({ label: plain(g.label), options: rows(g.options) })) : [{ options: rows(e.options) }];
};

function nativeSelect(e, attributes, groups, chosen, choose) {
  const option = (o) => el("option", { value: o.value, selected: o.value === chosen }, o.name);
  const node = el("select", { ...attributes, class: "input", onChange: async () => {
    if ((await choose(node.value)) === false) node.value = chosen ?? "";
    else chosen = node.value;
  } },
  !chosen && el("option", { value: "", selected: true, disabled: true }, plain(e.placeholder) || "Choose…"),
  groups.map((g) => (g.label ? el("optgroup", { label: g.label }, g.options.map(option)) : g.options.map(option))));
  return node;
}

// several is a select that takes more than one: a list to tick, up to max_selected_items.
function several(e, block, surface, attributes, groups, chosen, choose) {
  const id = (o) => `${surface.id}-${block}-${e.action_id}-${o.value}`;
  const list = el("div", { class: "ticks several", role: "group", "aria-label": attributes["aria-label"] ?? (plain(e.placeholder) || "Choices") },
    groups.map((g) => el("div", { role: g.label ? "group" : undefined, "aria-label": g.label },
      g.label && el("p", { class: "option-group", "aria-hidden": "true" }, g.label),
      g.options.map((o) => el("label", { class: "tick" },
        el("input", {
          type: "checkbox", id: id(o), value: o.value, checked: chosen.includes(o.value), dataset: { focus: `${e.action_id}-${o.value}`, action: e.action_id },
          onChange: async ({ target }) => {
            limit();
            if ((await choose(o.value)) === false) target.checked = !target.checked;
            limit();
          },
        }), el("span", {}, o.name))))));
  const limit = () => {
    const boxes = [...list.querySelectorAll("input")];
    const full = boxes.filter((b) => b.checked).length >= (e.max_selected_items ?? Infinity);
    for (const b of boxes) b.disabled = full && !b.checked;
  };
  limit();
  return list;
}

// picker is the browser's own field for a date or a time; Slack's times have no seconds.
const picker = (type, e, attributes, value, choose) => el("input", {
  ...attributes, class: "input", type, value, onChange: async ({ target }) => {
    if ((await choose(target.value)) === false) target.value = value;
    else value = target.value;
  },
});

// localTime is seconds since 1970 as a datetime-local field has it.
function localTime(seconds) {
  const d = new Date(seconds * 1000);
  return new Date(d - d.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

// conversations are those the persona may see and the element's filter lets through.
function conversations(e) {
  const include = e.filter?.include;
  return server.channels
    .filter((c) => (c.dmWith ? c.dmWith === view.user && e.type.endsWith("conversations_select") && (!include || include.includes("im")) : !include || include.includes("public")))
    .map((c) => ({ value: c.id, name: c.dmWith ? "Slipway" : `#${c.name}` }));
}

// ticks are radio buttons or checkboxes; the server keeps which are ticked.
function ticks(kind, e, block, surface, chosen, choose) {
  return el("div", { class: "ticks" }, (e.options ?? []).map((o) => el("label", { class: "tick" },
    el("input", {
      type: kind, name: `${surface.id}-${block}-${e.action_id}`, value: o.value, checked: chosen.some((c) => c?.value === o.value),
      dataset: { focus: `${e.action_id}-${o.value}` }, onChange: () => choose(o.value),
    }),
    el("span", {}, text(o.text), o.description && el("small", { class: "muted" }, text(o.description))))));
}
