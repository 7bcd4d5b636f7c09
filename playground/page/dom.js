// Building DOM nodes. Words become text nodes, always: nothing here or elsewhere
// turns a string into markup.

// el makes an element. Properties: class, dataset, on<Event> handlers, properties
// that must be set as such (value, disabled, checked), and attributes. Children
// that are null, undefined or false are left out.
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2).toLowerCase(), value);
    else if (["value", "disabled", "checked", "hidden", "selected"].includes(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

// keyed brings a parent's children in line with items, and rebuilds only what has
// changed, so that focus, open menus and the scroll position stay. Each item has a
// key and a sign: everything its node depends on.
export function keyed(parent, items, build) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const sign = JSON.stringify(item.sign);
    let node = old.get(item.key);
    old.delete(item.key);
    if (!node || node.sign !== sign) {
      const fresh = build(item);
      fresh.dataset.key = item.key;
      fresh.sign = sign;
      if (node) {
        if (at === node) at = fresh;
        swap(node, fresh);
      }
      node = fresh;
    }
    if (at === node) at = node.nextElementSibling;
    else parent.insertBefore(node, at);
  }
  for (const gone of old.values()) gone.remove();
}

// swap replaces a node and puts the focus, if it was inside, on the same control.
function swap(node, fresh) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  const inside = node.contains(document.activeElement);
  for (const details of node.querySelectorAll("details[open][data-keep]")) {
    fresh.querySelector(`details[data-keep="${details.dataset.keep}"]`)?.setAttribute("open", "");
  }
  node.replaceWith(fresh);
  if (!inside) return;
  const same = focused && fresh.querySelector(`[data-focus="${CSS.escape(focused)}"]:not(:disabled)`);
  if (same) return same.focus();
  fresh.tabIndex = -1;
  fresh.focus({ preventScroll: true });
}

let toastTimer;

// toast says something that has no place of its own on the page.
export function toast(words) {
  const node = byId("toast");
  node.textContent = words;
  node.classList.toggle("shown", words !== "");
  clearTimeout(toastTimer);
  if (words) toastTimer = setTimeout(() => toast(""), 8000);
}
