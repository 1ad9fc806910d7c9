// The decoding options of a model as a form: defaults, what a person has changed, and a way back.

import { button, element, field } from "./dom.js";
import { keep, state } from "./state.js";
import { words } from "./words.js";

/** The options a person has changed for a model, as a request wants them. One that is null, as an emptied number once was, is none of them. */
export function changed(model) {
  return Object.fromEntries(Object.entries(state.settings[model.id] ?? {}).filter(([, value]) => value !== null));
}

/** An option's value: the person's, or the model's default. */
export function option(model, name) {
  return changed(model)[name] ?? model.defaults[name];
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
  const set = (value) => {
    setOption(model, row.name, value);
    return option(model, row.name);
  };
  const control = CONTROLS[row.type](row, option(model, row.name), set);
  return field(row.name, control, row.help); // its name in the docs, the terminal and the API
}

/** One control for each type of option; each gets the row, the value, and a function that takes a new one and gives what it is then. */
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

/** A number; where it is emptied, the default is there again and can be seen, so that nobody takes it for none. */
function numberInput({ minimum: min, maximum: max }, value, set, step) {
  const onchange = ({ target }) => {
    target.reportValidity();
    if (target.validity.valid) target.value = set(target.value === "" ? undefined : Number(target.value)) ?? "";
  };
  return element("input", { type: "number", step, min, max, value: value ?? "", placeholder: words.settings.none, onchange });
}
