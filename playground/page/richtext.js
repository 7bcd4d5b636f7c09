// Rich text as DOM nodes: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.

import { el } from "./dom.js";
import { link, mention } from "./mrkdwn.js";
import { channelNamed, nameOf, server, view } from "./state.js";
import { slackDate } from "./time.js";

export const richText = (elements) => elements.map(part);

function part(p) {
  const inside = p.elements ?? [];
  switch (p.type) {
    case "rich_text_section":
      return el("div", {}, inside.map(piece));
    case "rich_text_preformatted":
      return el("pre", {}, inside.map(piece));
    case "rich_text_quote":
      return el("blockquote", {}, inside.map(piece));
    case "rich_text_list": {
      const list = el(p.style === "ordered" ? "ol" : "ul", { start: p.style === "ordered" && p.offset ? p.offset + 1 : undefined },
        inside.map((item) => el("li", {}, part(item))));
      list.style.setProperty("--indent", String(p.indent ?? 0));
      return list;
    }
  }
  return el("p", { class: "note" }, `Rich text of the type “${p.type}” is here; Slack draws it.`);
}

function piece(p) {
  switch (p.type) {
    case "text":
      return styled(p.text ?? "", p.style);
    case "link":
      return styled(link(p.url ?? "", p.text), p.style);
    case "user":
      return mention(`@${nameOf(p.user_id).split(" ")[0]}`, p.user_id === view.user);
    case "usergroup":
      return mention(`@${server.groups[p.usergroup_id] ?? p.usergroup_id}`);
    case "channel":
      return mention(`#${channelNamed(p.channel_id)?.name ?? p.channel_id}`);
    case "broadcast":
      return mention(`@${p.range}`);
    case "emoji":
      return `:${p.name}:`;
    case "date":
      return slackDate(new Date(Number(p.timestamp) * 1000), p.format ?? "") ?? p.fallback ?? "";
  }
  return `[${p.type}]`;
}

const styles = { bold: "strong", italic: "em", strike: "s", code: "code" };

function styled(node, style = {}) {
  for (const [name, tag] of Object.entries(styles)) if (style[name]) node = el(tag, {}, node);
  return node;
}
