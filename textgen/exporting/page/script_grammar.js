// The grammar of scripts as a constraint: whole lines, speakers who may speak, headings whose brackets are closed.

import { either } from "./constraints.js";
import { FIRST_LABEL, LINE_END, NAME, NAME_END, SCENE } from "./tokenizer.js";

// What the next token may belong to.
const LINE_START = "line start", AFTER_HEADING = "after heading", HEADING = "heading", NAME_START = "name start";
const IN_NAME = "name", TEXT_START = "text start", TEXT = "text";

const AFTER_PIECE = { [HEADING]: HEADING, [NAME_START]: IN_NAME, [IN_NAME]: IN_NAME };
const AFTER_STRUCTURE = { [SCENE]: HEADING, [NAME]: NAME_START, [NAME_END]: TEXT_START };

function placeAfter(place, id, first) {
  if (id >= first) return AFTER_PIECE[place] ?? TEXT;
  if (id >= FIRST_LABEL) return TEXT_START;
  if (id === LINE_END && place === HEADING) return AFTER_HEADING;
  return AFTER_STRUCTURE[id] ?? LINE_START;
}

/** A node of the trie of names that are spelled because they have no label: those that begin with the ids so far. */
class NameTrie {
  constructor(pieces, names) {
    this.pieces = pieces;
    this.children = new Map();
    const rests = new Map();
    for (const [id, ...rest] of names.filter((name) => name.length > 0)) rests.set(id, [...(rests.get(id) ?? []), rest]);
    this.isComplete = names.some((name) => name.length === 0);
    this.rests = rests;
  }

  get mask() {
    return this.pieces.mask([...this.rests.keys(), ...(this.isComplete ? [NAME_END] : [])]);
  }

  advance(id) {
    if (!this.children.has(id) && this.rests.has(id)) {
      this.children.set(id, new NameTrie(this.pieces, this.rests.get(id)));
    }
    return this.children.get(id) ?? null;
  }
}

/**
 * The rules for a text. It does not end by itself: a page is asked for a number of lines.
 *
 * @param shape of the corpus: what occurs in its scripts.
 * @param labels ids of the speakers who may have a line; null for all of them, and narration where there is any.
 * @param names the names without a label that may have one, in ids.
 */
export class ScriptGrammar {
  constructor(pieces, shape, labels, names) {
    const narration = labels === null && shape.narration;
    const everybody = Array.from({ length: pieces.first - FIRST_LABEL }, (_, k) => FIRST_LABEL + k);
    const openers = [...(labels ?? everybody)];
    if (names.length > 0 || (labels === null && shape.spelled_names)) openers.push(NAME);
    const only = (id) => pieces.mask([id]), text = shape.line_breaks ? pieces.text : pieces.oneLine;
    const textStart = shape.empty_lines ? either(text, only(LINE_END)) : text;
    const lineStart = narration ? either(pieces.mask(openers), textStart) : pieces.mask(openers);
    this.first = pieces.first;
    this.shape = shape;
    this.names = names.length > 0 ? new NameTrie(pieces, names) : null;
    this.masks = {
      [LINE_START]: shape.scenes ? either(lineStart, only(SCENE)) : lineStart,
      [AFTER_HEADING]: lineStart,
      [HEADING]: either(pieces.oneLine, only(LINE_END)),
      [NAME_START]: pieces.oneLine,
      [IN_NAME]: either(pieces.oneLine, only(NAME_END)),
      [TEXT_START]: textStart,
      [TEXT]: either(text, only(LINE_END)),
    };
    const closing = (id) => either(only(id), pieces.continuing); // or what finishes the last character
    this.closing = { [HEADING]: closing(LINE_END), [IN_NAME]: closing(NAME_END), [TEXT]: closing(LINE_END) };
  }

  /** The constraint on what follows a context, and first on what is left of its last word. */
  begin(context, prefix) {
    let place = LINE_START;
    for (const id of context) place = placeAfter(place, id, this.first);
    if (prefix.length > 0 && (place === LINE_START || place === AFTER_HEADING)) place = TEXT_START;
    return new ScriptConstraint(this, place, this.room(place) + prefix.length, this.names);
  }

  get longestHeading() {
    return this.shape.longest_heading || this.shape.longest_line;
  }

  room(place) {
    return place === HEADING ? this.longestHeading : this.shape.longest_line;
  }
}

class ScriptConstraint {
  constructor(grammar, place, room, name) {
    Object.assign(this, { grammar, place, room, name });
  }

  allowed() {
    const { grammar, place, room, name } = this;
    if (name !== null && (place === NAME_START || place === IN_NAME)) return name.mask;
    return room <= 0 && place in grammar.closing ? grammar.closing[place] : grammar.masks[place];
  }

  advance(id) {
    const { grammar, room, name } = this, place = placeAfter(this.place, id, grammar.first);
    if (place === TEXT || (place === HEADING && this.place === HEADING)) {
      return new ScriptConstraint(grammar, place, room - 1, name);
    }
    if (place === IN_NAME) return new ScriptConstraint(grammar, place, room - 1, name && name.advance(id));
    return new ScriptConstraint(grammar, place, grammar.room(place), grammar.names);
  }
}

const SLACK = 6; // tokens kept back for the bracket, a line end, and the rest of a character

/** The rules for headings in square brackets. */
export class HeadingRules {
  constructor(pieces, longest) {
    this.room = Math.max(longest - SLACK, 1);
    this.opening = pieces.beginningWith([91]);
    this.end = pieces.mask([LINE_END]);
    this.open = this.end.map((end) => 1 - end);
    this.closing = either(pieces.where((piece) => piece.length === 1 && piece[0] === 93), pieces.continuing);
    this.ends = pieces.where((piece) => piece.at(-1) === 93);
  }

  begin(context) {
    return context.reduce((constraint, id) => constraint.advance(id), new BracketedHeadings(this, "outside", 0));
  }
}

class BracketedHeadings {
  constructor(rules, place, room) {
    Object.assign(this, { rules, place, room });
  }

  allowed() {
    const { rules, place, room } = this;
    if (place === "opening") return rules.opening;
    if (place === "open") return room > 0 ? rules.open : rules.closing;
    return place === "closed" && room <= 0 ? rules.end : null;
  }

  advance(id) {
    const { rules, place, room } = this;
    if (id === SCENE) return new BracketedHeadings(rules, "opening", rules.room);
    if (place === "outside") return this;
    if (id === LINE_END) return new BracketedHeadings(rules, "outside", 0);
    return new BracketedHeadings(rules, rules.ends[id] ? "closed" : "open", room - 1);
  }
}
