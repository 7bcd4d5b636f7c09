// Slack's mrkdwn as DOM nodes: https://docs.slack.dev/messaging/formatting-message-text.

import { el } from "./dom.js";
import { channelNamed, nameOf, server, view } from "./state.js";
import { slackDate, wholeTime } from "./time.js";

const entities = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

export const unescape = (text) => text.replace(/&(lt|gt|amp);/g, (entity) => entities[entity]);

// mrkdwn gives the nodes of a text: code blocks, quotes, and lines in between.
export function mrkdwn(text) {
  const nodes = [];
  text.split("```").forEach((part, i, all) => {
    const closed = i % 2 === 1 && i < all.length - 1;
    if (closed) nodes.push(el("pre", {}, unescape(part.replace(/^\n|\n$/g, ""))));
    else nodes.push(...lines(i % 2 === 1 ? "```" + part : part.replace(/^\n/, i > 0 ? "" : "\n")));
  });
  return nodes;
}

// lines puts runs of quoted lines (they begin with > or &gt;) into quotes.
function lines(text) {
  const nodes = [];
  let quote = null;
  let first = true;
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quoted && quote) quote.append(el("br"), ...spans(quoted[1]));
    else if (quoted) nodes.push((quote = el("blockquote", {}, spans(quoted[1]))));
    else {
      if (!first && !quote) nodes.push(el("br"));
      nodes.push(...spans(line));
      quote = null;
    }
    first = false;
  }
  return nodes;
}

const tags = { "*": "strong", _: "em", "~": "s" };
const isWord = (c) => c !== undefined && /[\p{L}\p{N}]/u.test(c);

// spans reads one line.
function spans(text) {
  const nodes = [];
  let words = "";
  const flush = () => {
    if (words) nodes.push(unescape(words));
    words = "";
  };
  for (let i = 0; i < text.length; ) {
    const url = isWord(text[i - 1]) ? "" : address(text, i);
    if (url) {
      flush();
      nodes.push(link(unescape(url)));
      i += url.length;
      continue;
    }
    const end = endOfSpan(text, i);
    if (end < 0) {
      words += text[i++];
      continue;
    }
    flush();
    const inner = text.slice(i + 1, end);
    if (text[i] === "`") nodes.push(el("code", {}, unescape(inner)));
    else if (text[i] === "<") nodes.push(reference(inner));
    else nodes.push(el(tags[text[i]], {}, spans(inner)));
    i = end + 1;
  }
  flush();
  return nodes;
}

// address is the web address that begins at i, without the marks that end a sentence or a span.
function address(text, i) {
  if (text[i] !== "h") return "";
  const found = text.slice(i).match(/^https?:\/\/(?:(?!&[lg]t;)[^\s<>|`])+/);
  return found ? found[0].replace(/[.,;:!?)'"*_~]+$/, "") : "";
}

// endOfSpan is where the span that begins at i closes, -1 when none does.
function endOfSpan(text, i) {
  const mark = text[i];
  if (mark === "<") return text.indexOf(">", i);
  if (mark === "`") return text[i + 1] === "`" ? -1 : text.indexOf("`", i + 1);
  if (!(mark in tags) || isWord(text[i - 1]) || !text[i + 1] || /\s/.test(text[i + 1]) || text[i + 1] === mark) return -1;
  for (let j = i + 1; j < text.length; j++) {
    if (text[j] === "`" || text[j] === "<") {
      const skip = endOfSpan(text, j);
      if (skip > 0) j = skip;
    } else if (text[j] === mark && !/\s/.test(text[j - 1]) && !isWord(text[j + 1])) return j;
  }
  return -1;
}

// reference is what stands between < and >.
function reference(inner) {
  const [target, label] = cut(inner, "|");
  switch (target[0]) {
    case "@":
      return mention(`@${nameOf(target.slice(1)).split(" ")[0]}`, target.slice(1) === view.user);
    case "#":
      return mention(`#${channelNamed(target.slice(1))?.name ?? label ?? target.slice(1)}`);
    case "!":
      return special(target.slice(1), label);
  }
  const url = unescape(target);
  return leads(url) ? link(url, label && unescape(label)) : `<${unescape(inner)}>`;
}

function special(target, label) {
  const [name, first, second, url] = target.split("^");
  if (name === "subteam") return mention(`@${server.groups[first] ?? label?.replace(/^@/, "") ?? first}`);
  if (name !== "date") return mention(`@${name}`);
  const date = new Date(Number(first) * 1000);
  const words = slackDate(date, second ?? "") ?? unescape(label ?? "");
  if (Number.isNaN(date.getTime())) return words;
  const time = el("time", { datetime: date.toISOString(), title: wholeTime(date) }, words);
  return url ? link(unescape(url), time) : time;
}

export function mention(words, isMe = false) {
  return el("span", { class: isMe ? "mention mention-me" : "mention" }, words);
}

// leads says whether an address is one of the web's, and not a script.
const leads = (url) => /^(https?|mailto):/i.test(url);

export function link(url, label) {
  if (!leads(url)) return document.createTextNode(typeof label === "string" ? label : url);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label ?? url.replace(/^mailto:/, ""));
}

function cut(text, at) {
  const i = text.indexOf(at);
  return i < 0 ? [text, undefined] : [text.slice(0, i), text.slice(i + 1)];
}
