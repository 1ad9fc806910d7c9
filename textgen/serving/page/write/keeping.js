// Keeps the page of text in the browser, where several tabs share it.

import { debounced } from "../dom.js";
import { keep, reread, state } from "../state.js";

const ELSEWHERE = "written in another tab";

let unsaved = false; // this tab has edited the page since it was kept

export class Keeping {
  /** Shows the page in an editor; what another tab keeps is shown, too, as soon as the editor is not `busy()`. */
  constructor(editor, busy) {
    this.editor = editor;
    this.busy = busy;
    this.soon = debounced(() => this.keep(), 500);
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    if (!unsaved) reread("page");
    editor.set(state.page);
    for (const moment of ["storage", "pageshow"]) addEventListener(moment, () => this.takeOver(), { signal });
    addEventListener("pagehide", () => this.keep(), { signal }); // the last letters, too, when the tab is closed
  }

  /** Keeps the page soon after an edit of this tab. */
  edited({ by }) {
    if (by === ELSEWHERE) return;
    unsaved = true;
    this.soon();
  }

  /** Keeps the page, if this tab has edited it: else it could be older than what another tab has kept. */
  keep() {
    if (!unsaved) return;
    state.page = this.editor.text;
    unsaved = !keep("page");
  }

  /** Shows what another tab has kept; what is edited here, or written right now, comes first. */
  takeOver() {
    if (unsaved || this.busy()) return;
    reread("page");
    const { editor } = this;
    editor.become(state.page, ELSEWHERE);
    if (document.activeElement === editor.root) editor.select(editor.cursor); // its row may be a new one
  }

  /** Keeps the page a last time. */
  close() {
    this.leaving.abort();
    this.keep();
  }
}
