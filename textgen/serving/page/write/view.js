// Write: a page of text that a person and a script model write together.

import { askForFile } from "../server.js";
import { button, choice, debounced, download, element, field, panelHeader } from "../dom.js";
import { attempt, quietly, tell } from "../notices.js";
import { option } from "../settings.js";
import { lookAt } from "../inside/parts.js";
import { choose, chosenModel, modelsOf } from "../state.js";
import { words } from "../words.js";
import { close, showContinuations, showNextWords } from "./choices.js";
import { Colours } from "./colours.js";
import { Editor } from "./editor.js";
import { continued, copies, example, nextTokens, randomSeed, several, withoutLineEnd } from "./generating.js";
import { History } from "./history.js";
import { Keeping } from "./keeping.js";
import { tools } from "./tools.js";

const FORMATS = { text: "txt", fountain: "fountain", fdx: "fdx", pdf: "pdf", json: "json" };
const CONTINUATIONS = 3;
const NEXT_WORDS = 12;
const LOOKED_AT = 1_000; // characters before the cursor that Look inside is opened with
const CHECKED = 20_000; // characters around the last edit in which copies are looked for

/** Shows the view; returns what to do when another one is shown. */
export function writeView(main) {
  const models = modelsOf("script");
  if (!models.length) {
    main.replaceChildren(element("p", { class: "empty" }, words.write.noModel));
    return undefined;
  }
  let model = chosenModel("write", models);
  let running = null; // stops what is being written
  let format = Object.keys(FORMATS)[0];

  const page = element("div", {
    class: "page",
    contenteditable: "true",
    role: "textbox",
    tabindex: "0",
    "aria-multiline": "true",
    "aria-label": words.write.page,
    spellcheck: "false",
    onkeydown: shortcut,
  });
  const choices = element("section", { class: "choices", hidden: true, "aria-label": words.write.choices });
  const seed = element("small", { class: "seed" });
  const bar = element("div", { class: "bar", role: "toolbar", "aria-label": words.write.tools });
  const rail = element("aside", { id: "tools", class: "rail", popover: "auto", "aria-label": words.write.tools });
  const stop = button(words.stop, () => running.abort(), { class: "stop" });

  const history = new History();
  const editor = new Editor(page, edited);
  const colours = new Colours(editor);
  const keeping = new Keeping(editor, () => running);
  const check = debounced(checkCopies, 1500);

  const buttons = {
    end: button(words.write.continue, () => write(editor.length), { class: "primary" }),
    cursor: button(words.write.here, () => write(editor.cursor), { "aria-keyshortcuts": "Control+Enter" }),
    several: button(words.write.several, offerSeveral),
    next: button(words.write.nextWord, offerNext),
    look: button(words.write.look, look),
    undo: button("↶", () => step("undo"), { "aria-label": words.undo, title: words.undo, "aria-keyshortcuts": "Control+Z" }),
    redo: button("↷", () => step("redo"), { "aria-label": words.redo, title: words.redo, "aria-keyshortcuts": "Control+Shift+Z" }),
  };
  const exporting = element(
    "div",
    { class: "joined" },
    choice(Object.keys(FORMATS).map((name) => [name, words.write.formats[name]]), format, (name) => (format = name), { "aria-label": words.write.format }),
    button(words.write.export, exportPage),
  );
  const chosen = choice(models.map(({ id }) => [id, id]), model.id, change);
  bar.append(field(words.model, chosen), stop, ...Object.values(buttons), exporting, button(words.write.tools, () => {}, { popovertarget: "tools", class: "opens-tools" }), seed);
  main.replaceChildren(element("section", { class: "desk" }, bar, element("div", { class: "paper" }, page), choices), rail);
  change(model.id);
  show();
  return () => {
    running?.abort();
    colours.close();
    keeping.close();
  };

  function change(id) {
    model = models.find((one) => one.id === id);
    choose("write", id);
    colours.cast(model.speakers);
    rail.replaceChildren(panelHeader(words.write.tools, words.close, rail), element("p", { class: "warning" }, model.warning), tools(model, (temperature) => example(model, editor.text, temperature, randomSeed())));
  }

  function show() {
    for (const one of Object.values(buttons)) one.disabled = Boolean(running);
    buttons.look.disabled ||= !editor.length;
    buttons.undo.disabled ||= !history.done.length;
    buttons.redo.disabled ||= !history.undone.length;
    buttons.end.hidden = Boolean(running); // Stop takes its place
    stop.hidden = !running;
    page.classList.toggle("blank", !editor.length);
    page.dataset.placeholder = words.write.placeholder;
  }

  function edited(edit) {
    close(choices); // they were offered for the text before, and for a place in it
    if (edit.by !== "history") history.add(edit);
    colours.edited(edit);
    keeping.edited(edit);
    check();
    show();
  }

  /** Lets the model write at a place of the text, and shows it while it comes. */
  async function write(at) {
    begin();
    const used = option(model, "seed") ?? randomSeed();
    const before = editor.text.slice(0, at);
    let end = at;
    await attempt(async () => {
      const pieces = continued(model, before, used, running.signal);
      for await (const piece of endsLine(at) ? withoutLineEnd(pieces) : pieces) {
        editor.replace(end, end, piece, `written with ${used} at ${at}`);
        end += piece.length;
        colours.fresh = { begin: at, end };
        reveal(end);
      }
    });
    finish(end);
    seed.textContent = words.seed(used);
    tell(words.write.written(editor.text.slice(at, end)));
  }

  /** Whether a place is at the end of a line that another one follows: what is written there brings no line end of its own. */
  function endsLine(at) {
    return editor.text[at] === "\n";
  }

  function begin() {
    close(choices);
    running = new AbortController();
    editor.locked = true;
    page.setAttribute("aria-busy", "true");
    show();
  }

  function finish(cursor) {
    running = null;
    editor.locked = false;
    page.removeAttribute("aria-busy");
    show();
    if (!page.isConnected) return;
    page.focus({ preventScroll: true });
    editor.select(cursor);
    keeping.takeOver(); // what came from another tab meanwhile
  }

  /** Asks for something to choose from, for the text before a place; undefined where the text is another one by then. */
  async function offered(at, asking) {
    const { text } = editor;
    begin();
    const found = await attempt(() => asking(text.slice(0, at), running.signal));
    finish(at);
    return page.isConnected && editor.text === text ? found : undefined;
  }

  async function offerSeveral() {
    const at = editor.cursor;
    const first = option(model, "seed") ?? randomSeed();
    const found = await offered(at, (before, signal) => several(model, before, CONTINUATIONS, first, signal));
    if (!found) return;
    showContinuations(choices, found, ({ text, seed: used }) => insert(at, endsLine(at) ? text.replace(/\n$/, "") : text, words.seed(used)));
    reveal(at);
  }

  async function offerNext() {
    const at = editor.cursor;
    const temperatures = [option(model, "temperature") || 1];
    const tokens = await offered(at, (before, signal) => nextTokens(model, before, NEXT_WORDS, temperatures, signal));
    if (!tokens) return;
    showNextWords(choices, tokens, (token) => {
      insert(at, token.inserts, "");
      offerNext();
    });
    reveal(at);
  }

  /** Scrolls to the line of an offset: what is offered below the page must not cover the place where it would go. */
  function reveal(at) {
    editor.rows[editor.place(at)[0]].scrollIntoView({ block: "nearest" });
  }

  /** Opens Look inside with the lines before the cursor. */
  function look() {
    const before = editor.text.slice(0, editor.cursor || editor.length);
    const lines = before.slice(-LOOKED_AT);
    lookAt("surprise", model.id, { text: lines.length < before.length ? lines.slice(lines.indexOf("\n") + 1) : lines });
  }

  function insert(at, text, told) {
    editor.replace(at, at, text, `chosen at ${at}`);
    colours.fresh = { begin: at, end: at + text.length };
    page.focus({ preventScroll: true });
    editor.select(at + text.length);
    reveal(at + text.length);
    seed.textContent = told;
  }

  function step(direction) {
    const cursor = history[direction](editor);
    show();
    if (cursor === null) return;
    page.focus({ preventScroll: true });
    editor.select(cursor);
  }

  function shortcut(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || running) return;
    if (key === "z") step(event.shiftKey ? "redo" : "undo");
    else if (key === "y") step("redo");
    else if (key === "enter") write(editor.cursor);
    else return;
    event.preventDefault();
  }

  async function checkCopies() {
    if (!model.has_index || running || !page.isConnected) return;
    const begin = editor.start(editor.place(Math.max(0, editor.cursor - CHECKED))[0]);
    const text = editor.text;
    const part = text.slice(begin, begin + 2 * CHECKED);
    const spans = await quietly(() => copies(model, part));
    if (!spans || editor.text !== text) return;
    colours.copied = spans.map((span) => ({ begin: begin + span.begin, end: begin + span.end }));
    colours.paint();
  }

  function exportPage() {
    const request = { model: model.id, text: editor.text, format };
    attempt(async () => download(`page.${FORMATS[format]}`, await askForFile("api/export", request)));
  }
}
