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
  surprise: { build: surprise, models: () => modelsOf("script") },
  next: { build: next, models: () => modelsOf("script") },
  neurons: { build: neurons, models: () => modelsOf("script") },
  attention: { build: attention, models: () => modelsOf("chat"), none: words.talk.noModel },
  neighbours: { build: neighbours, models: () => state.models },
  runs: { build: runs, models: () => null },
};

/** Shows a part of the view; returns what to do when another one is shown. */
export function insideView(main, part) {
  const leaving = new AbortController();
  const name = part in PARTS ? part : Object.keys(PARTS)[0];
  const models = PARTS[name].models();
  const links = Object.keys(PARTS).map((one) =>
    element("a", { href: `#inside/${one}`, "aria-current": one === name && "page" }, words.inside.parts[one]),
  );
  const content = models?.length === 0 ? element("p", { class: "empty" }, PARTS[name].none ?? words.inside.noModel) : PARTS[name].build(models, leaving.signal);
  main.replaceChildren(
    element(
      "div",
      { class: "desk" },
      element("nav", { class: "parts", "aria-label": words.inside.nav }, links),
      element("h2", {}, words.inside.parts[name]),
      element("p", { class: "lead" }, words.inside.leads[name]),
      content,
    ),
  );
  return () => leaving.abort();
}
