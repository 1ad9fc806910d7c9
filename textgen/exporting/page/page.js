// What both pages share: opening the model, the settings, and work that leaves the page alive.

import { bytesOf, Weights } from "./weights.js";

const SLICE = 24; // milliseconds of work before the page may breathe

export const byId = (id) => document.getElementById(id);

/** A new element with a text, which never becomes markup. */
export function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Takes the model out of the page: what is known of it, and its weights. */
export function takeModel() {
  const facts = JSON.parse(byId("model").textContent), base64 = byId("weights").textContent.trim();
  byId("weights").remove();
  return [facts, new Weights(facts.arrays, bytesOf(base64))];
}

/** Opens the page: says what is wrong where the browser cannot, or where something fails later on. */
export async function start(open) {
  await breath();
  try {
    open();
    byId("status").textContent = "";
    document.body.classList.add("ready");
  } catch (error) {
    byId("status").textContent = `This model could not be opened (${error}): it needs a browser of 2023 or newer.`;
  }
  addEventListener("unhandledrejection", ({ reason }) => {
    byId("status").textContent = `Something went wrong (${reason}): change the settings, or open the page again.`;
  });
}

const breath = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Runs a generator to its end, a slice at a time.
 *
 * @param work the generator.
 * @param show is called after each slice with what was yielded last; where it returns false, the work ends.
 * @returns what the generator returns, or undefined where it was ended.
 */
export async function unhurried(work, show) {
  for (;;) {
    const end = performance.now() + SLICE;
    let yielded;
    do {
      const { value, done } = work.next();
      if (done) return value;
      yielded = value;
    } while (performance.now() < end);
    await breath();
    if (show(yielded) === false) return undefined;
  }
}

/** The form of settings: a row for each option. */
export class Settings {
  constructor(options) {
    this.options = options;
    this.fields = new Map();
    for (const option of options) {
      const row = element("label", "", "setting"), field = document.createElement("input");
      Object.assign(field, { type: "number", name: option.name, min: option.least, placeholder: "random" });
      if (option.most !== null) field.max = option.most;
      field.step = option.whole ? 1 : "any";
      field.value = option.value ?? "";
      row.append(element("span", option.name, "name"), field, element("small", option.help));
      byId("settings").append(row);
      this.fields.set(option.name, field);
    }
  }

  /** The values; null where one makes no sense, which its field then shows. */
  read() {
    const values = {};
    for (const option of this.options) {
      const field = this.fields.get(option.name), value = field.value === "" ? null : Number(field.value);
      const isAtOpenEnd = option.open && value === option.least;
      field.setCustomValidity(isAtOpenEnd || (value === null && option.value !== null) ? option.allowed : "");
      if (!field.checkValidity()) {
        field.closest("details").open = true;
        field.reportValidity();
        return null;
      }
      values[option.name] = value;
    }
    return values;
  }
}

/** A seed for a text that was given none. */
export const freshSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

/** Copies a text; where the browser refuses, says so on the button. */
export async function copy(text, button) {
  const label = button.textContent;
  const copied = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error("no clipboard"));
  button.textContent = await copied.then(() => "Copied", () => "Not allowed here");
  setTimeout(() => (button.textContent = label), 1500);
}
