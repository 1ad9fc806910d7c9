// The page of text: a row of its own for each line, so that an edit in a book lays out one line and not the book.
//
// Inside a row the browser edits, with all it knows (spelling, input methods). What crosses rows, and what the page
// inserts, goes through `replace`. It is an ordinary editable element, whose looks are refused, and no "plaintext-only"
// one: of that Chromium does not say what an edit is about to change. Rows lie in sheets, and the browser lays out only those that are near the window.

import { element } from "../dom.js";

const ROWS = 100; // of a sheet
const PLAIN = /^(insert(?!OrderedList|UnorderedList|HorizontalRule|Link)|delete|history)/; // edits of text, not of its looks

export class Editor {
  /** `onedit` gets each edit: {at, removed, inserted, by}, with "typed" or what `replace` was given as `by`. */
  constructor(root, onedit) {
    this.root = root;
    this.onedit = onedit;
    this.locked = false; // nothing may be typed
    this.set("");
    root.addEventListener("beforeinput", (event) => this.#before(event));
    root.addEventListener("input", () => this.#after());
    root.addEventListener("compositionstart", () => this.#dropRows());
    for (const moves of ["keyup", "pointerup", "input"]) root.addEventListener(moves, () => (this.cursor = this.#selection().end));
  }

  /** The whole text. */
  get text() {
    return this.lines.join("\n");
  }

  /** Shows another text. */
  set(text) {
    this.lines = text.split("\n");
    this.rows = this.lines.map(rowOf);
    const sheets = [];
    for (let first = 0; first < this.rows.length; first += ROWS) sheets.push(sheetOf(this.rows.slice(first, first + ROWS)));
    this.root.replaceChildren(...sheets);
    this.cursor = text.length; // stays known while the person is elsewhere
  }

  /** Replaces the characters from `begin` to `end`, and tells of it. */
  replace(begin, end, text, by = "typed") {
    const [first, from] = this.place(begin);
    const [last, to] = this.place(end);
    const removed = this.#between(first, from, last, to);
    const lines = (this.lines[first].slice(0, from) + text + this.lines[last].slice(to)).split("\n");
    this.#write(first, lines[0]);
    const added = lines.slice(1).map(rowOf);
    const gone = this.rows.splice(first + 1, last - first, ...added);
    this.lines.splice(first + 1, last - first, ...lines.slice(1));
    const sheets = new Set(gone.map((row) => row.parentNode));
    gone.forEach((row) => row.remove());
    sheets.forEach((sheet) => sheet.hasChildNodes() || sheet.remove());
    this.#insert(this.rows[first], added);
    if (this.cursor >= begin) this.cursor = Math.max(begin, this.cursor - removed.length) + text.length;
    this.onedit({ at: begin, removed, inserted: text, by });
  }

  /** Edits the text into another one, and tells of what differs. */
  become(text, by) {
    const { at, removed, inserted } = difference(this.text, text);
    if (removed || inserted) this.replace(at, at + removed.length, inserted, by);
  }

  /** Puts the cursor somewhere. */
  select(offset) {
    const [row, column] = this.place(offset);
    const node = this.rows[row].firstChild;
    if (node.nodeType === Node.TEXT_NODE) getSelection().collapse(node, column);
    else getSelection().collapse(this.rows[row], 0);
    this.cursor = offset;
  }

  /** Characters of the text. */
  get length() {
    return this.lines.reduce((sum, line) => sum + line.length + 1, -1);
  }

  /** The row and column of an offset. */
  place(offset) {
    let rest = offset;
    for (const [row, line] of this.lines.entries()) {
      if (rest <= line.length) return [row, rest];
      rest -= line.length + 1;
    }
    return [this.lines.length - 1, this.lines.at(-1).length];
  }

  /** Where a row begins. */
  start(row) {
    let offset = 0;
    for (let before = 0; before < row; before += 1) offset += this.lines[before].length + 1;
    return offset;
  }

  #before(event) {
    if (this.locked || !PLAIN.test(event.inputType)) return event.preventDefault();
    const [target] = event.getTargetRanges();
    if (!target || event.isComposing) return undefined;
    const { begin, end } = this.#offsets(target);
    const text = typed(event);
    if (this.place(begin)[0] === this.place(end)[0] && !text.includes("\n") && !event.inputType.startsWith("insertFrom")) {
      return undefined;
    }
    event.preventDefault();
    this.replace(begin, end, text);
    return this.select(begin + text.length);
  }

  /** Learns what the browser has edited inside a row. */
  #after() {
    const row = this.#rowAt(getSelection().anchorNode);
    const before = this.lines[row];
    const now = this.rows[row].textContent;
    const { at, removed, inserted } = difference(before, now);
    this.lines[row] = now;
    if (removed || inserted) this.onedit({ at: this.start(row) + at, removed, inserted, by: "typed" });
  }

  /** An input method cannot be kept from editing across rows, so that a selection across them is deleted before it begins. */
  #dropRows() {
    const { begin, end } = this.#selection();
    if (this.place(begin)[0] === this.place(end)[0]) return;
    this.replace(begin, end, "");
    this.select(begin);
  }

  #write(row, line) {
    this.lines[row] = line;
    this.rows[row].replaceChildren(contentOf(line));
  }

  /** Puts rows after a row, into its sheet as long as that is not too long. */
  #insert(after, rows) {
    const sheet = after.parentNode;
    const room = Math.max(0, 2 * ROWS - sheet.childElementCount);
    if (rows.length <= room) return after.after(...rows);
    let last = sheet;
    const rest = [...rows];
    const behind = [];
    while (after.nextSibling) behind.unshift(sheet.removeChild(sheet.lastChild));
    rest.push(...behind);
    for (let first = 0; first < rest.length; first += ROWS) {
      const next = sheetOf(rest.slice(first, first + ROWS));
      last.after(next);
      last = next;
    }
    return undefined;
  }

  #between(first, from, last, to) {
    if (first === last) return this.lines[first].slice(from, to);
    const middle = this.lines.slice(first + 1, last);
    return [this.lines[first].slice(from), ...middle, this.lines[last].slice(0, to)].join("\n");
  }

  #selection() {
    return this.#offsets(getSelection().getRangeAt(0));
  }

  #offsets(range) {
    return { begin: this.#offset(range.startContainer, range.startOffset), end: this.#offset(range.endContainer, range.endOffset) };
  }

  #offset(node, offset) {
    const row = node.nodeType === Node.TEXT_NODE ? node.parentNode : node;
    if (row.classList.contains("row")) return this.start(this.#rowAt(row)) + (row === node ? (offset && row.textContent.length) : offset);
    const child = node.childNodes[offset]; // between the rows of a sheet, or between sheets
    if (child) return this.start(this.#rowAt(child));
    const lastRow = node === this.root ? this.rows.at(-1) : node.lastChild;
    const at = this.#rowAt(lastRow);
    return this.start(at) + this.lines[at].length;
  }

  #rowAt(node) {
    const found = node.nodeType === Node.TEXT_NODE ? node.parentNode : node;
    return this.rows.indexOf(found.classList.contains("sheet") ? found.firstChild : found);
  }
}

/** The one edit that makes a text into another one. */
function difference(before, now) {
  const shorter = Math.min(before.length, now.length);
  let at = 0;
  while (at < shorter && before[at] === now[at]) at += 1;
  let tail = 0;
  while (tail < shorter - at && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  return { at, removed: before.slice(at, before.length - tail), inserted: now.slice(at, now.length - tail) };
}

function rowOf(line) {
  return element("div", { class: "row" }, contentOf(line));
}

function contentOf(line) {
  return line ? document.createTextNode(line) : element("br"); // a row without text would have no height
}

function sheetOf(rows) {
  return element("div", { class: "sheet" }, rows);
}

/** What an input inserts; nothing where it deletes. */
function typed(event) {
  if (["insertParagraph", "insertLineBreak"].includes(event.inputType)) return "\n";
  if (!event.inputType.startsWith("insert")) return "";
  return (event.data ?? event.dataTransfer?.getData("text/plain") ?? "").replaceAll(/\r\n?/g, "\n");
}
