// The candidates for a reply with their scores, to choose from.

import { button, dialog, element } from "../dom.js";
import { words } from "../words.js";

/** Shows candidates; `onpick` gets the one that is chosen. */
export function showCandidates(candidates, onpick) {
  const items = candidates.map((candidate) => {
    const choose = () => {
      shown.close();
      onpick(candidate);
    };
    return element(
      "li",
      {},
      button(candidate.text, choose, { class: "candidate", dir: "auto" }),
      element("p", { class: "scores" }, element("strong", {}, words.talk.total(candidate.total)), ...parts(candidate.scores)),
    );
  });
  const shown = dialog(
    words.talk.candidates,
    words.close,
    element("p", {}, candidates.length > 1 ? words.talk.candidatesHelp : words.talk.onlyOne),
    element("ol", { class: "candidates" }, items),
  );
}

function parts(scores) {
  const told = Object.entries(scores).filter(([, value]) => value !== 0);
  return told.map(([name, value]) => element("span", {}, words.talk.score(name, value)));
}
