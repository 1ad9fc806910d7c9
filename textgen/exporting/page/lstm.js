// An LSTM layer (Hochreiter and Schmidhuber 1997), one time step at a time.

import { addTo } from "./weights.js";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** A layer with the weights whose names begin with `name`; its gates i, f, g, o lie side by side. */
export class LSTM {
  constructor(weights, name) {
    this.kernel = weights.get(`${name}/kernel`);
    this.recurrentKernel = weights.get(`${name}/recurrent_kernel`);
    this.bias = weights.get(`${name}/bias`);
    this.units = this.bias.length / 4;
  }

  /** The state before anything was read: the hidden state h and the cell state c. */
  zeros() {
    return [new Float32Array(this.units), new Float32Array(this.units)];
  }

  /** The inputs' part of the gates, bias included, for each of some inputs. */
  project(inputs) {
    return addTo(this.kernel.times(inputs), this.bias);
  }

  /** The states [h, c] after one more input, given by its projection; each holds those of the whole batch. */
  step(projected, [h, c]) {
    const { units } = this, gates = this.recurrentKernel.times(h);
    const hidden = new Float32Array(h.length), cell = new Float32Array(c.length);
    for (let k = 0; k < h.length; k++) {
      const place = 4 * units * Math.floor(k / units) + (k % units);
      const gate = (number) => gates[place + number * units] + projected[place + number * units];
      cell[k] = sigmoid(gate(1)) * c[k] + sigmoid(gate(0)) * Math.tanh(gate(2));
      hidden[k] = sigmoid(gate(3)) * Math.tanh(cell[k]);
    }
    return [hidden, cell];
  }
}
