// The encoder-decoder: a context is read once in both directions, then a reply is written with attention and copying.

import { joined } from "./language_model.js";
import { LSTM } from "./lstm.js";
import { FIRST_LABEL, PAD, TURN } from "./tokenizer.js";
import { addTo } from "./weights.js";

/**
 * Bidirectional LSTM encoder, LSTM decoder, Luong's "general" attention above it (Luong et al. 2015), and tokens of the
 * context that compete with the vocabulary in one softmax (Gu et al. 2016).
 */
export class EncoderDecoder {
  constructor(architecture, weights) {
    this.architecture = architecture;
    this.embedding = weights.get("embedding");
    this.output = [weights.get("output/kernel"), weights.get("output/bias")];
    this.attention = ["key", "value"].map((name) => weights.get(`attention/${name}`));
    this.copy = Object.fromEntries(
      ["key", "previous", "query", "gate", "bias"].map((name) => [name, weights.get(`copy/${name}`)]),
    );
    this.whose = weights.get("whose");
    const layers = Array.from({ length: architecture.layers }, (_, k) => k);
    this.encoder = layers.map((k) => ["forward", "backward"].map((way) => new LSTM(weights, `encoder_${k}/${way}`)));
    this.decoder = layers.map((k) => new LSTM(weights, `decoder_${k}`));
  }

  /** Reads a context: the decoder's state before a reply, and the memory that each of its steps looks at. */
  read(ids) {
    const { architecture } = this, vectors = ids.map((id) => this.embedding.row(id));
    let inputs = vectors;
    if (architecture.told_whose) {
      const whose = whoseTurn(ids);
      inputs = vectors.map((vector, k) => addTo(vector.slice(), this.whose.row(whose[k])));
    }
    const state = [];
    for (const [forward, backward] of this.encoder) {
      const there = run(forward, inputs), back = run(backward, inputs.toReversed()).reverse();
      state.push([0, 1].map((part) => joined([there.at(-1)[part], back[0][part]])));
      inputs = there.map(([h], k) => joined([h, back[k][0]]));
    }
    return [state, this.memoryOf(ids, vectors, joined(inputs))];
  }

  memoryOf(ids, vectors, outputs) {
    const { architecture, copy } = this, memory = { ids };
    if (architecture.attention) {
      const [key, value] = this.attention;
      memory.keys = key.times(outputs);
      if (architecture.scaled) memory.keys = memory.keys.map((x) => x * architecture.hidden ** -0.5);
      memory.values = value.times(outputs);
      memory.first = architecture.scaled && ids.length > 1 ? 1 : 0; // START is looked at where nothing else is there
    }
    if (architecture.copying) {
      const before = joined([new Float32Array(architecture.embedding), ...vectors.slice(0, -1)]);
      memory.copyKeys = addTo(copy.key.times(outputs), copy.previous.times(before)).map(
        (x) => Math.tanh(x) * architecture.embedding ** -0.5,
      );
      memory.copied = ids.map((id) => (id >= FIRST_LABEL ? id : PAD));
    }
    return memory;
  }

  /** Reads one token of each reply to one context: the logits, one row after the other, and the state. */
  step(ids, state, memory) {
    let inputs = joined(ids.map((id) => this.embedding.row(id)));
    const after = [];
    for (const [k, layer] of this.decoder.entries()) {
      after.push(layer.step(layer.project(inputs), state[k]));
      inputs = after[k][0];
    }
    return [this.logits(inputs, memory), after];
  }

  logits(outputs, memory) {
    const { architecture, copy } = this, [kernel, bias] = this.output;
    const vectors = kernel.times(outputs);
    if (architecture.attention) addTo(vectors, this.looked(outputs, memory));
    const logits = addTo(this.embedding.times(vectors.map(Math.tanh)), bias);
    if (architecture.copying) {
      const queries = copy.query.times(outputs), gates = copy.gate.times(outputs), size = bias.length;
      for (let k = 0; k < gates.length; k++) {
        const query = queries.subarray(k * architecture.embedding, (k + 1) * architecture.embedding);
        addCopies(logits.subarray(k * size, (k + 1) * size), query, gates[k] + copy.bias[0], memory);
      }
    }
    return logits;
  }

  /** What attention finds in the memory, for each of some outputs of the decoder. */
  looked(outputs, { keys, values, first }) {
    const { hidden, embedding } = this.architecture, positions = keys.length / hidden;
    const found = new Float32Array((outputs.length / hidden) * embedding);
    for (let row = 0; row < outputs.length / hidden; row++) {
      const output = outputs.subarray(row * hidden, (row + 1) * hidden), weights = [];
      for (let k = first; k < positions; k++) weights.push(dot(keys, k * hidden, output));
      const top = Math.max(...weights);
      let sum = 0;
      for (const [k, weight] of weights.entries()) sum += weights[k] = Math.exp(weight - top);
      for (const [k, weight] of weights.entries()) {
        for (let i = 0; i < embedding; i++) {
          found[row * embedding + i] += (weight / sum) * values[(first + k) * embedding + i];
        }
      }
    }
    return found;
  }
}

/** The states after each of some inputs. */
function run(layer, inputs) {
  let state = layer.zeros();
  return inputs.map((input) => (state = layer.step(layer.project(input), state)));
}

/** 0 for the tokens of the other side's turns, 1 for the bot's own: sides alternate, and the other's is the last. */
function whoseTurn(ids) {
  let ends = 0;
  return ids.toReversed().map((id) => ((ends += id === TURN) + 1) % 2).reverse();
}

function dot(keys, place, query) {
  let sum = 0;
  for (let i = 0; i < query.length; i++) sum += keys[place + i] * query[i];
  return sum;
}

/** Adds the score of each token of the context to that of its id, as exponentials; in place. */
function addCopies(logits, query, gate, { copied, copyKeys }) {
  for (const [k, id] of copied.entries()) {
    if (id === PAD) continue;
    const score = dot(copyKeys, k * query.length, query) + gate, top = Math.max(logits[id], score);
    logits[id] = top + Math.log(Math.exp(logits[id] - top) + Math.exp(score - top));
  }
}
