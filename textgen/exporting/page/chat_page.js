// The page of a chat model: a conversation.

import { Chatbot, clean } from "./chatbot.js";
import { byId, copy, element, freshSeed, Settings, start, takeModel, unhurried } from "./page.js";

start(() => {
  const [facts, weights] = takeModel();
  const bot = new Chatbot(facts, weights), settings = new Settings(facts.options), message = byId("message");
  let seed = freshSeed(), isBusy = false;

  function say(who, text) {
    const turn = element("div", "", `turn ${who}`);
    turn.append(element("span", who === "you" ? "You" : facts.name, "who"), element("p", text));
    byId("talk").append(turn);
    turn.scrollIntoView({ block: "end" });
    return turn.lastChild;
  }

  async function reply(begin) {
    const options = settings.read();
    if (isBusy || options === null) return;
    setBusy(true);
    const [paragraph, work] = begin({ ...options, seed: options.seed ?? seed });
    paragraph.textContent = "…";
    paragraph.parentElement.classList.add("writing");
    paragraph.textContent = await unhurried(work, (drafts) => {
      if (drafts?.length === 1) paragraph.textContent = bot.textOf(drafts[0].ids) || "…";
    });
    paragraph.parentElement.classList.remove("writing");
    paragraph.scrollIntoView({ block: "end" });
    setBusy(false);
  }

  function setBusy(busy) {
    isBusy = busy;
    byId("send").disabled = busy;
    byId("again").disabled = byId("forget").disabled = byId("copy").disabled = busy || bot.exchanges.length === 0;
  }

  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = clean(message.value);
    if (!text) return;
    reply((options) => {
      message.value = "";
      say("you", text);
      return [say("bot", ""), bot.answer(text, options)];
    });
  });

  byId("again").addEventListener("click", () =>
    reply((options) => [byId("talk").lastChild.lastChild, bot.retry(options)]),
  );

  byId("forget").addEventListener("click", () => {
    bot.forget();
    seed = freshSeed();
    byId("talk").replaceChildren();
    setBusy(false);
    message.focus();
  });

  byId("copy").addEventListener("click", () => {
    const turns = bot.exchanges.flatMap((one) => [`You: ${one.message}`, `${facts.name}: ${one.reply}`]);
    copy(turns.join("\n"), byId("copy"));
  });

  document.querySelector("details").addEventListener("toggle", () => byId("talk").lastChild?.scrollIntoView({ block: "end" }));

  globalThis.textgen = bot; // for the curious: the browser's console can talk to it
  setBusy(false);
  message.focus();
});
