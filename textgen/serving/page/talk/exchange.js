// One exchange as it is shown: the message, and a reply of each model with what can be done about it.

import { button, element } from "../dom.js";
import { words } from "../words.js";

/** The elements of an exchange; `names` are those of the talk's voices; `actions` has a function for each button (`look` gives one, or null), and is null where nothing may be done now. */
export function exchangeElement(talk, number, names, actions) {
  const { message, replies } = talk.exchanges[number];
  const last = number === talk.exchanges.length - 1;
  return element(
    "article",
    { class: "exchange", "aria-label": words.talk.exchange(number + 1) },
    message === null ? null : messageElement(message, actions && (() => actions.edit(number))),
    element(
      "div",
      { class: "replies" },
      names.map((name, place) =>
        replyElement(name, replies[place], actions && actions.look(number, place), last && actions && { again: () => actions.again(place), choose: () => actions.choose(place) }),
      ),
    ),
  );
}

function messageElement(message, edit) {
  const tools = element("div", { class: "tools" }, edit && button(words.talk.edit, edit, { class: "quiet" })); // keeps its height
  return element("section", { class: "message", "aria-label": words.talk.you }, element("p", { dir: "auto" }, message), tools);
}

function replyElement(name, reply, look, actions) {
  const text = element("p", { dir: "auto" }, reply?.text ?? "");
  const tools = element("div", { class: "tools" });
  if (actions) tools.append(button(words.talk.again, actions.again, { class: "quiet" }));
  if (actions && reply) tools.append(button(words.talk.choose, actions.choose, { class: "quiet" }));
  if (reply && look) tools.append(button(words.talk.look, look, { class: "quiet" }));
  if (reply) tools.append(element("small", { class: "seed" }, about(reply)));
  return element("section", { class: "reply", "aria-label": name }, element("h2", {}, name), text, tools);
}

/** What brings a reply again; a stopped one is a part that no seed brings. */
function about({ seed, chosen, interrupted }) {
  if (interrupted) return words.talk.interrupted;
  return chosen ? words.talk.chosen(seed) : words.seed(seed);
}
