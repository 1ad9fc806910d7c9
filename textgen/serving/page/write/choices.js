// What a person may choose from under the page: several continuations, or the likeliest next words.

import { button, element } from "../dom.js";
import { words } from "../words.js";

/** Shows continuations in a place; `onpick` gets the one that is chosen. */
export function showContinuations(place, continuations, onpick) {
  const items = continuations.map((one) =>
    element(
      "li",
      {},
      button(one.text.replace(/^\n/, ""), () => (close(place), onpick(one)), { class: "continuation", dir: "auto" }),
      element("small", { class: "seed" }, words.seed(one.seed)),
    ),
  );
  show(place, words.write.several, element("ol", {}, items));
}

/** Shows next words with their probabilities; `onpick` gets the one that is chosen. */
export function showNextWords(place, tokens, onpick) {
  const items = tokens
    .filter((token) => token.inserts)
    .map((token) =>
      element(
        "li",
        {},
        button(words.visible(token.inserts), () => onpick(token), { class: "chip" }),
        element("small", {}, words.percent(token.probabilities[0])),
      ),
    );
  show(place, words.write.nextWord, element("p", { class: "lead" }, words.write.nextWordHelp), element("ol", { class: "next" }, items));
}

function show(place, title, ...content) {
  place.replaceChildren(
    element("header", {}, element("h2", {}, title), button("×", () => close(place), { class: "quiet", "aria-label": words.close })),
    ...content,
  );
  place.hidden = false;
  place.scrollTop = 0;
  place.querySelector("li button")?.focus({ preventScroll: true });
}

/** Shows nothing to choose from. */
export function close(place) {
  place.hidden = true;
  place.replaceChildren();
}
