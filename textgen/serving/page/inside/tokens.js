// A text as a row of tokens, each with a colour; the pointer or the arrow keys choose one.

import { element, fresh } from "../dom.js";
import { words } from "../words.js";

const ENDS = ["⏎", "\n"]; // what a line of text ends with

/** The tokens as a list box, a line of text a block.
 *
 * `heat` gives a token's colour from its place, -1 to 1; `describe` what a screen reader says of it; `onchoose` gets the
 * place of the token under the pointer or the cursor.
 */
export function tokenList(label, texts, { heat, describe, onchoose }) {
  const list = element("div", { class: "tokens", role: "listbox", tabindex: "0", "aria-label": label, onkeydown: move });
  const options = texts.map((text, place) => optionOf(text, describe(place), heat(place)));
  const places = new Map(options.map((option, place) => [option, place]));
  let chosen = null;
  list.append(...blocks(texts, options));
  list.addEventListener("pointerover", (event) => chooseOption(event.target.closest("[role=option]")));
  list.addEventListener("pointerdown", (event) => chooseOption(event.target.closest("[role=option]")));
  list.addEventListener("focus", () => chosen || chooseOption(options[0]));
  return { list, recolour, choose: (place) => chooseOption(options[place]) };

  function chooseOption(option) {
    if (!option || option === chosen) return;
    chosen?.setAttribute("aria-selected", "false");
    chosen = option;
    chosen.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", chosen.id);
    onchoose(places.get(chosen));
  }

  function move(event) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -Infinity, End: Infinity };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const wanted = (places.get(chosen) ?? 0) + steps[event.key];
    chooseOption(options[Math.max(0, Math.min(options.length - 1, wanted))]);
    chosen?.scrollIntoView({ block: "nearest" });
  }

  /** Gives the tokens other colours. */
  function recolour(other) {
    options.forEach((option, place) => warm(option, other(place)));
  }
}

function optionOf(text, description, heat) {
  const option = element(
    "span",
    { id: fresh("token"), role: "option", "aria-selected": "false", "aria-label": description },
    text.replace("\n", "⏎"),
  );
  warm(option, heat);
  return option;
}

function warm(option, heat) {
  option.style.setProperty("--heat", `${Math.round(Math.min(1, Math.abs(heat)) * 100)}%`);
  option.classList.toggle("cold", heat < 0);
}

/** The options in blocks that end where a line ends, so that a long text is laid out only where it is seen. */
function blocks(texts, options) {
  const lines = [[]];
  for (const [place, option] of options.entries()) {
    lines.at(-1).push(option);
    if (ENDS.some((end) => texts[place].endsWith(end))) lines.push([]);
  }
  const shown = lines.filter((line) => line.length);
  for (const [first] of shown) first.classList.toggle("label", first.textContent.endsWith(":"));
  return shown.map((line) => element("div", { role: "presentation" }, line));
}
