// Learning curves as a picture: every column of a history that measures loss, over the epochs.

import { element, shape } from "../dom.js";
import { words } from "../words.js";

const WIDEST = 720;
const HEIGHT = 300;
const MARGIN = { left: 62, right: 18, top: 12, bottom: 48 };

/** The curves of a history {column: values}. */
export function curves(history) {
  const epochs = history.epoch; // as the terminal counts
  const columns = Object.keys(history).filter((name) => /^(train|validation)_/.test(name));
  const values = columns.flatMap((name) => history[name]).filter(Number.isFinite);
  if (!values.length) return element("p", { class: "empty" }, words.inside.noCurves);
  const width = Math.min(WIDEST, innerWidth - 32); // so that its letters stay as large as they are
  const columnMarks = ticks(0, epochs.at(-1), width / 100);
  const rowMarks = ticks(Math.min(...values), Math.max(...values), 5);
  const x = scale(columnMarks, [MARGIN.left, width - MARGIN.right]);
  const y = scale(rowMarks, [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const summary = columns.map((name) => words.inside.curve(name, history[name].findLast(Number.isFinite))).join(". ");
  const picture = shape(
    "svg",
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": summary, class: "curves" },
    rowMarks.map(({ value, text }) => mark(text, MARGIN.left - 8, y(value) + 4, "end", { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) })),
    columnMarks.map(({ value, text }) => mark(text, x(value), HEIGHT - MARGIN.bottom + 20, "middle")),
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
  const points = values.flatMap((value, at) => (Number.isFinite(value) ? [[x(epochs[at]).toFixed(1), y(value).toFixed(1)]] : []));
  if (!points.length) return null;
  const [cx, cy] = points.at(-1);
  return shape("g", { class: `curve-${place}` }, shape("polyline", { points: points.join(" ") }), shape("circle", { cx, cy, r: 4 })); // one point alone is no line
}

function mark(text, x, y, anchor, rule = null) {
  const label = shape("text", { x, y, "text-anchor": anchor }, text);
  if (rule === null) return label;
  return shape("g", {}, shape("line", rule), label);
}

/** Where a value between the outer marks lies. */
function scale(marks, [begin, end]) {
  const [from, to] = [marks[0].value, marks.at(-1).value];
  return (value) => begin + ((value - from) / (to - from)) * (end - begin);
}

/** About so many round numbers around what lies from one value to another, at least two, as {value, text}. */
function ticks(from, to, count) {
  const rough = (to - from || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.floor(from / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(to / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, place) => {
    const value = (first + place) * step;
    return { value, text: words.number(value, digits) };
  });
}
