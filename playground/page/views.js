// What modals and the Home tab have in common: a view's blocks, and what a person
// does in them. Choices are kept by the server; text stays here until the next press.

import { block, buttonsIn } from "./blocks.js";
import { keyed } from "./dom.js";
import { ask, server, view } from "./state.js";

const typed = new Map(); // by view: by block and action id, what is in the text inputs
let queue = Promise.resolve(); // one thing after the other, as a person does them

// surfaceOf is a view as its elements need it; say gets the problem of what was done.
export function surfaceOf(shown, say) {
  const user = view.user;
  const done = async (body) => {
    const { problem } = await act(user, shown.id, body);
    say(problem);
    return problem === "";
  };
  return {
    id: shown.id, errors: shown.errors ?? {},
    value: (blockId, action) => typed.get(shown.id)?.[blockId]?.[action] ?? shown.values[blockId]?.[action],
    type(blockId, action, value) {
      const all = typed.get(shown.id) ?? {};
      typed.set(shown.id, { ...all, [blockId]: { ...all[blockId], [action]: { value } } });
    },
    press: (button, action) => done({ do: "press", button, action }),
    choose: (action, value) => done({ do: "choose", action, value }),
    suggest: (action, text) => ask("/api/suggest", { user, view: shown.id, action, typed: text }),
  };
}

// act does something in a view after everything that was done before; it gives the server's answer.
export function act(user, id, body) {
  queue = queue.then(() => ask("/api/view", { user, view: id, values: typedIn(user, id), ...body }));
  return queue;
}

// typedIn is what was typed into inputs that the view has now.
function typedIn(user, id) {
  const shown = [...(server.modals[user] ?? []), server.homes[user]].find((v) => v?.id === id);
  const out = {};
  for (const [blockId, actions] of Object.entries(typed.get(id) ?? {})) {
    for (const [action, state] of Object.entries(actions)) {
      if (shown?.values[blockId]?.[action]) (out[blockId] ??= {})[action] = state;
    }
  }
  return out;
}

export const forget = (id) => typed.delete(id);

// drawBlocks keeps the nodes of blocks that did not change, and so the focus in them.
export function drawBlocks(parent, shown, surface) {
  let next = 0;
  const items = (shown.view.blocks ?? []).map((b) => {
    const first = next;
    next += buttonsIn(b);
    return { key: b.block_id, b, first, sign: [shown.id, b, first, shown.errors?.[b.block_id], view.user] };
  });
  keyed(parent, items, (i) => block(i.b, { ...surface, next: i.first }));
}
