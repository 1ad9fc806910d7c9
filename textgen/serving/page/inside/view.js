// Look inside: what a network sees, in six parts.

import { element } from "../dom.js";
import { modelsOf, state } from "../state.js";
import { words } from "../words.js";
import { attention } from "./attention.js";
import { neighbours } from "./neighbours.js";
import { neurons } from "./neurons.js";
import { next } from "./next.js";
import { runs } from "./runs.js";
import { surprise } from "./surprise.js";

const PARTS = {
  surprise: { build: surprise, kind: "script" },
  next: { build: next, kind: "script" },
  neurons: { build: neurons, kind: "script" },
  attention: { build: attention, kind: "chat" },
  neighbours: { build: neighbours, kind: null },
  runs: { build: runs, kind: null },
};

/** Shows a part of the view; returns what to do when another one is shown. */
export function insideView(main, part) {
  const leaving = new AbortController();
  const name = part in PARTS ? part : Object.keys(PARTS)[0];
  const { build, kind } = PARTS[name];
  const links = Object.keys(PARTS).map((one) =>
    element("a", { href: `#inside/${one}`, "aria-current": one === name && "page" }, words.inside.parts[one]),
  );
  const models = kind ? modelsOf(kind) : state.models;
  const content = models.length || name === "runs" ? build(models, leaving.signal) : [element("p", { class: "empty" }, words.inside.noModel[kind ?? "script"])];
  main.replaceChildren(
    element(
      "div",
      { class: "desk" },
      element("nav", { class: "parts", "aria-label": words.inside.nav }, links),
      element("h1", {}, words.inside.parts[name]),
      element("p", { class: "lead" }, words.inside.leads[name]),
      content,
    ),
  );
  return () => leaving.abort();
}
