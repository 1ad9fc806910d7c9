// The chatbot: conversation in, reply out.

import { Alphabet, Pieces, ReplyShape, Utf8Constraint } from "./constraints.js";
import { Draft, writeDrafts } from "./decoding.js";
import { EncoderDecoder } from "./encoder_decoder.js";
import { beginning, score, wordsIn } from "./ranking.js";
import { logTotal, seedOf } from "./sampling.js";
import { END, normalised, START, Tokenizer, TURN, wellFormed } from "./tokenizer.js";
import { bytesTogether, wholeCharacters } from "./utf8.js";

const NO_TEXT = /[\0-\x1f\x7f-\x9f\u2028\u2029]/g;
const REMEMBERED = 4; // replies that a new one should not repeat
const RETRIES = 8; // seeds that are tried for a reply that was not given before

/** A message as one line. */
export const clean = (message) => wellFormed(message).replace(new RegExp(`${NO_TEXT.source}+`, "g"), " ").trim();

/**
 * Talks, and remembers what was said.
 *
 * @param facts of the model, as the page holds them.
 */
export class Chatbot {
  constructor(facts, weights) {
    this.facts = facts;
    this.network = new EncoderDecoder(facts.architecture, weights);
    this.tokenizer = new Tokenizer(facts.vocabulary);
    this.pieces = new Pieces(this.tokenizer);
    this.shape = new ReplyShape(this.pieces, END);
    this.alphabet = facts.alphabet === null ? null : new Alphabet(this.pieces, facts.alphabet);
    this.exchanges = [];
  }

  /** The ids of the turns before a reply: START and the newest ids that fit. */
  context(turns) {
    let room = this.facts.longest_context - 1;
    const newest = [];
    for (const turn of turns.toReversed()) {
      if (room <= 0) break;
      const ids = [...this.tokenizer.encode(this.readable(turn)), TURN].slice(-room);
      newest.unshift(...ids);
      room -= ids.length;
    }
    return [START, ...newest];
  }

  readable(text) {
    const end = [...text].slice(-this.facts.longest_context * this.facts.longest_word).join("");
    return normalised(end, this.facts.normalisation);
  }

  /** Answers a message, and remembers both; a generator, so that the page can breathe between tokens. */
  *answer(message, options) {
    const reply = yield* this.best(this.exchanges, clean(message), options, 0);
    this.exchanges.push({ message: clean(message), reply, attempt: 0, rejected: [] });
    return reply;
  }

  /** Replaces the last reply by another one. */
  *retry(options) {
    const before = this.exchanges.slice(0, -1), last = this.exchanges.at(-1), rejected = [...last.rejected, last.reply];
    const inWords = (text) => wordsIn(text).join(" "), heard = new Set(rejected.map(inWords));
    const isHeard = (text) => heard.has(inWords(text)), attempts = options.temperature === 0 ? 1 : RETRIES;
    let reply = last.reply, { attempt } = last, other = null;
    for (let k = 0; k < attempts && isHeard(reply); k++) {
      const texts = yield* this.ranked(before, last.message, options, ++attempt);
      const unsaid = texts.find((text) => !isHeard(text));
      [reply] = texts;
      if (unsaid !== undefined) other ??= { reply: unsaid, attempt };
    }
    // The model is sure of what it said: another candidate is better than the same reply.
    if (isHeard(reply) && other) ({ reply, attempt } = other);
    this.exchanges = [...before, { message: last.message, reply, attempt, rejected }];
    return reply;
  }

  forget() {
    this.exchanges = [];
  }

  *best(exchanges, message, options, attempt) {
    return (yield* this.ranked(exchanges, message, options, attempt))[0];
  }

  /** The texts of different replies, the best first. */
  *ranked(exchanges, message, options, attempt) {
    const spoken = [...exchanges.flatMap((one) => [one.message, one.reply]), message].filter(Boolean);
    const turns = spoken.slice(Math.max(0, spoken.length - this.facts.turns)), said = exchanges.slice(-REMEMBERED).map((one) => one.reply);
    const seed = seedOf(options.seed, exchanges.length, attempt);
    const different = new Map();
    for (const draft of yield* this.drafts(turns, options, seed)) {
      const text = this.textOf(draft.ids);
      if (!different.has(text)) different.set(text, draft);
    }
    const scored = [];
    for (const [text, draft] of different) {
      const familiarity = different.size > 1 ? yield* this.familiarity(draft.ids) : 0;
      scored.push({ text, score: score(text, draft, familiarity, said, this.facts.ranking) });
    }
    return scored.sort((a, b) => b.score - a.score).map(({ text }) => text);
  }

  /** Several replies to the last of some turns, yielded while they grow; greedily there is only one. */
  *drafts(turns, options, seed) {
    const [state, memory] = this.network.read(this.context(turns));
    const constraints = this.constraints(turns, options.max_new_tokens);
    const drafts = Array.from(
      { length: options.temperature === 0 ? 1 : options.candidates },
      (_, k) => new Draft([START], constraints, seed + k),
    );
    const step = (ids, before) => this.network.step(ids, before, memory);
    for (const _ of writeDrafts(step, state, drafts, options, this.pieces.first)) yield drafts;
    return drafts;
  }

  /** What may be written as a reply of so many tokens. */
  constraints(turns, room) {
    const constraints = [this.shape.begin(room ?? Infinity), new Utf8Constraint(this.pieces)];
    if (this.alphabet !== null) constraints.push(this.alphabet.begin(turns.join("")));
    return constraints;
  }

  /** The log-probability of a reply's beginning after the empty context, in nats a token. */
  *familiarity(ids) {
    const targets = beginning(ids, this.pieces, this.facts.ranking.first_words);
    let [state, memory] = this.network.read([START]), last = START, sum = 0;
    for (const target of targets) {
      const [logits, after] = this.network.step([last], state, memory);
      sum += logits[target] - logTotal(logits);
      [state, last] = [after, target];
      yield;
    }
    return sum / targets.length;
  }

  textOf(ids) {
    const bytes = ids.reduce((before, id) => bytesTogether(before, this.pieces.of[id]), new Uint8Array());
    return wholeCharacters(bytes)[0].replace(NO_TEXT, " ").trim();
  }
}
