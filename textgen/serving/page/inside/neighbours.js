// Neighbours: the tokens whose vectors point the same way, which the network treats alike.

import { ask } from "../server.js";
import { button, element, field } from "../dom.js";
import { words } from "../words.js";
import { barOf, lookForm, modelChoice, table } from "./parts.js";

const N = 15;

/** The part, for all models. */
export function neighbours(models) {
  const { control, model } = modelChoice(models);
  const input = element("input", { type: "text", required: true, value: words.inside.sampleToken });
  let wanted = () => ({ text: input.value });
  input.addEventListener("input", () => (wanted = () => ({ text: input.value })));
  const [form, found] = lookForm([control, field(words.inside.tokenToFind, input)], async () => {
    const answer = await ask("api/neighbours", { model: model().id, ...wanted(), n: N });
    const rows = answer.neighbours.map((one) => [
      button(words.visible(one.text), () => go(one), { class: "quiet" }),
      barOf(Math.max(0, one.similarity), one.similarity.toFixed(2)),
    ]);
    return [table(words.inside.neighboursOf(answer.token), words.inside.neighboursHead, rows)];
  });
  return [form, found];

  function go({ id, text }) {
    wanted = () => ({ id });
    input.value = words.visible(text);
    form.requestSubmit();
  }
}
