// UTF-8 in pieces: which bytes may continue a text (RFC 3629), and the whole characters of bytes that are cut anywhere.

export const ACCEPT = 0;
export const REJECT = -1;
const [ONE, TWO, THREE, AFTER_E0, AFTER_ED, AFTER_F0, AFTER_F4] = [1, 2, 3, 4, 5, 6, 7];

// state, first byte, last byte, next state
const MOVES = [
  [ACCEPT, 0x00, 0x7f, ACCEPT], [ACCEPT, 0xc2, 0xdf, ONE], [ACCEPT, 0xe0, 0xe0, AFTER_E0], [ACCEPT, 0xe1, 0xec, TWO],
  [ACCEPT, 0xed, 0xed, AFTER_ED], [ACCEPT, 0xee, 0xef, TWO], [ACCEPT, 0xf0, 0xf0, AFTER_F0],
  [ACCEPT, 0xf1, 0xf3, THREE], [ACCEPT, 0xf4, 0xf4, AFTER_F4], [ONE, 0x80, 0xbf, ACCEPT], [TWO, 0x80, 0xbf, ONE],
  [THREE, 0x80, 0xbf, TWO], [AFTER_E0, 0xa0, 0xbf, ONE], [AFTER_ED, 0x80, 0x9f, ONE], [AFTER_F0, 0x90, 0xbf, TWO],
  [AFTER_F4, 0x80, 0x8f, TWO],
];

const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export const encoded = (text) => encoder.encode(text);
export const decoded = (bytes) => decoder.decode(bytes);

/** The state after some bytes, or REJECT where they cannot continue a character. */
export function advance(state, bytes) {
  for (const byte of bytes) {
    const move = MOVES.find(([from, first, last]) => from === state && first <= byte && byte <= last);
    if (!move) return REJECT;
    state = move[3];
  }
  return state;
}

/** Bytes one after the other. */
export function bytesTogether(first, second) {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** The text of the whole characters, and the bytes of an unfinished one; invalid bytes become U+FFFD. */
export function wholeCharacters(bytes) {
  if (bytes.every((byte) => byte < 128)) return [decoded(bytes), new Uint8Array()];
  let state = ACCEPT, end = 0;
  for (let k = 0; k < bytes.length; k++) {
    state = advance(state, [bytes[k]]);
    if (state === REJECT) return [decoded(bytes), new Uint8Array()];
    if (state === ACCEPT) end = k + 1;
  }
  return [decoded(bytes.subarray(0, end)), bytes.slice(end)];
}
