// The loop that writes sequences side by side: one step of the network for all of them, one token for each.

import { repeated, rowsOf } from "./language_model.js";
import { draw, likeliest, logTotal, penalise, ruleOut, transform, uniform } from "./sampling.js";
import { END, LINE_END, SCENE } from "./tokenizer.js";

/**
 * A sequence that grows token by token.
 *
 * @param context ids of the prompt, at least one; the network has not read the last one.
 * @param constraints on what is written.
 * @param seed of its draws.
 */
export class Draft {
  constructor(context, constraints, seed) {
    Object.assign(this, { context, constraints, seed, ids: [], lines: 0, logProbability: 0, finish: null });
    this.inHeading = context.lastIndexOf(SCENE) > context.lastIndexOf(LINE_END);
  }

  get last() {
    return this.ids.at(-1) ?? this.context.at(-1);
  }

  choose(logits, options, first) {
    const values = logits.slice();
    for (const constraint of this.constraints) ruleOut(values, constraint.allowed());
    if (options.repetition_penalty !== 1) {
      penalise(values, [...this.context, ...this.ids], options.repetition_penalty, first);
    }
    const [best, logit] = likeliest(values);
    if (logit === -Infinity) throw new Error("no token is left to choose");
    if (options.temperature === 0) return best;
    transform(values, options);
    return draw(values, uniform(this.seed, this.ids.length));
  }

  write(id, logProbability, { lines, max_new_tokens: most }) {
    this.ids.push(id);
    this.logProbability += logProbability;
    this.constraints = this.constraints.map((constraint) => constraint.advance(id));
    if (id === LINE_END && !this.inHeading) this.lines++;
    this.inHeading = id === SCENE || (this.inHeading && id !== LINE_END);
    if (id === END) this.finish = "end";
    else if (this.lines >= (lines ?? Infinity)) this.finish = "lines";
    else if (this.ids.length >= (most ?? Infinity)) this.finish = "length";
  }
}

/**
 * Writes drafts until all are done. A draft that is done leaves the batch.
 *
 * @param step the network: ids and a state to logits and a state.
 * @param state before the last id of the context that all drafts share.
 * @param first id after the labels; ids below it may always repeat.
 * @yields after each token of each draft, the state before the last ids of those that are not done.
 */
export function* writeDrafts(step, state, drafts, options, first) {
  let going = drafts, current = repeated(state, drafts.length);
  while (going.length > 0) {
    const [logits, after] = step(going.map((draft) => draft.last), current);
    const size = logits.length / going.length;
    for (const [row, draft] of going.entries()) {
      const own = logits.subarray(row * size, (row + 1) * size), id = draft.choose(own, options, first);
      draft.write(id, own[id] - logTotal(own), options);
    }
    yield after;
    const left = [...going.keys()].filter((row) => going[row].finish === null);
    current = left.length < going.length ? rowsOf(after, left, going.length) : after;
    going = left.map((row) => going[row]);
  }
}
