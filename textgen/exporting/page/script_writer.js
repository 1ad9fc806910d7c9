// The script writer: how a script begins in, the rest of it out.

import { Alphabet, HealingConstraint, Pieces, Utf8Constraint } from "./constraints.js";
import { Draft, writeDrafts } from "./decoding.js";
import { LanguageModel } from "./language_model.js";
import { HeadingRules, ScriptGrammar } from "./script_grammar.js";
import { FIRST_LABEL, LINE_END, NAME, NAME_END, normalised, SCENE, START, Tokenizer, wellFormed } from "./tokenizer.js";
import { encoded } from "./utf8.js";

/**
 * Writes scripts.
 *
 * @param facts of the model, as the page holds them.
 */
export class ScriptWriter {
  constructor(facts, weights) {
    this.facts = facts;
    this.network = new LanguageModel(facts.architecture, weights);
    this.tokenizer = new Tokenizer(facts.vocabulary);
    this.pieces = new Pieces(this.tokenizer);
    this.alphabet = facts.alphabet === null ? null : new Alphabet(this.pieces, facts.alphabet);
    this.headings = facts.shape.bracketed_headings
      ? new HeadingRules(this.pieces, facts.shape.longest_heading || facts.shape.longest_line)
      : null;
    this.rareNames = facts.rare_speakers.map((name) => this.tokenizer.encode(name));
  }

  /** All speakers, those with a label first. */
  get speakers() {
    return [...this.tokenizer.speakers, ...this.facts.rare_speakers];
  }

  /**
   * A script that begins in some way.
   *
   * @param opening `{heading}`, `{speaker, text}`, or `{text}` for narration; `{}` leaves it to the model.
   */
  begin(opening = {}) {
    const { heading, speaker, text } = opening, script = new WrittenScript(this);
    const read = (typed) => normalised(wellFormed(typed), this.facts.normalisation);
    script.heard = read([heading, speaker, text].join(""));
    if (heading !== undefined) script.add([SCENE, ...this.tokenizer.encode(read(heading))]);
    if (speaker !== undefined) script.add(this.speakerIds(speaker));
    if (text) script.addText(read(text));
    return script;
  }

  speakerIds(name) {
    const label = this.tokenizer.speakers.indexOf(name);
    return label < 0 ? [NAME, ...this.tokenizer.encode(name), NAME_END] : [FIRST_LABEL + label];
  }

  /** The labels of some speakers, and the names of those without a label; for none of them, everybody. */
  cast(characters) {
    if (characters.length === 0) return [null, this.rareNames];
    const ids = characters.map((name) => this.speakerIds(name));
    const isLabel = ([first]) => first !== NAME;
    return [ids.filter(isLabel).map(([id]) => id), ids.filter((name) => !isLabel(name)).map((name) => name.slice(1, -1))];
  }
}

/** A script that grows: its ids, and the network's state before the last one. */
class WrittenScript {
  constructor(writer) {
    this.writer = writer;
    this.ids = [START];
    this.state = writer.network.initialState();
    this.elements = [];
    this.dropped = "";
    this.heard = "";
    this.isOpen = false;
  }

  add(ids) {
    for (const id of ids) {
      this.state = this.writer.network.read([this.ids.at(-1)], this.state);
      this.take(id);
    }
  }

  /** Adds the text of a line but for its last word, which may be half a word: that is what is written next. */
  addText(text) {
    const { tokenizer } = this.writer, lastWord = tokenizer.lastWord(text).split("\n").at(-1);
    this.dropped = lastWord;
    this.add(tokenizer.encode(text.slice(0, text.length - lastWord.length)));
  }

  /**
   * Writes on; a generator that yields after each token.
   *
   * @param options how to write; `characters` are the only ones who get new lines, `lines` how many of them.
   */
  *write(options) {
    const { writer } = this, draft = new Draft([...this.ids], this.constraints(options.characters), options.seed);
    this.dropped = "";
    const step = (ids, state) => writer.network.step(ids, state);
    for (const state of writeDrafts(step, this.state, [draft], options, writer.pieces.first)) {
      this.state = state;
      this.take(draft.last);
      yield;
    }
    return draft;
  }

  /** What may be written next, where only some characters get lines. */
  constraints(characters) {
    const { pieces, facts, alphabet, headings } = this.writer, prefix = encoded(this.dropped);
    const grammar = new ScriptGrammar(pieces, facts.shape, ...this.writer.cast(characters));
    const constraints = [grammar.begin(this.ids, prefix), new Utf8Constraint(pieces)];
    if (alphabet !== null) constraints.push(alphabet.begin(this.heard));
    if (headings !== null) constraints.push(headings.begin(this.ids));
    if (prefix.length > 0) constraints.push(new HealingConstraint(pieces, prefix));
    return constraints;
  }

  /** Reads an id as a part of the script. */
  take(id) {
    const { tokenizer } = this.writer;
    this.ids.push(id);
    const open = this.isOpen ? this.elements.at(-1) : null;
    if (id === SCENE) this.open({ kind: "heading" });
    else if (id === NAME) this.open({ kind: "name" });
    else if (id === NAME_END) Object.assign(open, { kind: "line", speaker: open.text, text: "", decoder: utf8() });
    else if (id >= FIRST_LABEL && id < tokenizer.first) {
      this.open({ kind: "line", speaker: tokenizer.speakers[id - FIRST_LABEL] });
    } else if (id === LINE_END) {
      if (!open) this.open({ kind: "line" });
      this.isOpen = false;
    } else {
      if (!open) this.open({ kind: "line" });
      const element = this.elements.at(-1);
      element.text += element.decoder.decode(tokenizer.pieces[id], { stream: true });
    }
  }

  open(element) {
    this.elements.push({ speaker: null, text: "", decoder: utf8(), ...element });
    this.isOpen = true;
  }

  /** The script as text, in the layout of the corpus; a last line that is not whole has no line end. */
  get text() {
    const { layout } = this.writer.facts, [before, behind] = layout.name;
    const written = this.elements.map(({ kind, speaker, text }, k) => {
      if (kind === "heading") return text ? text + layout.suffix : k > 0 ? layout.scene_break : "";
      const prefix = speaker === null ? "" : before + speaker + behind;
      return (text ? prefix + text : prefix.trimEnd()) + layout.suffix;
    });
    const whole = written.join(""), last = this.elements.at(-1);
    return this.isOpen && (last.kind === "line" || last.text) ? whole.slice(0, -layout.suffix.length) : whole;
  }
}

const utf8 = () => new TextDecoder("utf-8", { ignoreBOM: true });
