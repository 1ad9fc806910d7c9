// The candidates for a reply with their scores, to choose from.

import { button, dialog, element } from "../dom.js";
import { words } from "../words.js";

/** Shows the candidates of so many that were asked for, the `current` reply marked; `onpick` gets the one that is chosen. */
export function showCandidates({ candidates, asked }, current, onpick) {
  const items = candidates.map((candidate) => {
    const choose = () => {
      shown.close();
      onpick(candidate);
    };
    return element(
      "li",
      {},
      button(candidate.text, choose, { class: "candidate", dir: "auto", "aria-current": candidate.text === current && "true" }),
      element("p", { class: "scores" }, candidate.text === current ? element("strong", {}, words.talk.current) : null, element("strong", {}, words.talk.total(candidate.total)), ...parts(candidate.scores)),
    );
  });
  const shown = dialog(
    words.talk.candidates,
    words.close,
    element("p", {}, candidates.length > 1 ? words.talk.candidatesHelp(asked, candidates.length) : words.talk.onlyOne),
    element("ol", { class: "candidates" }, items),
  );
}

function parts(scores) {
  const told = Object.entries(scores).filter(([, value]) => value !== 0);
  return told.map(([name, value]) => element("span", {}, words.talk.score(name, value)));
}
