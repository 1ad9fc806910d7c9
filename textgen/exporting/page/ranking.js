// The score of a reply, by which the best of several is chosen: likelihood, novelty, length, repetition.
//
// All parts are in nats a token. Novelty is after Li et al. (2016): a beginning that is likely without any message is dull.

/** The words of a text in lower case; the text itself where it has none. */
export const wordsIn = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [text];

function runs(text, length) {
  const words = wordsIn(text), count = Math.max(1, words.length - length + 1);
  return Array.from({ length: count }, (_, k) => words.slice(k, k + length).join(" "));
}

/** How much of a text was said before, in itself or in the last replies: from 0 to 1. */
export function repetition(text, said) {
  const pairs = runs(text, 2), threes = runs(text, 3), before = new Set(said.flatMap((reply) => runs(reply, 3)));
  const again = 1 - new Set(pairs).size / pairs.length;
  return Math.min(1, again + threes.filter((run) => before.has(run)).length / threes.length);
}

/** The first ids of a reply: those of as many words, where structure and white space end a word. */
export function beginning(ids, pieces, words) {
  const ends = (id) => pieces.of[id].length === 0 || " \t\n\v\f\r".includes(String.fromCharCode(pieces.of[id][0]));
  let count = 0;
  const end = ids.findIndex((id) => (count += ends(id)) >= words);
  return ids.slice(0, Math.max(1, end < 0 ? ids.length : end));
}

/**
 * How good a reply is, higher being better.
 *
 * @param weights of the parts.
 * @param familiarity the log-probability of its beginning without a message, in nats a token.
 * @param said the last replies.
 */
export function score(text, draft, familiarity, said, weights) {
  const words = text.split(/\s+/).filter(Boolean).length;
  return (
    draft.logProbability / draft.ids.length -
    weights.anti * familiarity +
    weights.length * Math.min(1, words / weights.long_enough) -
    weights.repetition * repetition(text, said)
  );
}
