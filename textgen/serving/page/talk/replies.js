// Asks models for replies: streamed, anew, or as candidates to choose from.

import { ask, stream } from "../server.js";
import { changed, option } from "../settings.js";
import { voices } from "../state.js";
import { heard, seedOf } from "./talk.js";

const FEWEST = 8; // candidates to choose from, even where a reply is written alone

/** Streams one model's reply to an exchange into it, another one where there was one; what came before a stop or an error stays. `onpiece` is told of each piece. */
export async function reply(talk, number, place, signal, onpiece) {
  const exchange = talk.exchanges[number];
  const before = exchange.replies[place];
  const rejected = before ? [...before.rejected, before.text] : [];
  const options = optionsOf(talk, place);
  const seed = options.seed ?? seedOf(talk, number);
  const now = { text: "", seed, attempt: before ? before.attempt + 1 : 0, rejected };
  if (before && option(voiceOf(talk, place), "candidates") > 1) now.chosen = true;
  const request = { model: talk.models[place], messages: heard(talk, place, number), ...options, seed, rejected };
  try {
    for await (const event of stream("v1/chat/completions", request, signal)) {
      const [choice] = event.choices;
      now.seed = choice.seed ?? now.seed;
      const piece = choice.delta.content;
      if (!piece) continue;
      now.text += piece;
      exchange.replies[place] = now;
      onpiece(piece);
    }
  } catch (error) {
    now.interrupted = true;
    throw error;
  }
}

/** Replies that could stand in the place of one, as {candidates, seed, asked}: best first, with their scores. */
export async function candidates(talk, number, place, signal) {
  const { seed: own, ...options } = optionsOf(talk, place);
  const seed = own ?? talk.exchanges[number].replies[place].seed;
  const asked = Math.max(FEWEST, option(voiceOf(talk, place), "candidates"));
  const request = { model: talk.models[place], messages: heard(talk, place, number), n: asked, options: { ...options, seed } };
  return { asked, ...(await ask("api/candidates", request, signal)) };
}

/** Puts a candidate in the place of a reply. Its seed makes the candidates again, from which it was `chosen`. */
export function pick(talk, number, place, candidate, seed) {
  const exchange = talk.exchanges[number];
  const { text, attempt, rejected } = exchange.replies[place];
  if (candidate.text === text) return;
  exchange.replies[place] = { text: candidate.text, seed, attempt, rejected: [...rejected, text], chosen: true };
}

function optionsOf(talk, place) {
  return changed(voiceOf(talk, place));
}

function voiceOf(talk, place) {
  return voices().find(({ id }) => id === talk.models[place]);
}
