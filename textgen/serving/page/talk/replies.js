// Asks models for replies: streamed, anew, or as candidates to choose from.

import { ask, stream } from "../server.js";
import { changed } from "../settings.js";
import { voices } from "../state.js";
import { heard, seedOf } from "./talk.js";

/** Streams one model's reply to an exchange into it; what came before a stop stays. `onpiece` is told of each piece. */
export async function reply(talk, number, place, signal, onpiece) {
  const exchange = talk.exchanges[number];
  const before = exchange.replies[place];
  const attempt = before ? before.attempt + 1 : 0;
  const options = optionsOf(talk, place);
  const seed = options.seed ?? seedOf(talk, number, attempt);
  const now = { text: "", seed, attempt, rejected: before ? [...before.rejected, before.text] : [] };
  const request = { model: talk.models[place], messages: heard(talk, place, number), ...options, seed };
  try {
    for await (const event of stream("v1/chat/completions", request, signal)) {
      const piece = event.choices[0]?.delta?.content;
      if (!piece) continue;
      now.text += piece;
      exchange.replies[place] = now;
      onpiece(piece);
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    now.interrupted = true;
  }
}

/** Replies that could stand in the place of the last one, best first, with their scores. */
export async function candidates(talk, place) {
  const number = talk.exchanges.length - 1;
  const { seed: own, ...options } = optionsOf(talk, place);
  const seed = own ?? talk.exchanges[number].replies[place].seed;
  const request = { model: talk.models[place], messages: heard(talk, place, number), options: { ...options, seed } };
  return (await ask("api/candidates", request)).candidates;
}

/** Puts a candidate in the place of the last reply. */
export function pick(talk, place, candidate) {
  const exchange = talk.exchanges.at(-1);
  const { text, ...rest } = exchange.replies[place];
  exchange.replies[place] = { ...rest, text: candidate.text, rejected: [...rest.rejected, text] };
}

function optionsOf(talk, place) {
  return changed(voices().find(({ id }) => id === talk.models[place]));
}
