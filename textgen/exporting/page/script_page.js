// The page of a script model: how a script begins, and what the model makes of it.

import { byId, copy, element, freshSeed, Settings, start, takeModel, unhurried } from "./page.js";
import { ScriptWriter } from "./script_writer.js";

const ANYBODY = "", NARRATION = "narration", HEADING = "heading"; // what begins; else the number of a speaker

start(() => {
  const [facts, weights] = takeModel();
  const writer = new ScriptWriter(facts, weights), settings = new Settings(facts.options), paper = byId("paper");
  let scripts = [], isBusy = false, isStopped = false;

  const choices = [[ANYBODY, "anything"], ...writer.speakers.map((name, k) => [String(k), name])];
  if (facts.shape.scenes) choices.push([HEADING, "a new scene"]);
  if (facts.shape.narration) choices.push([NARRATION, writer.speakers.length > 0 ? "narration" : "these words"]);
  for (const [value, label] of choices) byId("opener").append(Object.assign(element("option", label), { value }));
  for (const name of writer.speakers) {
    const label = element("label", "", "character"), box = document.createElement("input");
    Object.assign(box, { type: "checkbox", value: name });
    label.append(box, element("span", name));
    byId("characters").append(label);
  }
  byId("cast").hidden = writer.speakers.length < 2;

  function opening() {
    const kind = byId("opener").value, text = byId("text").value;
    if (kind === ANYBODY) return text ? { text } : {};
    if (kind === HEADING) return { heading: text || (facts.shape.bracketed_headings ? "[" : "") };
    return kind === NARRATION ? { text } : { speaker: writer.speakers[Number(kind)], text };
  }

  function show() {
    const isAtEnd = innerHeight + scrollY > document.body.scrollHeight - 80;
    const elements = scripts.flatMap((script) => script.elements);
    paper.lastChild?.remove(); // all others are whole
    for (const one of elements.slice(paper.childElementCount)) paper.append(shown(one));
    if (isAtEnd) scrollTo(0, document.body.scrollHeight);
  }

  function shown({ kind, speaker, text }) {
    if (kind === "heading") return element(text ? "h2" : "hr", text);
    const [name, words] = kind === "name" ? [text, ""] : [speaker, text];
    const line = element("p", "", name === null && writer.speakers.length > 0 ? "narration" : "");
    if (name !== null) line.append(element("span", name, "speaker"));
    line.append(element("span", words));
    return line;
  }

  async function write(begun) {
    const values = settings.read();
    if (isBusy || values === null) return;
    const characters = [...byId("characters").querySelectorAll(":checked")].map((box) => box.value);
    const options = { ...values, characters, seed: values.seed ?? freshSeed() };
    [isBusy, isStopped] = [true, false];
    setButtons();
    for (const [k, script, lines] of begun(options.lines)) {
      await unhurried(script.write({ ...options, lines, seed: (options.seed + k) % 2 ** 32 }), () => {
        show();
        return !isStopped;
      });
      if (isStopped) break;
    }
    show();
    byId("status").textContent = `Seed ${options.seed}`;
    isBusy = false;
    setButtons();
  }

  /** A script; of captions, which are texts of one line, as many as there shall be lines. */
  function* anew(lines) {
    const areCaptions = facts.layout.format === "captions";
    scripts = [];
    paper.replaceChildren();
    for (let k = 0; k < (areCaptions ? lines : 1); k++) {
      scripts.push(writer.begin(opening()));
      yield [k, scripts.at(-1), areCaptions ? 1 : lines];
    }
  }

  function* onwards(lines) {
    yield [0, scripts.at(-1), lines];
  }

  function setButtons() {
    const isEmpty = scripts.length === 0;
    byId("write").disabled = isBusy;
    byId("stop").hidden = !isBusy;
    byId("more").disabled = byId("copy").disabled = isBusy || isEmpty;
    byId("more").hidden = facts.layout.format === "captions";
  }

  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    write(anew);
  });
  byId("more").addEventListener("click", () => write(onwards));
  byId("stop").addEventListener("click", () => (isStopped = true));
  byId("copy").addEventListener("click", () => copy(scripts.map((script) => script.text).join(""), byId("copy")));

  globalThis.textgen = writer; // for the curious: the browser's console can write with it
  setButtons();
});
