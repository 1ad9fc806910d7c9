// What a person is told: a line on the page, which screen readers read aloud.

import { button, element } from "./dom.js";
import { words } from "./words.js";

const said = element("p", { class: "said", role: "status" });
const failed = element("div", { class: "failed", role: "alert", hidden: true });

/** The two places where notices appear. */
export const notices = element("div", { class: "notices" }, said, failed);

/** Tells something; an error stays until it is closed. */
export function tell(text, kind = "status") {
  if (kind === "error") {
    failed.replaceChildren(
      element("p", {}, text),
      button("×", () => (failed.hidden = true), { class: "quiet", "aria-label": words.close }),
    );
    failed.hidden = false;
  } else {
    said.textContent = text;
  }
}

/** Runs an action of a person; what fails is told, and an action that was stopped is no failure. */
export async function attempt(action) {
  try {
    failed.hidden = true;
    return await action();
  } catch (error) {
    if (error.name !== "AbortError") tell(error.message, "error");
    return undefined;
  }
}

/** Runs what no person has asked for: what fails is not told, and an error that is told stays. */
export function quietly(action) {
  return action().catch(() => undefined);
}
