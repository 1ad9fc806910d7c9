// Neurons: a text coloured by the state of one cell, and the cells that follow line ends, speakers or a word.

import { ask } from "../server.js";
import { button, choice, element, field } from "../dom.js";
import { words } from "../words.js";
import { lookForm, modelChoice, table, textField } from "./parts.js";
import { tokenList } from "./tokens.js";

const PROPERTIES = ["line_end", "speaker", "quotation", "direction", "word"];

/** The part, for script models. */
export function neurons(models) {
  const { control, model } = modelChoice(models);
  const text = textField(words.inside.text, "text", 3);
  const [layer, cell] = [0, 1].map(() => element("input", { type: "number", min: 0, step: 1 }));
  const word = element("input", { type: "text" });
  const wordField = field(words.inside.word, word);
  let property = PROPERTIES[0];
  wordField.hidden = true;
  const chosen = choice(PROPERTIES.map((name) => [name, words.inside.properties[name]]), property, (name) => {
    property = name;
    wordField.hidden = name !== "word";
    layer.value = cell.value = "";
  });
  const controls = [
    control,
    text.control,
    element(
      "div",
      { class: "fields" },
      field(words.inside.property, chosen),
      wordField,
      field(words.inside.layer, layer),
      field(words.inside.cell, cell),
    ),
    element("small", {}, words.inside.cellHelp),
  ];
  const [form, found] = lookForm(controls, async () => {
    const request = { model: model().id, text: text.value(), property: property === "word" ? `word:${word.value}` : property };
    if (layer.value && cell.value) Object.assign(request, { layer: Number(layer.value), cell: Number(cell.value) });
    return shown(await ask("api/neurons", request), (best) => {
      layer.value = best.layer;
      cell.value = best.cell;
      form.requestSubmit();
    });
  });
  return [form, found];
}

function shown(answer, onpick) {
  const value = element("p", { class: "value" }, words.inside.moveOver);
  const { list } = tokenList(words.inside.tokens, answer.tokens, {
    heat: (place) => answer.values[place],
    describe: (place) => words.inside.cellValue(answer.tokens[place], answer.values[place]),
    onchoose: (place) => (value.textContent = words.inside.cellValue(answer.tokens[place], answer.values[place])),
  });
  const rows = answer.best.map((best) => [
    button(words.inside.cellName(best.layer, best.cell), () => onpick(best), { class: "quiet" }),
    words.signed(best.correlation),
  ]);
  return [
    element("h3", {}, words.inside.cellName(answer.layer, answer.cell)),
    element("p", { class: "scale" }, "−1", element("span", { class: "gradient both" }), "+1"),
    element("div", { class: "beside" }, list, element("div", { class: "details" }, value, table(words.inside.best, words.inside.bestHead, rows))),
  ];
}
