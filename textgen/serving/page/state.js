// All that the page remembers, in one place; what is `kept` outlives the tab, in the browser's own storage.

import { tell } from "./notices.js";
import { words } from "./words.js";

const PREFIX = "textgen/";

export const state = {
  models: [], // as the server describes them
  options: [], // rows of the table of decoding options
  theme: "", // "light", "dark", or as the system has it
  chosen: {}, // the model of each view: {talk, other, write, inside}
  settings: {}, // options a person has changed: {model: {option: value}}
  talks: [], // newest first
  talk: null, // id of the open talk
  page: "", // the text in Write
};

const KEPT = ["theme", "chosen", "settings", "talk", "page"];

/** Reads what the browser has kept. */
export function recall() {
  for (const name of KEPT) state[name] = stored(name) ?? state[name];
  state.talks = Object.keys(localStorage)
    .filter((key) => key.startsWith(`${PREFIX}talk/`))
    .map((key) => stored(key.slice(PREFIX.length)))
    .filter((talk) => Array.isArray(talk?.exchanges))
    .sort((a, b) => b.changed - a.changed);
}

/** Keeps one of the fields of `state`; says whether there was room for it. */
export function keep(name) {
  return write(name, state[name]);
}

/** Reads one of the fields of `state` again: another tab may have kept another value. */
export function reread(name) {
  state[name] = stored(name) ?? state[name];
}

/** Keeps a talk; each has its own place, so that two tabs do not overwrite each other's. */
export function keepTalk(talk) {
  talk.changed = Date.now();
  write(`talk/${talk.id}`, talk);
}

/** Forgets a talk. */
export function forgetTalk(talk) {
  state.talks = state.talks.filter((other) => other !== talk);
  localStorage.removeItem(`${PREFIX}talk/${talk.id}`);
}

/** The models of a kind. */
export function modelsOf(kind) {
  return state.models.filter((model) => model.kind === kind);
}

const CHARACTERS = 8; // of each script model that one can talk to, those with most lines

/** What one can talk to: chat models, and the characters of script models. Each has a `name`; its id where another one has that name, too. */
export function voices() {
  const characters = modelsOf("script").flatMap((model) =>
    model.speakers.slice(0, CHARACTERS).map((name) => {
      return { ...model, id: `${model.id}:${name}`, name, kind: "chat", defaults: model.talking };
    }),
  );
  const all = [...modelsOf("chat").map((model) => ({ ...model, name: model.bot })), ...characters];
  const isOnly = (name) => all.filter((voice) => voice.name === name).length === 1;
  return all.map((voice) => ({ ...voice, name: isOnly(voice.name) ? voice.name : voice.id }));
}

/** The model that a view uses: the one chosen there, or the first that fits. */
export function chosenModel(view, models) {
  return models.find((model) => model.id === state.chosen[view]) ?? models[0];
}

/** Chooses the model of a view. */
export function choose(view, id) {
  state.chosen[view] = id;
  keep("chosen");
}

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null; // written by something else: as if it were not there
  }
}

function write(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    tell(words.storageFull, "error");
    return false;
  }
}
