// Starts the page: asks the server what it has, and shows the view that the address names.

import { ask } from "./server.js";
import { button, element } from "./dom.js";
import { insideView } from "./inside/view.js";
import { attempt, notices } from "./notices.js";
import { keep, recall, state } from "./state.js";
import { talkView } from "./talk/view.js";
import { words } from "./words.js";
import { writeView } from "./write/view.js";

const VIEWS = { talk: talkView, write: writeView, inside: insideView };
const THEMES = ["", "light", "dark"];

const main = element("main", { id: "main", tabindex: "-1" });
const links = Object.keys(VIEWS).map((name) => element("a", { href: `#${name}` }, words.views[name]));
let leave = () => {};

async function start() {
  recall();
  document.documentElement.lang = words.language;
  document.body.append(
    element("a", { class: "skip", href: "#main", onclick: skip }, words.skip),
    element("header", { class: "top" }, element("h1", {}, "textgen"), element("nav", { "aria-label": words.navigation }, links), themeButton()),
    notices,
    main,
  );
  const [models, options] = await Promise.all([ask("api/models"), ask("api/options")]);
  Object.assign(state, { models: models.models, options: options.options });
  addEventListener("hashchange", show);
  show();
}

/** Shows the view of "#name/part"; the part is the view's own matter. */
function show() {
  const [name, part] = location.hash.slice(1).split("/");
  const view = name in VIEWS ? name : Object.keys(VIEWS)[0];
  leave();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  for (const link of links) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${words.views[view]} · textgen`;
  main.className = view;
  leave = VIEWS[view](main, part) ?? (() => {});
}

function skip(event) {
  event.preventDefault(); // the address names the view
  main.focus();
}

function themeButton() {
  const change = (step) => {
    state.theme = THEMES[(THEMES.indexOf(state.theme) + step) % THEMES.length];
    document.documentElement.dataset.theme = state.theme;
    const name = words.themes[state.theme || "system"];
    theme.replaceChildren(element("span", { "aria-hidden": "true" }, "◐"), ` ${name}`);
    theme.setAttribute("aria-label", words.theme(name));
    keep("theme");
  };
  const theme = button("", () => change(1), { class: "quiet theme" });
  change(0);
  return theme;
}

attempt(start);
