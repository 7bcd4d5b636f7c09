// Block Kit as DOM nodes: https://docs.slack.dev/reference/block-kit/blocks.

import { confirmed } from "./confirm.js";
import { el } from "./dom.js";
import { field, inputBlock, unknown } from "./fields.js";
import { link, mrkdwn, unescape } from "./mrkdwn.js";
import { richText } from "./richtext.js";

// content is what a message says: its blocks, or its text where it has none. The
// surface (see fields.js) gets a button's place among all the message's buttons;
// the server counts them in the same order.
export function content(message, surface) {
  const counter = { ...surface, next: 0 };
  const out = [];
  if (message.blocks?.length) out.push(el("div", { class: "blocks" }, message.blocks.map((b) => block(b, counter))));
  else if (message.text) out.push(el("div", { class: "text" }, mrkdwn(message.text)));
  for (const a of message.attachments ?? []) out.push(attachment(a, counter));
  return out;
}

function attachment(a, counter) {
  const body = a.blocks?.length ? a.blocks.map((b) => block(b, counter)) : mrkdwn(a.text ?? a.fallback ?? "");
  const node = el("div", { class: "attachment blocks" }, body);
  if (/^#?[0-9a-f]{6}$/i.test(a.color ?? "")) node.style.setProperty("--bar", `#${a.color.replace("#", "")}`);
  return node;
}

// block is one block on a surface whose buttons are counted from counter.next on.
export function block(b, counter) {
  switch (b.type) {
    case "header":
      return el(counter.heading ?? "h2", { class: "block-header" }, plain(b.text));
    case "section":
      return section(b, counter);
    case "context":
      return el("div", { class: "block-context" }, (b.elements ?? []).map((e) => contextElement(e)));
    case "divider":
      return el("hr");
    case "actions":
      return el("div", { class: "block-actions" }, (b.elements ?? []).map((e) => element(e, b.block_id, counter)));
    case "input":
      return inputBlock(b, counter);
    case "rich_text":
      return el("div", { class: "text" }, richText(b.elements ?? []));
    case "markdown":
      return el("div", { class: "text as-typed" }, b.text ?? "");
    case "image":
      return picture(b);
  }
  return el("p", { class: "note" }, `A block of the type “${b.type}” is here. The playground does not draw it; Slack does.`);
}

function section(b, counter) {
  const words = [];
  if (b.text) words.push(el("div", { class: "text" }, text(b.text)));
  if (b.fields) words.push(el("div", { class: "block-fields" }, b.fields.map((f) => el("div", { class: "text" }, text(f)))));
  return el("div", { class: "block-section" },
    el("div", { class: "block-words" }, words),
    b.accessory && el("div", { class: "block-accessory" }, element(b.accessory, b.block_id, counter)));
}

function contextElement(e) {
  if (e.type === "image") return picture(e);
  return el("span", { class: "text" }, text(e));
}

// picture shows a picture's words: the page loads nothing from elsewhere.
const picture = (e) => el("span", { class: "note" }, `Picture: ${e.alt_text ?? "without words"}`);

function element(e, blockId, counter) {
  if (e.type === "button") return button(e, counter.next++, counter.press);
  if (e.type === "image") return picture(e);
  return field(e, blockId, counter) ?? unknown(e);
}

// buttonsIn counts a block's buttons.
export const buttonsIn = (b) => [b.accessory, ...(b.elements ?? [])].filter((e) => e?.type === "button").length;

function button(e, index, press) {
  const label = plain(e.text);
  if (e.url) {
    return el("span", { class: "button-link" }, link(unescape(e.url), label));
  }
  return el("button", {
    type: "button", class: `button ${e.style ?? ""}`, "aria-label": e.accessibility_label,
    dataset: { focus: `${index}-${e.action_id}`, action: e.action_id },
    onClick: async ({ currentTarget: node }) => {
      if (node.getAttribute("aria-busy") === "true") return;
      if (e.confirm && !(await confirmed(e.confirm))) return;
      node.setAttribute("aria-busy", "true");
      await press(index, e.action_id);
      node.removeAttribute("aria-busy");
    },
  }, label);
}

// text is a text object: mrkdwn is read, plain_text is shown as it is.
export function text(t) {
  return t?.type === "mrkdwn" ? mrkdwn(t.text ?? "") : [plain(t)];
}

export const plain = (t) => unescape(t?.text ?? "");
