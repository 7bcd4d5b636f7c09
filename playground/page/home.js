// The App Home of Slipway, as the persona sees it.

import { byId, el, keyed, toast } from "./dom.js";
import { me, post, server, view } from "./state.js";
import { drawBlocks, surfaceOf } from "./views.js";

let opened = ""; // the person for whom it is open

export function drawHome() {
  const isOpen = view.home && view.link === "open";
  byId("chat").classList.toggle("at-home", view.home);
  byId("home").hidden = !view.home;
  if (!isOpen) {
    if (!view.home) opened = "";
    return;
  }
  if (opened !== view.user) {
    opened = view.user;
    byId("home-blocks").replaceChildren();
    post("/api/home", { user: view.user }).then(toast);
  }
  const shown = server.homes[view.user];
  keyed(byId("home-empty"), shown ? [] : [{ key: "empty", sign: [view.user, server.child.state] }], empty);
  if (shown) drawBlocks(byId("home-blocks"), shown, surfaceOf(shown, toast));
  else byId("home-blocks").replaceChildren();
}

function empty() {
  const words = server.child.state === "running" ? `Slipway has not published anything for ${me()?.name} yet.` : "Slipway does not run, so it publishes nothing.";
  return el("div", { class: "empty" }, el("img", { src: "icon.svg", alt: "", width: "56", height: "56" }), el("p", {}, words));
}
