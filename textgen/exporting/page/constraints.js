// What may be written next: constraints, each of them a value that allows ids and advances by the id chosen.
//
// A mask has a 1 for each id that is allowed. No mask at all allows everything.

import { ACCEPT, advance, bytesTogether, REJECT, wholeCharacters } from "./utf8.js";

const isAscii = (bytes) => bytes.every((byte) => byte < 128);
const beginsWith = (bytes, prefix) => prefix.length <= bytes.length && prefix.every((byte, k) => bytes[k] === byte);
const VISIBLE = /[^\p{C}\p{Z}]/u;

/** The pieces of a tokenizer, and masks that follow from them. */
export class Pieces {
  constructor(tokenizer) {
    this.of = tokenizer.pieces;
    this.size = tokenizer.size;
    this.first = tokenizer.first;
    this.ascii = this.of.map(isAscii);
    this.utf8Masks = new Map();
    this.text = this.where((piece, id) => id >= this.first);
    this.oneLine = this.where((piece, id) => id >= this.first && !piece.includes(10) && !piece.includes(13));
    const firstByte = this.size - 256;
    this.continuing = this.where((piece, id) => id >= firstByte + 0x80 && id < firstByte + 0xc0);
  }

  where(holds) {
    return Uint8Array.from(this.of, (piece, id) => (holds(piece, id) ? 1 : 0));
  }

  mask(ids) {
    const allowed = new Uint8Array(this.size);
    for (const id of ids) allowed[id] = 1;
    return allowed;
  }

  /** The ids whose piece begins with these bytes. */
  beginningWith(prefix) {
    return this.where((piece) => piece.length > 0 && beginsWith(piece, prefix));
  }

  utf8State(state, id) {
    if (this.ascii[id]) return state === ACCEPT ? ACCEPT : REJECT;
    return advance(state, this.of[id]);
  }

  /** The ids after which a text in a state of the UTF-8 automaton can still become valid. */
  utf8Mask(state) {
    if (!this.utf8Masks.has(state)) {
      this.utf8Masks.set(state, this.where((piece, id) => this.utf8State(state, id) !== REJECT));
    }
    return this.utf8Masks.get(state);
  }
}

/** What one mask or both allow. */
export const either = (one, other) => one.map((allowed, id) => allowed | other[id]);

/** Keeps characters whole: bytes only where they continue one, structure between them. */
export class Utf8Constraint {
  constructor(pieces, state = ACCEPT) {
    Object.assign(this, { pieces, state });
  }

  allowed() {
    return this.pieces.utf8Mask(this.state);
  }

  advance(id) {
    return new Utf8Constraint(this.pieces, this.pieces.utf8State(this.state, id));
  }
}

/** Keeps to the characters of the corpus and of what was heard. */
export class Alphabet {
  constructor(pieces, characters) {
    const letters = new Set(characters), beginnings = new Set([""]);
    for (const letter of letters) {
      const bytes = new TextEncoder().encode(letter);
      for (let end = 1; end < bytes.length; end++) beginnings.add(String(bytes.subarray(0, end)));
    }
    Object.assign(this, { pieces, letters, beginnings, masks: new Map() });
  }

  /** The constraint on what is written after a text was heard, whose characters may be written too. */
  begin(heard) {
    const isNew = [...heard].some((letter) => !this.letters.has(letter));
    return new AlphabetConstraint(isNew ? new Alphabet(this.pieces, [...this.letters, ...heard]) : this);
  }

  mask(rest) {
    const key = String(rest);
    if (!this.masks.has(key)) this.masks.set(key, this.pieces.where((piece, id) => this.fits(piece, id, rest)));
    return this.masks.get(key);
  }

  fits(piece, id, rest) {
    if (rest.length > 0 && this.pieces.ascii[id]) return false;
    const [text, left] = wholeCharacters(rest.length > 0 ? bytesTogether(rest, piece) : piece);
    return [...text].every((letter) => this.letters.has(letter)) && this.beginnings.has(String(left));
  }
}

class AlphabetConstraint {
  constructor(alphabet, rest = new Uint8Array()) {
    Object.assign(this, { alphabet, rest });
  }

  allowed() {
    return this.alphabet.mask(this.rest);
  }

  advance(id) {
    const { pieces } = this.alphabet;
    if (pieces.ascii[id]) return new AlphabetConstraint(this.alphabet);
    return new AlphabetConstraint(this.alphabet, wholeCharacters(bytesTogether(this.rest, pieces.of[id]))[1]);
  }
}

/** Makes the text begin with the last word of the prompt, which was dropped since it may be half a word. */
export class HealingConstraint {
  constructor(pieces, prefix) {
    Object.assign(this, { pieces, prefix });
  }

  allowed() {
    const { pieces, prefix } = this;
    if (prefix.length === 0) return null;
    return pieces.where((piece) => piece.length > 0 && (beginsWith(piece, prefix) || beginsWith(prefix, piece)));
  }

  advance(id) {
    return new HealingConstraint(this.pieces, this.prefix.slice(this.pieces.of[id].length));
  }
}

/** The rules for replies: one line that shows something, without control characters. */
export class ReplyShape {
  constructor(pieces, end) {
    const text = pieces.where((piece, id) => id >= pieces.first && piece.every((byte) => byte > 31 && byte !== 127));
    const isVisible = (piece, id) => text[id] && VISIBLE.test(wholeCharacters(piece)[0]);
    this.pieces = pieces;
    this.open = either(text, pieces.mask([end]));
    this.visible = pieces.where((piece, id) => isVisible(piece, id) && advance(ACCEPT, piece) === ACCEPT);
    this.beginning = pieces.where((piece, id) => this.visible[id] || (text[id] && advance(ACCEPT, piece) > ACCEPT));
  }

  begin(room) {
    return new ReplyConstraint(this, room);
  }
}

const LONGEST_CHARACTER = 4; // bytes in UTF-8

class ReplyConstraint {
  constructor(shape, room, isVisible = false, rest = new Uint8Array()) {
    Object.assign(this, { shape, room, isVisible, rest });
  }

  allowed() {
    const { shape } = this;
    if (this.isVisible) return shape.open;
    if (this.rest.length > 0) return shape.pieces.continuing;
    // A character in bytes may turn out to be white space: a token must be left after it.
    return this.room > LONGEST_CHARACTER ? shape.beginning : shape.visible;
  }

  advance(id) {
    if (this.isVisible) return this;
    const [text, rest] = wholeCharacters(bytesTogether(this.rest, this.shape.pieces.of[id]));
    return new ReplyConstraint(this.shape, this.room - 1, VISIBLE.test(text), rest);
  }
}
