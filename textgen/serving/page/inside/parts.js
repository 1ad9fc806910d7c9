// What the parts of Look inside share: the choice of a model, a text to look at, and a button that looks.

import { button, choice, element, field } from "../dom.js";
import { attempt } from "../notices.js";
import { choose, chosenModel } from "../state.js";
import { words } from "../words.js";

const kept = { text: words.inside.sample, message: words.inside.sampleMessage, reply: "", earlier: [] };
let asked = false; // another view wants the next form to look by itself

/** Opens a part with texts that another view shows: {text}, or {earlier, message, reply} of a talk. */
export function lookAt(part, model, texts) {
  choose("inside", model);
  Object.assign(kept, texts);
  asked = true;
  location.hash = `#inside/${part}`;
}

/** The messages before the one in the field, as the server takes them. */
export function earlier() {
  return kept.earlier;
}

/** A choice of a model for Look inside, and what it is now. */
export function modelChoice(models) {
  const pairs = models.map(({ id }) => [id, id]);
  const select = choice(pairs, chosenModel("inside", models).id, (id) => choose("inside", id));
  return { control: field(words.model, select), model: () => chosenModel("inside", models) };
}

/** A field for a text; what is typed is there again in the other parts. */
export function textField(label, name, rows) {
  const oninput = () => {
    kept[name] = input.value;
    if (name === "message") kept.earlier = []; // another message than that of the talk
  };
  const input = element("textarea", { rows, dir: "auto", oninput });
  input.value = kept[name];
  return { control: field(label, input), value: () => kept[name] };
}

/** A form that looks when it is sent, and shows what `look` gives below itself. */
export function lookForm(controls, look) {
  const found = element("section", { class: "found", "aria-live": "polite" });
  const onsubmit = async (event) => {
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    const shown = await attempt(look);
    form.removeAttribute("aria-busy");
    if (!shown) return;
    found.replaceChildren(...shown);
    found.scrollIntoView({ block: "nearest" });
  };
  const form = element("form", { class: "look", onsubmit }, controls, button(words.inside.look, () => {}, { type: "submit", class: "primary" }));
  if (asked) queueMicrotask(() => form.requestSubmit()); // once it is in the page
  asked = false;
  return [form, found];
}

/** A horizontal bar of a share, 0 to 1, with a text beside it and a class for its colour. */
export function barOf(share, text, kind = "") {
  const filled = element("span", { class: `fill ${kind}` });
  filled.style.setProperty("--share", `${Math.min(100, share * 100)}%`);
  return element("span", { class: "bars" }, element("span", { class: "track" }, filled), text);
}

/** A table with a head. */
export function table(caption, head, rows) {
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, head.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, rows.map(([first, ...cells]) => element("tr", {}, element("th", { scope: "row" }, first), cells.map((cell) => element("td", {}, cell))))),
    ),
  );
}
