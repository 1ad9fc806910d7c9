// The decoding options of a model as a form: defaults, what a person has changed, and a way back.

import { button, element, field } from "./dom.js";
import { keep, state } from "./state.js";
import { words } from "./words.js";

/** The options a person has changed for a model, as a request wants them. */
export function changed(model) {
  return { ...state.settings[model.id] };
}

/** An option's value: the person's, or the model's default. */
export function option(model, name) {
  return { ...model.defaults, ...state.settings[model.id] }[name];
}

/** Changes an option; undefined goes back to the default. */
export function setOption(model, name, value) {
  const values = (state.settings[model.id] ??= {});
  if (value === undefined) delete values[name];
  else values[name] = value;
  keep("settings");
}

/** The form of a model's options.
 *
 * `hidden` names those that have a control elsewhere; `onreset` is called when all are back at their defaults.
 */
export function settingsForm(model, hidden = [], onreset = () => {}) {
  const rows = state.options.filter((row) => row.for.includes(model.kind) && !hidden.includes(row.name));
  const form = element("form", { class: "settings", onsubmit: (event) => event.preventDefault() });
  const fill = () => form.replaceChildren(...rows.map((row) => rowField(model, row)), reset);
  const reset = button(words.settings.reset, () => {
    delete state.settings[model.id];
    keep("settings");
    fill();
    onreset();
  });
  fill();
  return form;
}

function rowField(model, row) {
  const control = CONTROLS[row.type](row, option(model, row.name), (value) => setOption(model, row.name, value));
  return field(row.name, control, row.help); // its name in the docs, the terminal and the API
}

/** One control for each type of option; each gets the row, the value, and a function that takes a new one. */
const CONTROLS = {
  number: (row, value, set) => numberInput(row, value, set, "any"),
  integer: (row, value, set) => numberInput(row, value, set, 1),
  flag: (row, value, set) =>
    element("input", { type: "checkbox", checked: value, onchange: (event) => set(event.target.checked) }),
  list: (row, value, set) => {
    const onchange = ({ target }) => set(target.value.split(",").map((item) => item.trim()).filter(Boolean));
    return element("input", { type: "text", value: value.join(", "), placeholder: words.settings.none, onchange });
  },
};

function numberInput({ minimum: min, maximum: max, optional }, value, set, step) {
  const onchange = ({ target }) => {
    target.reportValidity();
    const emptied = optional ? null : undefined; // nothing at all where that is allowed, else the default
    if (target.validity.valid) set(target.value === "" ? emptied : Number(target.value));
  };
  return element("input", { type: "number", step, min, max, value: value ?? "", placeholder: words.settings.none, onchange });
}
