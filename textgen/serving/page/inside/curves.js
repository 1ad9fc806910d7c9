// Learning curves as a picture: every column of a history that measures loss, over the epochs.

import { element, shape } from "../dom.js";
import { words } from "../words.js";

const WIDEST = 720;
const HEIGHT = 300;
const MARGIN = { left: 62, right: 12, top: 12, bottom: 48 };

/** The curves of a history {column: values}. */
export function curves(history) {
  const epochs = history.epoch; // as the terminal counts
  const columns = Object.keys(history).filter((name) => /^(train|validation)_/.test(name));
  const values = columns.flatMap((name) => history[name]).filter(Number.isFinite);
  if (!values.length) return element("p", { class: "empty" }, words.inside.noCurves);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const width = Math.min(WIDEST, innerWidth - 32); // so that its letters stay as large as they are
  const x = scale([epochs[0], epochs.at(-1)], [MARGIN.left, width - MARGIN.right]);
  const y = scale([low, high], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const summary = columns.map((name) => words.inside.curve(name, history[name].findLast(Number.isFinite))).join(". ");
  const picture = shape(
    "svg",
    { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": summary, class: "curves" },
    ticks(low, high).map((value) => mark(words.number(value), MARGIN.left - 8, y(value) + 4, "end", { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) })),
    ticks(epochs[0], epochs.at(-1), width / 150).map((value) => mark(words.number(value), x(value), HEIGHT - MARGIN.bottom + 20, "middle")),
    mark(words.inside.epochs, (MARGIN.left + width - MARGIN.right) / 2, HEIGHT - 8, "middle"),
    shape("g", { transform: `translate(14 ${(HEIGHT - MARGIN.bottom) / 2}) rotate(-90)` }, mark(words.inside.bits, 0, 0, "middle")),
    columns.map((name, place) => line(history[name], epochs, x, y, place)),
  );
  const legend = columns.map((name, place) =>
    element("li", { class: `curve-${place}` }, words.inside.curve(name, history[name].findLast(Number.isFinite))),
  );
  return element("figure", {}, picture, element("figcaption", {}, element("ul", { class: "legend" }, legend)));
}

function line(values, epochs, x, y, place) {
  const points = values.flatMap((value, at) => (Number.isFinite(value) ? [`${x(epochs[at]).toFixed(1)},${y(value).toFixed(1)}`] : []));
  return shape("polyline", { points: points.join(" "), class: `curve-${place}` });
}

function mark(text, x, y, anchor, rule = null) {
  const label = shape("text", { x, y, "text-anchor": anchor }, text);
  if (rule === null) return label;
  return shape("g", {}, shape("line", rule), label);
}

function scale([from, to], [begin, end]) {
  const span = to - from || 1;
  return (value) => begin + ((value - from) / span) * (end - begin);
}

/** About so many round numbers from one value to another. */
function ticks(from, to, count = 5) {
  const rough = (to - from || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const found = [];
  for (let value = Math.ceil(from / step) * step; value <= to; value += step) found.push(value);
  return found;
}
