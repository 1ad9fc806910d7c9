// Runs: the learning curves and samples of a training run, live while it trains.

import { ask } from "../server.js";
import { choice, element, field } from "../dom.js";
import { attempt } from "../notices.js";
import { words } from "../words.js";
import { curves } from "./curves.js";

const EVERY = 3000; // milliseconds between two looks at a run that is training

/** The part; `leaving` is a signal that is aborted when another one is shown. */
export function runs(_, leaving) {
  const shown = element("section", { class: "found" });
  const chosen = element("div", {});
  let id = null;
  let timer;
  leaving.addEventListener("abort", () => clearTimeout(timer));
  attempt(begin);
  return [chosen, shown];

  async function begin() {
    const list = (await ask("api/runs")).runs;
    if (!list.length) return chosen.replaceChildren(element("p", { class: "empty" }, words.inside.noRuns));
    const pairs = list.map((run) => [run.id, words.inside.run(run)]);
    chosen.replaceChildren(field(words.inside.runs, choice(pairs, list[0].id, follow)));
    return follow(list[0].id);
  }

  function follow(wanted) {
    id = wanted;
    clearTimeout(timer);
    return attempt(look);
  }

  async function look() {
    const wanted = id;
    const [{ runs: list }, { history, samples }] = await Promise.all([ask("api/runs"), ask(`api/runs/${encodeURIComponent(wanted)}`)]);
    if (wanted !== id || leaving.aborted) return;
    const training = list.some((run) => run.id === id && !run.finished);
    shown.replaceChildren(
      element("p", { role: "status" }, training ? words.inside.training : words.inside.finished),
      curves(history),
      element("h3", {}, words.inside.samples),
      element("pre", { tabindex: "0", "aria-label": words.inside.samples }, samples),
    );
    if (training) timer = setTimeout(() => attempt(look), EVERY);
  }
}
