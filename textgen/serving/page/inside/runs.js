// Runs: the learning curves and samples of a training run, live while it trains.

import { ask } from "../server.js";
import { element, field } from "../dom.js";
import { state } from "../state.js";
import { words } from "../words.js";
import { curves } from "./curves.js";

const EVERY = 3000; // milliseconds between two looks at the runs

/** The part; `leaving` is a signal that is aborted when another one is shown. */
export function runs(_, leaving) {
  const select = element("select", { onchange: () => ((id = select.value), lookNow()) });
  const chosen = element("div", { class: "look", hidden: true }, field(words.inside.runs, select));
  const status = element("p", { role: "status" });
  const picture = element("div", {});
  const samples = element("pre", { tabindex: "0", "aria-label": words.inside.samples });
  const written = element("div", { class: "found", hidden: true }, element("h3", {}, words.inside.samples), samples);
  let id = null; // of the run that is shown
  let width = innerWidth; // for which it is laid out
  let seen = ""; // what the page shows, so that nothing is asked for or moves where nothing is new
  follow();
  return [chosen, element("section", { class: "found" }, status, picture, written)];

  async function follow() {
    while (!leaving.aborted) {
      await lookNow();
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  }

  /** Looks; a server that does not answer is told here, and asked again. */
  function lookNow() {
    return look().catch((error) => say(error.message));
  }

  async function look() {
    const list = (await ask("api/runs")).runs;
    const run = list.find((one) => one.id === id) ?? list[0];
    chosen.hidden = !run;
    if (!run) return say(words.inside.noRuns);
    id = run.id;
    offer(list);
    say(run.finished ? words.inside.finished : words.inside.training);
    const now = JSON.stringify([run, innerWidth]);
    if (now === seen) return undefined;
    const [{ history, samples: text }, { models }] = await Promise.all([ask(`api/runs/${encodeURIComponent(run.id)}`), ask("api/models")]);
    if (run.id !== id) return undefined;
    state.models = models; // a run that has ended, or has chosen its first weights, is a model
    seen = now;
    picture.replaceChildren(curves(history));
    return show(text);
  }

  /** The list of runs; it is left alone where nothing has changed, for a person may have it open. */
  function offer(list) {
    const texts = list.map(words.inside.run);
    if (texts.join() !== [...select.options].map((one) => one.text).join()) {
      select.replaceChildren(...list.map((run, place) => element("option", { value: run.id }, texts[place])));
    }
    select.value = id;
  }

  function say(text) {
    if (status.textContent !== text) status.textContent = text;
  }

  /** Shows the samples, the newest in view, unless a person has gone back to an earlier one. */
  function show(text) {
    const isBack = width === innerWidth && samples.scrollHeight - samples.scrollTop - samples.clientHeight > 4;
    width = innerWidth;
    written.hidden = !text;
    samples.textContent = text;
    if (!isBack) samples.scrollTop = samples.scrollHeight;
  }
}
