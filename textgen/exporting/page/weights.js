// The weights of the model: from the page's base64 to matrices that multiply.

import { kernel } from "./kernel.js";

const PAGE = 65536; // bytes, the unit of WebAssembly's memory

const EVERY_HALF = 65536;

/** The bytes that base64 stands for. */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}

/** The numbers of an array, which is stored as float32, as float16, or as int8 with a scale for each row. */
function numbersOf({ shape, dtype, offset }, bytes, floats) {
  const [rows, columns] = [...shape, 1], count = rows * columns, numbers = new Float32Array(count);
  if (dtype === "float32") {
    numbers.set(new Float32Array(bytes.buffer, offset, count));
  } else if (dtype === "float16") {
    const halves = new Uint16Array(bytes.buffer, offset, count);
    for (let k = 0; k < count; k++) numbers[k] = floats[halves[k]];
  } else {
    const scales = new Float32Array(bytes.buffer, offset, rows);
    const whole = new Int8Array(bytes.buffer, offset + 4 * rows, count);
    for (let k = 0; k < count; k++) numbers[k] = whole[k] * scales[Math.floor(k / columns)];
  }
  return numbers;
}

/** A float16 (IEEE 754 binary16), given by its bits, as a number. */
export function floatOf(half) {
  const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const upToFour = (size) => 4 * Math.ceil(size / 4);

/** A matrix whose rows and columns are filled up with zeros to multiples of four. */
class Matrix {
  constructor(owner, place, rows, columns) {
    this.owner = owner;
    this.rows = rows;
    this.columns = columns;
    this.stride = upToFour(columns);
    this.place = place;
    this.data = new Float32Array(owner.memory.buffer, place, upToFour(rows) * this.stride);
  }

  /** A row, not to be changed. */
  row(k) {
    return this.data.subarray(k * this.stride, k * this.stride + this.columns);
  }

  /** The product with each of some vectors, which lie one after the other; the results do so too. */
  times(vectors) {
    const { owner, rows, columns } = this, batch = vectors.length / columns;
    const results = new Float32Array(batch * rows);
    owner.input.fill(0, columns, this.stride);
    for (let k = 0; k < batch; k++) {
      owner.input.set(vectors.subarray(k * columns, (k + 1) * columns));
      owner.product(owner.output.byteOffset, this.place, owner.input.byteOffset, upToFour(rows) / 4, 4 * this.stride);
      results.set(owner.output.subarray(0, rows), k * rows);
    }
    return results;
  }
}

/**
 * All arrays of a model by their names.
 *
 * @param arrays of each its name, shape, dtype and offset. A matrix that multiplies has a row for each result.
 * @param bytes of all arrays.
 */
export class Weights {
  constructor(arrays, bytes) {
    const matrices = arrays.filter(({ shape }) => shape.length === 2);
    const sizes = matrices.map(({ shape: [rows, columns] }) => 4 * upToFour(rows) * upToFour(columns));
    const widest = upToFour(Math.max(...matrices.flatMap(({ shape }) => shape)));
    const needed = sizes.reduce((sum, size) => sum + size, 8 * widest);
    const pages = Math.ceil(needed / PAGE);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.product = kernel(this.memory);
    this.input = new Float32Array(this.memory.buffer, 0, widest);
    this.output = new Float32Array(this.memory.buffer, 4 * widest, widest);
    this.byName = new Map();
    const floats = new Float32Array(EVERY_HALF);
    for (let half = 0; half < EVERY_HALF; half++) floats[half] = floatOf(half);
    let place = 8 * widest;
    for (const array of arrays) {
      const numbers = numbersOf(array, bytes, floats);
      if (array.shape.length === 1) {
        this.byName.set(array.name, numbers);
        continue;
      }
      const [rows, columns] = array.shape;
      const matrix = new Matrix(this, place, rows, columns);
      for (let k = 0; k < rows; k++) matrix.row(k).set(numbers.subarray(k * columns, (k + 1) * columns));
      place += matrix.data.byteLength;
      this.byName.set(array.name, matrix);
    }
  }

  /** An array, which is a `Matrix` or a Float32Array. */
  get(name) {
    return this.byName.get(name);
  }
}

/** Adds a vector to each of some results that lie one after the other, in place. */
export function addTo(results, vector) {
  for (let k = 0; k < results.length; k += vector.length) {
    for (let i = 0; i < vector.length; i++) results[k + i] += vector[i];
  }
  return results;
}
