// Colours over the page of text: who speaks, what was just written, what was copied from the corpus.
//
// They are highlights, which lie over the text and do not change it, and only of the sheets that can be seen.

import { paced } from "../dom.js";

export const HUES = 8; // colours of speakers, in style.css

export class Colours {
  constructor(editor) {
    this.editor = editor;
    this.speakers = new Map(); // name in small letters -> number of its colour
    this.fresh = null; // {begin, end} of what was just written
    this.copied = []; // {begin, end} of what the corpus has
    this.seen = new Set();
    this.paint = paced(() => this.#paint(), 30);
    this.watcher = new IntersectionObserver((changes) => this.#watch(changes), { rootMargin: "200px" });
  }

  /** Colours the lines of these speakers. */
  cast(names) {
    this.speakers = new Map(names.map((name, number) => [name.toLowerCase(), number % HUES]));
    this.paint();
  }

  /** Moves what is coloured along with an edit; what the edit has changed loses its colour. */
  edited({ at, removed, inserted }) {
    const moved = (span) => {
      if (span.end <= at) return span;
      if (span.begin < at + removed.length) return null;
      const by = inserted.length - removed.length;
      return { begin: span.begin + by, end: span.end + by };
    };
    this.copied = this.copied.map(moved).filter(Boolean);
    this.fresh = this.fresh && moved(this.fresh);
    this.paint();
  }

  /** Stops watching. */
  close() {
    this.watcher.disconnect();
    CSS.highlights?.clear();
  }

  #watch(changes) {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) this.seen.add(target);
      else this.seen.delete(target);
    }
    this.paint();
  }

  #paint() {
    if (!CSS.highlights) return; // an older browser shows the text without colours
    for (const sheet of this.editor.root.children) this.watcher.observe(sheet); // again is no harm
    const found = new Map();
    const add = (name, row, begin, end) => {
      const range = new Range();
      range.setStart(row.firstChild, begin);
      range.setEnd(row.firstChild, end);
      if (!found.has(name)) found.set(name, new Highlight());
      found.get(name).add(range);
    };
    for (const sheet of this.seen) {
      if (!sheet.isConnected) this.seen.delete(sheet);
      else this.#paintSheet(sheet, add);
    }
    CSS.highlights.clear();
    for (const [name, highlight] of found) CSS.highlights.set(name, highlight);
  }

  #paintSheet(sheet, add) {
    const { editor } = this;
    const first = editor.rows.indexOf(sheet.firstChild);
    let begin = editor.start(first);
    for (let number = first; number < first + sheet.childElementCount; number += 1) {
      const row = editor.rows[number];
      const line = editor.lines[number];
      const label = this.#label(line);
      if (label) add(`speaker-${this.speakers.get(label.toLowerCase())}`, row, 0, label.length);
      for (const span of this.copied) paintPart("copied", span, row, line, begin, add);
      if (this.fresh) paintPart("fresh", this.fresh, row, line, begin, add);
      begin += line.length + 1;
    }
  }

  /** The speaker that a line names at its beginning, as it is written there. */
  #label(line) {
    const name = line.split(":", 1)[0];
    return this.speakers.has(name.toLowerCase()) ? name : null;
  }
}

/** Colours the part of a span that lies in a line. */
function paintPart(name, span, row, line, begin, add) {
  const from = Math.max(0, span.begin - begin);
  const to = Math.min(line.length, span.end - begin);
  if (from < to) add(name, row, from, to);
}
