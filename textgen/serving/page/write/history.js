// What can be undone: edits in order. Letters typed in a row are one step, and so are the pieces of one generation.

const PAUSE = 1000; // milliseconds after which typing begins a new step

export class History {
  constructor() {
    this.done = [];
    this.undone = [];
  }

  /** Remembers an edit {at, removed, inserted, by}. */
  add(edit) {
    this.undone = [];
    const last = this.done.at(-1);
    const now = performance.now();
    const follows = last && last.by === edit.by && !edit.removed && edit.at === last.at + last.inserted.length;
    if (follows && (edit.by !== "typed" || now - last.time < PAUSE)) {
      last.inserted += edit.inserted;
      last.time = now;
    } else {
      this.done.push({ ...edit, time: now });
    }
  }

  /** Takes the last step back in an editor; returns where the cursor belongs, or null where nothing is left. */
  undo(editor) {
    const step = this.done.pop();
    if (!step) return null;
    this.undone.push(step);
    editor.replace(step.at, step.at + step.inserted.length, step.removed, "history");
    return step.at + step.removed.length;
  }

  /** Does a step again that was taken back. */
  redo(editor) {
    const step = this.undone.pop();
    if (!step) return null;
    this.done.push(step);
    editor.replace(step.at, step.at + step.removed.length, step.inserted, "history");
    return step.at + step.inserted.length;
  }
}
