// Asks a script model to write: streamed, several texts to choose from, or the likeliest next words.

import { ask, stream } from "../server.js";
import { changed } from "../settings.js";

const MOST = 8000; // characters of the text before the cursor that are sent; a network remembers fewer

/** Streams what a model writes after a text; yields pieces. */
export async function* continued(model, before, seed, signal) {
  const request = { model: model.id, prompt: tail(before), ...changed(model), seed };
  for await (const event of stream("v1/completions", request, signal)) {
    const piece = event.choices[0]?.text;
    if (piece) yield piece;
  }
}

/** The pieces of a text without the line end after the last one. */
export async function* withoutLineEnd(pieces) {
  let held = "";
  for await (const piece of pieces) {
    const text = held + piece;
    held = text.endsWith("\n") ? "\n" : "";
    yield text.slice(0, text.length - held.length);
  }
}

/** Several continuations of a text, as {text, seed}. */
export async function several(model, before, n, seed, signal) {
  const options = { ...changed(model), seed };
  return (await ask("api/continuations", { model: model.id, text: tail(before), n, options }, signal)).continuations;
}

/** What could come next, likeliest first, as {text, inserts, probabilities}. */
export async function nextTokens(model, before, n, temperatures, signal) {
  return (await ask("api/next", { model: model.id, text: tail(before), n, temperatures }, signal)).tokens;
}

/** One short line after a text at a temperature: what the temperature does. */
export async function example(model, before, temperature, seed, signal) {
  const options = { ...changed(model), temperature, seed, lines: 1, max_new_tokens: 40 };
  const request = { model: model.id, text: tail(before), n: 1, options };
  return (await ask("api/continuations", request, signal)).continuations[0].text;
}

/** The spans of a text that were copied from the model's corpus, as {begin, end}. */
export async function copies(model, text) {
  const { spans } = await ask("api/copies", { model: model.id, text });
  const units = [0]; // the server counts characters, the browser halves of some
  for (const character of text) units.push(units.at(-1) + character.length);
  return spans.map(([begin, end]) => ({ begin: units[begin], end: units[end] }));
}

/** A seed. */
export function randomSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

/** The last part of a text, from the beginning of a line. */
function tail(text) {
  if (text.length <= MOST) return text;
  const cut = text.indexOf("\n", text.length - MOST);
  return cut < 0 ? text.slice(-MOST) : text.slice(cut + 1);
}
