// The decoding options of a model as a form: defaults, what a person has changed, and a way back.

import { button, element, field } from "./dom.js";
import { keep, state } from "./state.js";
import { words } from "./words.js";

/** The options a person has changed for a model, as a request wants them. */
export function changed(model) {
  return { ...state.settings[model.id] };
}

/** An option's value: the person's, the model's own, or the default for its kind. */
export function option(model, name) {
  const row = state.options.find((one) => one.name === name && one.for.includes(model.kind));
  return state.settings[model.id]?.[name] ?? model.defaults[name] ?? row.default[model.kind];
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
  const name = row.name.replaceAll("_", " ");
  return field(name, control, row.help);
}

/** One control for each type of option; each gets the row, the value, and a function that takes a new one. */
const CONTROLS = {
  number: (row, value, set) => numberInput(row, value, set, "any"),
  integer: (row, value, set) => numberInput(row, value, set, 1),
  flag: (row, value, set) =>
    element("input", { type: "checkbox", checked: value, onchange: (event) => set(event.target.checked) }),
  text: (row, value, set) => textInput(value ?? "", (text) => set(text || undefined)),
  list: (row, value, set) => {
    const items = (text) => text.split(",").map((item) => item.trim()).filter(Boolean);
    return textInput((value ?? []).join(", "), (text) => set(text.trim() ? items(text) : undefined));
  },
};

function numberInput(row, value, set, step) {
  const onchange = ({ target }) => {
    target.reportValidity();
    if (target.validity.valid) set(target.value === "" ? undefined : Number(target.value));
  };
  const { minimum: min, maximum: max } = row;
  return element("input", { type: "number", step, min, max, value: value ?? "", placeholder: words.settings.none, onchange });
}

function textInput(value, set) {
  return element("input", { type: "text", value, placeholder: words.settings.none, onchange: (event) => set(event.target.value) });
}
