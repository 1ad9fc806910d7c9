// Beside the page of text: who may speak, how many lines, and the temperature with an example of what it does.

import { button, debounced, element, field } from "../dom.js";
import { attempt, quietly } from "../notices.js";
import { option, setOption, settingsForm } from "../settings.js";
import { words } from "../words.js";
import { HUES } from "./colours.js";

const SHOWN = 16; // speakers before "more"
const MOST_LINES = 500; // that the server writes at once

/** The tools for a model; `example` writes a line at a temperature. */
export function tools(model, example) {
  const panel = element("div", {});
  const fill = () => {
    const [temperatureTools, again] = temperature(model, example);
    panel.replaceChildren(
      characters(model, again),
      linesField(model),
      temperatureTools,
      element(
        "details",
        {},
        element("summary", {}, words.settings.more),
        settingsForm(model, ["characters", "lines", "temperature", "num_return_sequences"], fill),
      ),
    );
  };
  fill();
  return panel;
}

/** Who may speak; `onchange` is called when that changes. */
function characters(model, onchange) {
  const chosen = new Set(option(model, "characters"));
  const toggle = (name, on) => {
    if (on) chosen.add(name);
    else chosen.delete(name);
    setOption(model, "characters", chosen.size ? [...chosen] : undefined);
    onchange();
  };
  const chips = model.speakers.map((name, number) => {
    const box = element("input", { type: "checkbox", checked: chosen.has(name), onchange: (event) => toggle(name, event.target.checked) });
    return element("label", { class: `chip speaker-${number % HUES}` }, box, name);
  });
  if (!chips.length) return null;
  const more = chips.slice(SHOWN);
  return element(
    "fieldset",
    { class: "characters" },
    element("legend", {}, words.write.characters),
    element("p", {}, words.write.charactersHelp),
    element("div", { class: "chips" }, chips.slice(0, SHOWN)),
    more.length ? element("details", {}, element("summary", {}, words.write.more(more.length)), element("div", { class: "chips" }, more)) : null,
  );
}

function linesField(model) {
  const onchange = ({ target }) => {
    target.reportValidity();
    if (target.validity.valid) setOption(model, "lines", Number(target.value));
  };
  const input = element("input", { type: "number", min: 1, max: MOST_LINES, required: true, value: option(model, "lines"), onchange });
  return field(words.write.lines, input);
}

/** The temperature with an example, and a function that shows another one. */
function temperature(model, example) {
  const said = element("output", {});
  const line = element("p", { class: "example", dir: "auto", "aria-live": "polite" });
  const show = debounced(async (run) => (line.textContent = (await run(() => example(option(model, "temperature")))) || "…"), 300);
  const again = () => show(quietly);
  const slide = ({ target }) => {
    said.textContent = Number(target.value).toFixed(2);
    setOption(model, "temperature", Number(target.value));
    again();
  };
  const slider = element("input", { type: "range", min: 0, max: 2, step: 0.05, value: option(model, "temperature"), oninput: slide });
  said.textContent = Number(slider.value).toFixed(2);
  again();
  const shown = element(
    "div",
    { class: "temperature" },
    field(words.write.temperature, slider, words.write.temperatureHelp),
    said,
    element("div", { class: "ends" }, element("small", {}, words.write.safe), element("small", {}, words.write.wild)),
    element("figure", {}, element("figcaption", {}, words.write.example), line),
    button(words.write.another, () => show(attempt), { class: "quiet" }),
  );
  return [shown, again];
}
