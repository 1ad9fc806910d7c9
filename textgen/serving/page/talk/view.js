// Talk: a conversation with one model, or with two side by side; several talks are kept in the browser.

import { button, choice, download, element, field, panelHeader } from "../dom.js";
import { attempt, tell } from "../notices.js";
import { settingsForm } from "../settings.js";
import { lookAt } from "../inside/parts.js";
import { choose, chosenModel, forgetTalk, keep, keepTalk, modelsOf, state, voices } from "../state.js";
import { words } from "../words.js";
import { showCandidates } from "./candidates.js";
import { exchangeElement } from "./exchange.js";
import { candidates, pick, reply } from "./replies.js";
import { branch, fromFile, heard, keepVoices, newTalk, titleOf, toFile } from "./talk.js";

/** Shows the view; returns what to do when another one is shown. */
export function talkView(main) {
  const models = voices();
  if (!models.length) {
    main.replaceChildren(element("p", { class: "empty" }, words.talk.noModel));
    return undefined;
  }
  const ids = models.map((model) => model.id);
  let talk = state.talks.find((one) => one.id === state.talk) ?? newTalk([chosenModel("talk", models).id]);
  keepVoices(talk, ids);
  let running = null; // stops the replies or candidates that are being written

  const log = element("div", { class: "log", tabindex: "0", role: "region", "aria-label": words.talk.log });
  const list = element("ul", { class: "talks" });
  const rail = element("aside", { id: "talks", class: "rail", popover: "auto", "aria-label": words.talk.talks });
  const panel = element("aside", { id: "settings", class: "rail", popover: "auto", "aria-label": words.settings.title });
  const input = element("textarea", { rows: 1, placeholder: words.talk.placeholder, "aria-label": words.talk.message, onkeydown: sendOnEnter });
  const stop = button(words.stop, () => running.abort(), { class: "stop" });
  const submit = button(words.talk.send, () => {}, { type: "submit", class: "primary" });
  const form = element("form", { class: "composer", onsubmit: send }, input, submit, stop);
  const file = element("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: importTalk });
  const exporting = element("div", { class: "exports" });
  const names = Object.fromEntries(models.map(({ id, name }) => [id, name]));
  const pairs = models.map(({ id, name }) => [id, words.talk.voice(name, id)]);
  const first = choice(pairs, talk.models[0], (id) => take([id, ...talk.models.slice(1)]));
  const second = choice([["", words.talk.nobody], ...pairs], "", (id) => take([talk.models[0], id].filter(Boolean)));
  const takeBack = button(words.undo, undo);
  const fresh = button(words.talk.fresh, () => open(newTalk(talk.models)), { class: "primary" });
  const bring = button(words.talk.import, () => file.click());
  const seed = element("small", { class: "seed" });
  const bar = element(
    "div",
    { class: "bar" },
    button(words.talk.talks, () => {}, { popovertarget: "talks", class: "opens-talks" }),
    field(words.model, first),
    field(words.talk.beside, second),
    takeBack,
    button(words.settings.title, () => {}, { popovertarget: "settings", class: "opens-settings" }),
    seed,
  );
  rail.append(panelHeader(words.talk.talks, words.close, rail), fresh, list, exporting, bring, file);
  main.replaceChildren(rail, element("section", { class: "desk" }, bar, log, form), panel);
  show();
  return () => running?.abort();

  function show() {
    const actions = running ? null : { edit, again, choose: offer, look };
    log.replaceChildren(...talk.exchanges.map((_, number) => exchangeElement(talk, number, talk.models.map(nameOf), actions)));
    if (!talk.exchanges.length) log.append(element("p", { class: "empty" }, words.talk.hello(talk.models.map(nameOf))));
    toEnd();
    main.classList.toggle("two", talk.models.length > 1);
    stop.hidden = !running;
    submit.hidden = Boolean(running);
    for (const one of [first, second, fresh, bring]) one.disabled = Boolean(running); // what is written belongs into this talk
    [first.value, second.value] = [talk.models[0], talk.models[1] ?? ""];
    takeBack.disabled = Boolean(running) || !talk.exchanges.length;
    seed.textContent = words.seed(talk.seed);
    showTalks();
    showExports();
    showSettings();
  }

  function nameOf(id) {
    return names[id];
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
  }

  function take(models) {
    talk.models = models;
    choose("talk", models[0]);
    kept();
  }

  function showTalks() {
    const items = state.talks.map((one) => {
      const title = titleOf(one, words.talk.untitled);
      const current = one === talk && { "aria-current": "true" };
      return element(
        "li",
        {},
        button(title, () => open(one), { class: "quiet title", disabled: Boolean(running), ...current }),
        button("×", () => remove(one), { class: "quiet", disabled: Boolean(running), "aria-label": words.talk.remove(title) }),
      );
    });
    list.replaceChildren(...items);
  }

  /** A button for the file of each voice: browsers may block all but the first of several files at once. */
  function showExports() {
    const several = talk.models.length > 1;
    const items = talk.models.map((id, place) =>
      button(several ? words.talk.exportOf(nameOf(id)) : words.talk.export, () => exportTalk(place), { disabled: !talk.exchanges.length }),
    );
    exporting.replaceChildren(...items);
  }

  function showSettings() {
    const forms = talk.models.map((id) => {
      const model = models.find((one) => one.id === id);
      return element("details", { open: true }, element("summary", {}, nameOf(id)), element("p", { class: "warning" }, model.warning), settingsForm(model));
    });
    panel.replaceChildren(panelHeader(words.settings.title, words.close, panel), ...forms);
  }

  /** Keeps the talk, as long as something is said in it, and shows it. */
  function kept() {
    if (talk.exchanges.length) {
      if (!state.talks.includes(talk)) state.talks.unshift(talk);
      state.talk = talk.id;
      keep("talk");
      keepTalk(talk);
    } else {
      forgetTalk(talk);
    }
    show();
  }

  function open(other) {
    talk = other;
    keepVoices(talk, ids);
    state.talk = talk.id;
    keep("talk");
    show();
    rail.hidePopover();
    input.focus();
  }

  function remove(one) {
    if (!confirm(words.talk.confirm(titleOf(one, words.talk.untitled)))) return;
    forgetTalk(one);
    if (one === talk) open(newTalk(talk.models));
    else showTalks();
  }

  function sendOnEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!running) form.requestSubmit();
  }

  function send(event) {
    event.preventDefault();
    const message = input.value.trim();
    if (!message) return;
    input.value = "";
    talk.exchanges.push({ message, replies: [] });
    answer(talk.models.keys());
  }

  /** Lets the models at these places reply to the last message, all at the same time. */
  async function answer(places) {
    const number = talk.exchanges.length - 1;
    const shown = talk;
    running = new AbortController();
    kept();
    const sections = log.lastElementChild.querySelectorAll(".reply > p");
    await Promise.all(
      [...places].map((place) => {
        const text = sections[place];
        text.textContent = "";
        text.classList.add("writing");
        const onpiece = (piece) => {
          text.append(piece);
          toEnd();
        };
        return attempt(() => reply(shown, number, place, running.signal, onpiece));
      }),
    );
    running = null;
    if (!log.isConnected) return keepTalk(shown);
    kept();
    tell(shown.exchanges[number].replies.map((said, place) => words.talk.said(nameOf(shown.models[place]), said?.text ?? "")).join(" "));
    return input.focus();
  }

  function again(place) {
    answer([place]);
  }

  /** Puts a message back into the input, in a new talk of what came before it; the old one stays as it is. */
  function edit(number) {
    const { message } = talk.exchanges[number];
    open(branch(talk, number));
    input.value = message;
  }

  function undo() {
    const { message } = talk.exchanges.pop();
    kept();
    input.value ||= message ?? "";
    input.focus();
  }

  /** Lets a model write candidates for the last reply, and a person choose one. */
  async function offer(place) {
    const number = talk.exchanges.length - 1;
    const shown = talk;
    running = new AbortController();
    show();
    tell(words.talk.thinking);
    const offered = await attempt(() => candidates(shown, number, place, running.signal));
    tell("");
    running = null;
    if (!log.isConnected) return;
    show();
    input.focus(); // and again when the choice is closed
    if (!offered) return;
    showCandidates(offered, shown.exchanges[number].replies[place].text, (candidate) => {
      pick(shown, number, place, candidate, offered.seed);
      kept();
    });
  }

  /** Opens Look inside at a reply; null where the voice is a character of a script, whose network has no attention. */
  function look(number, place) {
    const { message, replies } = talk.exchanges[number];
    const id = talk.models[place];
    if (message === null || !modelsOf("chat").some((model) => model.id === id)) return null;
    return () => lookAt("attention", id, { earlier: heard(talk, place, number).slice(0, -1), message, reply: replies[place].text });
  }

  function exportTalk(place) {
    download(`${talk.models[place]}.json`, toFile(talk, place), "application/json");
  }

  async function importTalk() {
    const [chosen] = file.files;
    const found = fromFile(await chosen.text(), ids);
    file.value = "";
    if (!found) return tell(words.talk.notATalk(chosen.name), "error");
    talk = found;
    kept();
    return rail.hidePopover();
  }
}
