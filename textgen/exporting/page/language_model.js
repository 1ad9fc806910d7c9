// The language model: embedding, LSTM layers, softmax.

import { LSTM } from "./lstm.js";
import { addTo } from "./weights.js";

/** A network whose state is a list with [h, c] for each layer, each of them for a whole batch. */
export class LanguageModel {
  constructor(architecture, weights) {
    this.tied = architecture.tied;
    this.embedding = weights.get("embedding");
    this.layers = Array.from({ length: architecture.layers }, (_, k) => new LSTM(weights, `lstm_${k}`));
    this.outputKernel = weights.get("output/kernel");
    this.outputBias = weights.get("output/bias");
    this.projections = new Map(); // of the tokens that came up, which come up again
  }

  /** The state before a document. */
  initialState() {
    return this.layers.map((layer) => layer.zeros());
  }

  /** The state after more tokens of one sequence. */
  read(ids, state) {
    return ids.reduce((before, id) => this.advance([id], before), state);
  }

  /** Reads one token of each sequence: the logits of the tokens that follow, one row after the other, and the state. */
  step(ids, state) {
    const after = this.advance(ids, state);
    const top = this.outputKernel.times(after.at(-1)[0]);
    return [addTo(this.tied ? this.embedding.times(top) : top, this.outputBias), after];
  }

  advance(ids, state) {
    const after = [];
    for (const [k, layer] of this.layers.entries()) {
      const projected = k === 0 ? this.firstProjection(ids) : layer.project(after[k - 1][0]);
      after.push(layer.step(projected, state[k]));
    }
    return after;
  }

  firstProjection(ids) {
    const [layer] = this.layers, projected = new Float32Array(ids.length * layer.bias.length);
    for (const [k, id] of ids.entries()) {
      if (!this.projections.has(id)) this.projections.set(id, layer.project(this.embedding.row(id)));
      projected.set(this.projections.get(id), k * layer.bias.length);
    }
    return projected;
  }
}

/** A state of one sequence for several that go on from there. */
export function repeated(state, times) {
  return state.map((layer) => layer.map((array) => joined(new Array(times).fill(array))));
}

/** The state of some of a batch's sequences. */
export function rowsOf(state, rows, batch) {
  const row = (array, k) => array.subarray((array.length / batch) * k, (array.length / batch) * (k + 1));
  return state.map((layer) => layer.map((array) => joined(rows.map((k) => row(array, k)))));
}

/** Several arrays of numbers one after the other. */
export function joined(arrays) {
  const whole = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let place = 0;
  for (const array of arrays) {
    whole.set(array, place);
    place += array.length;
  }
  return whole;
}
