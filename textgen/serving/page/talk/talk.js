// A talk as data: exchanges, seeds, and the file that the chat in the terminal writes with /save and reads with /open.
//
// talk: {id, seed, models, exchanges, changed}; an exchange: {message, replies}, one reply for each of the talk's models;
// a reply: {text, seed, attempt, rejected, chosen, interrupted}, the last two only where they are true. A message is null where the bot spoke first.

const FORMAT = "textgen conversation";
const VERSION = 1;

/** A talk without exchanges. */
export function newTalk(models) {
  return { id: crypto.randomUUID?.() ?? String(Math.random()).slice(2), seed: random(), models, exchanges: [], changed: Date.now() };
}

/** A copy of a talk up to an exchange, to go on from there; the talk itself stays as it is. */
export function branch(talk, exchanges) {
  return { ...newTalk(talk.models), seed: talk.seed, exchanges: structuredClone(talk.exchanges.slice(0, exchanges)) };
}

/** Leaves a talk the voices that there still are, each with its own replies; where none is, the first one of `ids` goes on for the first. */
export function keepVoices(talk, ids) {
  const known = [...talk.models.keys()].filter((place) => ids.includes(talk.models[place]));
  if (known.length === talk.models.length) return;
  const places = known.length ? known : [0];
  talk.models = known.length ? known.map((place) => talk.models[place]) : [ids[0]];
  for (const exchange of talk.exchanges) exchange.replies = places.map((place) => exchange.replies[place]);
}

/** What a talk is called: its first message. */
export function titleOf(talk, untitled) {
  return talk.exchanges.find((exchange) => exchange.message)?.message ?? untitled;
}

/** What a model has heard and said before an exchange, its message included; a model that was absent takes the other's replies as its own. */
export function heard(talk, place, exchanges) {
  const messages = [];
  for (const [number, exchange] of talk.exchanges.slice(0, exchanges + 1).entries()) {
    if (exchange.message !== null) messages.push({ role: "user", content: exchange.message });
    const reply = exchange.replies[place] ?? exchange.replies.find(Boolean);
    if (number < exchanges && reply) messages.push({ role: "assistant", content: reply.text });
  }
  return messages;
}

/** The seed of the replies to an exchange: a function of it and the talk's seed, so that the same talk comes again. */
export function seedOf(talk, exchange) {
  let mixed = Math.imul(talk.seed ^ (exchange + 0x9e3779b9), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The file of what one of the talk's models said. */
export function toFile(talk, place) {
  const exchanges = talk.exchanges
    .filter((exchange) => exchange.replies[place])
    .map(({ message, replies: { [place]: reply } }) => ({
      message,
      reply: reply.text,
      seed: reply.seed,
      attempt: reply.attempt,
      rejected: reply.rejected,
      chosen: reply.chosen, // left out where it is not there
    }));
  return JSON.stringify({ format: FORMAT, version: VERSION, model: talk.models[place], seed: talk.seed, exchanges }, null, 1);
}

/** The talk in such a file; null where it holds something else. */
export function fromFile(text, models) {
  let saved;
  try {
    saved = JSON.parse(text);
  } catch {
    return null;
  }
  const whole = (value) => Number.isSafeInteger(value) && value >= 0;
  const fits = ({ message, reply, seed, attempt, rejected = [] }) =>
    (message === null || typeof message === "string") &&
    typeof reply === "string" &&
    [seed, attempt].every(whole) &&
    Array.isArray(rejected);
  if (saved?.format !== FORMAT || saved.version !== VERSION || !Array.isArray(saved.exchanges)) return null;
  if (!whole(saved.seed) || !saved.exchanges.every((exchange) => exchange && fits(exchange))) return null;
  const exchanges = saved.exchanges.map(({ message, reply, seed, attempt, rejected = [], chosen }) => ({
    message,
    replies: [{ text: reply, seed, attempt, rejected: rejected.map(String), ...(chosen === true && { chosen }) }],
  }));
  return { ...newTalk([models.includes(saved.model) ? saved.model : models[0]]), seed: saved.seed, exchanges };
}

function random() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
