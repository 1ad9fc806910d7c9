// Surprise: a text coloured by how little the network expected each token, and what it expected instead.

import { ask } from "../server.js";
import { element } from "../dom.js";
import { words } from "../words.js";
import { barOf, lookForm, modelChoice, table, textField } from "./parts.js";
import { tokenList } from "./tokens.js";

const MOST = 8; // nats that have the full colour: less likely than one in 3,000

/** The part, for script models. */
export function surprise(models) {
  const { control, model } = modelChoice(models);
  const text = textField(words.inside.text, "text", 3);
  return lookForm([control, text.control], async () => {
    const { tokens } = await ask("api/explain", { model: model().id, text: text.value() });
    return explained(tokens);
  });
}

/** Tokens with their surprise, and the details of the chosen one. */
export function explained(tokens) {
  const details = element("div", { class: "details" }, element("p", {}, words.inside.moveOverTokens));
  const { list } = tokenList(
    words.inside.tokens,
    tokens.map((token) => token.text),
    {
      heat: (place) => tokens[place].surprise / MOST,
      describe: (place) => words.inside.token(tokens[place]),
      onchoose: (place) => details.replaceChildren(...detailsOf(tokens[place])),
    },
  );
  const mean = tokens.reduce((sum, token) => sum + token.surprise, 0) / tokens.length;
  return [element("p", {}, words.inside.mean(mean, tokens.length)), scale(), element("div", { class: "beside" }, list, details)];
}

function detailsOf(token) {
  const rows = token.alternatives.map((one) => [words.visible(one.text), barOf(one.probability, words.percent(one.probability))]);
  return [
    element("h3", {}, words.visible(token.text)),
    element("p", {}, words.inside.details(token)),
    table(words.inside.alternatives, words.inside.alternativesHead, rows),
  ];
}

function scale() {
  return element("p", { class: "scale" }, words.inside.expected, element("span", { class: "gradient" }), words.inside.surprising);
}
