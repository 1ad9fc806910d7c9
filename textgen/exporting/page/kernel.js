// The product of a matrix and a vector in WebAssembly SIMD, assembled from the list of instructions below.
//
// Nearly all time goes into these products. Plain JavaScript adds one pair of numbers at a time, and is eight times slower.

const I32 = 0x7f, V128 = 0x7b, VOID = 0x40;
const END = 0x0b;

const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const constant = (value) => [0x41, value]; // below 64: one byte
const add = 0x6a, subtract = 0x6b, multiply = 0x6c, below = 0x49;
const repeat = (body) => [0x03, VOID, body, END];
const againIf = (condition) => [condition, 0x0d, 0];
const storeFloat = [0x38, 2, 0], addFloats = 0x92;
const loadFour = [0xfd, 0x00, 4, 0];
const zeros = [0xfd, 0x0c, new Array(16).fill(0)];
const lane = (number) => [0xfd, 0x1f, number];
const addFours = [0xfd, 0xe4, 0x01], multiplyFours = [0xfd, 0xe6, 0x01];

// The arguments and variables of the function, by their numbers.
const [OUT, MATRIX, VECTOR, GROUPS, WIDTH, PLACE, FOUR] = [0, 1, 2, 3, 4, 5, 6];
const SUMS = [7, 8, 9, 10];

/** Four rows at a time, so that each number of the vector is fetched once for all of them. */
const product = repeat([
  SUMS.map((sum) => [zeros, set(sum)]),
  constant(0), set(PLACE),
  repeat([
    get(VECTOR), get(PLACE), add, loadFour, set(FOUR),
    SUMS.map((sum, row) => [
      get(MATRIX), get(PLACE), add, get(WIDTH), constant(row), multiply, add, loadFour,
      get(FOUR), multiplyFours, get(sum), addFours, set(sum),
    ]),
    get(PLACE), constant(16), add, set(PLACE),
    againIf([get(PLACE), get(WIDTH), below]),
  ]),
  SUMS.map((sum, row) => [
    get(OUT), constant(4 * row), add,
    get(sum), lane(0), get(sum), lane(1), addFloats, get(sum), lane(2), addFloats, get(sum), lane(3), addFloats,
    storeFloat,
  ]),
  get(OUT), constant(16), add, set(OUT),
  get(MATRIX), get(WIDTH), constant(4), multiply, add, set(MATRIX),
  get(GROUPS), constant(1), subtract, set(GROUPS),
  againIf(get(GROUPS)),
]);

/** A number as WebAssembly writes lengths: seven bits a byte, the lowest first. */
function length(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...length(value >>> 7)];
}

const counted = (bytes) => [...length(bytes.length), ...bytes];
const section = (number, ...content) => [number, ...counted(content.flat(Infinity))];
const name = (text) => counted([...text].map((letter) => letter.charCodeAt(0)));

function assembled() {
  const variables = [2, 1, I32, 1 + SUMS.length, V128]; // PLACE, then FOUR and SUMS
  const body = [variables, product, END].flat(Infinity);
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // "\0asm", version 1
    ...section(1, 1, 0x60, counted(new Array(5).fill(I32)), 0), // one type: five numbers to nothing
    ...section(2, 1, name("page"), name("memory"), 2, 0, 0), // the memory is brought along
    ...section(3, 1, 0),
    ...section(7, 1, name("product"), 0, 0),
    ...section(10, 1, counted(body)),
  ]);
}

/**
 * Makes the function `product(out, matrix, vector, groups, width)` over a memory.
 *
 * All arguments are numbers of bytes but `groups`, the number of rows divided by four. `width` is that of a row, a
 * multiple of 16.
 */
export function kernel(memory) {
  const module = new WebAssembly.Module(assembled());
  return new WebAssembly.Instance(module, { page: { memory } }).exports.product;
}
