// Next token: what could come next, at three temperatures.

import { ask } from "../server.js";
import { words } from "../words.js";
import { barOf, lookForm, modelChoice, table, textField } from "./parts.js";

const TEMPERATURES = [0.5, 1, 1.5];
const N = 15;

/** The part, for script models. */
export function next(models) {
  const { control, model } = modelChoice(models);
  const text = textField(words.inside.text, "text", 3);
  return lookForm([control, text.control], async () => {
    const { tokens } = await ask("api/next", { model: model().id, text: text.value(), n: N, temperatures: TEMPERATURES });
    const rows = tokens.map((token) => [
      words.visible(token.text),
      ...token.probabilities.map((share, place) => barOf(share, words.percent(share), `t${place}`)),
    ]);
    return [table(words.inside.nextTokens, words.inside.nextHead(TEMPERATURES), rows)];
  });
}
