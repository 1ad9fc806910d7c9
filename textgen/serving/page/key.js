// The key of a server that wants one: asked for once, kept until the tab is closed.

import { button, dialog, element, field } from "./dom.js";
import { words } from "./words.js";

const PLACE = "textgen/key";
let asking = null;

/** The key, or null. */
export function key() {
  return sessionStorage.getItem(PLACE);
}

/** Asks for the key; several requests that need it wait for one answer. */
export function askForKey(refused) {
  asking ??= answer(refused).finally(() => (asking = null));
  return asking;
}

function answer(refused) {
  return new Promise((resolve, reject) => {
    const input = element("input", { type: "password", autocomplete: "off", required: true });
    const form = element(
      "form",
      {
        method: "dialog",
        onsubmit: () => {
          sessionStorage.setItem(PLACE, input.value);
          resolve();
        },
      },
      element("p", {}, refused ? words.key.refused : words.key.why),
      field(words.key.label, input),
      button(words.key.use, () => {}, { type: "submit", class: "primary" }),
    );
    dialog(words.key.title, words.close, form).addEventListener("close", () => reject(new Error(words.key.missing)));
  });
}
