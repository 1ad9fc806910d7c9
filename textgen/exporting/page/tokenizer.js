// Text to ids and back: characters, words or byte-pair subwords, and below them the 256 bytes, which are the last ids.

import { decoded, encoded } from "./utf8.js";

export const PAD = 0;
export const START = 1;
export const END = 2;
export const TURN = 3;
export const SCENE = 4;
export const LINE_END = 5;
export const NAME = 6;
export const NAME_END = 7;
export const FIRST_LABEL = 8;

const BYTES = 256;

/**
 * Turns text into ids and back without loss.
 *
 * @param vocabulary what the model folder has, with the pattern that cuts text into words where there are any.
 */
export class Tokenizer {
  constructor(vocabulary) {
    this.speakers = vocabulary.speakers;
    this.first = FIRST_LABEL + this.speakers.length;
    this.pattern = vocabulary.pattern && new RegExp(vocabulary.pattern, "gu");
    this.merges = vocabulary.merges && new Merges(vocabulary.merges);
    const pieces = this.merges ? this.merges.pieces.slice(BYTES) : vocabulary.pieces.map(encoded);
    this.firstByte = this.first + pieces.length;
    this.size = this.firstByte + BYTES;
    const bytes = Array.from({ length: BYTES }, (_, value) => Uint8Array.of(value));
    /** The bytes of every id; none for structure and labels. */
    this.pieces = [...new Array(this.first).fill(new Uint8Array()), ...pieces, ...bytes];
    this.ids = new Map((vocabulary.pieces ?? []).map((piece, k) => [piece, this.first + k]));
  }

  /** The ids of a text; none of them is structure or a label. */
  encode(text) {
    return this.cut(text).flatMap((word) => this.spelled(word));
  }

  /** The last word of a text, which may be the beginning of a longer one; none where tokens are characters. */
  lastWord(text) {
    return this.pattern ? (this.cut(text).at(-1) ?? "") : "";
  }

  cut(text) {
    return this.pattern ? (text.match(this.pattern) ?? []) : [...text];
  }

  spelled(word) {
    if (this.merges) {
      const [bytes, merged] = [this.firstByte, this.first - BYTES];
      return this.merges.apply(encoded(word)).map((index) => index + (index < BYTES ? bytes : merged));
    }
    if (this.ids.has(word)) return [this.ids.get(word)];
    return [...word].flatMap((letter) => this.ids.get(letter) ?? Array.from(encoded(letter), (b) => this.firstByte + b));
  }
}

/** Byte-pair merges in the order they were learned (Sennrich et al. 2016). */
class Merges {
  constructor(merges) {
    this.pieces = Array.from({ length: BYTES }, (_, value) => Uint8Array.of(value));
    this.results = new Map();
    const known = new Map(this.pieces.map((piece, index) => [String(piece), index]));
    for (const [rank, [left, right]] of merges.entries()) {
      const piece = Uint8Array.of(...this.pieces[left], ...this.pieces[right]), key = String(piece);
      if (!known.has(key)) known.set(key, this.pieces.push(piece) - 1); // two pairs can make the same piece
      this.results.set(pairKey(left, right), [rank, known.get(key)]);
    }
  }

  /** Merges the bytes of a word, always the earliest learned pair, the leftmost first. */
  apply(bytes) {
    const parts = [...bytes];
    for (;;) {
      let place = -1, best = [Infinity];
      for (let k = 0; k + 1 < parts.length; k++) {
        const found = this.results.get(pairKey(parts[k], parts[k + 1]));
        if (found && found[0] < best[0]) [place, best] = [k, found];
      }
      if (place < 0) return parts;
      parts.splice(place, 2, best[1]);
    }
  }
}

const pairKey = (left, right) => left * 2 ** 26 + right;

/** A text in the habits of the corpus: its case, its quotation marks, and Unicode's form NFC. */
export function normalised(text, { lowercase, straight_quotes: straight, curly_quotes: curly }) {
  let changed = lowercase ? text.toLowerCase() : text;
  if (straight) changed = changed.replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
  if (curly) {
    changed = changed.replace(/(?:(?<=[\s([{“‘—–-])|^)["']/g, (mark) => (mark === '"' ? "“" : "‘"));
    changed = changed.replaceAll('"', "”").replaceAll("'", "’");
  }
  return changed.normalize("NFC");
}

/** A text without halves of surrogate pairs, which are no characters. */
export const wellFormed = (text) => decoded(encoded(text));
